"""Proves a site's journal, closings and invoice numbers, by computing again in Python what the database says.

It catches whatever was changed behind the program's back, except a rewrite of the whole chain by a superuser:
that one is only seen against a closing's hash kept outside (printed, exported).
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import accumulate

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from vpterm.database.engine import Database
from vpterm.kernel.dates import format_date
from vpterm.kernel.i18n import _
from vpterm.kernel.money import Money
from vpterm.practice.billing.tables import Invoice, InvoiceLine, InvoiceSeries
from vpterm.practice.till.closings import FACTS
from vpterm.practice.till.rules import ClosingFacts, EntryFacts, closing_seal, entry_hash
from vpterm.practice.till.tables import TillChain, TillClosing, TillEntry

PAGE = 5_000
NOTHING = Money.zero()


@dataclass(frozen=True, slots=True)
class Verification:
    """What was found: `count` entries read; when not ok, the first broken place and why.

    broken_sequence is the entry of the journal at which the chain breaks, None when a closing or an invoice does.
    """

    ok: bool
    count: int
    broken_sequence: int | None = None
    why: str = ""


@dataclass(frozen=True, slots=True)
class _Link:
    entry: EntryFacts
    previous_hash: str
    hash: str


@dataclass(frozen=True, slots=True)
class _Sums:
    """What the entries of a day (or of the days of a period) come to."""

    first: int = 0
    last: int = 0
    total: Money = NOTHING
    cash: Money = NOTHING
    received: Money = NOTHING

    def __add__(self, other: "_Sums") -> "_Sums":
        return _Sums(
            min(filter(None, (self.first, other.first)), default=0), max(self.last, other.last),
            self.total + other.total, self.cash + other.cash, self.received + other.received,
        )  # fmt: skip

    @classmethod
    def of(cls, entry: EntryFacts) -> "_Sums":
        return cls(
            entry.sequence, entry.sequence, entry.amount, entry.amount if entry.means == "cash" else NOTHING,
            money_in(entry),
        )  # fmt: skip


def money_in(entry: EntryFacts) -> Money:
    """What an entry adds to the perpetual total: money that came in. A credit that moves came in before."""
    return NOTHING if entry.kind == "allocation" else max(entry.amount, NOTHING)


class _Chain:
    """The chain as far as it was followed: the last hash and totals, and sums by day and seals for the closings."""

    def __init__(self) -> None:
        self.sequence = 0
        self.hash = ""
        self.perpetual = Money.zero()
        self.days: dict[date, _Sums] = defaultdict(_Sums)
        self.seals: list[EntryFacts] = []
        self.hashes: dict[str, int] = {"": 0}
        self.half: EntryFacts | None = None  # money that left a pocket, and enters another in the next entry

    def follow(self, link: _Link) -> str:
        """Take the next entry; answers what is wrong with it, "" when NOTHING is."""
        entry = link.entry
        if entry.sequence != self.sequence + 1:
            return _("Entry {number} is missing.").format(number=self.sequence + 1)
        if link.previous_hash != self.hash or link.hash != entry_hash(self.hash, entry):
            return _("Entry {number} is not what was entered: its hash does not fit.").format(number=entry.sequence)
        perpetual = self.perpetual + money_in(entry)
        if entry.perpetual_total != perpetual:
            return _("The perpetual total of entry {number} is wrong.").format(number=entry.sequence)
        if not self._is_whole(entry):
            return _("Entry {number} moves a credit without its other half.").format(number=entry.sequence)
        self.sequence, self.hash, self.perpetual = entry.sequence, link.hash, perpetual
        self.hashes[link.hash] = entry.sequence
        if entry.kind == "closing":
            self.seals.append(entry)
        else:
            self.days[entry.taken_on] += _Sums.of(entry)
        return ""

    def _is_whole(self, entry: EntryFacts) -> bool:
        """Whether a credit that left a pocket in the entry before enters another one of the same client here."""
        half, self.half = self.half, None
        if entry.kind == "allocation" and entry.amount < NOTHING:
            self.half = entry
            return half is None
        if half is None:
            return entry.kind != "allocation"
        same = (half.client_id, half.amount, half.taken_on) == (entry.client_id, -entry.amount, entry.taken_on)
        return entry.kind == "allocation" and same and half.invoice_id != entry.invoice_id


async def verify_journal(database: Database, site_id: int) -> Verification:
    """Follow the chain from its first entry, then check closings and invoice numbers. Reads only.

    `database` is any login that reads the site's rows: its own, or the management's.
    """
    chain = _Chain()
    async with database.reading() as connection:
        head = select(TillChain.last_sequence, TillChain.last_hash, TillChain.perpetual_total)
        known = (await connection.execute(head.where(TillChain.site_id == site_id))).one_or_none()
        last = known.last_sequence if known else 0
        while chain.sequence < last:
            page = await _links(connection, site_id, chain.sequence, last)
            for link in page:
                if why := chain.follow(link):
                    return Verification(False, chain.sequence, chain.sequence + 1, why)
            if not page:
                why = _("Entry {number} is missing.").format(number=chain.sequence + 1)
                return Verification(False, chain.sequence, chain.sequence + 1, why)
        if chain.half is not None:
            why = _("Entry {number} moves a credit without its other half.").format(number=chain.sequence)
            return Verification(False, chain.sequence, chain.sequence, why)
        if known and (known.last_hash, known.perpetual_total) != (chain.hash, chain.perpetual):
            why = _("The journal does not end as its head says.")
            return Verification(False, chain.sequence, chain.sequence, why)
        if extra := await _beyond(connection, site_id, last if known else 0, moving=known is not None):
            why = _("Entry {number} stands outside the chain.").format(number=extra)
            return Verification(False, chain.sequence, extra, why)
        why = next(_closing_problems(await _closings(connection, site_id), chain), "")
        why = why or next(iter(await _invoice_problems(connection, site_id)), "")
    return Verification(not why, chain.sequence, None, why)


async def _links(connection: AsyncConnection, site_id: int, after: int, last: int) -> list[_Link]:
    names = tuple(EntryFacts.__dataclass_fields__)
    columns = [getattr(TillEntry, name) for name in names]
    statement = (
        select(*columns, TillEntry.previous_hash, TillEntry.hash)
        .where(TillEntry.site_id == site_id, TillEntry.sequence > after, TillEntry.sequence <= last)
        .order_by(TillEntry.sequence)
        .limit(PAGE)
    )
    return [
        _Link(EntryFacts(*row[: len(names)]), row.previous_hash, row.hash)
        for row in await connection.execute(statement)
    ]


async def _beyond(connection: AsyncConnection, site_id: int, last: int, *, moving: bool) -> int | None:
    """An entry that the chain cannot hold: numbered below one, or above a head that does not exist."""
    odd = TillEntry.sequence < 1
    if not moving:  # with a head, later entries are only those entered since it was read
        odd = odd | (TillEntry.sequence > last)
    statement = select(func.min(TillEntry.sequence)).where(TillEntry.site_id == site_id, odd)
    found: int | None = (await connection.execute(statement)).scalar_one()
    return found


async def _closings(connection: AsyncConnection, site_id: int) -> list[ClosingFacts]:
    statement = select(*FACTS).where(TillClosing.site_id == site_id).order_by(TillClosing.id)
    return [ClosingFacts(**row) for row in (await connection.execute(statement)).mappings()]


def _closing_problems(closings: list[ClosingFacts], chain: _Chain) -> Iterator[str]:
    """What is wrong with the closings, against the entries of their days and their seals in the journal."""
    seals = {seal.remark for seal in chain.seals}
    days = sorted(chain.days)
    received = list(accumulate(chain.days[day].received for day in days))
    for closing in closings:
        covered = sum((chain.days[day] for day in days if _covers(closing, day)), _Sums())
        before = bisect_right(days, closing.closes_on)
        expected = ClosingFacts(
            period=closing.period, closes_on=closing.closes_on, cash_counted=closing.cash_counted,
            first_sequence=covered.first, last_sequence=covered.last, total=covered.total,
            cash_expected=covered.cash, perpetual_total=received[before - 1] if before else Money.zero(),
            journal_hash=closing.journal_hash,
        )  # fmt: skip
        when = format_date(closing.closes_on)
        if closing != expected or closing.journal_hash not in chain.hashes:
            yield _("The closing of {day} does not agree with the journal.").format(day=when)
        if closing_seal(closing) not in seals:
            yield _("The closing of {day} is not the one that the journal sealed.").format(day=when)
        seals.discard(closing_seal(closing))
    for seal in seals:
        yield _("A closing is missing: {seal}.").format(seal=" ".join(seal.split()[:2]))


def _covers(closing: ClosingFacts, day: date) -> bool:
    if closing.period == "day":
        return day == closing.closes_on
    same_month = closing.period == "year" or day.month == closing.closes_on.month
    return day.year == closing.closes_on.year and same_month


async def _invoice_problems(connection: AsyncConnection, site_id: int) -> list[str]:
    """Gaps, doubles and dates that go back in a series; documents whose totals are not those of their lines."""
    problems = []
    counters = select(
        InvoiceSeries.billing_entity_id, InvoiceSeries.kind, InvoiceSeries.year, InvoiceSeries.last_number
    ).where(InvoiceSeries.site_id == site_id)
    for entity_id, kind, year, last_number in (await connection.execute(counters)).all():
        documents = (
            select(Invoice.number, Invoice.issued_on)
            .where(
                Invoice.site_id == site_id, Invoice.billing_entity_id == entity_id, Invoice.kind == kind,
                Invoice.issued_on >= date(year, 1, 1), Invoice.issued_on <= date(year, 12, 31),
            )
            .order_by(Invoice.number)
        )  # fmt: skip
        expected, newest = 1, date.min
        for row in await connection.execute(documents):
            number, issued_on = row.number or "", row.issued_on or date.min
            if int(number.rsplit("-", 1)[1]) != expected:
                problems.append(_("Before {number}, a document of the series is missing.").format(number=number))
                break
            if issued_on < newest:
                problems.append(_("{number} is dated before the one that precedes it.").format(number=number))
                break
            expected, newest = expected + 1, issued_on
        else:
            if expected <= last_number:
                missing = f"{kind} {year} {expected}"
                problems.append(_("A document of the series is missing: {number}.").format(number=missing))
    return problems or await _total_problems(connection, site_id)


async def _total_problems(connection: AsyncConnection, site_id: int) -> list[str]:
    lines = (
        select(InvoiceLine.invoice_id, func.sum(InvoiceLine.net).label("net"), func.sum(InvoiceLine.vat).label("vat"))
        .where(InvoiceLine.site_id == site_id)
        .group_by(InvoiceLine.invoice_id)
        .subquery()
    )
    statement = (
        select(Invoice.number)
        .outerjoin(lines, lines.c.invoice_id == Invoice.id)
        .where(
            Invoice.site_id == site_id, Invoice.issued_at.is_not(None),
            (func.coalesce(lines.c.net, 0) != Invoice.net) | (func.coalesce(lines.c.vat, 0) != Invoice.vat),
        )
        .order_by(Invoice.id)
        .limit(1)
    )  # fmt: skip
    return [
        _("The totals of {number} are not those of its lines.").format(number=number)
        for number in await connection.scalars(statement)
    ]
