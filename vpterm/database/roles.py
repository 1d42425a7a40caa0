"""The logins of the database and what they are called. What each may do is in walls.py.

A login belongs to the whole server, so the names carry the installation's prefix.
"""

OWNER = "vpterm_owner"  # owns the schema, migrates it, creates sites; used by the command line only
SITE = "vpterm_site"  # no login: what every site's login may do
MANAGEMENT = "vpterm_management"  # no login: reads every site, writes group matters
DOOR = "vpterm_door"  # no login: accounts and sessions only
FUNCTIONS = "vpterm_functions"  # no login: owns the few functions that look over a wall, each with its reason

MANAGEMENT_LOGIN = "vpterm_group"
DOOR_LOGIN = "vpterm_gateway"

GROUP_ROLES = (SITE, MANAGEMENT, DOOR, FUNCTIONS)


def site_login(code: str) -> str:
    """The login name of the site with this code, at most 63 bytes as PostgreSQL asks."""
    return f"vpterm_site_{code}"
