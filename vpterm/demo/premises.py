"""What the demo needs of an installation. cli/ground.py's Ground is one; the demo knows no command line."""

from contextlib import AbstractAsyncContextManager
from typing import Protocol

from vpterm.database.context import Context


class Addresses(Protocol):
    """Whoever knows where the database is."""

    def url(self, login: str) -> str:
        """The database address of a login."""
        ...


class Premises(Addresses, Protocol):
    """An installation whose database answers."""

    def make_site_login(self, code: str) -> str:
        """The login of a new site, with its secret."""
        ...

    def management(self) -> AbstractAsyncContextManager[Context]:
        """The group's management."""
        ...

    def at_site(self, code: str, staff_id: int, rights: frozenset[str]) -> AbstractAsyncContextManager[Context]:
        """A person at work at a site, under the site's own login."""
        ...
