"""What people do at the till: payments, refunds, corrections. Closings are in closings.py.

The journal gives sequence, perpetual total and hash itself (definitions.sql); nothing of it is ever changed.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from vpterm.database.context import Context
from vpterm.kernel.errors import ConstraintViolated, NotFound, Refused
from vpterm.kernel.i18n import _
from vpterm.kernel.money import Money, format_money
from vpterm.practice.billing.tables import Invoice
from vpterm.practice.clients.tables import Client
from vpterm.practice.till.rules import check_because, check_over_payment, check_parts
from vpterm.practice.till.tables import Till, TillEntry
from vpterm.practice.waiting.tables import Visit

TAKE = "payments.take"


async def open_till(context: Context, *, name: str) -> int:
    """Add a till to this site; answers its id. Refused: a name that another till of the site has."""
    context.require(TAKE)
    single = " ".join(name.split())
    if not single:
        raise Refused(_("A till needs a name."), field="name")
    try:
        async with context.writing() as connection:
            statement = insert(Till).values(site_id=context.site_id, name=single)
            return (await connection.execute(statement.returning(Till.id))).scalar_one()
    except ConstraintViolated as failure:
        raise Refused(_("There is a till of this name already."), field="name") from failure


async def take_payment(
    context: Context, *, client_id: int, parts: Sequence[tuple[str, Money]], invoice_id: int | None = None,
    till_id: int | None = None, remark: str = "", keep_as_credit: bool = False,
) -> list[int]:  # fmt: skip
    """Enter a payment by one means or several, in one transaction; answers the entries' ids, in the order given.

    `parts` are what stays in the till: change is worked out before (`rules.settle`). Without an invoice the
    payment is on the client's account. Refused: more than is due of the invoice (or of the account), unless
    `keep_as_credit`. A payment after the closing of the day belongs to the next day's till. Once an invoice is paid
    in full, the client's visit is over, if it waited to be billed.
    """
    context.require(TAKE)
    check_parts(parts)
    async with context.writing() as connection:
        due = await _locked_due(connection, context, client_id, invoice_id)
        check_over_payment(due, parts, keep_as_credit=keep_as_credit)
        till = await _till(connection, context, till_id)
        if invoice_id is not None and Money.total(amount for _means, amount in parts) >= due:
            await _let_go(connection, context, client_id)
        return [
            await _enter(
                connection, context, kind="payment", means=means, amount=amount, till_id=till, client_id=client_id,
                invoice_id=invoice_id, remark=remark,
            )
            for means, amount in parts
        ]  # fmt: skip


async def _let_go(connection: AsyncConnection, context: Context, client_id: int) -> None:
    """Who has paid at the desk goes home: the client's visits that waited to be billed are over."""
    await connection.execute(
        update(Visit)
        .where(Visit.site_id == context.site_id, Visit.client_id == client_id, Visit.state == "to_bill")
        .values(state="gone", left_at=context.now())
    )


async def refund(
    context: Context, *, client_id: int, means: str, amount: Money, because: str, invoice_id: int | None = None,
    till_id: int | None = None,
) -> int:  # fmt: skip
    """Give a client money back that stands to their credit; answers the entry's id. `amount` above zero.

    Refused: more than stands to their credit on the invoice, or (without one) on the account.
    """
    context.require(TAKE)
    check_parts([(means, amount)])
    remark = check_because(because)
    async with context.writing() as connection:
        due = await _locked_due(connection, context, client_id, invoice_id)
        if amount > -due:
            credit = format_money(max(-due, Money.zero()))
            raise Refused(
                _("Only {credit} stand to the client's credit.").format(credit=credit),
                _("Credit the invoice first."),
                field="amount",
            )
        till = await _till(connection, context, till_id)
        return await _enter(
            connection, context, kind="refund", means=means, amount=-amount, till_id=till, client_id=client_id,
            invoice_id=invoice_id, remark=remark,
        )  # fmt: skip


async def correct_payment(context: Context, *, entry_id: int, because: str) -> int:
    """Undo an entry made by mistake, by a new entry of the opposite amount; answers its id.

    Refused: an entry that is corrected already, or is a correction itself: enter the payment anew.
    """
    context.require(TAKE)
    remark = check_because(because)
    columns = (
        TillEntry.kind, TillEntry.means, TillEntry.amount, TillEntry.till_id, TillEntry.client_id,
        TillEntry.invoice_id,
    )  # fmt: skip
    try:
        async with context.writing() as connection:
            statement = select(*columns).where(TillEntry.site_id == context.site_id, TillEntry.id == entry_id)
            wrong = (await connection.execute(statement)).mappings().one_or_none()
            if wrong is None:
                raise NotFound(_("There is no such entry in the journal of this site."))
            if wrong["kind"] not in {"payment", "refund"}:
                raise Refused(_("Only a payment or a refund is corrected."), _("Enter the payment anew."))
            if wrong["client_id"] is not None:
                await _locked_due(connection, context, wrong["client_id"], wrong["invoice_id"])
            values = {**wrong, "kind": "correction", "amount": -wrong["amount"], "corrects_id": entry_id}
            return await _enter(connection, context, remark=remark, **values)
    except ConstraintViolated as failure:
        raise Refused(_("This entry is corrected already.")) from failure


async def _locked_due(connection: AsyncConnection, context: Context, client_id: int, invoice_id: int | None) -> Money:
    """What is due of the invoice or on the account, while nobody else pays for the same client."""
    lock = select(Client.id).where(Client.id == client_id).with_for_update(key_share=True)
    if (await connection.execute(lock)).scalar_one_or_none() is None:
        raise NotFound(_("There is no such client."))
    if invoice_id is None:
        balance = await connection.execute(select(func.client_balance(context.site_id, client_id)))
        return Money(balance.scalar_one())
    statement = select(Invoice.issued_at, func.invoice_due(Invoice.site_id, Invoice.id).label("due")).where(
        Invoice.site_id == context.site_id, Invoice.id == invoice_id, Invoice.client_id == client_id,
        Invoice.kind == "invoice",
    )  # fmt: skip
    row = (await connection.execute(statement)).one_or_none()
    if row is None:
        raise NotFound(_("This client has no such invoice at this site."))
    if row.issued_at is None:
        raise Refused(_("A draft is not paid."), _("Issue the invoice first."))
    return Money(row.due)


async def _till(connection: AsyncConnection, context: Context, till_id: int | None) -> int:
    """The till asked for, or the first of the site."""
    statement = select(Till.id).where(Till.site_id == context.site_id).order_by(Till.id).limit(1)
    if till_id is not None:
        statement = statement.where(Till.id == till_id)
    found = (await connection.execute(statement)).scalar_one_or_none()
    if found is None:
        raise NotFound(_("This site has no such till."), _("Open a till first."))
    return found


async def _enter(connection: AsyncConnection, context: Context, **values: Any) -> int:
    statement = insert(TillEntry).values(
        site_id=context.site_id, taken_at=context.now(), taken_on=context.today(),
        **{**values, "remark": " ".join(values["remark"].split())},
    )  # fmt: skip
    return int((await connection.execute(statement.returning(TillEntry.id))).scalar_one())
