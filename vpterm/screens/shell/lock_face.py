"""What a locked screen shows: the site, the time, who is locked, and dots for what is typed."""

from __future__ import annotations

import textwrap
from collections.abc import Callable

from rich.cells import cell_len
from rich.segment import Segment
from textual import events
from textual.strip import Strip

from vpterm.kernel.dates import format_day_title
from vpterm.kernel.i18n import _, current_language
from vpterm.kernel.text import fit
from vpterm.screens.session_names import show_session_name
from vpterm.screens.shell.drawn import Drawn
from vpterm.screens.theme.look import Role

LONGEST = 128
WIDTH = 46
Piece = tuple[str, Role]


class LockFace(Drawn, can_focus=True):
    """The whole screen. `on_typed` is told a line that was typed."""

    def __init__(self, on_typed: Callable[[str], None]) -> None:
        super().__init__()
        self._on_typed = on_typed
        self._typed = ""
        self._said: Piece = ("", "quiet")
        self._pin = self._password = True

    def show_ways(self, *, pin: bool, password: bool) -> None:
        """Say what opens."""
        self._pin, self._password = pin, password
        self.refresh()

    def tell(self, sentence: str, *, is_error: bool = False) -> None:
        """Say something below the line."""
        self._said = (f"! {sentence}", "danger") if is_error else (sentence, "quiet")
        self.refresh()

    def clear(self) -> bool:
        """Empty the line; whether there was anything."""
        had = bool(self._typed)
        self._typed = ""
        self.refresh()
        return had

    def on_key(self, event: events.Key) -> None:
        """What is typed is kept here and shown nowhere."""
        event.stop()
        if event.key == "enter":
            if self._typed:
                typed, self._typed = self._typed, ""
                self._on_typed(typed)
        elif event.key == "backspace":
            self._typed = self._typed[:-1]
        elif event.key == "ctrl+u":
            self._typed = ""
        elif event.is_printable and event.character:
            self._add(event.character)
        self.refresh()

    def on_paste(self, event: events.Paste) -> None:
        """From a keeper of passwords."""
        event.stop()
        self._add("".join(event.text.splitlines()[:1]))

    def _add(self, text: str) -> None:
        self._typed = (self._typed + text)[:LONGEST]
        self._said = ("", "quiet")
        self.refresh()

    # -- drawing

    def draw(self, y: int) -> Strip:
        """The lines of the middle, the keys on the last line."""
        width, height = self.size.width, self.size.height
        if y == height - 1 and height > 3:
            return self._line([(_("Enter"), "key"), (f" {_('go on')}", "quiet"), ("   ", "quiet"),
                               (_("Esc"), "key"), (f" {_('leave it to somebody else')}", "quiet")], 1)  # fmt: skip
        lines = self._middle(min(WIDTH, width - 2))
        at = y - max((height - len(lines)) // 3, 0)
        return self._line(lines[at], max((width - WIDTH) // 2, 1)) if 0 <= at < len(lines) else Strip.blank(width)

    def _middle(self, width: int) -> list[list[Piece]]:
        app = self.app
        moment = app.now()
        who = app.person if app.person == app.request.login else f"{app.person} ({app.request.login})"
        session = app.context.session_name
        said: list[list[Piece]] = [
            [(line, self._said[1])] for line in textwrap.wrap(self._said[0], max(width, 10))[:3]
        ]
        named: list[list[Piece]] = [[(_("session: {name}").format(name=show_session_name(session)), "quiet")]]
        return [
            [(fit(app.site.name.upper(), width), "site")],
            [("═" * width, "site")],
            [(f"{format_day_title(moment.date(), current_language())}  {moment:%H:%M}", "text")],
            [],
            [(_("Locked").upper(), "heading")],
            [(fit(who, width), "strong")],
            *(named if session else []),
            [],
            self._asked(width),
            [],
            *(said or [[]]),
        ]

    def _asked(self, width: int) -> list[Piece]:
        if not self._pin and not self._password:
            return [(fit(_("Come in again by your key: that opens it."), width), "text")]
        label = _("PIN or password") if self._pin and self._password else _("PIN") if self._pin else _("Password")
        dot = self.look.glyph("dot")
        room = max(width - cell_len(label) - 3, 1)
        dots = (dot * len(self._typed))[-room + 1 :] if room > 1 else ""
        return [(label, "quiet"), ("  ", "text"), (dots, "text"), ("_", "text")]

    def _line(self, pieces: list[Piece], indent: int) -> Strip:
        segments = [Segment(" " * indent), *(Segment(text, self.look.style(role)) for text, role in pieces)]
        return Strip(segments).adjust_cell_length(self.size.width)
