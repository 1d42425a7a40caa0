"""What goes on by itself: once a minute the clock, and how long somebody has waited.

A timer of the loop's, not of Textual's, which would keep a task for each and send three messages a minute.
"""

from __future__ import annotations

import asyncio
import time
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from vpterm.kernel.dates import paris_day

if TYPE_CHECKING:
    from vpterm.screens.shell.app import PracticeApp

READ_AGAIN_AFTER = timedelta(minutes=20)
_LATE_S = 0.05  # a clock that rings a moment early would show the minute before


class Minutes:
    """Tells the open place of an app that another minute has begun."""

    def __init__(self, app: PracticeApp) -> None:
        self._app = app
        self._timer: asyncio.TimerHandle | None = None
        self._is_seen = True  # until somebody says otherwise: a local terminal always looks

    def open(self) -> None:
        """Begin, in a task of the app: what is painted is in its language."""
        self._timer = asyncio.get_running_loop().call_later(60 + _LATE_S - time.time() % 60, self._ring)

    def close(self) -> None:
        """The app is closing."""
        if self._timer is not None:
            self._timer.cancel()

    def _ring(self) -> None:
        self.open()
        if self._is_seen:
            self.passed()

    def looked_at(self, *, seen: bool) -> None:
        """Minutes that nobody sees are made up for when somebody looks again."""
        self._is_seen = seen
        if seen:
            self.passed()

    def passed(self) -> None:
        """A minute is over: what has changed by it is painted anew, under a question and on a locked screen too."""
        place = self._app.open_place
        if place is not None and place.minute_passed():
            self._app.repaint_beneath()
        self._app.lock.refresh()


def must_read_again(read_at: datetime, now: datetime) -> bool:
    """Whether what was read then is too old for a board.

    What others do there comes by notices, at once. Left are a new day, and what no notice tells of (a new name).
    """
    return paris_day(read_at) != paris_day(now) or now - read_at >= READ_AGAIN_AFTER
