"""Reads of the waiting room. Only this site's visits can be seen, whatever the group shares."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select

from vpterm.database.context import Context
from vpterm.kernel.dates import day_bounds
from vpterm.kernel.errors import NotFound
from vpterm.kernel.i18n import _, current_language
from vpterm.practice.agenda.reading import first_phone_of
from vpterm.practice.agenda.tables import Booking
from vpterm.practice.animals.tables import Animal, Species
from vpterm.practice.clients.tables import Client
from vpterm.practice.staff.tables import StaffMember
from vpterm.practice.waiting.rules import State, is_late, waited_min
from vpterm.practice.waiting.tables import Visit


@dataclass(frozen=True, slots=True)
class VisitRow:
    """An animal at the clinic. `minutes`: waited until called in (until now while waiting)."""

    id: int
    state: State
    animal_id: int
    animal: str
    species: str
    client_id: int
    client_name: str
    last_name: str
    phone: str
    reason: str
    room: str
    practitioner_id: int | None
    practitioner: str
    alert: str
    booking_id: int | None
    booked_at: datetime | None
    arrived_at: datetime
    called_at: datetime | None
    finished_at: datetime | None
    left_at: datetime | None
    minutes: int
    late: bool

    def at(self, now: datetime) -> "VisitRow":
        """The same visit at another moment; itself where nothing changes by waiting."""
        minutes, late = _waited(self.state, now, self.arrived_at, self.called_at or self.left_at, self.booked_at)
        return self if (minutes, late) == (self.minutes, self.late) else replace(self, minutes=minutes, late=late)


@dataclass(frozen=True, slots=True)
class Board:
    """Who is at the clinic now, each group by the time at which they came to it."""

    waiting: tuple[VisitRow, ...]
    in_consultation: tuple[VisitRow, ...]
    to_bill: tuple[VisitRow, ...]

    @property
    def rows(self) -> tuple[VisitRow, ...]:
        return (*self.waiting, *self.in_consultation, *self.to_bill)

    def at(self, now: datetime) -> "Board":
        """The same people at another moment: those who wait have waited longer."""
        return replace(self, waiting=tuple(row.at(now) for row in self.waiting))


async def waiting_room(context: Context) -> Board:
    """The board of this site."""
    found = await _read(context, Visit.state != State.GONE)
    groups = {state: tuple(row for row in found if row.state == state) for state in State}
    return Board(
        groups[State.WAITING],
        tuple(sorted(groups[State.IN_CONSULTATION], key=lambda row: row.called_at or row.arrived_at)),
        tuple(sorted(groups[State.TO_BILL], key=lambda row: row.finished_at or row.arrived_at)),
    )


async def list_gone(context: Context) -> list[VisitRow]:
    """Who left today, the last one first."""
    start, end = day_bounds(context.today())
    found = await _read(context, (Visit.state == State.GONE) & (Visit.left_at >= start) & (Visit.left_at < end))
    return sorted(found, key=lambda row: row.left_at or row.arrived_at, reverse=True)


async def find_visit(context: Context, *, visit_id: int) -> VisitRow:
    """One visit at this site, gone or not; NotFound when there is none."""
    found = await _read(context, Visit.id == visit_id)
    if not found:
        raise NotFound(_("This visit is not in the waiting room of this site."))
    return found[0]


async def find_present_visit(context: Context, *, animal_id: int) -> VisitRow | None:
    """The visit of an animal that is at this clinic now; None when it is not here."""
    return next(iter(await _read(context, (Visit.animal_id == animal_id) & (Visit.state != State.GONE))), None)


async def _read(context: Context, wanted: ColumnElement[bool]) -> list[VisitRow]:
    now = context.now()
    statement = visits_select().where(Visit.site_id == context.site_id, wanted).order_by(Visit.arrived_at, Visit.id)
    async with context.reading() as connection:
        rows = (await connection.execute(statement)).mappings().all()
    return [_row(dict(row), now) for row in rows]


def visits_select() -> Select[*tuple[Any, ...]]:
    """Visits with all that a VisitRow shows."""
    species = Species.name_fr if current_language() == "fr" else Species.name_en
    phone = first_phone_of(Visit.client_id)
    return (
        select(
            Visit.id, Visit.state, Visit.animal_id, Animal.name.label("animal"), species.label("species"),
            Visit.client_id, func.btrim(func.concat_ws(" ", Client.last_name, Client.first_name)).label("client_name"),
            Client.last_name, func.coalesce(phone, "").label("phone"), Visit.reason, Visit.room,
            Visit.practitioner_id,
            func.btrim(func.concat_ws(" ", StaffMember.first_name, StaffMember.last_name)).label("practitioner"),
            func.concat_ws(", ", func.nullif(Animal.alert, ""), func.nullif(Client.alert, "")).label("alert"),
            Visit.booking_id, func.lower(Booking.span).label("booked_at"),
            Visit.arrived_at, Visit.called_at, Visit.finished_at, Visit.left_at,
        )
        .join(Animal, Animal.id == Visit.animal_id)
        .join(Species, Species.id == Animal.species_id)
        .join(Client, Client.id == Visit.client_id)
        .outerjoin(StaffMember, StaffMember.id == Visit.practitioner_id)
        .outerjoin(Booking, (Booking.site_id == Visit.site_id) & (Booking.id == Visit.booking_id))
    )  # fmt: skip


def _row(values: dict[str, Any], now: datetime) -> VisitRow:
    state = State(values.pop("state"))
    until = values["called_at"] or values["left_at"]
    minutes, late = _waited(state, now, values["arrived_at"], until, values["booked_at"])
    return VisitRow(state=state, minutes=minutes, late=late, **values)


def _waited(
    state: State, now: datetime, arrived_at: datetime, until: datetime | None, booked_at: datetime | None
) -> tuple[int, bool]:
    return waited_min(now, arrived_at, until), state == State.WAITING and is_late(now, arrived_at, booked_at)
