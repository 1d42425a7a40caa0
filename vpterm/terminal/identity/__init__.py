"""Who may come in, and how often they may guess. No door in particular."""
