"""How long a session may stand still, stand alone and last: it minds its own times (practice/staff/session_times.py).

One timer, set to the next thing that is due; a key only writes down when it came.
"""

from __future__ import annotations

import asyncio
import time
from datetime import timedelta
from typing import TYPE_CHECKING

from vpterm.kernel.dates import format_time
from vpterm.kernel.i18n import _
from vpterm.practice.staff.session_times import SessionTimes, show_time
from vpterm.screens.link import End

if TYPE_CHECKING:
    from vpterm.screens.shell.app import PracticeApp

WARNED_BEFORE_S = 300.0
FOR_EVER = SessionTimes(None, None, None)


def seconds_awake_or_not() -> float:
    """A clock that nobody sets, and that goes on while a laptop sleeps, where the system has one."""
    clock = getattr(time, "CLOCK_BOOTTIME", None)
    return time.clock_gettime(clock) if clock is not None else time.monotonic()


class Lifetime:
    """The times of one app. Without `follow` (nobody's app, screens alone) it stands for ever."""

    def __init__(self, app: PracticeApp) -> None:
        self._app = app
        self._times = FOR_EVER
        self._opened_at = self._typed_at = seconds_awake_or_not()
        self._timer: asyncio.TimerHandle | None = None
        self._has_warned = self._is_over = False

    def begin(self) -> None:
        """The person is here."""
        self._opened_at = self._typed_at = seconds_awake_or_not()

    def follow(self, times: SessionTimes) -> None:
        """What holds for this person from now on."""
        self._times = times
        self._look()

    def touch(self) -> None:
        """Somebody is at the keys. After too long a pause (a laptop that slept) the lock comes before the key."""
        now = seconds_awake_or_not()
        if _is_due(self._times.lock_after, now - self._typed_at):
            self._app.lock.ask()
        self._typed_at = now

    def awake(self) -> None:
        """The screen was opened again."""
        self._typed_at = seconds_awake_or_not()
        self._look()

    def close(self) -> None:
        """The app is closing."""
        if self._timer is not None:
            self._timer.cancel()

    def _look(self) -> None:
        """Do what is due, and wait for what comes next."""
        self.close()
        if self._is_over:
            return
        now, times = seconds_awake_or_not(), self._times
        still, old = now - self._typed_at, now - self._opened_at
        if _is_due(times.longest, old):
            self._end("longest")
            return
        if _is_due(times.alone, still):
            self._end("alone")
            return
        if _is_due(times.lock_after, still):
            self._app.lock.ask()
        self._warn(times.longest, old)
        waits = [_left(times.alone, still), _left(times.longest, old)]
        if not self._app.lock.is_locked:
            waits.append(_left(times.lock_after, still))
        waits.append(_left(times.longest, old + WARNED_BEFORE_S))
        soon = [wait for wait in waits if wait is not None and wait > 0]
        if soon:
            self._timer = asyncio.get_running_loop().call_later(min(soon) + 0.01, self._look)

    def _warn(self, longest: timedelta | None, old: float) -> None:
        left = _left(longest, old)
        if self._has_warned or longest is None or left is None or left > WARNED_BEFORE_S:
            return
        if longest.total_seconds() < 2 * WARNED_BEFORE_S:
            return  # so short a life is no surprise
        self._has_warned = True
        ends = self._app.now() + timedelta(seconds=left)
        self._app.call_later(self._tell, format_time(ends), show_time(longest))

    def _tell(self, when: str, longest: str) -> None:
        sentence = _("This session ends at {when}, after {longest}: leave and come in again. What is typed is kept.")
        self._app.say(sentence.format(when=when, longest=longest))
        self._app.repaint_beneath()

    def _end(self, why: End) -> None:
        self._is_over = True
        self._app.call_later(lambda: self._app.background(self._app.end_for(why)))


def _is_due(limit: timedelta | None, passed: float) -> bool:
    return limit is not None and passed >= limit.total_seconds()


def _left(limit: timedelta | None, passed: float) -> float | None:
    return limit.total_seconds() - passed if limit is not None else None
