"""The lines above a day: its date, and its week with what is booked on each day."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from textual.containers import Vertical
from textual.widget import Widget

from vpterm.kernel.dates import format_date_long, format_week, format_weekday
from vpterm.kernel.text import display_width
from vpterm.practice.agenda.queries import DayCount
from vpterm.screens.theme.look import Role
from vpterm.screens.widgets.section import Line


class WeekHeading(Vertical):
    """Two lines."""

    def __init__(self) -> None:
        super().__init__()
        self._day, self._week = Line(), Line()
        self.styles.height = 2

    def compose(self) -> Iterable[Widget]:
        """The day over its week."""
        yield self._day
        yield self._week

    def show(self, day: date, week: Sequence[DayCount]) -> None:
        """Show another day."""
        self._day.show((format_date_long(day), "strong"), ("", "quiet"), (format_week(day), "quiet"))
        self._week.show(*week_pieces(week, day, self.app.size.width - 2))


def week_pieces(week: Sequence[DayCount], day: date, width: int) -> list[tuple[str, Role]]:
    """`lun 23 (5)   MAR 24 (26)`: the number of bookings in brackets, none on a day when nobody opens.

    A full week on a narrow terminal names its days in two letters, and a telephone's counts nothing.
    """
    for letters, counts in (("abbreviated", True), ("short", True), ("short", False)):
        texts = [_told(one, letters, is_here=one.day == day, counts=counts) for one in week]
        room = width - sum(display_width(text) for text in texts)
        if room >= len(texts) - 1:
            break
    gap = " " * min(max(room // max(len(texts) - 1, 1), 1), 4)
    pieces: list[tuple[str, Role]] = []
    for one, text in zip(week, texts, strict=True):
        pieces += [(text, "strong" if one.day == day else "quiet"), (gap, "quiet")]
    return pieces


def _told(one: DayCount, letters: str, *, is_here: bool, counts: bool) -> str:
    name = format_weekday(one.day.isoweekday(), width=letters).rstrip(".")
    # In capitals too, since bold alone is not to be seen on every terminal.
    shown = f"{name.upper() if is_here else name} {one.day.day}"
    return f"{shown} ({one.bookings})" if counts and (one.bookings or one.free_min) else shown
