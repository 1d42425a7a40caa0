"""Papers that were made for a client, counted: from the second on it is a duplicate."""
