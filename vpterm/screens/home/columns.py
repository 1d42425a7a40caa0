"""The columns of the home board's lists."""

from __future__ import annotations

from vpterm.kernel.dates import format_day_title, format_duration, format_time
from vpterm.kernel.i18n import _
from vpterm.kernel.money import format_money
from vpterm.kernel.text import initials
from vpterm.practice.agenda.queries import BookingRow, DayCount, Gap
from vpterm.practice.waiting.queries import VisitRow
from vpterm.screens.desk.shown import STATES, Entry, last_name, phone, sign, why
from vpterm.screens.home.reading import BillRow, Task, short_caller
from vpterm.screens.privacy import owner, private
from vpterm.screens.theme.look import Look
from vpterm.screens.widgets.columns import Cell, Column


def agenda_columns(look: Look) -> list[Column[Entry]]:
    """Time, where it is, who, why, whose; wide: the telephone and the state in words."""
    return [
        Column[Entry]("", lambda entry: format_time(entry.starts_at), 5),
        Column[Entry]("", lambda entry: sign(entry, look), 1),
        Column[Entry]("", _who, 9, stretch=2),
        Column[Entry]("", why, 8, stretch=1),
        Column[Entry]("", last_name, 7, stretch=1),
        Column[Entry]("", phone, 14, rank=2, role="quiet"),
        Column[Entry]("", _state, 15, rank=3, role="quiet"),
    ]


def _who(entry: Entry) -> str:
    if isinstance(entry, Gap):
        return "  " + _("free")
    if entry.animal or entry.is_closed:
        return entry.animal or short_caller(entry.who)
    return owner(short_caller(entry.who))


def _state(entry: Entry) -> str:
    return _(STATES[entry.state]) if isinstance(entry, BookingRow) and entry.state != "booked" else ""


def everybody_columns(look: Look) -> list[Column[Entry]]:
    """As `agenda_columns`, with the resource's initials: the whole site in one list."""
    columns = agenda_columns(look)
    columns.insert(1, Column[Entry]("", lambda entry: initials(entry.resource_name), 3, role="quiet"))
    return columns


WAITING: list[Column[VisitRow]] = [
    Column[VisitRow]("", lambda visit: format_time(visit.arrived_at), 5),
    Column[VisitRow]("", lambda visit: visit.animal, 8, stretch=1),
    Column[VisitRow]("", lambda visit: visit.reason, 8, stretch=1),
    Column[VisitRow]("", lambda visit: _waited(visit), 8, align="right"),
]
IN_CONSULTATION: list[Column[VisitRow]] = [
    Column[VisitRow]("", lambda visit: format_time(visit.called_at or visit.arrived_at), 5),
    Column[VisitRow]("", lambda visit: visit.animal, 8, stretch=1),
    Column[VisitRow]("", lambda visit: visit.reason, 8, stretch=1),
    Column[VisitRow]("", lambda visit: visit.room or initials(visit.practitioner), 8, align="right"),
]
TO_BILL: list[Column[BillRow]] = [
    Column[BillRow]("", lambda bill: bill.animals, 8, stretch=1),
    Column[BillRow]("", lambda bill: owner(bill.client_name), 8, stretch=1),
    Column[BillRow]("", lambda bill: format_money(bill.amount) if bill.amount.amount else "–", 11, align="right"),
]
TASKS: list[Column[Task]] = [Column[Task]("", lambda task: private(task.text), 30, stretch=1)]
WEEK: list[Column[DayCount]] = [
    Column[DayCount]("", lambda day: format_day_title(day.day), 13, stretch=1),
    Column[DayCount]("", lambda day: str(day.bookings or ""), 4, align="right"),
    Column[DayCount]("", lambda day: _free(day), 9, align="right", role="quiet"),
]


def _waited(visit: VisitRow) -> Cell:
    return Cell(format_duration(visit.minutes), "danger" if visit.late else "waiting")


def _free(day: DayCount) -> str:
    return format_duration(day.free_min) if day.free_min else ""
