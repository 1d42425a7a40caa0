"""The medical record: entries of all sites, and what was done."""
