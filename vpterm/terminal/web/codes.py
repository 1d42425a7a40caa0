"""Browsers between password and code: a person who is half proved, for a few minutes. No I/O; the clock is given."""

from __future__ import annotations

import secrets
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field

from vpterm.terminal.identity.proving import Proving

_MAX_WAITING = 1_000
WAIT_S = 300.0


@dataclass
class WaitingForCode:
    """Who has given the password and not yet the code, by the token of a cookie."""

    clock: Callable[[], float]
    _waiting: OrderedDict[str, tuple[Proving, float]] = field(default_factory=OrderedDict)

    def open(self, proving: Proving) -> str:
        """Somebody begins to wait; the token is for the browser's cookie."""
        token = secrets.token_urlsafe(32)
        self._waiting[token] = (proving, self.clock() + WAIT_S)
        while len(self._waiting) > _MAX_WAITING:
            self._waiting.popitem(last=False)
        return token

    def find(self, token: str) -> Proving | None:
        """Who waits with this token, while it lasts."""
        proving, until = self._waiting.get(token, (None, 0.0))
        if proving is None or until < self.clock():
            self.close(token)
            return None
        return proving

    def close(self, token: str) -> None:
        """The wait is over, one way or the other."""
        self._waiting.pop(token, None)
