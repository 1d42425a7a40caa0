"""Drafts of invoices: what was done becomes lines; lines are changed, drafts thrown away. For issue see issuing.py."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from sqlalchemy import delete, exists, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from vpterm.database.context import Context
from vpterm.kernel.errors import ConstraintViolated, NotFound, Refused
from vpterm.kernel.i18n import _
from vpterm.kernel.money import Money
from vpterm.practice.animals.tables import Animal
from vpterm.practice.billing.rules import line_amounts
from vpterm.practice.billing.tables import Invoice, InvoiceLine
from vpterm.practice.care.tables import PerformedService
from vpterm.practice.clients.tables import Client
from vpterm.practice.fees.queries import FeeRow, fee_in, fees_in
from vpterm.practice.sites.tables import Site

PREPARE = "invoices.issue"


async def prepare_invoice(context: Context, *, client_id: int) -> int:
    """The client's draft at this site, with a line for every service done here and not billed yet; answers its id.

    A client has one draft a site. Preparing again adds what is new, and leaves the lines that are there as they
    are. Prices are this site's fees; a service that the schedule does not know any more comes at zero, to be priced.
    """
    context.require(PREPARE)
    async with context.writing() as connection:
        # First the services, then the invoice: the order of locks of care.remove_service, which takes a service first.
        held = {service.id for service in await connection.execute(_hold_unbilled(context.site_id, client_id))}
        invoice_id = await _draft_of(connection, context, client_id)
        unbilled = (await connection.execute(_unbilled(context.site_id, client_id))).mappings().all()
        services = [service for service in unbilled if service["id"] in held]
        if services:
            fees = await fees_in(connection, context.site_id, [service["fee_code"] for service in services])
            lines = [_line_of(dict(service), fees.get(service["fee_code"])) for service in services]
            await _append(connection, context, invoice_id, lines)
        return invoice_id


def _unbilled(site_id: int, client_id: int) -> Any:
    billed = exists().where(
        InvoiceLine.site_id == site_id, InvoiceLine.service_id == PerformedService.id, InvoiceLine.released.is_(False)
    )
    return (
        select(
            PerformedService.id, PerformedService.animal_id, PerformedService.practitioner_id,
            PerformedService.fee_code, PerformedService.label, PerformedService.quantity,
        )
        .join(Animal, Animal.id == PerformedService.animal_id)
        .where(
            Animal.client_id == client_id, PerformedService.site_id == site_id,
            PerformedService.removed_at.is_(None), ~billed,
        )
        .order_by(PerformedService.performed_at, PerformedService.id)
    )  # fmt: skip


def _hold_unbilled(site_id: int, client_id: int) -> Any:
    return _unbilled(site_id, client_id).with_for_update(read=True, of=PerformedService)


def _line_of(service: Mapping[str, Any], fee: FeeRow | None) -> dict[str, Any]:
    price, percent = (fee.price, fee.vat_percent) if fee else (Money.zero(), Decimal(20))
    amounts = line_amounts(service["quantity"], price, percent)
    return {
        "service_id": service["id"], "animal_id": service["animal_id"],
        "practitioner_id": service["practitioner_id"], "fee_code": service["fee_code"], "label": service["label"],
        "quantity": service["quantity"], "unit_price": price, "vat_percent": percent,
        "total": amounts.total, "net": amounts.net, "vat": amounts.vat,
    }  # fmt: skip


async def _draft_of(connection: AsyncConnection, context: Context, client_id: int) -> int:
    """The client's draft, locked until the end of the transaction; made when there is none."""
    entity = select(Site.billing_entity_id).where(Site.id == context.site_id).scalar_subquery()
    if not (await connection.execute(select(exists().where(Client.id == client_id)))).scalar_one():
        raise NotFound(_("There is no such client."))
    statement = upsert(Invoice).values(site_id=context.site_id, client_id=client_id, billing_entity_id=entity)
    await connection.execute(statement.on_conflict_do_nothing())
    draft = select(Invoice.id).where(
        Invoice.site_id == context.site_id, Invoice.client_id == client_id, Invoice.issued_at.is_(None),
        Invoice.kind == "invoice",
    )  # fmt: skip
    found = (await connection.execute(draft.with_for_update())).scalar_one_or_none()
    if found is None:  # issued by somebody else in this very moment: begin the next one
        return await _draft_of(connection, context, client_id)
    return found


async def _append(
    connection: AsyncConnection, context: Context, invoice_id: int, lines: list[dict[str, Any]]
) -> list[int]:
    last = select(func.coalesce(func.max(InvoiceLine.position), 0)).where(
        InvoiceLine.site_id == context.site_id, InvoiceLine.invoice_id == invoice_id
    )
    position = (await connection.execute(last)).scalar_one()
    rows = [
        {"site_id": context.site_id, "invoice_id": invoice_id, "position": position + number, **line}
        for number, line in enumerate(lines, 1)
    ]
    statement = insert(InvoiceLine).returning(InvoiceLine.id, sort_by_parameter_order=True)
    return list(await connection.scalars(statement, rows))


async def add_line(
    context: Context, *, invoice_id: int, fee_code: str = "", label: str = "", quantity: Decimal | int = 1,
    unit_price: Money | None = None, vat_percent: Decimal | int | str | None = None,
    discount_percent: Decimal | int = 0, animal_id: int | None = None, practitioner_id: int | None = None,
) -> int:  # fmt: skip
    """Add a line to a draft by hand; answers its id. Label, price and VAT come from the fee unless told.

    Every line names its practitioner (CSP R242-49): the acting person unless told.
    """
    context.require(PREPARE)
    try:
        async with context.writing() as connection:
            await _lock_draft(connection, context, invoice_id)
            fee = await fee_in(connection, context.site_id, fee_code) if fee_code else None
            price = unit_price if unit_price is not None else fee.price if fee else None
            text = " ".join((label or (fee.label if fee else "")).split())
            if price is None or not text:
                field = "label" if not text else "unit_price"
                raise Refused(_("A line without a fee needs a label and a price."), field=field)
            percent = Decimal(vat_percent) if vat_percent is not None else fee.vat_percent if fee else Decimal(20)
            amounts = line_amounts(quantity, price, percent, discount_percent)
            line = {
                "fee_code": fee_code, "label": text, "quantity": Decimal(quantity), "unit_price": price,
                "vat_percent": percent, "discount_percent": Decimal(discount_percent), "animal_id": animal_id,
                "practitioner_id": practitioner_id or context.staff_id,
                "total": amounts.total, "net": amounts.net, "vat": amounts.vat,
            }  # fmt: skip
            return (await _append(connection, context, invoice_id, [line]))[0]
    except ConstraintViolated as failure:
        raise NotFound(_("There is no such animal or member of staff.")) from failure


async def change_line(
    context: Context, *, line_id: int, quantity: Decimal | int | None = None, unit_price: Money | None = None,
    discount_percent: Decimal | int | None = None, label: str | None = None,
) -> None:  # fmt: skip
    """Change a line of a draft; what is None stays. The amounts follow."""
    context.require(PREPARE)
    async with context.writing() as connection:
        line = await _lock_line(connection, context, line_id)
        values: dict[str, Any] = {
            "quantity": line["quantity"] if quantity is None else Decimal(quantity),
            "unit_price": line["unit_price"] if unit_price is None else unit_price,
            "discount_percent": line["discount_percent"] if discount_percent is None else Decimal(discount_percent),
        }
        amounts = line_amounts(vat_percent=line["vat_percent"], **values)
        values |= {"total": amounts.total, "net": amounts.net, "vat": amounts.vat}
        if label is not None:
            values["label"] = " ".join(label.split()) or line["label"]
        await connection.execute(_of_line(update(InvoiceLine), context, line_id).values(values))


async def remove_line(context: Context, *, line_id: int) -> None:
    """Take a line off a draft. A service that was done waits to be billed again; to offer it, discount it by 100 %."""
    context.require(PREPARE)
    async with context.writing() as connection:
        await _lock_line(connection, context, line_id)
        await connection.execute(_of_line(delete(InvoiceLine), context, line_id))


async def discard_draft(context: Context, *, invoice_id: int) -> None:
    """Throw a draft away with its lines; what was done waits to be billed again."""
    context.require(PREPARE)
    async with context.writing() as connection:
        await _lock_draft(connection, context, invoice_id)
        await connection.execute(delete(Invoice).where(Invoice.site_id == context.site_id, Invoice.id == invoice_id))


def _of_line(statement: Any, context: Context, line_id: int) -> Any:
    return statement.where(InvoiceLine.site_id == context.site_id, InvoiceLine.id == line_id)


async def _lock_draft(connection: AsyncConnection, context: Context, invoice_id: int) -> None:
    """Hold the draft until the end of the transaction. NotFound: not of this site; Refused: issued."""
    statement = select(Invoice.number, Invoice.issued_at).where(
        Invoice.site_id == context.site_id, Invoice.id == invoice_id
    )
    row = (await connection.execute(statement.with_for_update())).one_or_none()
    if row is None:
        raise NotFound(_("There is no such draft at this site."))
    if row.issued_at is not None:
        raise Refused(
            _("Invoice {number} is issued and never changes.").format(number=row.number),
            _("Correct it by a credit note."),
        )


async def _lock_line(connection: AsyncConnection, context: Context, line_id: int) -> Mapping[str, Any]:
    statement = _of_line(
        select(
            InvoiceLine.invoice_id, InvoiceLine.quantity, InvoiceLine.unit_price, InvoiceLine.discount_percent,
            InvoiceLine.vat_percent, InvoiceLine.label, InvoiceLine.service_id,
        ),
        context,
        line_id,
    )  # fmt: skip
    row = (await connection.execute(statement)).mappings().one_or_none()
    if row is None:
        raise NotFound(_("This line is not on a draft of this site any more."))
    if row["service_id"] is not None:  # before the invoice, as everywhere: see prepare_invoice
        service = select(PerformedService.id).where(
            PerformedService.id == row["service_id"], PerformedService.site_id == context.site_id
        )
        await connection.execute(service.with_for_update(read=True))
    await _lock_draft(connection, context, row["invoice_id"])
    again = (await connection.execute(statement)).mappings().one_or_none()
    if again is None:
        raise NotFound(_("This line is not on a draft of this site any more."))
    return dict(again)
