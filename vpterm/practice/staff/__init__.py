"""Members of staff, their roles at sites, their passwords and keys."""
