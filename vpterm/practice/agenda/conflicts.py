"""The words for somebody whose slot is taken: by whom, and what is free next."""

from datetime import timedelta

from sqlalchemy import func
from sqlalchemy.dialects.postgresql import Range

from vpterm.database.context import Context
from vpterm.kernel.dates import format_day_title, format_time, paris_day
from vpterm.kernel.errors import Conflict
from vpterm.kernel.i18n import _, ngettext
from vpterm.practice.agenda.queries import find_free_slots
from vpterm.practice.agenda.reading import booking_row, bookings_select
from vpterm.practice.agenda.rows import BookingRow, Slot
from vpterm.practice.agenda.rules import Span
from vpterm.practice.agenda.tables import Booking

JUST_NOW = timedelta(minutes=2)


async def slot_taken(
    context: Context, *, site_id: int, resource_id: int, span: Span, closing: bool = False
) -> Conflict:
    """The Conflict for a span that overlaps what is booked; reads who holds it and the next free start."""
    holders = await _holders(context, site_id, resource_id, span)
    if closing:
        return Conflict(_still_booked(holders), _("Move or cancel what is booked, then close the time."))
    free = await find_free_slots(
        context, from_=span.start, resource_id=resource_id, count=1, site_id=site_id, duration_min=span.minutes
    )
    return Conflict(_taken_by(holders), _next_free(free, span))


async def _holders(context: Context, site_id: int, resource_id: int, span: Span) -> list[tuple[BookingRow, bool]]:
    """Who holds the span, and whether each booking was made just now, by the clock that wrote it."""
    fresh = (func.now() - Booking.created_at < JUST_NOW).label("fresh")
    statement = (
        bookings_select()
        .add_columns(fresh)
        .where(Booking.site_id == site_id, Booking.resource_id == resource_id, Booking.cancelled_at.is_(None))
        .where(Booking.span.op("&&")(Range(span.start, span.end)))
        .order_by(func.lower(Booking.span))
    )
    async with context.reading() as connection:
        rows = [dict(row) for row in (await connection.execute(statement)).mappings()]
    return [(row.pop("fresh"), booking_row(row))[::-1] for row in rows]


def _taken_by(holders: list[tuple[BookingRow, bool]]) -> str:
    if not holders:  # another site's agenda, of which only free and taken can be seen
        return _("This slot has just been taken.")
    first, fresh = holders[0]
    if first.is_closed:
        return _("This time is closed: {why}.").format(why=first.note)
    words = (
        _("This slot has just been taken by {person} for {who}.")
        if fresh
        else _("This slot is taken: {who}, {start} to {end}, booked by {person}.")
    )
    return words.format(
        person=first.booked_by, who=first.who, start=format_time(first.starts_at), end=format_time(first.ends_at)
    )


def _still_booked(holders: list[tuple[BookingRow, bool]]) -> str:
    if not holders:
        return _("Something is booked in this time.")
    first, _fresh = holders[0]
    return ngettext(
        "{n} booking stands in this time, first {who} on {day} at {start}.",
        "{n} bookings stand in this time, first {who} on {day} at {start}.",
        len(holders),
    ).format(
        n=len(holders), who=first.who, day=format_day_title(paris_day(first.starts_at)),
        start=format_time(first.starts_at),
    )  # fmt: skip


def _next_free(free: list[Slot], span: Span) -> str:
    if not free:
        return _("Nothing else is free; look at another person's agenda.")
    start = free[0].starts_at
    if paris_day(start) == paris_day(span.start):
        return _("Next free: {start}.").format(start=format_time(start))
    return _("Next free: {day} at {start}.").format(day=format_day_title(paris_day(start)), start=format_time(start))
