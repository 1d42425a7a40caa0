"""Reads of the till: the journal of a day, what is expected of it, payments of an invoice, closings."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select

from vpterm.database.context import Context
from vpterm.kernel.money import Money
from vpterm.practice.billing.tables import Invoice
from vpterm.practice.clients.tables import Client
from vpterm.practice.staff.tables import StaffMember
from vpterm.practice.till.closings import oldest_open_day
from vpterm.practice.till.rules import MEANS
from vpterm.practice.till.tables import Till, TillClosing, TillEntry


@dataclass(frozen=True, slots=True)
class TillRow:
    """A till of the site."""

    id: int
    name: str


@dataclass(frozen=True, slots=True)
class JournalRow:
    """An entry of the journal as it is read at the desk. corrected: a later entry undid it."""

    id: int
    sequence: int
    kind: str
    means: str
    amount: Money
    till_name: str
    client_id: int | None
    client_name: str
    invoice_id: int | None
    invoice_number: str
    remark: str
    taken_at: datetime
    taken_on: date
    author_login: str
    corrected: bool
    hash: str


@dataclass(frozen=True, slots=True)
class TillDay:
    """What a day's till should hold: by means (all of them, in the order of rules.MEANS), and in all.

    closed: the closing that exists, else None; oldest_open: the first day that waits to be closed.
    """

    day: date
    by_means: tuple[tuple[str, Money], ...]
    total: Money
    cash_expected: Money
    entries: int
    closed_at: datetime | None
    cash_counted: Money | None
    oldest_open: date | None


@dataclass(frozen=True, slots=True)
class ClosingRow:
    """A closing with its figures."""

    period: str
    closes_on: date
    closed_at: datetime
    total: Money
    cash_expected: Money
    cash_counted: Money | None
    perpetual_total: Money
    journal_hash: str


async def list_tills(context: Context) -> list[TillRow]:
    """The tills of this site, the oldest first."""
    async with context.reading() as connection:
        statement = select(Till.id, Till.name).where(Till.site_id == context.site_id).order_by(Till.id)
        return [TillRow(**row) for row in (await connection.execute(statement)).mappings()]


async def journal(context: Context, *, day: date) -> list[JournalRow]:
    """The journal of a day at this site, in its order, seals of closings included."""
    return await _entries(context, TillEntry.taken_on == day)


async def payments_of_invoice(context: Context, *, invoice_id: int) -> list[JournalRow]:
    """Payments, refunds and corrections of an invoice of this site, in their order."""
    return await _entries(context, TillEntry.invoice_id == invoice_id)


async def payments_of_client(context: Context, *, client_id: int) -> list[JournalRow]:
    """Everything that a client paid or got back at this site, in its order."""
    return await _entries(context, TillEntry.client_id == client_id)


async def _entries(context: Context, condition: Any) -> list[JournalRow]:
    correction = TillEntry.__table__.alias("correction")
    corrected = (
        select(correction.c.id)
        .where(correction.c.site_id == TillEntry.site_id, correction.c.corrects_id == TillEntry.id)
        .exists()
    )
    statement = (
        select(
            TillEntry.id, TillEntry.sequence, TillEntry.kind, TillEntry.means, TillEntry.amount,
            func.coalesce(Till.name, "").label("till_name"), TillEntry.client_id,
            func.btrim(func.concat_ws(" ", Client.title, Client.last_name)).label("client_name"),
            TillEntry.invoice_id, func.coalesce(Invoice.number, "").label("invoice_number"), TillEntry.remark,
            TillEntry.taken_at, TillEntry.taken_on, StaffMember.login.label("author_login"),
            corrected.label("corrected"), TillEntry.hash,
        )
        .join(StaffMember, StaffMember.id == TillEntry.created_by)
        .outerjoin(Till, (Till.site_id == TillEntry.site_id) & (Till.id == TillEntry.till_id))
        .outerjoin(Client, Client.id == TillEntry.client_id)
        .outerjoin(Invoice, (Invoice.site_id == TillEntry.site_id) & (Invoice.id == TillEntry.invoice_id))
        .where(TillEntry.site_id == context.site_id, condition)
        .order_by(TillEntry.sequence)
    )  # fmt: skip
    async with context.reading() as connection:
        return [JournalRow(**row) for row in (await connection.execute(statement)).mappings()]


async def till_day(context: Context, *, day: date | None = None) -> TillDay:
    """What a day's till should hold, by means; the oldest open day unless told, today when all is closed."""
    async with context.reading() as connection:
        oldest = (await connection.execute(select(oldest_open_day(context.site_id)))).scalar_one()
        wanted = day or oldest or context.today()
        sums = select(TillEntry.means, func.sum(TillEntry.amount).label("amount"), func.count().label("entries")).where(
            TillEntry.site_id == context.site_id, TillEntry.taken_on == wanted, TillEntry.kind != "closing"
        )
        rows = (await connection.execute(sums.group_by(TillEntry.means))).mappings().all()
        closing = select(TillClosing.closed_at, TillClosing.cash_counted).where(
            TillClosing.site_id == context.site_id, TillClosing.period == "day", TillClosing.closes_on == wanted
        )
        closed = (await connection.execute(closing)).one_or_none()
    amounts = {row["means"]: _money(row["amount"]) for row in rows}
    return TillDay(
        day=wanted,
        by_means=tuple((means, amounts.get(means, Money.zero())) for means in MEANS),
        total=Money.total(amounts.values()),
        cash_expected=amounts.get("cash", Money.zero()),
        entries=sum(row["entries"] for row in rows),
        closed_at=closed.closed_at if closed else None,
        cash_counted=closed.cash_counted if closed else None,
        oldest_open=oldest,
    )


async def list_closings(context: Context, *, limit: int = 60) -> list[ClosingRow]:
    """The closings of this site, the newest first."""
    statement = (
        select(
            TillClosing.period, TillClosing.closes_on, TillClosing.closed_at, TillClosing.total,
            TillClosing.cash_expected, TillClosing.cash_counted, TillClosing.perpetual_total,
            TillClosing.journal_hash,
        )
        .where(TillClosing.site_id == context.site_id)
        .order_by(TillClosing.closes_on.desc(), TillClosing.id.desc())
        .limit(limit)
    )  # fmt: skip
    async with context.reading() as connection:
        return [ClosingRow(**row) for row in (await connection.execute(statement)).mappings()]


def _money(value: Any) -> Money:
    return value if isinstance(value, Money) else Money(value)
