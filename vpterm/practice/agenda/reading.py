"""Statements that the reads and actions of the agenda are made of. What screens ask is in queries.py."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    DateTime,
    RowMapping,
    ScalarSelect,
    Select,
    any_,
    bindparam,
    column,
    func,
    select,
    table,
)
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.orm import InstrumentedAttribute

from vpterm.database.engine import Database
from vpterm.database.written import Written
from vpterm.kernel.errors import NotAllowed, NotFound
from vpterm.kernel.i18n import _, current_language
from vpterm.practice.agenda.rows import BookingRow, ReasonRow, ResourceDay, ResourceRow
from vpterm.practice.agenda.rules import Hours, Span, free_spans, opening_spans
from vpterm.practice.agenda.tables import Booking, OpeningHours, Reason, Resource
from vpterm.practice.animals.tables import Animal, Species
from vpterm.practice.clients.tables import Client, ClientPhone
from vpterm.practice.sites.tables import Site
from vpterm.practice.staff.tables import StaffMember

# The waiting room stands above the agenda (practice/waiting); of its visits the agenda reads where a booking is now.
VISITS = table("visits", column("site_id"), column("id"), column("booking_id"), column("state"))


async def require_shared(connection: AsyncConnection) -> None:
    """NotAllowed when the group hides the agendas of other sites."""
    choice = (await connection.execute(select(func.sharing_choice("agenda")))).scalar_one()
    if choice not in {"free-busy", "full"}:
        raise NotAllowed(
            _("The group keeps each site's agenda to itself."), _("Call the other site, or ask the management.")
        )


def first_phone_of(client_id: InstrumentedAttribute[Any]) -> ScalarSelect[str]:
    """The telephone to call first, of the client that a column names."""
    return (
        select(ClientPhone.number)
        .where(ClientPhone.client_id == client_id)
        .order_by(ClientPhone.position, ClientPhone.id)
        .limit(1)
        .scalar_subquery()
    )


def bookings_select() -> Select[*tuple[Any, ...]]:
    """Bookings with all that a BookingRow shows."""
    species = Species.name_fr if current_language() == "fr" else Species.name_en
    phone = first_phone_of(Booking.client_id)
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


def booking_row(row: Mapping[str, Any] | RowMapping) -> BookingRow:
    """A row of bookings_select()."""
    values: dict[str, Any] = dict(row)
    span = values.pop("span")
    values.update({key: "" for key in _TEXTS if values[key] is None})
    return BookingRow(starts_at=span.lower, ends_at=span.upper, **values)


_TEXTS = {"reason", "client_name", "last_name", "phone", "animal", "species", "booked_by"}


async def bookings_of_day(database: Database, start: datetime, end: datetime, site_id: int) -> list[BookingRow]:
    """The live bookings of a site that touch the span, in order of time, as far as this login may read them."""
    found = await _bookings_within(current_language()).rows(database, site=site_id, start=start, end=end)
    return [booking_row(row) for row in found]


@cache
def _bookings_within(language: str) -> Written:
    """Bookings of a `site` between `start` and `end`; names of species in the language, which is the session's."""
    moment = DateTime(timezone=True)
    window = func.tstzrange(bindparam("start", type_=moment), bindparam("end", type_=moment))
    site = bindparam("site", type_=BigInteger)
    return Written(
        bookings_select()
        .where(Booking.site_id == site, Booking.id == any_(touching(site, window)), Booking.cancelled_at.is_(None))
        .order_by(func.lower(Booking.span), Booking.id)
    )


def touching(site_id: Any, window: Any) -> Any:
    """The numbers of the live bookings that touch a span, for `Booking.id == any_(...)`.

    Found by the index, which a range behind row security never meets; as an array, so that they come first: a join
    would be put off behind the others, and read all bookings.
    """
    found = select(func.bookings_touching(site_id, window).table_valued("id").c.id)
    return func.array(found.scalar_subquery(), type_=ARRAY(BigInteger))


@cache
def _resources() -> Written:
    """The resources of a `site`, a row for each of their openings."""
    return Written(
        select(
            Resource.id, Resource.name, Resource.kind, Resource.staff_id, Resource.position, Resource.closed,
            OpeningHours.weekday, OpeningHours.opens_at, OpeningHours.closes_at,
        )
        .outerjoin(
            OpeningHours, (OpeningHours.site_id == Resource.site_id) & (OpeningHours.resource_id == Resource.id)
        )
        .where(Resource.site_id == bindparam("site", type_=BigInteger))
        .order_by(Resource.position, Resource.name, OpeningHours.weekday, OpeningHours.opens_at)
    )  # fmt: skip


async def resources_of(database: Database, site_id: int) -> list[ResourceRow]:
    heads: dict[int, dict[str, Any]] = {}
    hours: dict[int, list[Hours]] = {}
    for row in await _resources().rows(database, site=site_id):
        heads[row["id"]] = {key: row[key] for key in ("id", "name", "kind", "staff_id", "position", "closed")}
        if row["weekday"] is not None:
            hours.setdefault(row["id"], []).append((row["weekday"], row["opens_at"], row["closes_at"]))
    return [ResourceRow(**head, hours=tuple(hours.get(number, ()))) for number, head in heads.items()]


async def reason_of(connection: AsyncConnection, site_id: int, reason_id: int | None) -> ReasonRow | None:
    if reason_id is None:
        return None
    statement = select(Reason.id, Reason.name, Reason.duration_min, Reason.kind)
    row = (await connection.execute(statement.where(Reason.site_id == site_id, Reason.id == reason_id))).one_or_none()
    if row is None:
        raise NotFound(_("This reason is not in the list of the site."))
    return ReasonRow(*row)


async def busy_of(connection: AsyncConnection, site_id: int, window: Span) -> list[tuple[int, Span]]:
    spans = func.busy_spans(site_id, Range(window.start, window.end)).table_valued("resource_id", "span")
    rows = await connection.execute(select(spans.c.resource_id, func.lower(spans.c.span), func.upper(spans.c.span)))
    return [(resource_id, Span(start, end)) for resource_id, start, end in rows]


async def seen_from_outside(
    connection: AsyncConnection,
    site_id: int,
    window: Span,
    resources: Sequence[ResourceRow],
    shared: Sequence[BookingRow],
) -> list[BookingRow]:
    """Every busy span of another site; its details where they are among those that the group shares."""
    known = {(row.resource_id, row.starts_at): row for row in shared}
    names = {row.id: row.name for row in resources}
    code = (await connection.execute(select(Site.code).where(Site.id == site_id))).scalar_one_or_none() or ""
    found = [
        known.get((resource_id, span.start))
        or BookingRow(0, site_id, code, resource_id, names.get(resource_id, ""), span.start, span.end, hidden=True)
        for resource_id, span in await busy_of(connection, site_id, window)
    ]
    return sorted(found, key=lambda row: (row.starts_at, row.resource_id))


def by_resource(spans: Any) -> dict[int, list[Span]]:
    found: dict[int, list[Span]] = {}
    for resource_id, span in spans:
        found.setdefault(resource_id, []).append(span)
    return found


def resource_day(row: ResourceRow, day: date, busy: Sequence[Span]) -> ResourceDay:
    """Its openings and what is free of them: nothing at all once it is closed, whatever is still booked there."""
    openings = [] if row.closed else opening_spans(day, row.hours)
    return ResourceDay(row.id, row.name, row.kind, row.staff_id, tuple(openings), tuple(free_spans(openings, busy)))
