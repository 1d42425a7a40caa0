"""A text that is never cut: it takes the lines it needs, up to a limit."""

from __future__ import annotations

import textwrap

from rich.segment import Segment
from textual.strip import Strip

from vpterm.kernel.text import plain
from vpterm.screens.privacy import marked
from vpterm.screens.shell.drawn import Drawn
from vpterm.screens.theme.look import Role


class Paragraph(Drawn):
    """`Paragraph("! Allergie : pénicilline", "danger")`; "" takes no line. `most` lines at most, the last one cut."""

    can_focus = False

    def __init__(self, text: str = "", role: Role = "text", *, most: int = 3, id: str | None = None) -> None:
        super().__init__(id=id)
        self._text, self._role, self._most = text, role, most
        self._lines: list[str] = []

    @property
    def text(self) -> str:
        """What it says."""
        return self._text

    def show(self, text: str, role: Role | None = None) -> None:
        """Say something else."""
        self._text, self._role = text, role or self._role
        self._fold()

    def on_mount(self) -> None:
        """As tall as its text."""
        self._fold()

    def on_resize(self) -> None:
        """Another width: other lines."""
        self._fold()

    def _fold(self) -> None:
        width = max(self.size.width or self.app.size.width - 2, 10)
        whole = [line for part in self._text.splitlines() for line in textwrap.wrap(plain(part), width) or [""]]
        self._lines = whole[: self._most]
        if len(whole) > self._most:
            self._lines[-1] = self._lines[-1][: width - 1] + "…"
        self.display = bool(self._lines)
        if self.styles.height is None or self.styles.height.value != len(self._lines):
            self.styles.height = max(len(self._lines), 1)
        self.refresh()

    def draw(self, y: int) -> Strip:
        """One of the lines."""
        text = self._lines[y] if y < len(self._lines) else ""
        return Strip([Segment(text, marked(self._text, self.look.style(self._role)))]).adjust_cell_length(
            self.size.width
        )
