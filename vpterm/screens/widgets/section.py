"""Small pieces of text: a section's heading with a count at its right, and the curve of weights."""

from __future__ import annotations

from collections.abc import Sequence

from rich.segment import Segment
from textual.strip import Strip

from vpterm.kernel.text import display_width, fit
from vpterm.screens.privacy import marked
from vpterm.screens.shell.drawn import Drawn
from vpterm.screens.theme.look import Role


class Section(Drawn):
    """`Section(_("Waiting room"), "3")`: the heading in capitals, the count at the right. Texts already translated."""

    can_focus = False

    def __init__(self, title: str, count: str = "", *, after: bool = False, id: str | None = None) -> None:
        """`after` leaves a blank line above."""
        super().__init__(id=id, classes="-after" if after else "")
        self._title, self._count = title, count

    def show_title(self, title: str) -> None:
        """Change the heading."""
        self._title = title
        self.refresh()

    def show_count(self, count: str) -> None:
        """Change the count."""
        self._count = count
        self.refresh()

    def draw(self, y: int) -> Strip:
        """One line."""
        width = self.size.width
        room = max(width - display_width(self._count) - 1, 0)
        title = Strip([Segment(fit(self._title.upper(), room), self.look.style("heading"))]).adjust_cell_length(room)
        return Strip.join([title, Strip([Segment(" " + self._count, self.look.style("quiet"))])])


class Line(Drawn):
    """One line of pieces, each in its role: `Line(("! ", "danger"), ("Allergie", "text"))`; `show` changes it.

    Pieces come one after another; a piece `""` in any role pushes the rest to the right end.
    """

    can_focus = False
    DEFAULT_CSS = "Line { height: 1; }"

    def __init__(self, *pieces: tuple[str, Role], id: str | None = None) -> None:
        super().__init__(id=id)
        self._pieces = pieces

    def show(self, *pieces: tuple[str, Role]) -> None:
        """Show other pieces."""
        self._pieces = pieces
        self.refresh()

    @property
    def text(self) -> str:
        """What it says."""
        return "".join(text for text, _role in self._pieces)

    def draw(self, y: int) -> Strip:
        """Left pieces, a gap, right pieces; what does not fit is cut at the right of the left pieces."""
        width = self.size.width
        split = next((at for at, (text, _role) in enumerate(self._pieces) if not text), len(self._pieces))
        left, right = self._pieces[:split], self._pieces[split + 1 :]
        room = max(width - sum(display_width(text) for text, _role in right), 0)
        segments = []
        for text, role in left:
            shown = fit(text, room)
            room -= display_width(shown)
            segments.append(Segment(shown, marked(text, self.look.style(role))))
        segments.append(Segment(" " * room))
        segments += [Segment(text, marked(text, self.look.style(role))) for text, role in right]
        return Strip(segments).adjust_cell_length(width)


class Rule(Drawn):
    """A thin rule across."""

    can_focus = False
    DEFAULT_CSS = "Rule { height: 1; }"

    def draw(self, y: int) -> Strip:
        """One line."""
        return Strip([Segment("─" * self.size.width, self.look.style("rule"))])


def sparkline(values: Sequence[float | int], bars: str, most: int = 24) -> str:
    """The last `most` values as bars from the lowest to the highest: `sparkline(grams, app.look.glyph("bars"))`.

    Equal values draw the middle bar: a steady weight is neither low nor high.
    """
    shown = values[-most:]
    if not shown:
        return ""
    low, high = min(shown), max(shown)
    if low == high:
        return bars[len(bars) // 2] * len(shown)
    top = len(bars) - 1
    return "".join(bars[round((value - low) * top / (high - low))] for value in shown)
