"""The first screen of the day: agenda, waiting room, in consultation, to bill, to do, and the command line."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from textual import events
from textual.containers import Container, Vertical
from textual.widget import Widget

from vpterm.kernel.i18n import N_, _
from vpterm.practice.agenda.queries import BookingRow, DayCount
from vpterm.practice.waiting.queries import VisitRow
from vpterm.screens.desk.shown import Entry, role_of_entry
from vpterm.screens.home import columns
from vpterm.screens.home.layout import share_lines
from vpterm.screens.home.reading import BillRow, HomeData, Task, read_home
from vpterm.screens.home.receiving import open_task, receive
from vpterm.screens.keymap.registry import Action
from vpterm.screens.keymap.standard import BACK, MAIN, NEXT, PREVIOUS
from vpterm.screens.shell.app import PracticeApp
from vpterm.screens.shell.minutes import must_read_again
from vpterm.screens.shell.narrow import is_narrow
from vpterm.screens.shell.openers import opens
from vpterm.screens.shell.place import Place
from vpterm.screens.widgets.command_line import CommandLine
from vpterm.screens.widgets.rows import Rows
from vpterm.screens.widgets.section import Line, Section

WIDE = 110  # columns from which to-do and the week stand beside the rest
TALL = 34  # lines from which the colleagues' agenda stands below one's own
MOST_NARROW, MOST_USEFUL = 4, 8  # lines of a list below the agenda of a telephone, and of that agenda before them


class HomeBoard(Place):
    """What one sees at 8:42. Live: others' changes repaint it, the cursor stays where it is."""

    place = "home.board"
    title_label = N_("Home board")
    actions = (
        Action("receive", MAIN, N_("receive"), N_("The next step of the selected line: check in, call in, bill...")),
        Action("previous", PREVIOUS, N_("agenda before"), N_("A colleague's agenda, or everybody's."), in_footer=False),
        Action("next", NEXT, N_("other agenda"), N_("A colleague's agenda, or everybody's.")),
        Action("back", BACK, N_("quit"), N_("Suspend or end the session.")),
    )
    follows = frozenset({"bookings", "visits", "invoices", "performed_services", "record_entries"})

    def __init__(self, app: PracticeApp, data: HomeData) -> None:
        super().__init__()
        self.data = data
        self._read_at = app.context.now()
        mine = [one.id for one in data.agenda.resources if one.staff_id == app.context.staff_id]
        self.shown: int | None = mine[0] if mine else None
        self._make_lists(app)

    def _make_lists(self, app: PracticeApp) -> None:
        look = app.look
        agenda: dict[str, Any] = {"identity": lambda entry: entry.key, "on_open": self.open_entry}
        empty = N_("Nothing booked today: F9 books.")
        self.mine = Rows[Entry](
            columns.agenda_columns(look), (), role_of=role_of_entry, empty=empty, id="mine", **agenda
        )
        self.everybody = Rows[Entry](
            columns.everybody_columns(look), (), role_of=role_of_entry, empty=empty, id="everybody", **agenda
        )
        self.waiting = self._visits(columns.WAITING, N_("Nobody is waiting: F9 checks in."), "waiting")
        self.consulting = self._visits(columns.IN_CONSULTATION, N_("Nobody: F9 above calls in."), "consulting")
        self.to_bill = Rows[BillRow](
            columns.TO_BILL, (), identity=lambda bill: bill.client_id, on_open=self.open_bill,
            empty=N_("Nothing is left to bill."), id="to-bill",
        )  # fmt: skip
        self.tasks = Rows[Task](
            columns.TASKS, (), identity=lambda task: task.key, on_open=self.open_task,
            empty=N_("Nothing is left to do."), id="tasks",
        )  # fmt: skip
        self.week = Rows[DayCount](
            columns.WEEK, (), identity=lambda day: day.day, on_open=self.open_day, id="week",
            role_of=lambda day: "strong" if day.day == self.data.agenda.day else None,
        )  # fmt: skip

    def _visits(self, shown: list[Any], empty: str, name: str) -> Rows[VisitRow]:
        return Rows[VisitRow](shown, (), identity=lambda visit: visit.id, on_open=self.open_visit, empty=empty, id=name)

    # -- how it is laid out

    def body(self) -> Iterable[Widget]:
        """Agenda, room, to-do in this order of Tab; two columns with to-do below, or on a wide terminal three."""
        self.agenda_title = Line()
        self.others_title = Line()
        self.counts = {
            "waiting": Section(_("Waiting room")),
            "consulting": Section(_("In consultation"), after=True),
            "to_bill": Section(_("To bill"), after=True),
            "tasks": Section(_("To do")),
        }
        counts = self.counts
        self.left = Vertical(self.agenda_title, self.mine, self.others_title, self.everybody)
        self.middle = Vertical(
            counts["waiting"], self.waiting, counts["consulting"], self.consulting, counts["to_bill"], self.to_bill
        )
        self.week_title = Section(_("This week"), _("booked, free"), after=True)
        self.right = Vertical(counts["tasks"], self.tasks, self.week_title, self.week)
        self.box = Container(self.left, self.middle, self.right)
        self.command = CommandLine()
        yield self.box
        yield self.command

    def on_mount(self) -> None:
        """The cursor stands where the day is."""
        self.box.styles.layout = "grid"
        self.box.styles.height = "1fr"
        self.box.styles.grid_gutter_vertical = 1
        self._arrange()
        self._show()
        self._stand_at_now()
        (self.mine if self.mine.display else self.everybody).focus()

    def on_resize(self) -> None:
        """Wide terminals show more."""
        if self.is_mounted:
            self._arrange()
            self._show()

    @property
    def is_wide(self) -> bool:
        return self.app.size.width >= WIDE

    @property
    def is_narrow(self) -> bool:
        return is_narrow(self.app.size.width)

    def _arrange(self) -> None:
        styles, narrow = self.box.styles, self.is_narrow
        styles.grid_size_columns = 3 if self.is_wide else 1 if narrow else 2
        styles.grid_columns = "1fr 37 33" if self.is_wide else "1fr" if narrow else "1fr 37"
        styles.grid_rows = "1fr" if self.is_wide else "1fr auto auto" if narrow else "1fr auto"
        styles.grid_gutter_vertical = 2 if self.is_wide else 1
        self.middle.styles.height = "auto" if narrow else "1fr"
        self.right.styles.column_span = 2 if not self.is_wide and not narrow else 1
        self.right.styles.height = "1fr" if self.is_wide else "auto"
        self.week_title.display = self.week.display = self.is_wide

    def _share(self) -> None:
        """Give every list of the room the lines it needs, as far as there are any."""
        data = self.data
        tasks = len(data.tasks) or 1
        body = self.app.size.height - 5 - 1
        if self.is_narrow:
            self._share_narrow(body)
            return
        for name, rows in self._counted.items():
            rows.display = self.counts[name].display = True
        if self.is_wide:
            heights = share_lines(body - 3, [tasks, 7])
            self.tasks.styles.height, self.week.styles.height = min(heights[0], tasks), 7
            room = body
        else:
            self.tasks.styles.height = min(tasks, 3)
            room = body - 1 - min(tasks, 3)
        needs = [len(data.room.waiting), len(data.room.in_consultation), len(data.to_bill)]
        lists: tuple[Rows[Any], ...] = (self.waiting, self.consulting, self.to_bill)
        for rows, height, need in zip(lists, share_lines(room - 5, needs), needs, strict=True):
            rows.styles.height = min(height, max(need, 1))

    def _share_narrow(self, body: int) -> None:
        """One list below another: half of a telephone for the agenda, then what there is, as far as there is room."""
        room = body - max(body // 2, MOST_USEFUL)
        for name, rows in self._counted.items():
            height = min(len(rows.rows), room - 2, MOST_NARROW)
            rows.display = self.counts[name].display = height > 0
            rows.styles.height = max(height, 1)
            room -= height + 2 if height > 0 else 0

    @property
    def _counted(self) -> dict[str, Rows[Any]]:
        """The lists with a heading that counts them, in the order in which they matter."""
        return {"waiting": self.waiting, "consulting": self.consulting, "to_bill": self.to_bill, "tasks": self.tasks}

    # -- what it shows

    @property
    def shows_others(self) -> bool:
        """Whether there is room for the colleagues below one's own agenda."""
        return self.shown is not None and self.is_wide and self.app.size.height >= TALL

    def _show_agenda(self) -> None:
        data, context = self.data, self.app.context
        whole, others = self.shown is None, self.shows_others
        self.mine.display, self.everybody.display = not whole, whole or others
        self.others_title.display = others
        self.mine.set_rows([] if whole else data.entries(context, self.shown))
        rest = [row for row in data.agenda.bookings if row.resource_id != self.shown]
        self.everybody.set_rows(rest if whole or others else [])
        self.mine.styles.height = min(max(len(self.mine.rows), 1), self.app.size.height // 2) if others else "1fr"
        name = next((one.name for one in data.agenda.resources if one.id == self.shown), _("everybody"))
        self.agenda_title.show((_("Agenda").upper(), "heading"), ("", "quiet"), (f"{name} ", "quiet"))
        self.others_title.show((_("The others").upper(), "heading"), ("", "quiet"), (f"{len(rest) or ''} ", "quiet"))
        self.others_title.styles.margin = (1, 0, 0, 0)

    def _show(self) -> None:
        data = self.data
        self._show_agenda()
        self.waiting.set_rows(data.room.waiting)
        self.consulting.set_rows(data.room.in_consultation)
        self.to_bill.set_rows(data.to_bill)
        self.tasks.set_rows(data.tasks)
        self.week.set_rows(data.week)
        for name, rows in self._counted.items():
            self.counts[name].show_count(str(len(rows.rows) or ""))
        self._share()

    def _stand_at_now(self) -> None:
        now = self.app.context.now()
        shown = self.everybody if self.shown is None else self.mine
        upcoming = (entry for entry in shown.rows if entry.ends_at > now)
        expected = next((one for one in upcoming if isinstance(one, BookingRow) and not one.is_closed), None)
        if expected is not None:
            shown.select(expected.key)

    async def reload(self) -> None:
        """Read everything again; cursors stay on their rows, the focus where it is."""
        self._read_at = self.app.context.now()
        self.data = await read_home(self.app.context)
        self._show()

    def minute_passed(self) -> bool:
        """Who waits has waited longer, and who was expected has not come; what others do comes by notices."""
        context = self.app.context
        data = self.data.at_this_minute(context)
        if must_read_again(self._read_at, context.now()):
            self.app.background(self.reload())
        elif data.tasks != self.data.tasks:  # another number of them may take lines from the other lists
            self.data = data
            self._show()
        elif data.room != self.data.room or self._shows_the_past():
            self.data = data
            self.waiting.renew(data.room.waiting)
            self.mine.renew(data.entries(context, self.shown) if self.shown is not None else [])
        else:
            return super().minute_passed()
        return super().minute_passed() or True

    def _shows_the_past(self) -> bool:
        """Whether a gap of the agenda has begun by now and is shown as it was."""
        return self.shown is not None and [*self.mine.rows] != self.data.entries(self.app.context, self.shown)

    # -- keys

    def on_key(self, event: events.Key) -> None:
        """Whatever is typed on a list goes to the command line."""
        if isinstance(self.focused, Rows) and event.is_printable and event.character:
            event.stop()
            self.command.line.focus()
            self.command.line.insert_text_at_cursor(event.character)

    async def do_receive(self) -> None:
        """F9."""
        row = self.focused.current if isinstance(self.focused, Rows) else None
        await receive(self.app, row, self.data.room)
        if self.app.open_place is self:
            await self.reload()

    async def do_previous(self) -> None:
        """F7."""
        self._turn(-1)

    async def do_next(self) -> None:
        """F8."""
        self._turn(1)

    def _turn(self, by: int) -> None:
        choices = [*(one.id for one in self.data.agenda.resources), None]
        at = choices.index(self.shown) if self.shown in choices else 0
        had_focus = self.focused in {self.mine, self.everybody}
        self.shown = choices[(at + by) % len(choices)]
        self._show()
        self._stand_at_now()
        if had_focus:
            (self.everybody if self.shown is None else self.mine).focus()

    async def open_entry(self, entry: Entry) -> None:
        """Enter on the agenda: the day, at this line."""
        booking = entry.id if isinstance(entry, BookingRow) else None
        await self.app.open("agenda.day", resource_id=entry.resource_id, booking_id=booking, starts_at=entry.starts_at)

    async def open_visit(self, visit: VisitRow) -> None:
        """Enter in the room: the animal."""
        await self.app.open("animals.sheet", animal_id=visit.animal_id)

    async def open_bill(self, bill: BillRow) -> None:
        """Enter on what is to bill."""
        await self.app.open("billing.invoice", client_id=bill.client_id)

    async def open_task(self, task: Task) -> None:
        """Enter on what is to do."""
        await open_task(self.app, task)

    async def open_day(self, day: DayCount) -> None:
        """Enter on a day of the week."""
        await self.app.open("agenda.day", day=day.day)


@opens("home.board")
async def open_board(app: PracticeApp) -> HomeBoard:
    """Read the board first, so that it appears complete."""
    return HomeBoard(app, await read_home(app.context))


@opens("home")
async def open_home(app: PracticeApp) -> HomeBoard:
    """The same under its short name."""
    return HomeBoard(app, await read_home(app.context))
