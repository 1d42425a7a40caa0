"""Reads of invoices: a document with its lines, what waits to be billed, lists, what a client owes."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import BigInteger, Numeric, and_, column, exists, func, select, text
from sqlalchemy.orm import aliased

from vpterm.database.context import Context
from vpterm.kernel.errors import NotFound
from vpterm.kernel.i18n import _
from vpterm.kernel.money import Money, VatAmounts, vat_table
from vpterm.practice.animals.tables import Animal
from vpterm.practice.billing.rules import amounts_of_total, line_amounts, snapshot_name
from vpterm.practice.billing.tables import Invoice, InvoiceLine
from vpterm.practice.care.tables import PerformedService
from vpterm.practice.clients.tables import Client
from vpterm.practice.fees.queries import effective_fees
from vpterm.practice.sites.tables import Site
from vpterm.practice.staff.tables import StaffMember

# What was done longer ago no longer waits on the board; preparing the client's invoice still finds it.
BOARD_DAYS = 31


@dataclass(frozen=True, slots=True)
class LineRow:
    """A line of a draft or a document. `unit_price` and `total` include VAT; discount in percent."""

    id: int
    position: int
    service_id: int | None
    animal_id: int | None
    animal_name: str
    practitioner_id: int
    practitioner_name: str
    fee_code: str
    label: str
    quantity: Decimal
    unit_price: Money
    discount_percent: Decimal
    vat_percent: Decimal
    total: Money
    net: Money
    vat: Money


@dataclass(frozen=True, slots=True)
class InvoiceSheet:
    """A draft, an invoice or a credit note with all its lines.

    number, issued_on and issued_at are None for a draft, whose name and address are the client's of now.
    due: what is still to be paid of an issued invoice, below zero when more was paid. credit_note: the number of
    the note that took this invoice back; credited_number: of the invoice that this note takes back.
    """

    id: int
    kind: str
    number: str | None
    issued_on: date | None
    issued_at: datetime | None
    client_id: int
    client_name: str
    client_address: str
    credited_id: int | None
    credited_number: str | None
    credited_because: str
    credit_note: str | None
    total: Money
    net: Money
    vat: Money
    due: Money
    lines: tuple[LineRow, ...]
    vat_table: tuple[VatAmounts, ...]

    @property
    def is_draft(self) -> bool:
        return self.number is None


@dataclass(frozen=True, slots=True)
class ToBillRow:
    """A client of whom something waits to be billed here: unbilled services, or an open draft."""

    client_id: int
    client_name: str
    animal_names: str
    amount: Money
    invoice_id: int | None
    since: datetime


@dataclass(frozen=True, slots=True)
class InvoiceRow:
    """An issued document in a list."""

    id: int
    kind: str
    number: str
    issued_on: date
    client_id: int
    client_name: str
    total: Money
    net: Money
    vat: Money
    due: Money


@dataclass(frozen=True, slots=True)
class SiteBalance:
    """What a client owes at another site."""

    site_code: str
    site_name: str
    amount: Money


@dataclass(frozen=True, slots=True)
class Balance:
    """What a client owes: here, and at the other sites as far as the group shows it. Below zero: to their credit."""

    here: Money
    elsewhere: tuple[SiteBalance, ...]


def _person() -> Any:
    return func.btrim(func.concat_ws(" ", StaffMember.first_name, StaffMember.last_name))


def _owner() -> Any:
    """The client in a list: business or "Mme Martin"."""
    return func.btrim(func.concat_ws(" ", func.nullif(Client.title, ""), Client.last_name))


def _due(invoice: Any = Invoice) -> Any:
    """Payments are the till's, above this noun: the sum comes from its function (practice/till/definitions.sql)."""
    return func.invoice_due(invoice.site_id, invoice.id)


def _money(value: Any) -> Money:
    return value if isinstance(value, Money) else Money(value)


async def invoice_sheet(context: Context, *, invoice_id: int) -> InvoiceSheet:
    """A draft or document of this site, whole; NotFound when this site has none with this id."""
    credited, note = aliased(Invoice), aliased(Invoice)
    statement = (
        select(
            Invoice.id, Invoice.kind, Invoice.number, Invoice.issued_on, Invoice.issued_at, Invoice.client_id,
            Invoice.client_name, Invoice.client_address, Invoice.credited_id,
            credited.number.label("credited_number"), Invoice.credited_because, note.number.label("credit_note"),
            _due().label("due"), Client.title, Client.first_name, Client.last_name,
            Client.address, Client.postcode, Client.town,
        )
        .join(Client, Client.id == Invoice.client_id)
        .outerjoin(credited, and_(credited.site_id == Invoice.site_id, credited.id == Invoice.credited_id))
        .outerjoin(note, and_(note.site_id == Invoice.site_id, note.credited_id == Invoice.id))
        .where(Invoice.site_id == context.site_id, Invoice.id == invoice_id)
    )  # fmt: skip
    async with context.reading() as connection:
        row = (await connection.execute(statement)).mappings().one_or_none()
        if row is None:
            raise NotFound(_("There is no such invoice at this site."))
        rows = (await connection.execute(_lines(context.site_id, invoice_id))).mappings().all()
    return _sheet(dict(row), tuple(LineRow(**line) for line in rows))


draft_sheet = invoice_sheet


def _sheet(row: dict[str, Any], lines: tuple[LineRow, ...]) -> InvoiceSheet:
    current = {name: row.pop(name) for name in ("title", "first_name", "last_name", "address", "postcode", "town")}
    if row["number"] is None:
        row["client_name"] = snapshot_name(current["title"], current["first_name"], current["last_name"])
        row["client_address"] = f"{current['address']}\n{current['postcode']} {current['town']}".strip()
    row["due"] = _money(row["due"])
    return InvoiceSheet(
        **row,
        total=Money.total(line.total for line in lines),
        net=Money.total(line.net for line in lines),
        vat=Money.total(line.vat for line in lines),
        lines=lines,
        vat_table=vat_table(amounts_of_total(line.total, line.vat_percent) for line in lines),
    )


def _lines(site_id: int, invoice_id: int) -> Any:
    return (
        select(
            InvoiceLine.id, InvoiceLine.position, InvoiceLine.service_id, InvoiceLine.animal_id,
            func.coalesce(Animal.name, "").label("animal_name"), InvoiceLine.practitioner_id,
            _person().label("practitioner_name"), InvoiceLine.fee_code, InvoiceLine.label, InvoiceLine.quantity,
            InvoiceLine.unit_price, InvoiceLine.discount_percent, InvoiceLine.vat_percent, InvoiceLine.total,
            InvoiceLine.net, InvoiceLine.vat,
        )
        .join(StaffMember, StaffMember.id == InvoiceLine.practitioner_id)
        .outerjoin(Animal, Animal.id == InvoiceLine.animal_id)
        .where(InvoiceLine.site_id == site_id, InvoiceLine.invoice_id == invoice_id)
        .order_by(InvoiceLine.position)
    )  # fmt: skip


async def list_to_bill(context: Context) -> list[ToBillRow]:
    """Clients of whom something waits to be billed at this site, the longest waiting first.

    Services of the last BOARD_DAYS that stand on no draft count at this site's prices.
    """
    async with context.reading() as connection:
        waiting = (await connection.execute(_unbilled_here(context))).mappings().all()
        drafts = (await connection.execute(_open_drafts(context))).mappings().all()
    found: dict[int, ToBillRow] = {}
    for row in (*drafts, *waiting):
        values = dict(row)
        percent = values.pop("vat_percent", None)
        quantity, price = values.pop("quantity", None), values.pop("unit_price", None)
        if percent is not None:
            values["amount"] = line_amounts(quantity, _money(price), percent).total
        found[values["client_id"]] = _merged(found.get(values["client_id"]), values)
    return sorted(found.values(), key=lambda client: (client.since, client.client_id))


def _merged(known: ToBillRow | None, values: dict[str, Any]) -> ToBillRow:
    """One row a client, of its draft and of what stands on none."""
    values = {**values, "amount": _money(values["amount"]), "animal_names": values["animal_names"] or ""}
    if known is None:
        return ToBillRow(**values)
    names = dict.fromkeys(name for name in (*known.animal_names.split(", "), values["animal_names"]) if name)
    return ToBillRow(
        client_id=known.client_id, client_name=known.client_name, animal_names=", ".join(names),
        amount=known.amount + values["amount"], invoice_id=known.invoice_id or values["invoice_id"],
        since=min(known.since, values["since"]),
    )  # fmt: skip


def _unbilled_here(context: Context) -> Any:
    fees = effective_fees(context.site_id).subquery()
    billed = exists().where(
        InvoiceLine.site_id == context.site_id, InvoiceLine.service_id == PerformedService.id,
        InvoiceLine.released.is_(False),
    )  # fmt: skip
    return (
        select(
            Animal.client_id, _owner().label("client_name"), Animal.name.label("animal_names"),
            text("NULL::bigint AS invoice_id"), PerformedService.performed_at.label("since"),
            PerformedService.quantity, func.coalesce(fees.c.price, 0).label("unit_price"),
            func.coalesce(fees.c.vat_percent, 20).label("vat_percent"),
        )
        .join(Animal, Animal.id == PerformedService.animal_id)
        .join(Client, Client.id == Animal.client_id)
        .outerjoin(fees, fees.c.code == PerformedService.fee_code)
        .where(
            PerformedService.site_id == context.site_id, PerformedService.removed_at.is_(None), ~billed,
            PerformedService.performed_at >= context.now() - timedelta(days=BOARD_DAYS),
        )
        .order_by(PerformedService.performed_at, PerformedService.id)
    )  # fmt: skip


def _open_drafts(context: Context) -> Any:
    return (
        select(
            Invoice.client_id, _owner().label("client_name"),
            func.string_agg(Animal.name.distinct(), ", ").label("animal_names"),
            func.coalesce(func.sum(InvoiceLine.total), 0).label("amount"), Invoice.id.label("invoice_id"),
            Invoice.created_at.label("since"),
        )
        .join(Client, Client.id == Invoice.client_id)
        .join(InvoiceLine, and_(InvoiceLine.site_id == Invoice.site_id, InvoiceLine.invoice_id == Invoice.id))
        .outerjoin(Animal, Animal.id == InvoiceLine.animal_id)
        .where(Invoice.site_id == context.site_id, Invoice.issued_at.is_(None), Invoice.kind == "invoice")
        .group_by(Invoice.id, Invoice.client_id, Invoice.created_at, Client.title, Client.last_name)
    )  # fmt: skip


async def list_invoices(
    context: Context, *, client_id: int | None = None, since: date | None = None, until: date | None = None,
    unpaid: bool = False, limit: int = 500,
) -> list[InvoiceRow]:  # fmt: skip
    """Issued documents of this site, the newest first: of a client, of a period (days included), or unpaid ones."""
    statement = select(
        Invoice.id, Invoice.kind, Invoice.number, Invoice.issued_on, Invoice.client_id, Invoice.client_name,
        Invoice.total, Invoice.net, Invoice.vat, _due().label("due"),
    ).where(Invoice.site_id == context.site_id, Invoice.issued_at.is_not(None))  # fmt: skip
    if client_id is not None:
        statement = statement.where(Invoice.client_id == client_id)
    if since is not None:
        statement = statement.where(Invoice.issued_on >= since)
    if until is not None:
        statement = statement.where(Invoice.issued_on <= until)
    if unpaid:
        statement = statement.where(Invoice.kind == "invoice", _due() > 0)
    ordered = statement.order_by(Invoice.issued_on.desc(), Invoice.issued_at.desc(), Invoice.id.desc()).limit(limit)
    async with context.reading() as connection:
        rows = (await connection.execute(ordered)).mappings().all()
    return [
        InvoiceRow(**{**row, "due": _money(row["due"]) if row["kind"] == "invoice" else Money.zero()}) for row in rows
    ]


async def client_balance(context: Context, *, client_id: int) -> Balance:
    """What the client owes, derived from invoices and payments, never stored.

    Other sites appear as far as the group's choice on "balance" lets this site see them, without zeros.
    """
    others = func.balances_elsewhere(client_id).table_valued(column("site_id", BigInteger), column("balance", Numeric))
    statement = (
        select(func.client_balance(context.site_id, client_id).label("here"), Site.code, Site.name, others.c.balance)
        .select_from(select(text("1")).subquery())
        .outerjoin(others, others.c.balance != 0)
        .outerjoin(Site, Site.id == others.c.site_id)
        .order_by(Site.code)
    )
    async with context.reading() as connection:
        rows = (await connection.execute(statement)).mappings().all()
    return Balance(
        here=Money(rows[0]["here"]),
        elsewhere=tuple(
            SiteBalance(row["code"], row["name"], Money(row["balance"])) for row in rows if row["code"] is not None
        ),
    )
