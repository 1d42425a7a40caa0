"""What the home board shows, read in one go."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Literal

from vpterm.database.context import Context
from vpterm.kernel.dates import format_date_short, format_time, paris_day
from vpterm.kernel.i18n import _
from vpterm.kernel.money import Money
from vpterm.practice.agenda.queries import BookingRow, DayAgenda, DayCount, Gap, day_agenda, week_overview
from vpterm.practice.agenda.rules import rounded_up
from vpterm.practice.billing.queries import ToBillRow, list_to_bill
from vpterm.practice.care.queries import UnfinishedRow, unfinished_entries
from vpterm.practice.waiting.queries import Board, waiting_room

_TITLE = re.compile(r"^(M|Mme|Mlle|Mr|Mrs|Ms|Dr)\.? +", re.IGNORECASE)
MISSED_AFTER = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class BillRow:
    """A line of "to bill": what is drafted or done, or a visit that nothing was written for yet."""

    client_id: int
    client_name: str
    animals: str
    amount: Money
    visit_id: int | None


@dataclass(frozen=True, slots=True)
class Task:
    """A line of "to do": a sentence, and what Enter opens."""

    key: str
    text: str
    kind: Literal["note", "missed", "caller"]
    animal_id: int | None = None
    entry_id: int | None = None
    booking_id: int | None = None


@dataclass(frozen=True, slots=True)
class HomeData:
    """Everything on the board."""

    agenda: DayAgenda
    room: Board
    to_bill: tuple[BillRow, ...]
    tasks: tuple[Task, ...]
    week: tuple[DayCount, ...]

    def entries(self, context: Context, resource_id: int | None) -> list[BookingRow | Gap]:
        """One resource's day from now on with its gaps, or everybody's bookings (None)."""
        if resource_id is None:
            return list(self.agenda.bookings)
        return self.agenda.entries(resource_id, from_=rounded_up(context.now()))

    def at_this_minute(self, context: Context) -> HomeData:
        """The same at the moment of now: who waits has waited longer, who was expected has not come."""
        notes = tuple(task for task in self.tasks if task.kind == "note")
        return replace(
            self, room=self.room.at(context.now()), tasks=(*notes, *_of_the_agenda(context, self.agenda))
        )  # fmt: skip


async def read_home(context: Context) -> HomeData:
    """Read the board of this person at this site."""
    agenda = await day_agenda(context, day=context.today())
    room = await waiting_room(context)
    bills = _bills(await list_to_bill(context), room)
    notes = await unfinished_entries(context) if context.may("care.write") else []
    week = await week_overview(context, day=context.today())
    tasks = (*_of_notes(context, notes), *_of_the_agenda(context, agenda))
    return HomeData(agenda, room, bills, tasks, tuple(week))


def _bills(rows: list[ToBillRow], room: Board) -> tuple[BillRow, ...]:
    visits = {visit.client_id: visit.id for visit in room.to_bill}
    known = {row.client_id for row in rows}
    billable = [
        BillRow(row.client_id, row.client_name, row.animal_names, row.amount, visits.get(row.client_id)) for row in rows
    ]
    bare = [
        BillRow(visit.client_id, visit.client_name, visit.animal, Money.zero(), visit.id)
        for visit in room.to_bill
        if visit.client_id not in known
    ]
    return (*billable, *bare)


def _of_notes(context: Context, notes: list[UnfinishedRow]) -> list[Task]:
    today = context.today()
    found = []
    for note in notes:
        day = paris_day(note.happened_at)
        when = format_time(note.happened_at) if day == today else format_date_short(day)
        words = _("Note to finish: {animal} ({when})").format(animal=note.animal_name, when=when)
        found.append(Task(f"note {note.entry_id}", words, "note", note.animal_id, note.entry_id))
    return found


def _of_the_agenda(context: Context, agenda: DayAgenda) -> list[Task]:
    found = []
    expected = [row for row in agenda.bookings if row.state == "booked" and not row.is_closed]
    for row in expected:
        if row.starts_at + MISSED_AFTER < context.now():
            words = _("Not come yet: {who} ({when})").format(who=row.who, when=format_time(row.starts_at))
            found.append(Task(f"missed {row.id}", words, "missed", row.animal_id, None, row.id))
        elif row.client_id is None:
            words = _("No file yet: {caller} ({when})")
            words = words.format(caller=short_caller(row.caller), when=format_time(row.starts_at))
            found.append(Task(f"caller {row.id}", words, "caller", None, None, row.id))
    return found


def short_caller(text: str) -> str:
    """A caller as written down ("M. Nouveau 06 11 22 33 44") without title and telephone."""
    return _TITLE.sub("", text).rstrip("+0123456789. ") or text
