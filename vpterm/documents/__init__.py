"""Papers for people: what stands on an invoice, a receipt, a report (from frozen rows); the press makes the PDF."""
