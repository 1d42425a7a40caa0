"""Support that looks into a session: what may be granted, and the trail of everything that was."""
