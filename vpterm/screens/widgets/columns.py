"""Columns of a list: what each shows, how wide, and which give way on a narrow terminal. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, Literal, TypeVar

from vpterm.kernel.text import pad
from vpterm.screens.theme.look import Role

T = TypeVar("T")
GAP = 2


@dataclass(frozen=True)
class Cell:
    """A text in a role: `Cell("12 d", "danger")`. Danger also shows a `!` where the text has none."""

    text: str
    role: Role = "text"

    @property
    def shown(self) -> str:
        """The text, with its sign: a colour never speaks alone."""
        return f"! {self.text}" if self.role == "danger" and not self.text.startswith("!") else self.text


@dataclass(frozen=True)
class Column(Generic[T]):
    """A column: `title` (a msgid, "" for none), `show` from a row, `width` in cells.

    `stretch` takes what is left over. `rank` 0 is always shown; higher ranks leave first when it is narrow.
    Give money, doses and identities the width of their longest value: they are never to be cut.
    """

    title: str
    show: Callable[[T], str | Cell]
    width: int
    align: Literal["left", "right"] = "left"
    rank: int = 0
    stretch: int = 0
    role: Role = "text"

    def cell(self, row: T) -> Cell:
        """What this column shows of `row`."""
        shown = self.show(row)
        return shown if isinstance(shown, Cell) else Cell(shown, self.role)


def lay_out(columns: Sequence[Column[T]], width: int) -> list[tuple[Column[T], int]]:
    """The columns that fit into `width` cells, each with its width; leftover goes to those that stretch."""
    chosen = list(columns)
    while len(chosen) > 1 and _needed(chosen) > width:
        leaving = max(chosen, key=lambda column: (column.rank, chosen.index(column)))
        if leaving.rank == 0:
            break
        chosen.remove(leaving)
    spare = width - _needed(chosen)
    parts = sum(column.stretch for column in chosen)
    widths = []
    for column in chosen:
        share = spare * column.stretch // parts if parts else 0
        widths.append((column, max(column.width + share, 1)))
    rest = width - sum(size for _column, size in widths) - GAP * (len(widths) - 1)
    if parts and rest > 0:
        at = next(index for index, (column, _size) in enumerate(widths) if column.stretch)
        widths[at] = (widths[at][0], widths[at][1] + rest)
    return widths


def _needed(columns: Sequence[Column[T]]) -> int:
    return sum(column.width for column in columns) + GAP * (len(columns) - 1)


def placed(cell: Cell, width: int, align: Literal["left", "right"]) -> str:
    """The text of a cell in exactly `width` cells."""
    return pad(cell.shown, width, align)
