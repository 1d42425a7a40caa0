"""Papers made from frozen rows."""
