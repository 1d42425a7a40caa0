"""Recordings of sessions: what the group asks of each site, and the row that every recording leaves behind for good."""
