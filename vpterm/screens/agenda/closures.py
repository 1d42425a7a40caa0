"""Closed time to come: leave, meetings, holidays. What closes the whole site at once is one line."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from textual.widget import Widget

from vpterm.kernel.dates import day_bounds, format_day_title, format_time, paris_day
from vpterm.kernel.errors import Refused
from vpterm.kernel.i18n import N_, _
from vpterm.practice.agenda.actions import cancel_booking
from vpterm.practice.agenda.queries import BookingRow, list_closures, list_resources
from vpterm.screens.keymap.registry import Action
from vpterm.screens.keymap.standard import DELETE, MAIN
from vpterm.screens.shell.app import PracticeApp
from vpterm.screens.shell.commands import command
from vpterm.screens.shell.openers import opens
from vpterm.screens.shell.place import Place
from vpterm.screens.widgets.columns import Column
from vpterm.screens.widgets.dialogs import yes_no
from vpterm.screens.widgets.rows import Rows


@dataclass(frozen=True, slots=True)
class Closure:
    """The same time closed for the same thing, of one resource or of several."""

    starts_at: datetime
    ends_at: datetime
    note: str
    rows: tuple[BookingRow, ...]

    @property
    def key(self) -> tuple[datetime, datetime, str]:
        """Who it is in the list."""
        return (self.starts_at, self.ends_at, self.note)

    @property
    def whole_days(self) -> bool:
        """Whether it goes from midnight to midnight."""
        return self.starts_at == day_bounds(paris_day(self.starts_at))[0] and self.ends_at == day_bounds(
            paris_day(self.ends_at)
        )[0]  # fmt: skip


def closures_of(rows: Iterable[BookingRow]) -> list[Closure]:
    """Lines of closed time, in order of time."""
    found: dict[tuple[datetime, datetime, str], list[BookingRow]] = {}
    for row in rows:
        found.setdefault((row.starts_at, row.ends_at, row.note), []).append(row)
    return [Closure(*key, tuple(group)) for key, group in found.items()]


def when_closed(closure: Closure) -> str:
    """ "ven. 25 déc.", "lun. 3 – ven. 7 août", "mar. 24 nov. 12:00 – 14:00"."""
    first, last = paris_day(closure.starts_at), paris_day(closure.ends_at - timedelta(minutes=1))
    if closure.whole_days:
        return format_day_title(first) + (f" – {format_day_title(last)}" if last != first else "")
    end = format_time(closure.ends_at)
    until = end if last == first else f"{format_day_title(last)} {end}"
    return f"{format_day_title(first)} {format_time(closure.starts_at)} – {until}"


class Closures(Place):
    """One list."""

    place = "agenda.closures"
    title_label = N_("Closed days")
    actions = (
        Action("add", MAIN, N_("close time"), N_("Leave, surgery, a meeting.")),
        Action("reopen", DELETE, N_("reopen"), N_("Give this time back to the agenda.")),
    )
    follows = frozenset({"bookings"})

    def __init__(self, rows: Sequence[BookingRow], resources: int) -> None:
        super().__init__()
        columns = [
            Column[Closure](N_("when"), when_closed, 40),
            Column[Closure](N_("what for"), lambda one: one.note, 16, stretch=1),
            Column[Closure](N_("who or what"), lambda one: self._whose(one, resources), 16, stretch=2),
        ]
        self.list = Rows[Closure](
            columns, closures_of(rows), identity=lambda one: one.key, on_open=self.open_closure,
            empty=N_("Nothing is closed in the time to come: F9 closes a day, or the whole site."),
        )  # fmt: skip

    def _whose(self, closure: Closure, resources: int) -> str:
        names = [row.resource_name for row in closure.rows]
        return _("the whole site") if len(names) >= max(resources, 2) else ", ".join(names)

    def body(self) -> Iterable[Widget]:
        """The list."""
        yield self.list

    def on_mount(self) -> None:
        """The next."""
        self.head.show_subject(_("Closed days"))
        self.list.focus()

    async def reload(self) -> None:
        """Read again."""
        self.list.set_rows(closures_of(await list_closures(self.app.context)))

    async def open_closure(self, closure: Closure) -> None:
        """Enter: the day."""
        await self.app.open("agenda.day", booking_id=closure.rows[0].id)

    async def do_add(self) -> None:
        """F9."""
        await self.app.open("agenda.close")

    async def do_reopen(self) -> None:
        """Delete."""
        closure = self.list.current
        if closure is None:
            raise Refused(_("Nothing is closed here."))
        question = _("Reopen {when} ({note})?").format(when=when_closed(closure), note=closure.note)
        if await self.app.ask(yes_no(question)) != "yes":
            return
        for row in closure.rows:
            await cancel_booking(self.app.context, booking_id=row.id)
        await self.reload()
        self.say(_("Open again: {when}").format(when=when_closed(closure)))


@opens("agenda.closures", label=N_("Closed days"), right="agenda.edit")
async def open_closures(app: PracticeApp) -> Closures:
    """All that is to come."""
    return Closures(await list_closures(app.context), len(await list_resources(app.context)))


@command("fermetures", "closures", label=N_("Closed days"))
async def go_to_closures(app: Any, rest: str) -> None:
    # for instance: fermetures
    await app.open("agenda.closures")
