"""What the end of a session means for its people: the words they read, now and at the next login."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from vpterm.kernel.i18n import _
from vpterm.screens.link import SHUT_OUT
from vpterm.terminal.gateway.registry import OpenSession
from vpterm.terminal.gateway.seat import Ending
from vpterm.terminal.gateway.untold import Untold, Why

Farewell = tuple[Ending, Callable[[], str]]
_OVER: dict[str, Why] = {"alone": "alone", "longest": "longest"}


class Endings:
    """`untold` holds what waits for the next login. `path` is its file."""

    def __init__(self, path: Path) -> None:
        self.untold = Untold(path)
        self._from_outside: set[int] = set()

    def come_from_outside(self, number: int) -> None:
        """An administrator has asked for the end of a session."""
        self._from_outside.add(number)

    def farewell(self, session: OpenSession, reason: str) -> Farewell | None:
        """How to take leave of who looks at a session that has ended; nothing where a new one is to take its place."""
        if session.number in self._from_outside:
            self._from_outside.discard(session.number)
            self.untold.note(session, "administrator")
        if reason in _OVER:
            return Ending.LEFT, self.untold.note(session, _OVER[reason]).in_words
        if reason in ("left", "ended"):
            return Ending.LEFT, lambda: _("Goodbye.")
        if reason == "shut_out":
            return Ending.FAILED, lambda: _(SHUT_OUT)
        return None
