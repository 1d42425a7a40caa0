"""Which of several sessions to go on in: a list in plain lines, by arrows or numbers; or another one, by its name."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from vpterm.kernel.ago import ago
from vpterm.kernel.errors import Refused
from vpterm.kernel.i18n import _
from vpterm.kernel.text import display_width, fit
from vpterm.screens.session_names import LONGEST_NAME, check_session_name, show_session_name
from vpterm.terminal.gateway.administration import SessionInfo
from vpterm.terminal.gateway.choosing import Wanted
from vpterm.terminal.plain_lines import PersonLeft, PlainLines

_PATIENCE_S = 300.0
_MOST_LINES = 9  # what one digit reaches


class SessionChoice(PlainLines):
    """One terminal whose person has several sessions open, the one used last first. `columns` is its width."""

    def __init__(
        self, sessions: Sequence[SessionInfo], sites: dict[str, str], write: Callable[[bytes], None], columns: int
    ) -> None:
        super().__init__(write)
        self._sessions, self._sites, self._width = list(sessions)[: _MOST_LINES - 1], sites, max(columns - 1, 20)
        self._at = 0

    async def choose(self) -> Wanted | None:
        """What the person wants; nothing when they left, or did not answer."""
        try:
            async with asyncio.timeout(_PATIENCE_S):
                return await self._choose()
        except (PersonLeft, TimeoutError):
            return None

    async def _choose(self) -> Wanted:
        lines = self._lines()
        self.say(_("Your open sessions:"))
        self._draw(lines)
        while True:
            key = await self.key()
            if key == "escape":
                raise PersonLeft
            if key == "up" or key == "down":
                self._at = (self._at + (1 if key == "down" else -1)) % len(lines)
            elif key.isdigit() and 1 <= int(key) <= len(lines):
                self._at = int(key) - 1
                key = "enter"
            self._write(f"\x1b[{len(lines) + 1}A".encode())
            self._draw(lines)
            if key == "enter":
                break
        if self._at < len(self._sessions):
            chosen = self._sessions[self._at]
            return Wanted(chosen.name, chosen.site_code)
        return Wanted(await self._ask_name())

    async def _ask_name(self) -> str:
        while True:
            try:
                return check_session_name(await self.ask(_("Name of the session:"), shown=True))
            except Refused as refusal:
                self.say(f"{refusal.message} {refusal.advice}")

    def _lines(self) -> list[str]:
        now = datetime.now(UTC)
        rows = [
            (
                show_session_name(each.name),
                self._sites.get(each.site_code, each.site_code),
                ago(datetime.fromisoformat(each.typed_at), now),
                _seen(each),
            )
            for each in self._sessions
        ]
        widths = [max((display_width(row[at]) for row in rows), default=0) for at in range(3)]
        widths[0] = max(widths[0], min(LONGEST_NAME, 12))
        shown = ["  ".join([*map(fit_to, row[:3], widths), row[3]]).rstrip() for row in rows]
        return [*shown, _("another one…")]

    def _draw(self, lines: Sequence[str]) -> None:
        for number, line in enumerate(lines):
            mark = ">" if number == self._at else " "
            self._write(f"\r\x1b[K{fit(f' {mark} {number + 1}  {line}', self._width)}\r\n".encode())
        hint = _("Arrows or a number, Enter; Ctrl+C leaves.")
        self._write(f"\r\x1b[K{fit(hint, self._width)}\r\n".encode())


def fit_to(text: str, width: int) -> str:
    """A text in a column."""
    return text + " " * (width - display_width(text))


def _seen(session: SessionInfo) -> str:
    seen = ", ".join(looker.origin for looker in session.onlookers)
    return _("open at {origin}").format(origin=seen) if seen else session.left_from
