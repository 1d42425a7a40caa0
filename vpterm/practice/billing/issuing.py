"""What makes a draft a document: issue and credit. Numbers and totals are the database's (definitions.sql)."""

from typing import Any

from sqlalchemy import insert, literal, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from vpterm.database.context import Context
from vpterm.kernel.errors import Conflict, ConstraintViolated, NotFound, Refused
from vpterm.kernel.i18n import _
from vpterm.practice.billing.rules import check_because, snapshot_address, snapshot_name
from vpterm.practice.billing.tables import Invoice, InvoiceLine
from vpterm.practice.clients.tables import Client


async def issue_invoice(context: Context, *, invoice_id: int) -> str:
    """Issue a draft; answers its number, such as "L-2026-000123".

    The number is the next of the series of company, site, kind and year, given in this transaction: no gap, no
    double, and no date before the last one's (CGI ann. II art. 242 nonies A). Refused: no line; issued already.
    """
    context.require("invoices.issue")
    try:
        async with context.writing() as connection:
            statement = (
                select(Invoice.client_id, Invoice.number, Invoice.issued_at)
                .where(Invoice.site_id == context.site_id, Invoice.id == invoice_id, Invoice.kind == "invoice")
                .with_for_update()
            )
            draft = (await connection.execute(statement)).one_or_none()
            if draft is None:
                raise NotFound(_("There is no such draft at this site."))
            if draft.issued_at is not None:
                raise Conflict(_("This invoice is issued already: {number}.").format(number=draft.number))
            return await _issue(connection, context, invoice_id, await _snapshot(connection, draft.client_id))
    except ConstraintViolated as failure:
        raise _refusal(failure) from failure


async def credit_invoice(context: Context, *, invoice_id: int, because: str) -> str:
    """Take an issued invoice back by a credit note of the whole; answers its number, such as "LA-2026-000004".

    Every amount is the exact opposite of the invoice's; its services wait to be billed anew. What was paid stays
    paid, to the client's credit.
    """
    context.require("invoices.credit")
    reason = check_because(because)
    try:
        async with context.writing() as connection:
            original = await _lock_issued(connection, context, invoice_id)
            statement = insert(Invoice).values(
                site_id=context.site_id, kind="credit_note", credited_id=invoice_id, credited_because=reason,
                client_id=original["client_id"], billing_entity_id=original["billing_entity_id"],
            )  # fmt: skip
            note_id = (await connection.execute(statement.returning(Invoice.id))).scalar_one()
            await connection.execute(_opposite_lines(context.site_id, invoice_id, note_id))
            snapshot = {name: original[name] for name in ("client_name", "client_address")}
            number = await _issue(connection, context, note_id, snapshot)
            await connection.execute(
                update(InvoiceLine)
                .where(
                    InvoiceLine.site_id == context.site_id, InvoiceLine.invoice_id == invoice_id,
                    InvoiceLine.service_id.is_not(None),
                )
                .values(released=True)
            )  # fmt: skip
            return number
    except ConstraintViolated as failure:
        raise _refusal(failure) from failure


async def _lock_issued(connection: AsyncConnection, context: Context, invoice_id: int) -> Any:
    columns = (
        Invoice.client_id, Invoice.billing_entity_id, Invoice.issued_at, Invoice.kind, Invoice.client_name,
        Invoice.client_address,
    )  # fmt: skip
    statement = select(*columns).where(Invoice.site_id == context.site_id, Invoice.id == invoice_id)
    original = (await connection.execute(statement.with_for_update())).mappings().one_or_none()
    if original is None:
        raise NotFound(_("There is no such invoice at this site."))
    if original["issued_at"] is None or original["kind"] != "invoice":
        raise Refused(_("Only an issued invoice is credited."), _("A draft is changed or thrown away."))
    return original


def _opposite_lines(site_id: int, invoice_id: int, note_id: int) -> Any:
    """The lines of the credit note: quantities and amounts negated; they bill no service."""
    negated = (InvoiceLine.quantity, InvoiceLine.total, InvoiceLine.net, InvoiceLine.vat)
    kept = (
        InvoiceLine.site_id, InvoiceLine.position, InvoiceLine.animal_id, InvoiceLine.practitioner_id,
        InvoiceLine.fee_code, InvoiceLine.label, InvoiceLine.unit_price, InvoiceLine.discount_percent,
        InvoiceLine.vat_percent,
    )  # fmt: skip
    source = select(literal(note_id), *kept, *(-column for column in negated)).where(
        InvoiceLine.site_id == site_id, InvoiceLine.invoice_id == invoice_id
    )
    names = ["invoice_id", *(column.key for column in kept), *(column.key for column in negated)]
    return insert(InvoiceLine).from_select(names, source)


async def _issue(connection: AsyncConnection, context: Context, invoice_id: int, snapshot: dict[str, str]) -> str:
    statement = (
        update(Invoice)
        .where(Invoice.site_id == context.site_id, Invoice.id == invoice_id)
        .values(issued_at=context.now(), **snapshot)
        .returning(Invoice.number)
    )
    return str((await connection.execute(statement)).scalar_one())


async def _snapshot(connection: AsyncConnection, client_id: int) -> dict[str, str]:
    """Name and address as they are now: what the document says for ever."""
    columns = (
        Client.title, Client.first_name, Client.last_name, Client.address, Client.postcode, Client.town,
    )  # fmt: skip
    row = (await connection.execute(select(*columns).where(Client.id == client_id))).one()
    return {
        "client_name": snapshot_name(row.title, row.first_name, row.last_name),
        "client_address": snapshot_address(row.address, row.postcode, row.town),
    }


def _refusal(failure: ConstraintViolated) -> Refused:
    if failure.constraint == "ck_invoices_empty":
        return Refused(_("There is nothing on this draft yet."), _("Add a line, or throw the draft away."))
    if failure.constraint == "ck_invoice_series_date":
        return Refused(
            _("The last document of this series is dated later than today."),
            _("Check the date of the server; numbers and dates go up together."),
        )
    if failure.constraint == "uq_invoices_credited":
        return Refused(_("This invoice has its credit note already."))
    return Refused(_("The database refused this document."), _("Open it again and look at its lines."))
