"""How much a terminal has not confirmed yet, how fast its line is, and when painting for it must wait.

A line that is slow is given little at a time, so that what it carries is never far behind the screen; and what waits
for it waits nowhere: the worker paints the newest changes when there is room again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Protocol

FEWEST, MOST = 256, 64 * 1024  # bytes that may be under way, on the slowest and the fastest line
_FIRST = 8 * 1024  # on a line of which nothing is known
_AHEAD_S = 0.3  # how long what is under way may take
_LOOK_S = 0.1
_DELAYED_S, _DELAYED = 0.25, 3 * 1024  # TCP may confirm little with a delay (RFC 1122 section 4.2.3.2), but not much
_GROWTH = 1.5
_HALF_LIFE_S = 1.5  # of a measurement: a packet on a slow line takes most of a second


class Held(Protocol):
    """A seat, as far as it is held."""

    def hold(self) -> None:
        """The terminal does not keep up."""

    def release(self, bytes_s: int = 0) -> None:
        """It keeps up again; its line carries so many bytes a second (0: not known)."""


class Backlog:
    """Of one line. `unconfirmed` counts the bytes under way, `round_trip_s` is how long an empty line takes at best,
    `overhead` is what the protocol adds to a painting."""

    def __init__(
        self, seat: Held, unconfirmed: Callable[[], int], round_trip_s: Callable[[], float], *, overhead: int = 0
    ) -> None:
        self._seat, self._unconfirmed, self._round_trip_s, self._overhead = seat, unconfirmed, round_trip_s, overhead
        self._loop = asyncio.get_running_loop()
        self._timer: asyncio.TimerHandle | None = None
        self._is_blocked = self._is_held = False
        self._most = _FIRST
        self._rate: float | None = None  # bytes a second, known once the line has been busy for a while
        self._before = self._written = 0
        self._measured_at = self._carried = self._lasted_s = 0.0

    def wrote(self, count: int) -> None:
        """So many bytes more are under way."""
        count += self._overhead
        if self._timer is None:
            self._begin(max(0, self._unconfirmed() - count))
            self._again()
        self._written += count
        self.settle()

    def settle(self) -> None:
        """Hold or release the seat by what is under way now."""
        amount = self._unconfirmed()
        if not self._is_held and (self._is_blocked or amount > self._most):
            self._is_held = True
            self._seat.hold()
            self._again()
        elif self._is_held and not self._is_blocked and amount <= self._most // 2:
            self._is_held = False
            self._seat.release(round(self._rate or 0))

    def block(self) -> None:
        """The client takes nothing at all."""
        self._is_blocked = True
        self.settle()

    def unblock(self) -> None:
        """It takes something again."""
        self._is_blocked = False
        self.settle()

    def close(self) -> None:
        """The line is gone."""
        if self._timer is not None:
            self._timer.cancel()

    def _again(self) -> None:
        self.close()
        self._timer = self._loop.call_later(_LOOK_S, self._look)

    def _measure_s(self, amount: int) -> float:
        """How long a measurement lasts: within it, what a line carries that is not slow is confirmed."""
        return (_DELAYED_S if amount < _DELAYED else _LOOK_S) + 2 * self._round_trip_s()

    def _look(self) -> None:
        self._timer = None
        amount = self._unconfirmed()
        if amount == 0:
            self._all_confirmed()
        elif self._loop.time() - self._measured_at >= self._measure_s(amount):
            self._measure(amount)
        self.settle()
        if amount > 0 or self._is_held:
            self._again()

    def _all_confirmed(self) -> None:
        """The line has carried all that there was, so it carries at least as much in that time."""
        carried, lasted_s = self._before + self._written, self._loop.time() - self._measured_at
        if self._rate is None:
            self._most = min(MOST, max(self._most, 2 * carried))
        elif lasted_s > 0:
            # What was repaired by one packet is confirmed all at once, so that much is not believed at once.
            self._rate = max(self._rate, min(carried / lasted_s, self._rate * _GROWTH))
            self._bound()
        self._begin(0)

    def _measure(self, amount: int) -> None:
        carried, lasted_s = max(0, self._before + self._written - amount), self._loop.time() - self._measured_at
        if amount > self._written:  # some of it has been under way all the time: so fast is the line
            kept = 0.5 ** (lasted_s / _HALF_LIFE_S)
            self._carried, self._lasted_s = self._carried * kept + carried, self._lasted_s * kept + lasted_s
            self._rate = self._carried / self._lasted_s
            self._bound()
        self._begin(amount)

    def _bound(self) -> None:
        """Allow as much under way as the line carries soon."""
        ahead_s = _AHEAD_S + 2 * self._round_trip_s()
        self._most = round(min(MOST, max(FEWEST, (self._rate or 0.0) * ahead_s)))

    def _begin(self, amount: int) -> None:
        self._before, self._written, self._measured_at = amount, 0, self._loop.time()
