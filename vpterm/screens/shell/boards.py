"""Live boards: a place that follows some tables reads again when somebody else changes one. It takes no focus."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

from vpterm.database.notices import Notices, board_of
from vpterm.screens.shell.place import Place

if TYPE_CHECKING:
    from vpterm.screens.shell.app import PracticeApp

GATHER_S = 0.1  # one visit changes several tables: read once


class Boards:
    """Hears the notices of the site and has the open place reload, one reading at a time."""

    def __init__(self, app: PracticeApp, notices: Notices | None) -> None:
        self._app = app
        self._notices = notices
        self._end: Callable[[], None] | None = None
        self._reading: Place | None = None
        self._came_meanwhile = False

    def open(self) -> None:
        """Begin to listen."""
        if self._notices is not None:
            self._end = self._notices.subscribe(board_of(self._app.context.site_id), self._heard)

    def close(self) -> None:
        """Listen no more."""
        if self._end is not None:
            self._end()

    def _heard(self, table: str) -> None:
        """In a task of the worker: hop into this session's own queue, language and all."""
        self._app.call_later(self.changed, table)

    def changed(self, table: str) -> None:
        """Somebody changed `table`; "" when notices may have been missed."""
        place = self._app.open_place
        if place is None or (table and table not in place.follows):
            return
        self._came_meanwhile = True
        if self._reading is not place:
            self._reading = place
            self._app.background(self._read(place))

    async def _read(self, place: Place) -> None:
        try:
            while self._came_meanwhile and place.is_attached:
                await asyncio.sleep(GATHER_S)
                self._came_meanwhile = False
                await place.reload()
        finally:
            if self._reading is place:
                self._reading = None
