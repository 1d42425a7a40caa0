"""How good a line is: what `vpterm doctor line` sends through the SSH door, and both its ends."""
