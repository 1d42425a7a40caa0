"""The middle between doors and workers: who sits where, and the commands and figures of whoever runs the server."""
