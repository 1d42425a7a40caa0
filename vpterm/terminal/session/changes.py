"""What a terminal shows, line by line, and what of it differs by now: for terminals that get changes, not the stream.

A line that is slow gets so many bytes at a time, and each time of the newest screen; nothing is sent that is old.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import zip_longest

from rich.cells import cell_len
from textual.strip import Strip

from vpterm.terminal.painting.modes import move_to

_Cells = list[tuple[str, object]]
_NOTHING = ("", None)


class Shown:
    """The lines that a terminal is known to show; None for one that is not known."""

    def __init__(self) -> None:
        self._lines: list[Strip | None] = []
        self._next = 0

    @property
    def is_known(self) -> bool:
        """Whether anything is."""
        return bool(self._lines)

    def forget(self) -> None:
        """Nothing is known any more."""
        self._lines = []

    def take_changes(self, lines: list[Strip], render: Callable[[Strip], str], most: int | None) -> tuple[str, bool]:
        """What makes the terminal show these lines, as far as `most` characters go (at least a line), and whether
        that is all of it. What is left begins the next piece, unless it has changed again by then."""
        if len(self._lines) != len(lines):
            self._lines, self._next = [None] * len(lines), 0
        pieces: list[str] = []
        length = 0
        for step in range(len(lines)):
            row = (self._next + step) % len(lines)
            span = differing(self._lines[row], lines[row])
            if span is None:
                continue
            if most is not None and length >= most:
                self._next = row
                return "".join(pieces), False
            start, end = span
            pieces.append(move_to(start, row) + render(lines[row].crop(start, end)))
            length += len(pieces[-1])
            self._lines[row] = lines[row]
        self._next = 0
        return "".join(pieces), True


def differing(before: Strip | None, now: Strip) -> tuple[int, int] | None:
    """The cells, from the first that differs to past the last, that must be painted; nothing where all are alike.

    A wide sign is never cut in two, neither the new one nor the one that it replaces.
    """
    if before is None:
        return 0, now.cell_length
    if before == now:
        return None
    old, new = _cells(before), _cells(now)
    differ = [
        at
        for at, (one, other) in enumerate(zip_longest(old, new, fillvalue=_NOTHING))
        if one != other and at < len(new)
    ]
    if not differ:
        return None
    start, end = differ[0], differ[-1] + 1
    while start > 0 and (_is_second_half(new, start) or _is_second_half(old, start)):
        start -= 1
    while end < len(new) and (_is_second_half(new, end) or _is_second_half(old, end)):
        end += 1
    return start, end


def _is_second_half(cells: _Cells, at: int) -> bool:
    return at < len(cells) and cells[at][0] == ""


def _cells(strip: Strip) -> _Cells:
    """Sign and style of each cell. A wide sign's second one holds none; what has no width belongs to the one before."""
    cells: _Cells = []
    for text, style, _control in strip:
        for sign in text:
            width = 1 if sign.isascii() else cell_len(sign)
            if width == 0 and cells:
                cells[-1] = (cells[-1][0] + sign, cells[-1][1])
                continue
            cells.append((sign, style))
            cells.extend([("", style)] * (width - 1))
    return cells
