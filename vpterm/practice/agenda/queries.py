"""Reads of the agenda: a day with its gaps, free slots, the week, bookings of a client or an animal."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, Select, column, func, select, table
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.ext.asyncio import AsyncConnection

from vpterm.database.context import Context
from vpterm.kernel.dates import day_bounds, paris_day, week_start
from vpterm.kernel.errors import NotAllowed, NotFound
from vpterm.kernel.i18n import _, current_language
from vpterm.practice.agenda.rules import HORIZON_DAYS, Hours, Span, free_spans, opening_spans, slots
from vpterm.practice.agenda.tables import Booking, OpeningHours, Reason, Resource
from vpterm.practice.animals.tables import Animal, Species
from vpterm.practice.clients.tables import Client, ClientPhone
from vpterm.practice.sites.tables import Site
from vpterm.practice.staff.tables import StaffMember

WINDOW_DAYS = 14  # how many days of busy spans are read at once while looking for a slot

# The waiting room stands above the agenda (practice/waiting); of its visits the agenda reads where a booking is now.
VISITS = table("visits", column("site_id"), column("id"), column("booking_id"), column("state"))


@dataclass(frozen=True, slots=True)
class ResourceRow:
    """What can be booked, with its opening hours of the week (weekday 1 to 7, clinic time)."""

    id: int
    name: str
    kind: str
    staff_id: int | None
    position: int
    closed: bool
    hours: tuple[Hours, ...]


@dataclass(frozen=True, slots=True)
class ReasonRow:
    """Why people come."""

    id: int
    name: str
    duration_min: int
    kind: str


@dataclass(frozen=True, slots=True)
class BookingRow:
    """A booking as lists show it. `state`: booked, or where its visit is (waiting, in_consultation, to_bill, gone).

    Of another site's agenda under "free-busy" only the span is known: `hidden`, and id 0.
    """

    id: int
    site_id: int
    site_code: str
    resource_id: int
    resource_name: str
    starts_at: datetime
    ends_at: datetime
    state: str = "booked"
    reason_id: int | None = None
    reason: str = ""
    client_id: int | None = None
    client_name: str = ""
    last_name: str = ""
    phone: str = ""
    animal_id: int | None = None
    animal: str = ""
    species: str = ""
    caller: str = ""
    note: str = ""
    visit_id: int | None = None
    booked_by: str = ""
    booked_at: datetime | None = None
    hidden: bool = False

    @property
    def is_closed(self) -> bool:
        """Time that is taken by nobody: leave, surgery, a meeting."""
        return not self.hidden and self.client_id is None and self.animal_id is None and not self.caller

    @property
    def span(self) -> Span:
        return Span(self.starts_at, self.ends_at)

    @property
    def minutes(self) -> int:
        return self.span.minutes

    @property
    def who(self) -> str:
        """The patient, else the client, else the caller as written down, else what the time is closed for."""
        return self.animal or self.client_name or self.caller or self.note


@dataclass(frozen=True, slots=True)
class ResourceDay:
    """A resource on one day: when it is open, and what of that is free."""

    id: int
    name: str
    kind: str
    staff_id: int | None
    openings: tuple[Span, ...]
    free: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class DayAgenda:
    """A day of a site: its resources in their order, all bookings in order of time."""

    site_id: int
    day: date
    resources: tuple[ResourceDay, ...]
    bookings: tuple[BookingRow, ...]

    def entries(self, resource_id: int) -> list[BookingRow | Span]:
        """Bookings and free gaps of one resource, in order of time."""
        booked = [row for row in self.bookings if row.resource_id == resource_id]
        gaps = next((one.free for one in self.resources if one.id == resource_id), ())
        return sorted([*booked, *gaps], key=lambda one: one.starts_at if isinstance(one, BookingRow) else one.start)


@dataclass(frozen=True, slots=True)
class Slot:
    """A free start, with who or what is free then."""

    resource_id: int
    resource_name: str
    starts_at: datetime
    duration_min: int


@dataclass(frozen=True, slots=True)
class DayCount:
    """A day of the week's overview."""

    day: date
    bookings: int
    free_min: int


async def list_resources(context: Context, *, site_id: int | None = None, closed: bool = False) -> list[ResourceRow]:
    """Resources of the site, in their order; `closed` adds those that are no longer booked."""
    async with context.reading() as connection:
        found = await _resources(connection, site_id or context.site_id)
    return [row for row in found if closed or not row.closed]


async def list_reasons(context: Context, *, site_id: int | None = None) -> list[ReasonRow]:
    """Reasons that can be chosen at the site, in their order."""
    statement = (
        select(Reason.id, Reason.name, Reason.duration_min, Reason.kind)
        .where(Reason.site_id == (site_id or context.site_id), Reason.withdrawn.is_(False))
        .order_by(Reason.position, Reason.name)
    )
    async with context.reading() as connection:
        return [ReasonRow(*row) for row in await connection.execute(statement)]


async def day_agenda(context: Context, *, day: date, site_id: int | None = None) -> DayAgenda:
    """One day in clinic time. NotAllowed: another site's, when the group hides the agendas."""
    site = site_id or context.site_id
    start, end = day_bounds(day)
    async with context.reading() as connection:
        resources = await _resources(connection, site)
        if site == context.site_id:
            rows = await connection.execute(_on(start, end, site).order_by(func.lower(Booking.span), Booking.id))
            bookings = [booking_row(row) for row in rows.mappings()]
        else:
            await require_shared(connection)
            bookings = await _seen_from_outside(connection, site, Span(start, end), resources)
    busy = _by_resource((row.resource_id, row.span) for row in bookings)
    return DayAgenda(
        site, day, tuple(_resource_day(row, day, busy.get(row.id, [])) for row in resources if not row.closed
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


async def busy_elsewhere(context: Context, *, site_id: int, day: date) -> list[tuple[int, Span]]:
    """(resource, span) of all that is taken at a site on a day; nothing when the group hides the agendas."""
    start, end = day_bounds(day)
    async with context.reading() as connection:
        return await _busy(connection, site_id, Span(start, end))


async def find_free_slots(
    context: Context, *, reason_id: int | None = None, from_: datetime, resource_id: int | None = None, count: int = 10,
    site_id: int | None = None, duration_min: int | None = None,
) -> list[Slot]:  # fmt: skip
    """The next free starts, by time and then by the resources' order; fewer when HORIZON_DAYS hold no more.

    The reason says how long and at what kind of resource; `duration_min` overrules the time, `resource_id` the kind.
    NotFound: an unknown reason. NotAllowed: another site's agenda when the group hides them.
    """
    site, from_ = site_id or context.site_id, max(from_, context.now())
    async with context.reading() as connection:
        if site != context.site_id:
            await require_shared(connection)
        reason = await _reason(connection, site, reason_id)
        resources = [
            row for row in await _resources(connection, site)
            if not row.closed and (row.id == resource_id if resource_id else reason is None or row.kind == reason.kind)
        ]  # fmt: skip
        length = duration_min or (reason.duration_min if reason else 0)
        if not length:
            raise ValueError("a search for slots needs a reason or a duration")
        return await _search(connection, site, resources, from_, length, count)


async def week_overview(context: Context, *, day: date, site_id: int | None = None) -> list[DayCount]:
    """The seven days of the week that holds `day`: how many are booked, and how many minutes are free."""
    site, monday = site_id or context.site_id, week_start(day)
    whole = Span(day_bounds(monday)[0], day_bounds(monday + timedelta(days=6))[1])
    async with context.reading() as connection:
        resources = await _resources(connection, site)
        busy = await _busy(connection, site, whole)
        closed = await _closed(connection, site, whole)
    return [_day_count(monday + timedelta(days=ahead), resources, busy, closed) for ahead in range(7)]


async def require_shared(connection: AsyncConnection) -> None:
    """NotAllowed when the group hides the agendas of other sites."""
    choice = (await connection.execute(select(func.sharing_choice("agenda")))).scalar_one()
    if choice not in {"free-busy", "full"}:
        raise NotAllowed(
            _("The group keeps each site's agenda to itself."), _("Call the other site, or ask the management.")
        )


def bookings_select() -> Select[*tuple[Any, ...]]:
    """Bookings with all that a BookingRow shows."""
    species = Species.name_fr if current_language() == "fr" else Species.name_en
    phone = (
        select(ClientPhone.number)
        .where(ClientPhone.client_id == Booking.client_id)
        .order_by(ClientPhone.position, ClientPhone.id)
        .limit(1)
        .scalar_subquery()
    )
    full_name = func.btrim(func.concat_ws(" ", Client.last_name, Client.first_name))
    return (
        select(
            Booking.id, Booking.site_id, Site.code.label("site_code"), Booking.resource_id,
            Resource.name.label("resource_name"), Booking.span, func.coalesce(VISITS.c.state, "booked").label("state"),
            Booking.reason_id, Reason.name.label("reason"), Booking.client_id, full_name.label("client_name"),
            Client.last_name, phone.label("phone"), Booking.animal_id, Animal.name.label("animal"),
            species.label("species"), Booking.caller, Booking.note, VISITS.c.id.label("visit_id"),
            func.btrim(func.concat_ws(" ", StaffMember.first_name, StaffMember.last_name)).label("booked_by"),
            Booking.created_at.label("booked_at"),
        )
        .join(Site, Site.id == Booking.site_id)
        .join(Resource, (Resource.site_id == Booking.site_id) & (Resource.id == Booking.resource_id))
        .outerjoin(Reason, (Reason.site_id == Booking.site_id) & (Reason.id == Booking.reason_id))
        .outerjoin(Client, Client.id == Booking.client_id)
        .outerjoin(Animal, Animal.id == Booking.animal_id)
        .outerjoin(Species, Species.id == Animal.species_id)
        .outerjoin(StaffMember, StaffMember.id == Booking.created_by)
        .outerjoin(VISITS, (VISITS.c.site_id == Booking.site_id) & (VISITS.c.booking_id == Booking.id))
    )  # fmt: skip


def booking_row(row: RowMapping) -> BookingRow:
    """A row of bookings_select()."""
    values: dict[str, Any] = dict(row)
    span = values.pop("span")
    values.update({key: "" for key in _TEXTS if values[key] is None})
    return BookingRow(starts_at=span.lower, ends_at=span.upper, **values)


_TEXTS = {"reason", "client_name", "last_name", "phone", "animal", "species", "booked_by"}


def _on(start: datetime, end: datetime, site_id: int) -> Select[*tuple[Any, ...]]:
    return bookings_select().where(
        Booking.site_id == site_id, Booking.span.op("&&")(Range(start, end)), Booking.cancelled_at.is_(None)
    )


async def _of(context: Context, wanted: ColumnElement[bool], from_: datetime | None) -> list[BookingRow]:
    statement = (
        bookings_select()
        .where(wanted, Booking.cancelled_at.is_(None))
        .where(func.upper(Booking.span) > (from_ or context.now()))
        .order_by(func.lower(Booking.span))
    )
    async with context.reading() as connection:
        return [booking_row(row) for row in (await connection.execute(statement)).mappings()]


async def _resources(connection: AsyncConnection, site_id: int) -> list[ResourceRow]:
    statement = (
        select(
            Resource.id, Resource.name, Resource.kind, Resource.staff_id, Resource.position, Resource.closed,
            OpeningHours.weekday, OpeningHours.opens_at, OpeningHours.closes_at,
        )
        .outerjoin(
            OpeningHours, (OpeningHours.site_id == Resource.site_id) & (OpeningHours.resource_id == Resource.id)
        )
        .where(Resource.site_id == site_id)
        .order_by(Resource.position, Resource.name, OpeningHours.weekday, OpeningHours.opens_at)
    )  # fmt: skip
    heads: dict[int, dict[str, Any]] = {}
    hours: dict[int, list[Hours]] = {}
    for row in await connection.execute(statement):
        heads[row.id] = {key: row._mapping[key] for key in ("id", "name", "kind", "staff_id", "position", "closed")}
        if row.weekday is not None:
            hours.setdefault(row.id, []).append((row.weekday, row.opens_at, row.closes_at))
    return [ResourceRow(**head, hours=tuple(hours.get(number, ()))) for number, head in heads.items()]


async def _reason(connection: AsyncConnection, site_id: int, reason_id: int | None) -> ReasonRow | None:
    if reason_id is None:
        return None
    statement = select(Reason.id, Reason.name, Reason.duration_min, Reason.kind)
    row = (await connection.execute(statement.where(Reason.site_id == site_id, Reason.id == reason_id))).one_or_none()
    if row is None:
        raise NotFound(_("This reason is not in the list of the site."))
    return ReasonRow(*row)


async def _busy(connection: AsyncConnection, site_id: int, window: Span) -> list[tuple[int, Span]]:
    spans = func.busy_spans(site_id, Range(window.start, window.end)).table_valued("resource_id", "span")
    rows = await connection.execute(select(spans.c.resource_id, func.lower(spans.c.span), func.upper(spans.c.span)))
    return [(resource_id, Span(start, end)) for resource_id, start, end in rows]


async def _seen_from_outside(
    connection: AsyncConnection, site_id: int, window: Span, resources: Sequence[ResourceRow]
) -> list[BookingRow]:
    """Every busy span of another site; its details where the group shares them."""
    rows = await connection.execute(_on(window.start, window.end, site_id))
    known = {(row["resource_id"], row["span"].lower): booking_row(row) for row in rows.mappings()}
    names = {row.id: row.name for row in resources}
    code = (await connection.execute(select(Site.code).where(Site.id == site_id))).scalar_one_or_none() or ""
    found = [
        known.get((resource_id, span.start))
        or BookingRow(0, site_id, code, resource_id, names.get(resource_id, ""), span.start, span.end, hidden=True)
        for resource_id, span in await _busy(connection, site_id, window)
    ]
    return sorted(found, key=lambda row: (row.starts_at, row.resource_id))


async def _search(
    connection: AsyncConnection, site: int, resources: Sequence[ResourceRow], from_: datetime, length: int, count: int
) -> list[Slot]:
    found: list[Slot] = []
    first = paris_day(from_)
    for ahead in range(0, HORIZON_DAYS, WINDOW_DAYS):
        days = [first + timedelta(days=ahead + step) for step in range(WINDOW_DAYS)]
        taken = await _busy(connection, site, Span(day_bounds(days[0])[0], day_bounds(days[-1])[1]))
        busy = _by_resource(taken)
        for day in days:
            found += _slots_of_day(day, resources, busy, from_, length)
            if len(found) >= count:
                return found[:count]
    return found


def _slots_of_day(
    day: date, resources: Sequence[ResourceRow], busy: dict[int, list[Span]], from_: datetime, length: int
) -> list[Slot]:
    found = [
        Slot(row.id, row.name, start, length)
        for row in resources
        for start in slots(_resource_day(row, day, busy.get(row.id, [])).free, length, from_=from_)
    ]
    return sorted(found, key=lambda slot: slot.starts_at)


def _by_resource(spans: Any) -> dict[int, list[Span]]:
    found: dict[int, list[Span]] = {}
    for resource_id, span in spans:
        found.setdefault(resource_id, []).append(span)
    return found


def _resource_day(row: ResourceRow, day: date, busy: Sequence[Span]) -> ResourceDay:
    openings = opening_spans(day, row.hours)
    return ResourceDay(row.id, row.name, row.kind, row.staff_id, tuple(openings), tuple(free_spans(openings, busy)))


async def _closed(connection: AsyncConnection, site_id: int, window: Span) -> set[tuple[int, datetime]]:
    """(resource, start) of the spans that nobody comes for; from outside they look like bookings."""
    statement = select(Booking.resource_id, func.lower(Booking.span)).where(
        Booking.site_id == site_id, Booking.span.op("&&")(Range(window.start, window.end)),
        Booking.client_id.is_(None), Booking.animal_id.is_(None), Booking.caller == "",
    )  # fmt: skip
    return {(resource_id, start) for resource_id, start in await connection.execute(statement)}


def _day_count(
    day: date, resources: Sequence[ResourceRow], busy: Sequence[tuple[int, Span]], closed: set[tuple[int, datetime]]
) -> DayCount:
    start, end = day_bounds(day)
    spans = _by_resource(busy)
    free = sum(
        gap.minutes
        for row in resources
        if not row.closed
        for gap in _resource_day(row, day, spans.get(row.id, [])).free
    )
    booked = sum(start <= span.start < end and (number, span.start) not in closed for number, span in busy)
    return DayCount(day, booked, free)
