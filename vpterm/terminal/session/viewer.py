"""One attached terminal: what it is able to show, and how the session's paintings reach it.

A viewer of the session's own size gets the app's stream as it is painted; one of another size, or one that
is slow, gets whole frames or changed lines. A terminal too small for any app gets a message.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from vpterm.kernel.i18n import _, using
from vpterm.terminal.painting.colour import rewrite
from vpterm.terminal.painting.glyphs import replace_glyphs
from vpterm.terminal.painting.modes import CLEAR, move_to
from vpterm.terminal.painting.terminal_kind import TerminalKind
from vpterm.terminal.session.keys import KeyDecoder
from vpterm.terminal.settings import is_too_small

Showing = Literal["stream", "lines", "message"]


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
        self.showing: Showing = "stream"
        self.notice = ""
        self.is_guest = False  # shown a picture of its own (guests.py), and never the app's stream
        self._send = send
        self._lines: list[str] = []

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
        self._lines = []
        if self._on_size is not None:
            self.columns, self.rows = session_size
            self._on_size(*session_size)
        if is_too_small(self.columns, self.rows):
            self.showing = "message"
        else:
            fits = (self.columns, self.rows) == session_size and not self.is_guest
            self.showing = "stream" if fits else "lines"

    def paint(self, text: str, *, whole: bool = False) -> None:
        """Send a painting in the colours and signs of this terminal; nothing while it is paused."""
        if self.is_paused:
            return
        if text.startswith("\x1b]") and self.kind.glyphs != "full":
            return  # a command to the window system; a console would show it as text
        text = rewrite(replace_glyphs(text, self.kind.glyphs), self.kind.colours)
        self._send(text.encode(), whole)

    def paint_frame(self, frame: str) -> None:
        """Send the whole screen, with the notice over its last line."""
        self.paint(CLEAR + frame + self._notice_line(), whole=True)

    def paint_lines(self, lines: list[str]) -> None:
        """Send the lines that changed since the last time."""
        if self.is_paused:
            return
        is_first = not self._lines
        shown = self._lines or [""] * len(lines)
        changed = [
            move_to(0, row) + line
            for row, (line, before) in enumerate(zip(lines, shown, strict=False))
            if line != before
        ]
        self._lines = lines
        if is_first:
            self.paint(CLEAR + "".join(changed) + self._notice_line(), whole=True)
        elif changed:
            self.paint("".join(changed))

    def forget_lines(self) -> None:
        """What the terminal shows is no longer known: the next lines are sent in full."""
        self._lines = []

    def paint_message(self) -> None:
        """Say that nothing can be shown at this size, cut to what there is."""
        with using(self.kind.language):
            rows = [_("Window too small"), f"{self.columns}x{self.rows}", _("at least 20x5")][: self.rows]
        self.paint(CLEAR + "".join(move_to(0, y) + row[: self.columns] for y, row in enumerate(rows)), whole=True)

    def _notice_line(self) -> str:
        if not self.notice:
            return ""
        text = self.notice[: self.columns].ljust(self.columns)
        return f"{move_to(0, self.rows - 1)}\x1b[0;7m{text}\x1b[0m"
