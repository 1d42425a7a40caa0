"""Recordings: what is written of a session, how it is sealed, proved and played. No gateway, no session here."""
