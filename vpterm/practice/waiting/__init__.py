"""The waiting room: who is here, since when, and what comes next."""
