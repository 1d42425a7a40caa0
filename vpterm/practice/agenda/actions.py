"""What people do in the agenda: book, move, cancel, close time. What it is made of is set up in furniture.py."""

from collections.abc import Mapping
from datetime import UTC, datetime

from sqlalchemy import func, insert, select, update
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.ext.asyncio import AsyncConnection

from vpterm.database.context import Context
from vpterm.kernel.dates import paris_day
from vpterm.kernel.errors import Conflict, ConstraintViolated, NotAllowed, NotFound, Refused, VptermError
from vpterm.kernel.i18n import _
from vpterm.practice.agenda.conflicts import slot_taken
from vpterm.practice.agenda.queries import list_closures, list_resources
from vpterm.practice.agenda.reading import VISITS, by_resource, require_shared
from vpterm.practice.agenda.rules import (
    Span,
    check_closed,
    check_duration,
    check_note,
    check_start,
    free_spans,
    span_of,
)
from vpterm.practice.agenda.tables import Booking, Reason, Resource
from vpterm.practice.animals.tables import Animal

OVERLAP = "ex_bookings_overlap"


async def book(
    context: Context, *, resource_id: int, starts_at: datetime, reason_id: int | None = None,
    duration_min: int | None = None, client_id: int | None = None, animal_id: int | None = None, caller: str = "",
    note: str = "", site_id: int | None = None,
) -> int:  # fmt: skip
    """Book a slot; answers its id, or 0 where it stands in an agenda that this site may not read.

    The reason's duration counts unless `duration_min` is given. Who comes is an animal, a client, or a caller
    in words (name and telephone). Conflict: the slot is taken; its words say by whom and what is free next.
    Refused: nobody named, a day that is over, an animal that died, a site that keeps its agenda to itself.
    """
    context.require("agenda.edit")
    site, caller = site_id or context.site_id, " ".join(caller.split())
    check_start(starts_at, context.now())
    if animal_id is None and client_id is None and not caller:
        raise Refused(
            _("Who comes?"), _("Choose a client or an animal, or write down a name and a telephone."), field="who"
        )
    span: Span | None = None
    try:
        async with context.writing() as connection:
            if site != context.site_id:
                await require_shared(connection)
            minutes = duration_min or await _usual_duration(connection, site, reason_id)
            span = span_of(starts_at, check_duration(minutes))
            owner = await _owner_of(connection, animal_id) if animal_id is not None else None
            values = {
                "site_id": site, "resource_id": resource_id, "reason_id": reason_id, "client_id": client_id or owner,
                "animal_id": animal_id, "caller": caller, "note": note.strip(),
            }  # fmt: skip
            return await _insert(context, connection, span, values)
    except ConstraintViolated as failure:
        if failure.constraint == OVERLAP and span:
            raise await slot_taken(context, site_id=site, resource_id=resource_id, span=span) from failure
        raise _unknown(failure) from failure
    except NotAllowed as failure:
        raise Refused(failure.message, failure.advice, field="site_id") from failure


async def close_time(context: Context, *, resource_id: int, starts_at: datetime, ends_at: datetime, note: str) -> int:
    """Take time out of the agenda (leave, surgery, a meeting); `note` says what for. Several days are one span.

    Conflict: something is booked in it already.
    """
    context.require("agenda.edit")
    span, note = check_closed(Span(starts_at.astimezone(UTC), ends_at.astimezone(UTC))), check_note(note)
    try:
        async with context.writing() as connection:
            values = {"site_id": context.site_id, "resource_id": resource_id, "note": note}
            return await _insert(context, connection, span, values)
    except ConstraintViolated as failure:
        raise await _still_booked(context, failure, resource_id, span) from failure


async def close_for_all(context: Context, *, starts_at: datetime, ends_at: datetime, note: str) -> int:
    """Close the whole site (a holiday, works): every resource or none; answers how many.

    Where somebody is on leave already, the leave stays as it is. Conflict: something is booked in it already.
    """
    context.require("agenda.edit")
    span, note = check_closed(Span(starts_at.astimezone(UTC), ends_at.astimezone(UTC))), check_note(note)
    # By number, so that two who close at once queue up in the same order.
    resources = sorted(row.id for row in await list_resources(context))
    leave = by_resource((row.resource_id, row.span) for row in await list_closures(context))
    number = 0
    try:
        async with context.writing() as connection:
            for number in resources:
                values = {"site_id": context.site_id, "resource_id": number, "note": note}
                for part in free_spans([span], leave.get(number, [])):
                    await _insert(context, connection, part, values)
    except ConstraintViolated as failure:
        raise await _still_booked(context, failure, number, span) from failure
    return len(resources)


async def _still_booked(context: Context, failure: ConstraintViolated, resource_id: int, span: Span) -> VptermError:
    if failure.constraint != OVERLAP:
        return _unknown(failure)
    return await slot_taken(context, site_id=context.site_id, resource_id=resource_id, span=span, closing=True)


async def move_booking(
    context: Context, *, booking_id: int, starts_at: datetime, resource_id: int | None = None,
    duration_min: int | None = None,
) -> None:  # fmt: skip
    """Move a booking to another time, resource or length; what is not given stays.

    Conflict: the new slot is taken, and the booking stays where it was. Refused: the animal is here already.
    """
    context.require("agenda.edit")
    check_start(starts_at, context.now())
    target, span = resource_id, span_of(starts_at, duration_min or 0)
    try:
        async with context.writing() as connection:
            old_resource, start, end = await _still_to_come(connection, context, booking_id)
            target = resource_id or old_resource
            # A leave may be longer than a booking: the length is only checked when somebody gives one.
            minutes = check_duration(duration_min) if duration_min else Span(start, end).minutes
            span = span_of(starts_at, minutes)
            await _queue_for(connection, context.site_id, target)
            if target != old_resource:
                await _require_open(connection, context.site_id, target)
            await connection.execute(
                update(Booking)
                .where(Booking.site_id == context.site_id, Booking.id == booking_id)
                .values(resource_id=target, span=Range(span.start, span.end))
            )
    except ConstraintViolated as failure:
        if failure.constraint == OVERLAP and target:
            raise await slot_taken(context, site_id=context.site_id, resource_id=target, span=span) from failure
        raise _unknown(failure) from failure


async def cancel_booking(context: Context, *, booking_id: int, because: str = "") -> None:
    """Take a booking out of the agenda; it is kept, with the reason. Refused: the animal is here already."""
    context.require("agenda.edit")
    async with context.writing() as connection:
        await _still_to_come(connection, context, booking_id)
        await connection.execute(
            update(Booking)
            .where(Booking.site_id == context.site_id, Booking.id == booking_id)
            .values(cancelled_at=context.now(), cancelled_because=because.strip())
        )


async def _insert(context: Context, connection: AsyncConnection, span: Span, values: Mapping[str, object]) -> int:
    statement = insert(Booking).values(span=Range(span.start, span.end), **values)
    site, resource = int(str(values["site_id"])), int(str(values["resource_id"]))
    await _queue_for(connection, site, resource)
    await _require_open(connection, site, resource)
    if site == context.site_id:
        return (await connection.execute(statement.returning(Booking.id))).scalar_one()
    # RETURNING asks for the right to read, which free-busy does not give.
    await connection.execute(statement.inline())
    return 0


async def _queue_for(connection: AsyncConnection, site_id: int, resource_id: int) -> None:
    """One writer a resource at a time: two that insert into an EXCLUDE at once may deadlock instead of one losing."""
    await connection.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"{site_id}/{resource_id}", 0))))


async def _require_open(connection: AsyncConnection, site_id: int, resource_id: int) -> None:
    statement = select(Resource.name).where(
        Resource.site_id == site_id, Resource.id == resource_id, Resource.closed.is_(True)
    )
    if name := (await connection.execute(statement)).scalar_one_or_none():
        raise Refused(_("{name} is no longer booked.").format(name=name), _("Choose another."), field="resource_id")


async def _usual_duration(connection: AsyncConnection, site_id: int, reason_id: int | None) -> int:
    if reason_id is None:
        raise Refused(_("How long does it take?"), _("Choose a reason, or give a duration."), field="reason_id")
    statement = select(Reason.duration_min).where(Reason.site_id == site_id, Reason.id == reason_id)
    minutes = (await connection.execute(statement)).scalar_one_or_none()
    if minutes is None:
        raise Refused(_("This reason is not in the list of the site."), field="reason_id")
    return minutes


async def _owner_of(connection: AsyncConnection, animal_id: int) -> int:
    statement = select(Animal.client_id, Animal.name, Animal.died_on).where(Animal.id == animal_id)
    row = (await connection.execute(statement)).one_or_none()
    if row is None:
        raise NotFound(_("This animal is not in the records."))
    if row.died_on is not None:
        raise Refused(
            _("{animal} is recorded as dead.").format(animal=row.name),
            _("Correct the animal's page if this is wrong, or book for the client alone."),
            field="who",
        )
    owner: int = row.client_id
    return owner


async def _still_to_come(
    connection: AsyncConnection, context: Context, booking_id: int
) -> tuple[int, datetime, datetime]:
    """Resource, start and end of a live booking, locked until the end of the transaction."""
    statement = (
        select(Booking.resource_id, Booking.span, Booking.cancelled_at)
        .where(Booking.site_id == context.site_id, Booking.id == booking_id)
        .with_for_update()
    )
    row = (await connection.execute(statement)).one_or_none()
    if row is None:
        raise NotFound(_("This booking is not in the agenda of this site."))
    if row.cancelled_at is not None:
        raise Conflict(
            _("This booking was cancelled on {day}.").format(day=f"{paris_day(row.cancelled_at):%d/%m/%y}"),
            _("Look at the day again."),
        )
    # Asked after the lock, in a statement of its own: an arrival that held the lock before is seen.
    visits = select(VISITS.c.id).where(VISITS.c.site_id == context.site_id, VISITS.c.booking_id == booking_id)
    if (await connection.execute(visits)).first():
        raise Refused(
            _("The animal of this booking has already arrived."), _("Undo the arrival in the waiting room first.")
        )
    return row.resource_id, row.span.lower, row.span.upper


def _unknown(failure: ConstraintViolated) -> Refused:
    named = {
        "fk_bookings_site_id_resource_id": (_("This is not in the agenda of the site."), "resource_id"),
        "fk_bookings_site_id_reason_id": (_("This reason is not in the list of the site."), "reason_id"),
        "fk_bookings_client_id": (_("This client is not in the records."), "who"),
        "fk_bookings_animal_id": (_("This animal is not in the records."), "who"),
    }
    words, field = named.get(failure.constraint, (_("The agenda refused these values."), "starts_at"))
    return Refused(words, field=field)
