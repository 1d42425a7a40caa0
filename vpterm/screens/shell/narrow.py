"""How narrow a telephone held upright is: there, lists stand below one another and what can be spared gives way."""

NARROW = 66  # columns below which two lists have no room side by side


def is_narrow(columns: int) -> bool:
    """Whether a terminal is as narrow as a telephone."""
    return columns < NARROW
