"""Invoices and credit notes: drafts, issue, gap-free numbers."""
