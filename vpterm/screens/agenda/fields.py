"""Fields of the agenda's forms: how long, when, and the hours of a weekday."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, time
from typing import TYPE_CHECKING, Any

from vpterm.kernel.dates import format_date_short, format_duration, format_time, paris_day, parse_duration
from vpterm.kernel.errors import Refused
from vpterm.kernel.i18n import _
from vpterm.practice.agenda.hours import Opening, format_day_hours, parse_day_hours
from vpterm.practice.agenda.queries import Slot
from vpterm.practice.agenda.rules import check_duration
from vpterm.practice.agenda.wishes import Wish, parse_wish
from vpterm.screens.widgets.fields import TextField
from vpterm.screens.widgets.picking import PickingField
from vpterm.screens.widgets.rows import Rows

if TYPE_CHECKING:
    from vpterm.screens.shell.app import PracticeApp

SAME = "="


class DurationField(TextField):
    """Minutes (`20`, `1h30`); `read()` answers an int, None for the reason's own."""

    nothing = None

    def __init__(self, name: str, label: str, value: int | None = None, **options: Any) -> None:
        super().__init__(name, label, format_duration(value) if value else "", **options)

    def parse(self, typed: str) -> int:
        """Minutes that a booking may last."""
        return check_duration(parse_duration(typed))

    def show(self, value: int) -> str:
        """`1 h 30`."""
        return format_duration(value)


class DayHoursField(TextField):
    """The openings of a weekday (`8h30-12 14-18h30`); `=` is the same as the day above; empty is closed."""

    def __init__(self, name: str, label: str, openings: list[Opening], *, above: DayHoursField | None) -> None:
        super().__init__(name, label, format_day_hours(openings), hint=_("closed"), max_length=80)
        self.above = above

    def read(self) -> list[tuple[time, time]]:
        """The openings; none for a closed day."""
        return super().read() or []

    def parse(self, typed: str) -> list[Opening]:
        """The openings of this line, or of the one above."""
        if typed == SAME and self.above is not None:
            return self.above.read()
        return parse_day_hours(typed, self.key)

    def show(self, value: list[Opening]) -> str:
        """`08:30–12:00  14:00–18:30`."""
        return format_day_hours(value)


class WhenField(PickingField):
    """A time (`lun 10h30`), or a wish (`jeu`, `s+1 matin`) for which the free times are proposed below."""

    nothing = None

    def __init__(self, name: str, label: str, *, below: Rows[Slot], on_take: Callable[[Slot], None], **options: Any):
        super().__init__(name, label, below=below, **options)
        self._on_take = on_take

    def take(self, row: Slot) -> None:
        """Take a proposal over; its resource goes with it."""
        self.set_text(moment_text(row.starts_at))
        self._on_take(row)

    @property
    def offers(self) -> bool:
        """A time that was typed out stands."""
        return bool(self.below.rows) and not self.has_time

    @property
    def has_time(self) -> bool:
        """Whether a time was typed or taken."""
        try:
            wish = self.read()
        except Refused:
            return False
        return wish is not None and wish.clock is not None

    def parse(self, typed: str) -> Wish:
        """What one wishes."""
        app: PracticeApp = self.app  # type: ignore[assignment]
        return parse_wish(typed, app.context.today(), self.key)

    def show(self, value: Wish) -> str:
        """`24/11/26 10:30`; a wish that is no moment stays as it was said."""
        if value.is_narrow and value.clock is None:
            return self.value
        return (
            f"{format_date_short(value.day)} {format_time(value.clock)}"
            if value.clock
            else format_date_short(value.day)
        )


def moment_text(moment: datetime) -> str:
    """As WhenField reads it."""
    return f"{format_date_short(paris_day(moment))} {format_time(moment)}"
