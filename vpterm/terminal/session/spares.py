"""One mounted app that waits for nobody yet, so that the next login need not wait for the mounting.

It is made when the worker is quiet and holds somebody's session already: never in the middle of a storm of logins,
nor beside a key.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

from vpterm.terminal.session.session import Session

_log = logging.getLogger("vpterm.terminal")
_QUIET_S = 1.5


class Spares:
    """Makes one session at a time by `make`, once nothing was `disturbed` for a while and one `is_wanted`."""

    def __init__(self, make: Callable[[], Awaitable[Session]], is_wanted: Callable[[], bool]) -> None:
        self._make, self._is_wanted = make, is_wanted
        self._spare: Session | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._making: asyncio.Task[None] | None = None

    def disturbed(self) -> None:
        """Somebody came or typed: the making of a spare waits for a quiet moment after it."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if not self._has_one and self._making is None:
            self._timer = asyncio.get_running_loop().call_later(_QUIET_S, self._begin)

    @property
    def _has_one(self) -> bool:
        return self._spare is not None and not self._spare.is_closed

    def take(self) -> Session | None:
        """The spare, if there is one; another is made later."""
        spare, self._spare = self._spare, None
        return None if spare is None or spare.is_closed else spare

    def close(self) -> None:
        """The worker ends, and the spare with it."""
        for one in (self._timer, self._making):
            if one is not None:
                one.cancel()
        if self._spare is not None:
            self._spare.end()

    def _begin(self) -> None:
        self._timer = None
        if not self._has_one and self._is_wanted():
            self._making = asyncio.get_running_loop().create_task(self._run(), name="making a spare")

    async def _run(self) -> None:
        try:
            self._spare = await self._make()
        except Exception:  # a border: a worker without a spare serves its people all the same
            _log.exception("a spare app could not be made")
        finally:
            self._making = None
