"""What people do with visits: check in, call in, finish, let go, and take the last step back."""

from datetime import datetime
from typing import Any

from sqlalchemy import func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from vpterm.database.context import Context
from vpterm.kernel.dates import format_date_short, format_time, paris_day
from vpterm.kernel.errors import Conflict, ConstraintViolated, NotFound, Refused
from vpterm.kernel.i18n import _
from vpterm.practice.agenda.tables import Booking, Reason
from vpterm.practice.animals.tables import Animal
from vpterm.practice.staff.tables import StaffMember
from vpterm.practice.waiting.rules import State, Step, allowed_from, next_state, previous_state
from vpterm.practice.waiting.tables import Visit


async def check_in(context: Context, *, animal_id: int, booking_id: int | None = None, reason: str = "") -> int:
    """An animal has arrived, with a booking or without; answers the visit's id.

    The booking's reason counts when none is given; a booking of an unknown caller learns the animal and its owner.
    Refused: an animal that is here already, a booking that was checked in, or is of another day.
    """
    context.require("waiting.edit")
    try:
        async with context.writing() as connection:
            client_id = await _owner_of(connection, animal_id)
            if booking_id is not None:
                booked = await _check_booking(connection, context, booking_id, animal_id)
                reason = reason or booked
                await _complete_booking(connection, context, booking_id, animal_id, client_id)
            statement = insert(Visit).values(
                site_id=context.site_id, animal_id=animal_id, client_id=client_id, booking_id=booking_id,
                reason=" ".join(reason.split()), arrived_at=context.now(),
            )  # fmt: skip
            return (await connection.execute(statement.returning(Visit.id))).scalar_one()
    except ConstraintViolated as failure:
        raise await _already_here(context, animal_id, booking_id, failure.constraint) from failure


async def call_in(context: Context, *, visit_id: int, room: str = "") -> None:
    """Receive a waiting animal. Who holds the right to write care becomes its practitioner."""
    values: dict[str, Any] = {"called_at": context.now(), "room": " ".join(room.split())}
    if context.may("care.write"):
        values["practitioner_id"] = context.staff_id
    await _take_step(context, visit_id, Step.CALL_IN, values)


async def finish_consultation(context: Context, *, visit_id: int) -> None:
    """The consultation is over; the visit goes to the desk, to bill."""
    await _take_step(context, visit_id, Step.FINISH, {"finished_at": context.now()})


async def leave(context: Context, *, visit_id: int) -> None:
    """The animal has gone, billed or not."""
    await _take_step(context, visit_id, Step.LEAVE, {"left_at": context.now()})


async def undo_step(context: Context, *, visit_id: int) -> State | None:
    """Take the last step of a visit back; answers where it is now, None when the arrival itself was undone.

    An arrival undone frees its booking, which can be checked in again. Refused: a visit of another day.
    """
    context.require("waiting.edit")
    try:
        async with context.writing() as connection:
            row = await _locked(connection, context, visit_id)
            if paris_day(row.arrived_at) != context.today():
                raise Refused(_("This visit is of another day; it stays as it is."))
            before = previous_state(
                State(row.state), called_at=row.called_at, finished_at=row.finished_at, left_at=row.left_at
            )
            await connection.execute(_of(context, visit_id).values(**_values_before(before, context.now())))
            return before
    except ConstraintViolated as failure:
        raise Refused(_("This animal has been checked in again since."), _("Go on with the newer visit.")) from failure


def _values_before(state: State | None, now: datetime) -> dict[str, Any]:
    if state is None:
        return {"state": State.GONE, "left_at": now, "booking_id": None}
    values: dict[str, Any] = {"state": state, "left_at": None}
    if state in {State.WAITING, State.IN_CONSULTATION}:
        values["finished_at"] = None
    if state == State.WAITING:
        values |= {"called_at": None, "room": "", "practitioner_id": None}
    return values


def _of(context: Context, visit_id: int) -> Any:
    return update(Visit).where(Visit.site_id == context.site_id, Visit.id == visit_id)


async def _take_step(context: Context, visit_id: int, step: Step, values: dict[str, Any]) -> None:
    """One guarded update: of two people who take the same step at once, the second is told what the first did."""
    context.require("waiting.edit")
    async with context.writing() as connection:
        row = await _locked(connection, context, visit_id)
        state = State(row.state)
        if step == Step.CALL_IN and state == State.IN_CONSULTATION and row.practitioner_id not in {
            None, context.staff_id,
        }:  # fmt: skip
            raise Conflict(
                _("{person} called {animal} in at {time}.").format(
                    person=row.practitioner, animal=row.animal, time=format_time(row.called_at)
                ),
                _("Look at the waiting room again."),
            )
        after = next_state(state, step, row.animal)
        await connection.execute(
            _of(context, visit_id).where(Visit.state.in_(allowed_from(step))).values(state=after, **values)
        )


async def _locked(connection: AsyncConnection, context: Context, visit_id: int) -> Any:
    practitioner = func.btrim(func.concat_ws(" ", StaffMember.first_name, StaffMember.last_name))
    statement = (
        select(
            Visit.state, Visit.practitioner_id, Visit.arrived_at, Visit.called_at, Visit.finished_at, Visit.left_at,
            Animal.name.label("animal"), practitioner.label("practitioner"),
        )
        .join(Animal, Animal.id == Visit.animal_id)
        .outerjoin(StaffMember, StaffMember.id == Visit.practitioner_id)
        .where(Visit.site_id == context.site_id, Visit.id == visit_id)
        .with_for_update(of=Visit)
    )  # fmt: skip
    row = (await connection.execute(statement)).one_or_none()
    if row is None:
        raise NotFound(_("This visit is not in the waiting room of this site."))
    return row


async def _owner_of(connection: AsyncConnection, animal_id: int) -> int:
    owner = (await connection.execute(select(Animal.client_id).where(Animal.id == animal_id))).scalar_one_or_none()
    if owner is None:
        raise NotFound(_("This animal is not in the records."))
    return owner


async def _check_booking(connection: AsyncConnection, context: Context, booking_id: int, animal_id: int) -> str:
    """The booking's reason in words; Refused when it cannot be checked in today for this animal."""
    statement = (
        select(Booking.span, Booking.cancelled_at, Booking.animal_id, Animal.name.label("animal"), Reason.name)
        .outerjoin(Reason, (Reason.site_id == Booking.site_id) & (Reason.id == Booking.reason_id))
        .outerjoin(Animal, Animal.id == Booking.animal_id)
        .where(Booking.site_id == context.site_id, Booking.id == booking_id)
        .with_for_update(of=Booking)
    )
    row = (await connection.execute(statement)).one_or_none()
    if row is None:
        raise NotFound(_("This booking is not in the agenda of this site."))
    if row.cancelled_at is not None:
        raise Refused(_("This booking was cancelled."), _("Check the animal in without a booking, or book again."))
    if (day := paris_day(row.span.lower)) != context.today():
        raise Refused(
            _("This booking is for {day}.").format(day=format_date_short(day)),
            _("Move it to today, or check the animal in without a booking."),
        )
    if row.animal_id not in {None, animal_id}:
        raise Refused(_("This booking is for {animal}.").format(animal=row.animal), field="animal")
    return row.name or ""


async def _complete_booking(
    connection: AsyncConnection, context: Context, booking_id: int, animal_id: int, client_id: int
) -> None:
    await connection.execute(
        update(Booking)
        .where(Booking.site_id == context.site_id, Booking.id == booking_id, Booking.animal_id.is_(None))
        .values(animal_id=animal_id, client_id=func.coalesce(Booking.client_id, client_id))
    )


async def _already_here(context: Context, animal_id: int, booking_id: int | None, constraint: str) -> Refused:
    """The words for an arrival that was written down before."""
    by_booking = constraint == "uq_visits_booking"
    wanted = Visit.booking_id == booking_id if by_booking else Visit.animal_id == animal_id
    statement = (
        select(Visit.arrived_at, Animal.name)
        .join(Animal, Animal.id == Visit.animal_id)
        .where(Visit.site_id == context.site_id, wanted)
        .order_by(Visit.arrived_at.desc())
        .limit(1)
    )
    async with context.reading() as connection:
        row = (await connection.execute(statement)).one_or_none()
    if row is None:
        return Refused(_("The waiting room refused these values."))
    words = (
        _("{animal} was already checked in for this booking, at {time}.")
        if by_booking
        else _("{animal} is already here, since {time}.")
    )
    return Refused(words.format(animal=row.name, time=format_time(row.arrived_at)), field="animal")
