"""A day of the agenda: one list a resource, side by side where there is room."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from textual import events, on
from textual.containers import Horizontal, Vertical
from textual.widget import Widget
from textual.widgets import Input, Static

from vpterm.kernel.date_entry import parse_date
from vpterm.kernel.dates import format_date_long, format_day_title, format_week, paris_day
from vpterm.kernel.errors import Refused
from vpterm.kernel.i18n import N_, _
from vpterm.practice.agenda.queries import (
    BookingRow,
    DayAgenda,
    DayCount,
    Gap,
    day_agenda,
    find_booking,
    week_overview,
)
from vpterm.practice.agenda.rules import rounded_up
from vpterm.practice.sites.queries import list_sites
from vpterm.screens.agenda import handling
from vpterm.screens.agenda.columns import Entry, day_columns, role_of_entry, side_columns
from vpterm.screens.keymap.registry import Action, Keys
from vpterm.screens.keymap.standard import DELETE, MAIN, NEXT, PREVIOUS
from vpterm.screens.shell.app import PracticeApp
from vpterm.screens.shell.commands import command
from vpterm.screens.shell.openers import opens
from vpterm.screens.shell.place import Place
from vpterm.screens.theme.look import Role
from vpterm.screens.widgets.dialogs import PickList
from vpterm.screens.widgets.fields import TextField
from vpterm.screens.widgets.rows import Rows
from vpterm.screens.widgets.section import Line

SIDE_WIDTH = 40  # cells that a resource needs beside another


class DateLine(TextField):
    """Where a typed day goes; Esc empties it and goes back to the list."""

    def step_back(self) -> bool:
        """True while something is typed."""
        had = bool(self.value)
        self.set_text("")
        if isinstance(self.screen, AgendaDay):
            self.screen.focus_list()
        return had


class AgendaDay(Place):
    """Left and right, F7 and F8 turn the days; Tab the resources; typing goes to a day."""

    place = "agenda.day"
    title_label = N_("Agenda of a day")
    actions = (
        Action("book", MAIN, N_("book"), N_("Book where the cursor stands.")),
        Action("previous", PREVIOUS, N_("day before"), N_("The day before; the left arrow too.")),
        Action("next", NEXT, N_("day after"), N_("The day after; the right arrow too.")),
        Action("arrive", Keys("ctrl+a", ("f13",)), N_("arrived"), N_("Check the booking in."), in_footer=False),
        Action("move", Keys("ctrl+x", ("f14",)), N_("move"), N_("Pick the booking up; Enter on a gap drops it there.")),
        Action("cancel", DELETE, N_("cancel"), N_("Cancel the booking, with a reason."), in_footer=False),
        Action(
            "slots",
            Keys("ctrl+e", ("f15",)),
            N_("free slots"),
            N_("The next free slots by reason."),
            in_footer=False,
        ),
        Action("close", Keys("ctrl+k", ("f16",)), N_("close time"), N_("Leave, surgery, a meeting."), in_footer=False),
        Action("right", Keys("tab", ("ctrl+right",)), N_("next resource"), "", in_footer=False),
        Action("left", Keys("shift+tab", ("ctrl+left",)), N_("resource before"), "", in_footer=False),
        Action("elsewhere", None, N_("agenda of another site"), N_("As far as the group shares the agendas.")),
    )
    follows = frozenset({"bookings", "visits"})

    def __init__(self, app: PracticeApp, agenda: DayAgenda, week: list[DayCount], site_name: str = "") -> None:
        super().__init__()
        self.agenda, self.week, self.site_name = agenda, week, site_name
        self.carried: BookingRow | None = None
        self.at = next(
            (at for at, one in enumerate(agenda.resources) if one.staff_id == app.context.staff_id), 0
        )  # fmt: skip
        self.lists: dict[int, Rows[Entry]] = {}
        self.titles: dict[int, Line] = {}

    @property
    def site_id(self) -> int | None:
        """None for the own site."""
        return self.agenda.site_id if self.agenda.site_id != self.app.context.site_id else None

    # -- how it is laid out

    def body(self) -> Iterable[Widget]:
        """The day, the week, the resources, and the line where a day is typed."""
        self.day_line, self.week_line = Line(), Line()
        yield self.day_line
        yield self.week_line
        with Horizontal(id="resources"):
            for one in self.agenda.resources:
                yield self._column(one.id)
        self.nothing = Static("", markup=False, classes="label")
        yield self.nothing
        self.date_line = DateLine("day", "", hint=_("a day: . for today, +7, mon, 24/12"))
        with (bar := Horizontal()):
            yield Static(_("Go to: "), markup=False, classes="label")
            yield self.date_line
        bar.styles.height, bar.styles.dock = 1, "bottom"

    def _column(self, resource_id: int) -> Vertical:
        title = self.titles[resource_id] = Line()
        side = len(self.agenda.resources) > 1 and self.app.size.width >= 2 * SIDE_WIDTH + 30
        rows = self.lists[resource_id] = Rows[Entry](
            side_columns(self.app.look) if side else day_columns(self.app.look), (),
            identity=lambda entry: entry.key, on_open=self.open_entry, role_of=role_of_entry,
            empty=N_("Closed on this day, and nothing booked: F9 books all the same."),
        )  # fmt: skip
        column = Vertical(title, rows, id=f"resource-{resource_id}")
        column.styles.width, column.styles.margin = "1fr", (1, 2 if side else 0, 0, 0)
        return column

    def on_mount(self) -> None:
        """The cursor on the list of the person."""
        self.query_one("#resources").styles.height = "1fr"
        for label in self.query("Horizontal > .label"):
            label.styles.width = "auto"
        self.nothing.styles.height = "auto"
        self._show()
        self.focus_list()

    def on_resize(self) -> None:
        """As many resources as fit."""
        if self.is_mounted:
            self._show()

    # -- what it shows

    def _show(self) -> None:
        resources = self.agenda.resources
        fitting = max((self.app.size.width - 2) // SIDE_WIDTH, 1) if self.app.size.width >= 2 * SIDE_WIDTH + 30 else 1
        first = min(max(self.at - fitting + 1, 0), max(len(resources) - fitting, 0))
        now = rounded_up(self.app.context.now())
        for at, one in enumerate(resources):
            if one.id not in self.lists:
                continue
            self.query_one(f"#resource-{one.id}").display = first <= at < first + fitting
            self.lists[one.id].set_rows(self.agenda.entries(one.id, from_=now))
            self.titles[one.id].show(*self._names(at, fitting))
        self.nothing.update("" if resources else _("No agenda here yet: the management adds practitioners and rooms."))
        self._show_head()

    def _names(self, at: int, fitting: int) -> list[tuple[str, Role]]:
        """The name above a list; on a narrow terminal beside those of the other lists."""
        resources = self.agenda.resources
        if fitting > 1:
            return [(resources[at].name.upper(), "heading"), ("", "quiet"), (self._count(at), "quiet")]
        pieces: list[tuple[str, Role]] = []
        for other, one in enumerate(resources):
            pieces.append((one.name.upper() if other == at else one.name, "heading" if other == at else "quiet"))
            pieces.append((f" {self._count(other)}   ", "quiet"))
        return pieces

    def _count(self, at: int) -> str:
        number = self.agenda.resources[at].id
        booked = sum(row.resource_id == number and not row.is_closed for row in self.agenda.bookings)
        return str(booked) if booked else ""

    def _show_head(self) -> None:
        day = self.agenda.day
        self.head.show_subject(self.site_name or _("Agenda"), format_day_title(day))
        self.day_line.show((format_date_long(day), "strong"), ("", "quiet"), (format_week(day), "quiet"))
        pieces: list[tuple[str, Role]] = []
        for one in self.week:
            role: Role = "strong" if one.day == day else "quiet"
            name = format_day_title(one.day).split()
            pieces.append((f"{name[0]} {one.day.day}", role))
            pieces.append((f" {one.bookings or '–'}" if one.free_min or one.bookings else " ", role))
            pieces.append(("   ", "quiet"))
        self.week_line.show(*pieces)

    def way_back(self) -> dict[str, Any]:
        """The day shown by now."""
        return {"day": self.agenda.day, "site_id": self.site_id}

    async def reload(self) -> None:
        """Read the day again; the cursor stays on its line."""
        await self._go_to(self.agenda.day)

    async def _go_to(self, day: date) -> None:
        context, site = self.app.context, self.site_id
        turned = day != self.agenda.day
        self.agenda = await day_agenda(context, day=day, site_id=site)
        self.week = await week_overview(context, day=day, site_id=site)
        self._show()
        if turned:
            self.app.whereabouts.changed()
            for rows in self.lists.values():
                rows.action_move(-len(rows.rows))

    def stand_at(
        self, *, booking_id: int | None = None, moment: datetime | None = None, resource: int | None = None
    ) -> None:
        """Put the cursor on a booking, or where a moment lies; before the place is shown too."""
        at = [one.id for one in self.agenda.resources]
        if resource in at:
            self.at = at.index(resource)
        self._wanted = (booking_id, moment)

    # -- focus

    @property
    def list(self) -> Rows[Entry] | None:
        """The list of the present resource."""
        resources = self.agenda.resources
        return self.lists.get(resources[self.at].id) if self.at < len(resources) else None

    @property
    def current(self) -> Entry | None:
        return self.list.current if self.list is not None else None

    def focus_list(self) -> None:
        """The cursor goes to the present resource, at the wanted line the first time."""
        rows = self.list
        if rows is None:
            return
        rows.focus()
        booking_id, moment = self._wanted
        self._wanted = (None, None)
        moment = moment or self.app.context.now()
        wanted = next((one for one in rows.rows if isinstance(one, BookingRow) and one.id == booking_id), None)
        if wanted is None and booking_id is None and rows.cursor == 0:
            wanted_entry: Entry | None = next((one for one in rows.rows if one.ends_at > moment), None)
        else:
            wanted_entry = wanted
        if wanted_entry is not None:
            rows.select(wanted_entry.key)

    _wanted: tuple[int | None, datetime | None] = (None, None)

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """The resource in use is the one with the cursor."""
        for at, one in enumerate(self.agenda.resources):
            if self.lists.get(one.id) is event.widget:
                self.at = at

    def on_key(self, event: events.Key) -> None:
        """Arrows turn the days; whatever is typed on a list goes to the line of days."""
        if not isinstance(self.focused, Rows):
            return
        if event.key in {"left", "right"}:
            event.stop()
            self.app.work(self._turn(-1 if event.key == "left" else 1))
        elif event.is_printable and event.character and event.character != " ":
            event.stop()
            self.date_line.focus()
            self.date_line.insert_text_at_cursor(event.character)

    @on(Input.Submitted)
    def _typed(self, message: Input.Submitted) -> None:
        message.stop()
        self.app.work(self._go_to_typed(message.value))

    async def _go_to_typed(self, typed: str) -> None:
        if typed.strip():
            await self._go_to(parse_date(typed, today=self.app.context.today(), field="day"))
        self.date_line.set_text("")
        self.say("")
        self.focus_list()

    # -- turning

    async def _turn(self, days: int) -> None:
        await self._go_to(self.agenda.day + timedelta(days=days))

    async def do_previous(self) -> None:
        """F7."""
        await self._turn(-1)

    async def do_next(self) -> None:
        """F8."""
        await self._turn(1)

    async def do_right(self) -> None:
        """Tab."""
        self._change_resource(1)

    async def do_left(self) -> None:
        """Shift+Tab."""
        self._change_resource(-1)

    def _change_resource(self, by: int) -> None:
        if self.agenda.resources:
            self.at = (self.at + by) % len(self.agenda.resources)
            self._show()
            self.focus_list()

    # -- doing

    async def open_entry(self, entry: Entry) -> None:
        """Enter: book a gap (or drop what is carried there), ask what to do with a booking."""
        if isinstance(entry, Gap):
            if self.carried is None:
                await self._book(entry)
            elif await handling.drop(self.app, self.carried, entry):
                moved, self.carried = self.carried, None
                await self.reload()
                self.select_booking(moved.id)
            return
        answer = await handling.ask_what(self.app, entry)
        if answer == "animal":
            await self.app.open("animals.sheet", animal_id=entry.animal_id)
        elif answer is not None:
            await getattr(self, f"do_{answer}")()

    def select_booking(self, booking_id: int) -> None:
        """Put the cursor on a booking, where it is now."""
        for number, rows in self.lists.items():
            row = next((one for one in rows.rows if isinstance(one, BookingRow) and one.id == booking_id), None)
            if row is not None:
                self.at = [one.id for one in self.agenda.resources].index(number)
                self._show()
                rows.focus()
                rows.select(row.key)

    def _booking(self) -> BookingRow:
        entry = self.current
        if not isinstance(entry, BookingRow):
            raise Refused(_("There is no booking under the cursor."))
        return entry

    async def _book(self, gap: Gap | None) -> None:
        resources = self.agenda.resources
        where = gap.resource_id if gap else resources[self.at].id if resources else None
        starts_at = gap.starts_at if gap else None
        await self.app.open(
            "agenda.book", resource_id=where, starts_at=starts_at, day=self.agenda.day, site_id=self.site_id
        )

    async def do_book(self) -> None:
        """F9."""
        entry = self.current
        await self._book(entry if isinstance(entry, Gap) else None)

    async def do_slots(self) -> None:
        """Ctrl+E: the form with its proposals, the resource left open."""
        await self.app.open("agenda.book", day=self.agenda.day, site_id=self.site_id)

    async def do_arrive(self) -> None:
        """Ctrl+A."""
        await handling.arrive(self.app, self._booking())
        if self.app.open_place is self:
            await self.reload()

    async def do_move(self) -> None:
        """Ctrl+X: pick up."""
        row = self._booking()
        if row.state != "booked" or row.hidden or self.site_id is not None:
            raise Refused(_("This line cannot be moved."))
        self.carried = row
        self.say(_("{who} is picked up: Enter on a gap drops it, on any day; Esc lets go.").format(who=row.who))

    async def do_cancel(self) -> None:
        """Delete."""
        await handling.cancel(self.app, self._booking())
        await self.reload()

    async def do_close(self) -> None:
        """Ctrl+K."""
        resources = self.agenda.resources
        entry = self.current
        await self.app.open(
            "agenda.close", resource_id=resources[self.at].id if resources else None, day=self.agenda.day,
            starts_at=entry.starts_at if isinstance(entry, Gap) else None,
        )  # fmt: skip

    async def do_elsewhere(self) -> None:
        """Through the menu."""
        sites = await list_sites(self.app.context.database)
        picked = await self.app.ask(
            PickList(_("Whose agenda?"), sites, show=lambda site: site.name, identity=lambda site: site.id)
        )
        if picked is not None:
            await self.app.replace("agenda.day", day=self.agenda.day, site_id=picked.id)

    async def do_back(self) -> None:
        """Esc lets go of what is carried, then leaves."""
        if self.carried is not None:
            self.carried = None
            self.say(_("Let go: it stays where it was."))
            return
        await super().do_back()


@opens("agenda.day", label=N_("Agenda of the day"))
async def open_day(
    app: PracticeApp, *, day: date | None = None, resource_id: int | None = None, booking_id: int | None = None,
    starts_at: datetime | None = None, site_id: int | None = None,
) -> AgendaDay:  # fmt: skip
    """A day (today unless given, or a booking's own), of this site or of another as far as the group shares it."""
    context = app.context
    if booking_id is not None:
        booking = await find_booking(context, booking_id=booking_id)
        day, resource_id = paris_day(booking.starts_at), booking.resource_id
    day = day or (paris_day(starts_at) if starts_at else context.today())
    agenda = await day_agenda(context, day=day, site_id=site_id)
    week = await week_overview(context, day=day, site_id=site_id)
    name = ""
    if site_id is not None and site_id != context.site_id:
        name = next(site.name for site in await list_sites(context.database) if site.id == site_id)
    place = AgendaDay(app, agenda, week, name)
    place.stand_at(booking_id=booking_id, moment=starts_at, resource=resource_id)
    return place


@command("agenda", "ag", label=N_("Agenda of a day"), argument=N_("day"))
async def go_to_agenda(app: Any, rest: str) -> None:
    # for instance: agenda 24/11
    day = parse_date(rest, today=app.context.today()) if rest else None
    await app.open("agenda.day", day=day)
