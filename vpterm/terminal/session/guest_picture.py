"""The picture of a screen for a guest's terminal of any size: framed in a larger one, followed about in a smaller one.

The last line is the guest's own: whose screen it is, what was granted, for how long yet, and what part is shown.
"""

from __future__ import annotations

from collections.abc import Sequence

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from vpterm.kernel.i18n import _, using
from vpterm.kernel.text import pad
from vpterm.terminal.guests import Guest
from vpterm.terminal.session.masking import Mask

POINTER = Style(color="black", bgcolor="yellow")
_STATUS = Style(reverse=True)
_FRAME = Style(dim=True)
_MARGIN = 2  # lines and columns that stay in sight around what is followed

Size = tuple[int, int]
Cell = tuple[int, int]


def label_of(name: str) -> str:
    """What stands beside a pointer."""
    return f" {name} "


class GuestPicture:
    """One guest's view. `origin` is the cell of the screen in its upper left corner."""

    def __init__(self, *, masked: bool) -> None:
        self._mask = Mask() if masked else None
        self.origin: Cell = (0, 0)
        self._inset: Cell = (0, 0)

    def draw(
        self, strips: Sequence[Strip], size: Size, focus: Cell, pointer: tuple[Cell, str] | None, guest: Guest,
        left_s: int, language: str,
    ) -> list[Strip]:  # fmt: skip
        """The lines of a terminal of `size` that shows `strips`, near `focus` where they do not fit."""
        shown = self._mask.cover(strips) if self._mask is not None else list(strips)
        if pointer is not None:
            shown = _pointed(shown, *pointer)
        screen = (max((strip.cell_length for strip in shown), default=0), len(shown))
        room = (size[0], size[1] - 1)
        part = (min(room[0], screen[0]), min(room[1], screen[1]))
        self.origin = tuple(  # type: ignore[assignment]  # two of them
            _followed(self.origin[axis], focus[axis], part[axis], screen[axis]) for axis in (0, 1)
        )
        left, top = self.origin
        lines = [strip.crop(left, left + part[0]) for strip in shown[top : top + part[1]]]
        with using(language):
            status = self._status(guest, left_s, part, screen)
        return [*self._framed(lines, part, room), Strip([Segment(pad(status, size[0]), _STATUS)])]

    def cell_at(self, column: int, row: int) -> Cell:
        """The cell of the screen that stands at a cell of the guest's terminal."""
        return column - self._inset[0] + self.origin[0], row - self._inset[1] + self.origin[1]

    def _framed(self, lines: list[Strip], part: Size, room: Size) -> list[Strip]:
        """The lines in a frame in the middle, where the room is larger each way; else in the upper left corner."""
        spare = (room[0] - part[0], room[1] - part[1])
        self._inset = (spare[0] // 2, spare[1] // 2) if min(spare) >= 2 else (0, 0)
        if self._inset == (0, 0):
            padded = [line.adjust_cell_length(room[0], Style.null()) for line in lines]
            return padded + [Strip.blank(room[0])] * spare[1]
        left, right = self._inset[0] - 1, spare[0] - self._inset[0] - 1
        above, below = self._inset[1] - 1, spare[1] - self._inset[1] - 1
        side = Segment("│", _FRAME)

        def edge(first: str, last: str) -> Strip:
            return _spaced([Segment(f"{first}{'─' * part[0]}{last}", _FRAME)], left, right)

        inner = [_spaced([side, *line.adjust_cell_length(part[0], Style.null()), side], left, right) for line in lines]
        blank = Strip.blank(room[0])
        return [*[blank] * above, edge("┌", "┐"), *inner, edge("└", "┘"), *[blank] * below]

    def _status(self, guest: Guest, left_s: int, part: Size, screen: Size) -> str:
        granted = _("you type") if guest.has_keyboard else _("pointing") if guest.points else _("watching")
        names = _("names shown") if guest.sees_private else _("names masked")
        told = [_("Ctrl+X leaves"), _("{n} min left").format(n=(left_s + 59) // 60)]
        if part != screen:
            spans = [f"{first + 1}-{first + count}" for first, count in zip(self.origin, part, strict=True)]
            told.append(f"{'×'.join(spans)} / {screen[0]}×{screen[1]}")
        return " " + " · ".join([*told, granted, names, guest.where])


def _followed(origin: int, focus: int, shown: int, whole: int) -> int:
    """Where a window of `shown` cells begins so that `focus` is in it; it moves only when it must."""
    margin = min(_MARGIN, max((shown - 1) // 2, 0))
    origin = max(min(origin, focus - margin), focus + margin + 1 - shown)
    return max(min(origin, whole - shown), 0)


def _pointed(strips: list[Strip], at: Cell, name: str) -> list[Strip]:
    """The pointer: its cell in amber, the name on the line below (above, on the last line)."""
    column, row = at
    if not 0 <= row < len(strips):
        return strips
    strips = list(strips)
    strips[row] = _over(strips[row], column, strips[row].crop(column, column + 1).text or " ")
    start, beneath = label_at(at, name, (strips[row].cell_length, len(strips)))
    if 0 <= beneath < len(strips):
        strips[beneath] = _over(strips[beneath], start, label_of(name))
    return strips


def label_at(at: Cell, name: str, screen: Size) -> Cell:
    """Where the name of who points stands: never over the cell that is pointed at."""
    beneath = at[1] + 1 if at[1] + 1 < screen[1] else at[1] - 1
    return max(min(at[0], screen[0] - len(label_of(name))), 0), beneath


def _over(strip: Strip, column: int, text: str) -> Strip:
    end = column + len(text)
    drawn = Strip([Segment(text, POINTER)])
    return Strip.join([strip.crop(0, column), drawn, strip.crop(end)]).adjust_cell_length(strip.cell_length)


def _spaced(segments: list[Segment], left: int, right: int) -> Strip:
    return Strip([Segment(" " * left), *segments, Segment(" " * right)])
