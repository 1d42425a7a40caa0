"""The lists of a day, one a resource: side by side where there is room, else one at a time under all their names."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime

from textual import events
from textual.containers import Horizontal, Vertical
from textual.widget import Widget

from vpterm.kernel.i18n import N_, _
from vpterm.practice.agenda.furniture import RIGHT
from vpterm.practice.agenda.queries import BookingRow, DayAgenda, ResourceDay
from vpterm.practice.agenda.rules import rounded_up
from vpterm.screens.agenda.columns import day_columns, side_columns
from vpterm.screens.desk.shown import Entry, role_of_entry
from vpterm.screens.shell.app import PracticeApp
from vpterm.screens.theme.look import Look, Role
from vpterm.screens.widgets.paragraph import Paragraph
from vpterm.screens.widgets.rows import Rows
from vpterm.screens.widgets.section import Line

SIDE_WIDTH = 32  # cells that a resource needs beside another
SIDE_FROM = 110  # cells from which resources stand side by side


class DayLists(Horizontal):
    """`DayLists(agenda, on_open=...)`; `at` is the place of the present resource, the one with the cursor."""

    app: PracticeApp

    def __init__(self, agenda: DayAgenda, *, look: Look, at: int, on_open: Callable[[Entry], Awaitable[None]]) -> None:
        super().__init__()
        self.agenda, self.at = agenda, at
        self._look, self._on_open = look, on_open
        self._wanted: tuple[int | None, datetime | None] = (None, None)
        self.lists: dict[int, Rows[Entry]] = {}
        self.titles: dict[int, Line] = {}

    @property
    def resources(self) -> tuple[ResourceDay, ...]:
        """In the order of the site."""
        return self.agenda.resources

    # -- how they are laid out

    def compose(self) -> Iterable[Widget]:
        """A column a resource."""
        if not self.resources:
            yield Paragraph(self._who_sets_up(), "quiet")
        side = self._stands_side_by_side
        for one in self.resources:
            title = self.titles[one.id] = Line()
            rows = self.lists[one.id] = Rows[Entry](
                side_columns(self._look) if side else day_columns(self._look), (),
                identity=lambda entry: entry.key, on_open=self._on_open, role_of=role_of_entry,
                empty=N_("Closed on this day, and nothing booked: F9 books all the same."),
            )  # fmt: skip
            column = Vertical(title, rows, id=f"resource-{one.id}")
            column.styles.width, column.styles.margin = "1fr", (1, 1 if side else 0, 0, 0)
            yield column

    def _who_sets_up(self) -> str:
        if self.app.context.may(RIGHT):
            return _("No agenda here yet: Ctrl+U adds practitioners and rooms.")
        return _("No agenda here yet: the management adds practitioners and rooms.")

    def on_mount(self) -> None:
        """All the room there is."""
        self.styles.height = "1fr"

    @property
    def _stands_side_by_side(self) -> bool:
        return len(self.resources) > 1 and self.app.size.width >= SIDE_FROM

    @property
    def _fitting(self) -> int:
        return max((self.app.size.width - 2) // SIDE_WIDTH, 1) if self._stands_side_by_side else 1

    # -- what they show

    def show(self, agenda: DayAgenda) -> None:
        """Show a day; the cursors stay on their lines."""
        self.agenda = agenda
        self.at = min(self.at, max(len(self.resources) - 1, 0))
        fitting = self._fitting
        first = min(max(self.at - fitting + 1, 0), max(len(self.resources) - fitting, 0))
        now = rounded_up(self.app.context.now())
        for at, one in enumerate(self.resources):
            if one.id not in self.lists:
                continue
            self.query_one(f"#resource-{one.id}").display = first <= at < first + fitting
            self.lists[one.id].set_rows(agenda.entries(one.id, from_=now))
            hidden = first if at == first else len(self.resources) - at - 1 if at == first + fitting - 1 else 0
            self.titles[one.id].show(*(self._title(at, hidden) if fitting > 1 else self._names()))

    def back_to_top(self) -> None:
        """Another day begins at its beginning."""
        for rows in self.lists.values():
            rows.action_move(-len(rows.rows))

    def _title(self, at: int, hidden: int) -> list[tuple[str, Role]]:
        """The name above a list, and behind the outermost how many more Tab brings up."""
        role: Role = "heading" if at == self.at else "quiet"
        more = f"  +{hidden} {self._look.glyph('arrow')}" if hidden else ""
        return [(self.resources[at].name.upper(), role), ("", "quiet"), (f"{self._count(at)}{more} ", "quiet")]

    def _names(self) -> list[tuple[str, Role]]:
        """On a narrow terminal the name above a list stands beside those of the other lists."""
        pieces: list[tuple[str, Role]] = []
        for other, one in enumerate(self.resources):
            is_here = other == self.at
            pieces.append((one.name.upper() if is_here else one.name, "heading" if is_here else "quiet"))
            pieces.append((f" {self._count(other)}   ", "quiet"))
        return pieces

    def _count(self, at: int) -> str:
        number = self.resources[at].id
        booked = sum(row.resource_id == number and not row.is_closed for row in self.agenda.bookings)
        return str(booked) if booked else ""

    # -- where the cursor is

    @property
    def present(self) -> ResourceDay | None:
        """The present resource."""
        return self.resources[self.at] if self.at < len(self.resources) else None

    @property
    def list(self) -> Rows[Entry] | None:
        """The list of the present resource."""
        return self.lists.get(self.present.id) if self.present is not None else None

    def stand_at(
        self, *, booking_id: int | None = None, moment: datetime | None = None, resource: int | None = None
    ) -> None:
        """Put the cursor on a booking, or where a moment lies; before the place is shown too."""
        at = [one.id for one in self.resources]
        if resource in at:
            self.at = at.index(resource)
        self._wanted = (booking_id, moment)

    def focus_list(self) -> None:
        """The cursor goes to the present resource, at the wanted line the first time."""
        rows = self.list
        if rows is None:
            return
        rows.focus()
        booking_id, moment = self._wanted
        self._wanted = (None, None)
        moment = moment or self.app.context.now()
        wanted: Entry | None = _booking_in(rows, booking_id)
        if wanted is None and booking_id is None and rows.cursor == 0:
            wanted = next((one for one in rows.rows if one.ends_at > moment), None)
        if wanted is not None:
            rows.select(wanted.key)

    def select_booking(self, booking_id: int) -> None:
        """Put the cursor on a booking, where it is now."""
        for number, rows in self.lists.items():
            row = _booking_in(rows, booking_id)
            if row is not None:
                self.at = [one.id for one in self.resources].index(number)
                self.show(self.agenda)
                rows.focus()
                rows.select(row.key)

    def change_resource(self, by: int) -> None:
        """The next resource, or the one before; after the last comes the first."""
        if self.resources:
            self.at = (self.at + by) % len(self.resources)
            self.show(self.agenda)
            self.focus_list()

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """The resource in use is the one with the cursor."""
        before = self.at
        for at, one in enumerate(self.resources):
            if self.lists.get(one.id) is event.widget:
                self.at = at
        if self.at != before and self._fitting > 1:
            self.show(self.agenda)


def _booking_in(rows: Rows[Entry], booking_id: int | None) -> BookingRow | None:
    return next((one for one in rows.rows if isinstance(one, BookingRow) and one.id == booking_id), None)
