"""Payments in the hash-chained journal of a till, closings, verification."""
