"""Reads of the agenda: a day with its gaps, free slots, the week, bookings of a client or an animal."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, any_, func, select
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.ext.asyncio import AsyncConnection

from vpterm.database.context import Context
from vpterm.kernel.dates import day_bounds, paris_day, week_start
from vpterm.kernel.errors import NotFound
from vpterm.kernel.i18n import _
from vpterm.practice.agenda.hours import is_within
from vpterm.practice.agenda.reading import (
    booking_row,
    bookings_of_day,
    bookings_select,
    busy_of,
    by_resource,
    reason_of,
    require_shared,
    resource_day,
    resources_of,
    seen_from_outside,
    touching,
)
from vpterm.practice.agenda.rows import BookingRow, DayAgenda, DayCount, Gap, ReasonRow, ResourceDay, ResourceRow, Slot
from vpterm.practice.agenda.rules import HORIZON_DAYS, Hours, Span, slots
from vpterm.practice.agenda.tables import Booking, Reason
from vpterm.practice.agenda.wishes import Part

__all__ = [
    "BookingRow",
    "DayAgenda",
    "DayCount",
    "Gap",
    "ReasonRow",
    "ResourceDay",
    "ResourceRow",
    "Slot",
    "bookings_of_animal",
    "bookings_of_client",
    "bookings_outside_hours",
    "busy_elsewhere",
    "day_agenda",
    "find_booking",
    "find_free_slots",
    "list_closures",
    "list_reasons",
    "list_resources",
    "week_overview",
]

WINDOW_DAYS = 14  # how many days of busy spans are read at once while looking for a slot


async def list_resources(context: Context, *, site_id: int | None = None, closed: bool = False) -> list[ResourceRow]:
    """Resources of the site, in their order; `closed` adds those that are no longer booked."""
    found = await resources_of(context.database, site_id or context.site_id)
    return [row for row in found if closed or not row.closed]


async def list_reasons(context: Context, *, site_id: int | None = None, withdrawn: bool = False) -> list[ReasonRow]:
    """Reasons that can be chosen at the site, in their order; `withdrawn` adds those that are offered no longer."""
    statement = (
        select(Reason.id, Reason.name, Reason.duration_min, Reason.kind, Reason.withdrawn)
        .where(Reason.site_id == (site_id or context.site_id))
        .order_by(Reason.position, Reason.name)
    )
    async with context.reading() as connection:
        found = [ReasonRow(*row) for row in await connection.execute(statement)]
    return [row for row in found if withdrawn or not row.withdrawn]


async def day_agenda(context: Context, *, day: date, site_id: int | None = None) -> DayAgenda:
    """One day in clinic time. NotAllowed: another site's, when the group hides the agendas."""
    site = site_id or context.site_id
    start, end = day_bounds(day)
    resources = await resources_of(context.database, site)
    bookings = await bookings_of_day(context.database, start, end, site)
    if site != context.site_id:
        async with context.reading() as connection:
            await require_shared(connection)
            bookings = await seen_from_outside(connection, site, Span(start, end), resources, bookings)
    busy = by_resource((row.resource_id, row.span) for row in bookings)
    return DayAgenda(
        site, day, tuple(resource_day(row, day, busy.get(row.id, [])) for row in resources if not row.closed
                         or row.id in busy), tuple(bookings),
    )  # fmt: skip


async def find_booking(context: Context, *, booking_id: int) -> BookingRow:
    """One live booking of this site; NotFound when there is none, or it was cancelled."""
    statement = bookings_select().where(
        Booking.site_id == context.site_id, Booking.id == booking_id, Booking.cancelled_at.is_(None)
    )
    async with context.reading() as connection:
        row = (await connection.execute(statement)).mappings().one_or_none()
    if row is None:
        raise NotFound(_("This booking is no longer in the agenda."), _("It was cancelled; look at the day again."))
    return booking_row(row)


async def bookings_of_client(context: Context, *, client_id: int, from_: datetime | None = None) -> list[BookingRow]:
    """A client's live bookings in order of time, from now on or from `from_`; other sites' as the group shares them."""
    return await _of(context, Booking.client_id == client_id, from_)


async def bookings_of_animal(context: Context, *, animal_id: int, from_: datetime | None = None) -> list[BookingRow]:
    """An animal's live bookings in order of time, from now on or from `from_`; other sites' as the group shares."""
    return await _of(context, Booking.animal_id == animal_id, from_)


async def bookings_outside_hours(
    context: Context, *, resource_id: int | None = None, hours: Sequence[Hours] | None = None
) -> list[BookingRow]:
    """Bookings still to come for which nobody opens: outside their resource's hours, or of one that is closed.

    `hours` are those that the resource `resource_id` may get, instead of its own.
    """
    bookings = [row for row in await _to_come(context) if row.state == "booked" and not row.is_closed]
    resources = {row.id: row for row in await list_resources(context, closed=True)}
    open_at = {row.id: () if row.closed else row.hours for row in resources.values()}
    if resource_id is not None:
        bookings = [row for row in bookings if row.resource_id == resource_id]
        open_at[resource_id] = open_at[resource_id] if hours is None else tuple(hours)
    return [row for row in bookings if not is_within(row.span, open_at[row.resource_id])]


async def list_closures(context: Context) -> list[BookingRow]:
    """Leave, meetings, holidays: the closed time of this site that is not over yet, in order of time."""
    return [row for row in await _to_come(context) if row.is_closed]


async def busy_elsewhere(context: Context, *, site_id: int, day: date) -> list[tuple[int, Span]]:
    """(resource, span) of all that is taken at a site on a day; nothing when the group hides the agendas."""
    start, end = day_bounds(day)
    async with context.reading() as connection:
        return await busy_of(connection, site_id, Span(start, end))


async def find_free_slots(
    context: Context, *, reason_id: int | None = None, from_: datetime, resource_id: int | None = None, count: int = 10,
    site_id: int | None = None, duration_min: int | None = None, until: date | None = None, part: Part | None = None,
) -> list[Slot]:  # fmt: skip
    """The next free starts, by time and then by the resources' order; fewer when HORIZON_DAYS hold no more.

    The reason says how long and at what kind of resource; `duration_min` overrules the time, `resource_id` the kind.
    `until` is the last day that will do, `part` the part of the day.
    NotFound: an unknown reason. NotAllowed: another site's agenda when the group hides them.
    """
    site, from_ = site_id or context.site_id, max(from_, context.now())
    async with context.reading() as connection:
        if site != context.site_id:
            await require_shared(connection)
        reason = await reason_of(connection, site, reason_id)
        resources = [
            row for row in await resources_of(context.database, site)
            if not row.closed and (row.id == resource_id if resource_id else reason is None or row.kind == reason.kind)
        ]  # fmt: skip
        length = duration_min or (reason.duration_min if reason else 0)
        if not length:
            raise ValueError("a search for slots needs a reason or a duration")
        last = paris_day(from_) + timedelta(days=HORIZON_DAYS - 1)
        window = _Window(from_, min(until or last, last), part)
        return await _search(connection, site, resources, window, length, count)


async def week_overview(context: Context, *, day: date, site_id: int | None = None) -> list[DayCount]:
    """The seven days of the week that holds `day`: how many are booked, and how many minutes are free."""
    site, monday = site_id or context.site_id, week_start(day)
    whole = Span(day_bounds(monday)[0], day_bounds(monday + timedelta(days=6))[1])
    async with context.reading() as connection:
        resources = await resources_of(context.database, site)
        busy = await busy_of(connection, site, whole)
        closed = await _closed(connection, site, whole)
    return [_day_count(monday + timedelta(days=ahead), resources, busy, closed) for ahead in range(7)]


async def _to_come(context: Context) -> list[BookingRow]:
    found = touching(context.site_id, Range(context.now(), None))
    statement = (
        bookings_select()
        .where(Booking.site_id == context.site_id, Booking.id == any_(found))
        .order_by(func.lower(Booking.span), Booking.id)
    )
    async with context.reading() as connection:
        return [booking_row(row) for row in (await connection.execute(statement)).mappings()]


async def _of(context: Context, wanted: ColumnElement[bool], from_: datetime | None) -> list[BookingRow]:
    statement = (
        bookings_select()
        .where(wanted, Booking.cancelled_at.is_(None))
        .where(func.upper(Booking.span) > (from_ or context.now()))
        .order_by(func.lower(Booking.span))
    )
    async with context.reading() as connection:
        return [booking_row(row) for row in (await connection.execute(statement)).mappings()]


@dataclass(frozen=True)
class _Window:
    """When a free start will do."""

    from_: datetime
    last: date
    part: Part | None

    def holds(self, start: datetime) -> bool:
        return self.part is None or self.part.holds(start)


async def _search(
    connection: AsyncConnection, site: int, resources: Sequence[ResourceRow], window: _Window, length: int, count: int
) -> list[Slot]:
    found: list[Slot] = []
    first = paris_day(window.from_)
    while first <= window.last and len(found) < count:
        after = min(first + timedelta(days=WINDOW_DAYS), window.last + timedelta(days=1))
        busy = by_resource(await busy_of(connection, site, Span(day_bounds(first)[0], day_bounds(after)[0])))
        while first < after and len(found) < count:
            found += _slots_of_day(first, resources, busy, window, length)
            first += timedelta(days=1)
    return found[:count]


def _slots_of_day(
    day: date, resources: Sequence[ResourceRow], busy: dict[int, list[Span]], window: _Window, length: int
) -> list[Slot]:
    found = [
        Slot(row.id, row.name, start, length)
        for row in resources
        for start in slots(resource_day(row, day, busy.get(row.id, [])).free, length, from_=window.from_)
        if window.holds(start)
    ]
    return sorted(found, key=lambda slot: slot.starts_at)


async def _closed(connection: AsyncConnection, site_id: int, window: Span) -> set[tuple[int, datetime]]:
    """(resource, start) of the spans that nobody comes for; from outside they look like bookings."""
    statement = select(Booking.resource_id, func.lower(Booking.span)).where(
        Booking.site_id == site_id, Booking.id == any_(touching(site_id, Range(window.start, window.end))),
        Booking.client_id.is_(None), Booking.animal_id.is_(None), Booking.caller == "",
    )  # fmt: skip
    return {(resource_id, start) for resource_id, start in await connection.execute(statement)}


def _day_count(
    day: date, resources: Sequence[ResourceRow], busy: Sequence[tuple[int, Span]], closed: set[tuple[int, datetime]]
) -> DayCount:
    start, end = day_bounds(day)
    spans = by_resource(busy)
    free = sum(
        gap.minutes for row in resources if not row.closed for gap in resource_day(row, day, spans.get(row.id, [])).free
    )
    booked = sum(start <= span.start < end and (number, span.start) not in closed for number, span in busy)
    return DayCount(day, booked, free)
