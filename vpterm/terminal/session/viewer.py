"""One attached terminal: what it is able to show, and how the session's paintings reach it.

A viewer of the session's own size gets the app's stream as it is painted; one of another size, or one that
is slow, gets what has changed line by line (changes.py). A terminal too small for any app gets a message.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from vpterm.kernel.i18n import _, using
from vpterm.terminal.painting.colour import rewrite
from vpterm.terminal.painting.glyphs import replace_glyphs
from vpterm.terminal.painting.modes import CLEAR, move_to
from vpterm.terminal.painting.terminal_kind import TerminalKind
from vpterm.terminal.session.changes import Shown
from vpterm.terminal.session.keys import KeyDecoder
from vpterm.terminal.settings import is_too_small

Showing = Literal["stream", "lines", "message"]

_SLOW_S = 60.0  # how long a line must have kept up to be slow no more
_BLINK_S = 0.3
_PIECE_S = 0.5  # how long a piece of changes may take on the way
_FEWEST_AT_ONCE, _MOST_AT_ONCE = 160, 4096  # characters; the second where nothing is known of the line


class Viewer:
    """A terminal attached to a session. `send` gets bytes, and whether they paint the screen as a whole."""

    def __init__(
        self,
        number: int,
        size: tuple[int, int],
        kind: TerminalKind,
        send: Callable[[bytes, bool], None],
        *,
        watches: bool = False,
        on_size: Callable[[int, int], None] | None = None,
    ) -> None:
        """With `on_size` it is of the session's own size, which is told before it is painted; nobody sees it."""
        self.number, self.columns, self.rows = number, size[0], size[1]
        self._on_size = on_size
        self.kind, self.watches = kind, watches
        self.decoder = KeyDecoder()
        self.held_by: set[str] = set()  # who cannot keep up: "terminal", "wire"
        self.has_missed = False  # something that was painted while it was held
        self.showing: Showing = "stream"
        self.bytes_s = 0  # what a slow line carries in a second, as far as it is known
        self.notice = ""
        self.is_guest = False  # shown a picture of its own (guests.py), and never the app's stream
        self._send = send
        self._shown = Shown()
        self._is_slow, self._slow_since, self._slow_until = False, 0.0, 0.0

    @property
    def is_paused(self) -> bool:
        """Whether nothing can be sent now."""
        return bool(self.held_by)

    @property
    def follows(self) -> bool:
        """Whether it is of the session's own size, and nobody's terminal (a recording)."""
        return self._on_size is not None

    def choose(self, session_size: tuple[int, int]) -> None:
        """Choose how to show a session that paints for this size."""
        self._shown.forget()
        if self._on_size is not None:
            self.columns, self.rows = session_size
            self._on_size(*session_size)
        if is_too_small(self.columns, self.rows):
            self.showing = "message"
        else:
            fits = (self.columns, self.rows) == session_size and not self.is_guest
            self.showing = "stream" if fits and not self._is_slow else "lines"

    def hold(self, by: str, now: float) -> None:
        """Send nothing for now. Is it the terminal, then its line is slow, and gets changes from now on, in pieces.

        A recording has no line.
        """
        self.held_by.add(by)
        if by != "terminal" or self.follows:
            return
        self._slow_since = self._slow_since if self._is_slow else now
        self._is_slow, self._slow_until = True, now + _SLOW_S
        if self.showing == "stream":
            self.showing = "lines"

    def due_at_release(self, session_size: tuple[int, int], now: float) -> Literal["whole", "changes", ""]:
        """It may be painted for again: what it needs. Who waited for a blink only was given much at once, and is not
        slow; who missed nothing needs nothing, unless it is given changes in pieces."""
        if self._is_slow and now - self._slow_since < _BLINK_S:
            self._is_slow = False
            self.choose(session_size)
        missed, self.has_missed = self.has_missed, False
        if self.showing == "lines":
            return "changes" if missed or self._shown.is_known else ""
        return "whole" if missed else ""

    def forget_slow(self, session_size: tuple[int, int], now: float) -> None:
        """Its line has kept up for a while, and it shows all that there is: it may have the stream again."""
        if self._is_slow and now > self._slow_until:
            self._is_slow = False
            self.choose(session_size)

    def paint(self, text: str, *, whole: bool = False) -> None:
        """Send a painting in the colours and signs of this terminal; nothing while it is paused."""
        if self.is_paused:
            self.has_missed = True
            return
        if text.startswith("\x1b]") and self.kind.glyphs != "full":
            return  # a command to the window system; a console would show it as text
        text = rewrite(replace_glyphs(text, self.kind.glyphs), self.kind.colours)
        self._send(text.encode(), whole)

    def paint_frame(self, frame: str) -> None:
        """Send the whole screen, with the notice over its last line."""
        self.paint(CLEAR + frame + self._notice_line(), whole=True)

    def paint_lines(self, lines: list[Strip], render: Callable[[Strip], str]) -> bool:
        """Send what has changed since the last time; whether that is all. To a slow terminal, a little at a time."""
        if self.is_paused:
            return True  # it is drawn when it is released
        if self.notice:
            lines = [*lines[:-1], Strip([Segment(self._notice_text(), Style(reverse=True))], self.columns)]
        is_first = not self._shown.is_known
        most = max(_FEWEST_AT_ONCE, round(self.bytes_s * _PIECE_S) or _MOST_AT_ONCE) if self._is_slow else None
        changes, is_all = self._shown.take_changes(lines, render, most)
        if is_first:
            self.paint(CLEAR + changes, whole=True)
        elif changes:
            self.paint(changes)
        return is_all

    def forget_lines(self) -> None:
        """What the terminal shows is no longer known: the next lines are sent in full."""
        self._shown.forget()

    def paint_message(self) -> None:
        """Say that nothing can be shown at this size, cut to what there is."""
        with using(self.kind.language):
            rows = [_("Window too small"), f"{self.columns}x{self.rows}", _("at least 20x5")][: self.rows]
        self.paint(CLEAR + "".join(move_to(0, y) + row[: self.columns] for y, row in enumerate(rows)), whole=True)

    def _notice_line(self) -> str:
        if not self.notice:
            return ""
        return f"{move_to(0, self.rows - 1)}\x1b[0;7m{self._notice_text()}\x1b[0m"

    def _notice_text(self) -> str:
        return self.notice[: self.columns].ljust(self.columns)
