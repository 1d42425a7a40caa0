"""What the demo needs of an installation. cli/ground.py's Ground is one; the demo knows no command line."""

from contextlib import AbstractAsyncContextManager
from typing import Protocol

from vpterm.database.context import Context


class Premises(Protocol):
    """An installation whose database answers."""

    def url(self, login: str) -> str:
        """The database address of a login."""
        ...

    def make_site_login(self, code: str) -> str:
        """The login of a new site, with its secret."""
        ...

    def management(self) -> AbstractAsyncContextManager[Context]:
        """The group's management."""
        ...

    def at_site(self, code: str, staff_id: int, rights: frozenset[str]) -> AbstractAsyncContextManager[Context]:
        """A person at work at a site, under the site's own login."""
        ...
