"""A day of the agenda: what can be done in it. Its lists are in lists.py."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from textual import events
from textual.widget import Widget

from vpterm.kernel.dates import format_day_title
from vpterm.kernel.errors import Refused
from vpterm.kernel.i18n import N_, _
from vpterm.practice.agenda import furniture
from vpterm.practice.agenda.queries import BookingRow, DayAgenda, DayCount, Gap, day_agenda, week_overview
from vpterm.practice.agenda.wishes import parse_wish
from vpterm.screens.agenda import handling
from vpterm.screens.agenda.date_bar import DateBar
from vpterm.screens.agenda.lists import DayLists
from vpterm.screens.agenda.week import WeekHeading
from vpterm.screens.desk.shown import Entry
from vpterm.screens.desk.steps import check_in_booking
from vpterm.screens.keymap.registry import Action, Keys
from vpterm.screens.keymap.standard import DELETE, MAIN, NEXT, PREVIOUS
from vpterm.screens.shell.app import PracticeApp
from vpterm.screens.shell.place import Place
from vpterm.screens.widgets.rows import Rows


class AgendaDay(Place):
    """Left and right, F7 and F8 turn the days; Tab the resources; typing goes to a day."""

    place = "agenda.day"
    title_label = N_("Agenda of a day")
    actions = (
        Action("book", MAIN, N_("book"), N_("Book where the cursor stands.")),
        Action("previous", PREVIOUS, N_("day before"), N_("The day before; the left arrow too.")),
        Action("next", NEXT, N_("day after"), N_("The day after; the right arrow too.")),
        Action("arrive", Keys("ctrl+a", ("f13",)), N_("arrived"), N_("Check the booking in."), in_footer=False),
        Action(
            "move",
            Keys("ctrl+x", ("f14",)),
            N_("move"),
            N_("Pick the booking up; Enter on a gap drops it there."),
            in_footer=False,
        ),
        Action("cancel", DELETE, N_("cancel"), N_("Cancel the booking, with a reason."), in_footer=False),
        Action("slots", Keys("ctrl+e", ("f15",)), N_("free slots"), N_("The next free slots by reason.")),
        Action("close", Keys("ctrl+k", ("f16",)), N_("close time"), N_("Leave, surgery, a meeting."), in_footer=False),
        Action("right", Keys("tab", ("ctrl+right",)), N_("next resource"), "", in_footer=False),
        Action("left", Keys("shift+tab", ("ctrl+left",)), N_("resource before"), "", in_footer=False),
        Action(
            "settings", Keys("ctrl+u", ("f17",)), N_("set up"), N_("Who is booked, when, what for."), in_footer=False
        ),
        Action("elsewhere", None, N_("agenda of another site"), N_("As far as the group shares the agendas.")),
    )
    follows = frozenset({"bookings", "visits"})

    def __init__(self, app: PracticeApp, agenda: DayAgenda, week: list[DayCount], site_name: str = "") -> None:
        super().__init__()
        self.agenda, self.week, self.site_name = agenda, week, site_name
        self.carried: BookingRow | None = None
        mine = next((at for at, one in enumerate(agenda.resources) if one.staff_id == app.context.staff_id), 0)
        self.lists = DayLists(agenda, look=app.look, at=mine, on_open=self.open_entry)

    @property
    def site_id(self) -> int | None:
        """None for the own site."""
        return self.agenda.site_id if self.agenda.site_id != self.app.context.site_id else None

    def can(self, action: Action) -> bool:
        """Setting up is for some."""
        return action.name != "settings" or self.app.context.may(furniture.RIGHT)

    # -- what it shows

    def body(self) -> Iterable[Widget]:
        """The day, the week, the resources, and the line where a day is typed."""
        self.heading = WeekHeading()
        yield self.heading
        yield self.lists
        self.date_bar = DateBar(on_typed=self._typed, on_leave=self.lists.focus_list)
        yield self.date_bar

    def on_mount(self) -> None:
        """The cursor on the list of the person."""
        self._show()
        self.lists.focus_list()

    def on_resize(self) -> None:
        """As many resources as fit."""
        if self.is_mounted:
            self._show()

    def _show(self) -> None:
        self.lists.show(self.agenda)
        self.head.show_subject(self.site_name or _("Agenda"), format_day_title(self.agenda.day))
        self.heading.show(self.agenda.day, self.week)

    def way_back(self) -> dict[str, Any]:
        """The day shown by now."""
        return {"day": self.agenda.day, "site_id": self.site_id}

    async def reload(self) -> None:
        """Read the day again; the cursor stays on its line."""
        await self._go_to(self.agenda.day)

    async def _go_to(self, day: date) -> None:
        context, site = self.app.context, self.site_id
        turned, before = day != self.agenda.day, self.agenda.resources
        self.agenda = await day_agenda(context, day=day, site_id=site)
        self.week = await week_overview(context, day=day, site_id=site)
        if [one.id for one in before] != [one.id for one in self.agenda.resources]:
            # Somebody was added, closed or moved: other columns, or others in another order.
            self.lists.agenda = self.agenda
            await self.lists.recompose()
            self.lists.focus_list()
        self._show()
        if turned:
            self.app.whereabouts.changed()
            self.lists.back_to_top()

    @property
    def current(self) -> Entry | None:
        """The line under the cursor."""
        return self.lists.list.current if self.lists.list is not None else None

    def on_key(self, event: events.Key) -> None:
        """Arrows turn the days; whatever is typed on a list goes to the line of days."""
        if not isinstance(self.focused, Rows):
            return
        if event.key in {"left", "right"}:
            event.stop()
            self.app.work(self._turn(-1 if event.key == "left" else 1))
        elif event.is_printable and event.character and event.character != " ":
            event.stop()
            self.date_bar.begin(event.character)

    def _typed(self, text: str) -> None:
        self.app.work(self._go_to_typed(text))

    async def _go_to_typed(self, typed: str) -> None:
        if typed.strip():
            await self._go_to(parse_wish(typed, self.app.context.today(), "day").day)
        self.date_bar.line.set_text("")
        self.say("")
        self.lists.focus_list()

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
        self.lists.change_resource(1)

    async def do_left(self) -> None:
        """Shift+Tab."""
        self.lists.change_resource(-1)

    # -- doing

    async def open_entry(self, entry: Entry) -> None:
        """Enter: book a gap (or drop what is carried there), ask what to do with a booking."""
        if isinstance(entry, Gap):
            if self.carried is None:
                await self._book(entry)
            elif await handling.drop(self.app, self.carried, entry):
                moved, self.carried = self.carried, None
                await self.reload()
                self.lists.select_booking(moved.id)
            return
        answer = await handling.ask_what(self.app, entry)
        if answer == "animal":
            await self.app.open("animals.sheet", animal_id=entry.animal_id)
        elif answer is not None:
            await getattr(self, f"do_{answer}")()

    def _booking(self) -> BookingRow:
        entry = self.current
        if not isinstance(entry, BookingRow):
            raise Refused(_("There is no booking under the cursor."))
        return entry

    @property
    def _here(self) -> int | None:
        return self.lists.present.id if self.lists.present is not None else None

    async def _book(self, gap: Gap | None) -> None:
        await self.app.open(
            "agenda.book", resource_id=gap.resource_id if gap else self._here, starts_at=gap.starts_at if gap else None,
            day=self.agenda.day, site_id=self.site_id,
        )  # fmt: skip

    async def do_book(self) -> None:
        """F9."""
        entry = self.current
        await self._book(entry if isinstance(entry, Gap) else None)

    async def do_slots(self) -> None:
        """Ctrl+E: what for and when first, who afterwards; the resource is left open."""
        await self.app.open("agenda.book", day=self.agenda.day, site_id=self.site_id, slot_first=True)

    async def do_arrive(self) -> None:
        """Ctrl+A."""
        await check_in_booking(self.app, self._booking())
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
        entry = self.current
        await self.app.open(
            "agenda.close", resource_id=self._here, day=self.agenda.day,
            starts_at=entry.starts_at if isinstance(entry, Gap) else None,
        )  # fmt: skip

    async def do_settings(self) -> None:
        """Ctrl+U."""
        await self.app.open("agenda.settings")

    async def do_elsewhere(self) -> None:
        """Through the menu."""
        picked = await handling.pick_site(self.app)
        if picked is not None:
            await self.app.replace("agenda.day", day=self.agenda.day, site_id=picked.id)

    async def do_back(self) -> None:
        """Esc lets go of what is carried, then leaves."""
        if self.carried is not None:
            self.carried = None
            self.say(_("Let go: it stays where it was."))
            return
        await super().do_back()
