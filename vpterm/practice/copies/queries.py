"""What stands on papers, as frozen rows: an invoice with issuer and payments, a payment with its parts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import aliased

from vpterm.database.context import Context
from vpterm.kernel.dates import paris_day
from vpterm.kernel.errors import Refused
from vpterm.kernel.i18n import _
from vpterm.kernel.money import Money
from vpterm.practice.billing.queries import InvoiceSheet, invoice_sheet
from vpterm.practice.billing.rules import snapshot_address, snapshot_name
from vpterm.practice.billing.tables import InvoiceLine
from vpterm.practice.care.tables import PerformedService
from vpterm.practice.clients.queries import find_client
from vpterm.practice.sites.queries import SiteRow, my_site
from vpterm.practice.till.queries import JournalRow, payments_of_client, payments_of_invoice
from vpterm.practice.till.tables import TillEntry


@dataclass(frozen=True, slots=True)
class InvoiceFacts:
    """All that an issued document says. payments: in their order, none of a credit note.

    performed_on: the day of what was done, by the id of the line, where it is not the day of issue
    (CGI ann. II art. 242 nonies A, I-10°).
    """

    issuer: SiteRow
    sheet: InvoiceSheet
    payments: tuple[JournalRow, ...]
    performed_on: dict[int, date]


@dataclass(frozen=True, slots=True)
class ReceiptFacts:
    """What a client handed over at once (or got back, below zero), by one means or several."""

    issuer: SiteRow
    client_name: str
    client_address: str
    parts: tuple[JournalRow, ...]

    @property
    def total(self) -> Money:
        return Money.total(part.amount for part in self.parts)


async def invoice_facts(context: Context, *, invoice_id: int) -> InvoiceFacts:
    """Of an issued invoice or credit note of this site. Refused: a draft, which is nothing to be handed out."""
    sheet = await invoice_sheet(context, invoice_id=invoice_id)
    if sheet.is_draft:
        raise Refused(_("A draft is no document."), _("Issue the invoice first."))
    payments = await payments_of_invoice(context, invoice_id=invoice_id) if sheet.kind == "invoice" else []
    return InvoiceFacts(
        issuer=await my_site(context),
        sheet=sheet,
        payments=tuple(payments),
        performed_on=await _days_of_services(context, sheet),
    )


async def _days_of_services(context: Context, sheet: InvoiceSheet) -> dict[int, date]:
    statement = (
        select(InvoiceLine.id, PerformedService.performed_at)
        .join(PerformedService, PerformedService.id == InvoiceLine.service_id)
        .where(InvoiceLine.site_id == context.site_id, InvoiceLine.invoice_id == sheet.id)
    )
    async with context.reading() as connection:
        rows = (await connection.execute(statement)).all()
    return {row.id: day for row in rows if (day := paris_day(row.performed_at)) != sheet.issued_on}


async def receipt_facts(context: Context, *, entry_id: int) -> ReceiptFacts:
    """Of the payment to which an entry of this site's journal belongs: all its parts, entered in one transaction.

    Refused: an entry that is no payment or refund, or was corrected.
    """
    one, other = aliased(TillEntry), aliased(TillEntry)
    statement = (
        select(one.client_id, other.id)
        .join(
            other,
            (other.site_id == one.site_id) & (other.created_at == one.created_at)
            & other.client_id.is_not_distinct_from(one.client_id) & (other.kind == one.kind),
        )
        .where(one.site_id == context.site_id, one.id == entry_id, one.kind.in_(("payment", "refund")))
    )  # fmt: skip
    async with context.reading() as connection:
        rows = (await connection.execute(statement)).all()
    if not rows or rows[0].client_id is None:
        raise Refused(_("Only a payment or a refund has a receipt."))
    client = await find_client(context, client_id=rows[0].client_id)
    parts = _parts(await payments_of_client(context, client_id=client.id), {row.id for row in rows})
    return ReceiptFacts(
        issuer=await my_site(context),
        client_name=snapshot_name(client.title, client.first_name, client.last_name),
        client_address=snapshot_address(client.address, client.postcode, client.town),
        parts=parts,
    )


def _parts(entries: Sequence[JournalRow], wanted: set[int]) -> tuple[JournalRow, ...]:
    parts = tuple(row for row in entries if row.id in wanted and not row.corrected)
    if not parts:
        raise Refused(_("This payment was taken back: it has no receipt any more."))
    return parts
