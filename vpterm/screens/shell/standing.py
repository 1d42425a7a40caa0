"""What the person may do here and how long, followed while the session is open: a change counts at once."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from vpterm.database.notices import RIGHTS_CHANGED, Notices
from vpterm.kernel.errors import Unavailable
from vpterm.kernel.i18n import _
from vpterm.practice.staff.session_times import SessionTimes
from vpterm.screens.shell.place import Place

if TYPE_CHECKING:
    from vpterm.screens.shell.app import PracticeApp
    from vpterm.screens.shell.person import SiteFace

TRY_AGAIN_S = 1.0


@dataclass(frozen=True)
class Standing:
    """What a person may do at this site, the sites between which they may change, how long their sessions last."""

    rights: frozenset[str]
    sites: tuple[SiteFace, ...]
    times: SessionTimes = SessionTimes()


ReadStanding = Callable[[], Awaitable[Standing | None]]


class StandingWatch:
    """Hears that the rights of this very person changed and has the app take them, or close.

    `read` answers what stands in the database now; None when the person does not work here any more.
    """

    def __init__(self, app: PracticeApp, notices: Notices | None, read: ReadStanding | None) -> None:
        self._app = app
        self._notices = notices
        self._read = read
        self._end: Callable[[], None] | None = None
        self._task: asyncio.Task[None] | None = None
        self._came_meanwhile = False

    def open(self) -> None:
        """Begin to listen, and look once: a change while the session was being opened has been told to nobody."""
        if self._notices is not None and self._read is not None:
            self._end = self._notices.subscribe(RIGHTS_CHANGED, self._heard)
            self.changed()

    def close(self) -> None:
        """Listen no more."""
        if self._end is not None:
            self._end()
        if self._task is not None:
            self._task.cancel()

    def _heard(self, staff_id: str) -> None:
        """In a task of the worker; "" when notices may have been missed."""
        if staff_id in {"", str(self._app.context.staff_id)}:
            self._app.call_later(self.changed)

    def changed(self) -> None:
        """Read again, one reading at a time."""
        self._came_meanwhile = True
        if self._task is None or self._task.done():
            self._task = self._app.background(self._follow())

    async def _follow(self) -> None:
        while self._came_meanwhile and self._read is not None:
            self._came_meanwhile = False
            try:
                standing = await self._read()
            except Unavailable:  # until the database answers the person is believed: it refuses what it must
                self._came_meanwhile = True
                await asyncio.sleep(TRY_AGAIN_S)
                continue
            if standing is None:
                await self._app.shut_out()
                return
            self._take(standing)

    def _take(self, standing: Standing) -> None:
        """Screens ask `app.context` at every turn and keep no copy, so a new one is all that it takes."""
        app = self._app
        app.sites = standing.sites or (app.site,)
        app.lifetime.follow(standing.times)
        if standing.rights == app.context.rights:
            return
        app.context = replace(app.context, rights=standing.rights)
        for place in app.screen_stack:
            if isinstance(place, Place):
                place.foot.show_actions(place.footer_actions())
        app.say(_("What you may do here has changed."))
        app.repaint_beneath()
        app.boards.changed("")
