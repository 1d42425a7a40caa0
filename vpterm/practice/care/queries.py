"""Reads of the medical record: the timeline over all sites, an entry, what is unfinished."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    DateTime,
    Integer,
    Numeric,
    bindparam,
    cast,
    func,
    literal,
    null,
    or_,
    select,
    union_all,
)  # fmt: skip
from sqlalchemy.orm import aliased

from vpterm.database.context import Context
from vpterm.database.written import Written
from vpterm.kernel.errors import NotFound
from vpterm.kernel.i18n import _
from vpterm.practice.animals.tables import Animal, AnimalTransfer, AnimalWeight
from vpterm.practice.care.tables import PerformedService, RecordEntry
from vpterm.practice.clients.tables import Client
from vpterm.practice.sites.tables import Site
from vpterm.practice.staff.tables import StaffMember


@dataclass(frozen=True, slots=True)
class TimelineRow:
    """One line of an animal's timeline, from any site.

    kind: a kind of entry (care.rules.KINDS), "service", "product", "vaccine", "weight" or "transfer".
    weight_g is told for weights, quantity and lot for what was done, how for a transfer (animals.rules.HOW), whose
    text is the owners; entry_id opens the sheet (None for a weight and a transfer).
    """

    kind: str
    happened_at: datetime
    site_code: str
    site_name: str
    author_login: str
    author_name: str
    text: str
    entry_id: int | None
    quantity: Decimal | None
    lot: str
    weight_g: int | None
    unfinished: bool
    how: str


@dataclass(frozen=True, slots=True)
class PerformedRow:
    """What was done at an entry, by whom."""

    id: int
    kind: str
    fee_code: str
    label: str
    quantity: Decimal
    lot: str
    practitioner_id: int
    practitioner_name: str
    performed_at: datetime


@dataclass(frozen=True, slots=True)
class EntrySheet:
    """An entry with everything that was done at it."""

    id: int
    animal_id: int
    animal_name: str
    client_id: int
    client_name: str
    kind: str
    happened_at: datetime
    site_id: int
    site_code: str
    site_name: str
    author_id: int
    author_login: str
    author_name: str
    reason: str
    note: str
    summary: str
    visit_id: int | None
    finished_at: datetime | None
    services: tuple[PerformedRow, ...]


@dataclass(frozen=True, slots=True)
class UnfinishedRow:
    """An entry of the person that waits to be finished, here."""

    entry_id: int
    animal_id: int
    animal_name: str
    client_name: str
    kind: str
    reason: str
    summary: str
    happened_at: datetime


def _person(table: Any = StaffMember) -> Any:
    return func.btrim(func.concat_ws(" ", table.first_name, table.last_name))


def _owner() -> Any:
    return func.btrim(func.concat_ws(" ", Client.title, Client.last_name))


def _entries(animal_id: Any) -> Any:
    return select(
        RecordEntry.kind.label("kind"), RecordEntry.happened_at.label("happened_at"),
        RecordEntry.site_id.label("site_id"), RecordEntry.author_id.label("author_id"),
        func.coalesce(func.nullif(RecordEntry.summary, ""), RecordEntry.reason).label("text"),
        RecordEntry.id.label("entry_id"), cast(null(), Numeric).label("quantity"), literal("").label("lot"),
        cast(null(), BigInteger).label("weight_g"), RecordEntry.finished_at.is_(None).label("unfinished"),
        literal("").label("how"), literal(0).label("rank"),
    ).where(
        # Opened and left without a word: nothing happened yet.
        RecordEntry.animal_id == animal_id, or_(RecordEntry.note != "", RecordEntry.reason != ""),
    )  # fmt: skip


def _services(animal_id: Any) -> Any:
    return select(
        PerformedService.kind, PerformedService.performed_at, PerformedService.site_id,
        PerformedService.practitioner_id, PerformedService.label, PerformedService.entry_id,
        PerformedService.quantity, PerformedService.lot, cast(null(), BigInteger).label("no_weight"),
        literal(False), literal("").label("no_how"), literal(1),
    ).where(PerformedService.animal_id == animal_id, PerformedService.removed_at.is_(None))  # fmt: skip


def _weights(animal_id: Any) -> Any:
    return select(
        literal("weight"), AnimalWeight.measured_at, AnimalWeight.created_site, AnimalWeight.created_by,
        literal("").label("no_text"), cast(null(), BigInteger).label("no_entry"),
        cast(null(), Numeric).label("no_quantity"), literal("").label("no_lot"), AnimalWeight.weight_g,
        literal(False), literal("").label("no_how"), literal(2),
    ).where(AnimalWeight.animal_id == animal_id, AnimalWeight.removed_at.is_(None))  # fmt: skip


def _transfers(animal_id: Any) -> Any:
    before, after = aliased(Client), aliased(Client)
    names = [func.btrim(func.concat_ws(" ", one.title, one.last_name)) for one in (before, after)]
    return (
        select(
            literal("transfer"), AnimalTransfer.transferred_at, AnimalTransfer.created_site,
            AnimalTransfer.created_by, names[0].concat(" → ").concat(names[1]).label("owners"),
            cast(null(), BigInteger).label("no_entry"), cast(null(), Numeric).label("no_quantity"),
            literal("").label("no_lot"), cast(null(), BigInteger).label("no_weight"), literal(False),
            AnimalTransfer.how, literal(3),
        )
        .join(before, before.id == AnimalTransfer.from_client_id)
        .join(after, after.id == AnimalTransfer.to_client_id)
        .where(AnimalTransfer.animal_id == animal_id)
    )  # fmt: skip


async def timeline(
    context: Context, *, animal_id: int, limit: int = 200, before: datetime | None = None
) -> list[TimelineRow]:
    """What happened to an animal at all sites, the newest first; older than `before` for the next page."""
    given = {"animal": animal_id, "most": limit} | ({} if before is None else {"before": before})
    return [TimelineRow(**row) for row in await _timeline(before is not None).rows(context.database, **given)]


@cache
def _timeline(paged: bool) -> Written:
    """At most `most` lines of an `animal`, older than `before` where it is paged."""
    animal, most = bindparam("animal", type_=BigInteger), bindparam("most", type_=Integer)
    parts = []
    for part, moment in (
        (_entries(animal), RecordEntry.happened_at),
        (_services(animal), PerformedService.performed_at),
        (_weights(animal), AnimalWeight.measured_at),
        (_transfers(animal), AnimalTransfer.transferred_at),
    ):
        aged = part.where(moment < bindparam("before", type_=DateTime(timezone=True))) if paged else part
        parts.append(aged.order_by(moment.desc()).limit(most).subquery().select())
    happened = union_all(*parts).subquery()
    return Written(
        select(
            happened.c.kind, happened.c.happened_at, func.coalesce(Site.code, "").label("site_code"),
            func.coalesce(Site.name, "").label("site_name"), StaffMember.login.label("author_login"),
            _person().label("author_name"), happened.c.text, happened.c.entry_id, happened.c.quantity,
            happened.c.lot, happened.c.weight_g, happened.c.unfinished, happened.c.how,
        )
        .join(StaffMember, StaffMember.id == happened.c.author_id)
        .outerjoin(Site, Site.id == happened.c.site_id)
        .order_by(happened.c.happened_at.desc(), happened.c.rank, happened.c.entry_id.desc(), happened.c.text)
        .limit(most)
    )  # fmt: skip


async def entry(context: Context, *, entry_id: int) -> EntrySheet:
    """An entry of any site; NotFound when there is none."""
    statement = (
        select(
            RecordEntry.id, RecordEntry.animal_id, Animal.name.label("animal_name"), Animal.client_id,
            _owner().label("client_name"), RecordEntry.kind, RecordEntry.happened_at, RecordEntry.site_id,
            Site.code.label("site_code"), Site.name.label("site_name"), RecordEntry.author_id,
            StaffMember.login.label("author_login"), _person().label("author_name"), RecordEntry.reason,
            RecordEntry.note, RecordEntry.summary, RecordEntry.visit_id, RecordEntry.finished_at,
        )
        .join(Animal, Animal.id == RecordEntry.animal_id)
        .join(Client, Client.id == Animal.client_id)
        .join(Site, Site.id == RecordEntry.site_id)
        .join(StaffMember, StaffMember.id == RecordEntry.author_id)
        .where(RecordEntry.id == entry_id)
    )  # fmt: skip
    async with context.reading() as connection:
        row = (await connection.execute(statement)).mappings().one_or_none()
        if row is None:
            raise NotFound(_("There is no such entry in the record."))
        services = (await connection.execute(_performed(entry_id))).mappings().all()
    return EntrySheet(**row, services=tuple(PerformedRow(**service) for service in services))


def _performed(entry_id: int) -> Any:
    practitioner = aliased(StaffMember)
    return (
        select(
            PerformedService.id, PerformedService.kind, PerformedService.fee_code, PerformedService.label,
            PerformedService.quantity, PerformedService.lot, PerformedService.practitioner_id,
            _person(practitioner).label("practitioner_name"), PerformedService.performed_at,
        )
        .join(practitioner, practitioner.id == PerformedService.practitioner_id)
        .where(PerformedService.entry_id == entry_id, PerformedService.removed_at.is_(None))
        .order_by(PerformedService.id)
    )  # fmt: skip


async def unfinished_entries(context: Context) -> list[UnfinishedRow]:
    """Notes that this person has to finish at this site, the oldest first."""
    statement = (
        select(
            RecordEntry.id.label("entry_id"), RecordEntry.animal_id, Animal.name.label("animal_name"),
            _owner().label("client_name"), RecordEntry.kind, RecordEntry.reason, RecordEntry.summary,
            RecordEntry.happened_at,
        )
        .join(Animal, Animal.id == RecordEntry.animal_id)
        .join(Client, Client.id == Animal.client_id)
        .where(
            RecordEntry.site_id == context.site_id, RecordEntry.author_id == context.staff_id,
            RecordEntry.finished_at.is_(None),
        )
        .order_by(RecordEntry.happened_at)
    )  # fmt: skip
    async with context.reading() as connection:
        return [UnfinishedRow(**row) for row in (await connection.execute(statement)).mappings()]
