"""Who acts, and where: what every action and query is given first."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from vpterm.database.engine import Database
from vpterm.kernel.dates import PARIS
from vpterm.kernel.errors import NotAllowed
from vpterm.kernel.i18n import _


def _clock() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Context:
    """A member of staff at work at a site.

    The site is what the database login says, never what this object claims: site_id and site_code
    are here for screens and for filling the site_id of new rows, which row security then checks.
    site_id is None for the group's management. session_name tells the sessions of one person at one site apart: what is
    half typed, and where the person is, belong to each of them.
    """

    database: Database
    site_id: int
    site_code: str
    staff_id: int
    rights: frozenset[str] = frozenset()
    session_name: str = ""
    clock: Callable[[], datetime] = field(default=_clock, compare=False)

    def now(self) -> datetime:
        """This moment, aware, in UTC; frozen in tests and in the demo."""
        return self.clock()

    def today(self) -> date:
        """Today at the clinic."""
        return self.clock().astimezone(PARIS).date()

    def may(self, right: str) -> bool:
        return right in self.rights

    def require(self, right: str) -> None:
        """NotAllowed unless this person's roles at this site hold the right (practice/staff/rules.py)."""
        if right not in self.rights:
            raise NotAllowed(_("Your role does not allow this."), _("Ask a colleague who may, or the management."))

    def reading(self) -> AbstractAsyncContextManager[AsyncConnection]:
        return self.database.reading()

    def writing(self) -> AbstractAsyncContextManager[AsyncConnection]:
        return self.database.transaction(staff_id=self.staff_id)
