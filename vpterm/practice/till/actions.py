"""What people do at the till: payments, refunds, corrections. A credit used: credit.py; closings: closings.py.

The journal gives sequence, perpetual total and hash itself (definitions.sql); nothing of it is ever changed.
"""

from collections.abc import Sequence

from sqlalchemy import insert, select

from vpterm.database.context import Context
from vpterm.kernel.errors import ConstraintViolated, NotFound, Refused
from vpterm.kernel.i18n import _
from vpterm.kernel.money import Money, format_money
from vpterm.practice.till.credit import gather, require_unused, take_back_use
from vpterm.practice.till.entering import enter, find_till, let_go, lock_due
from vpterm.practice.till.rules import check_because, check_over_payment, check_parts
from vpterm.practice.till.tables import Till, TillEntry

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
        due = await lock_due(connection, context, client_id, invoice_id)
        check_over_payment(due, parts, keep_as_credit=keep_as_credit)
        till = await find_till(connection, context, till_id)
        if invoice_id is not None and Money.total(amount for _means, amount in parts) >= due:
            await let_go(connection, context, client_id)
        return [
            await enter(
                connection, context, kind="payment", means=means, amount=amount, till_id=till, client_id=client_id,
                invoice_id=invoice_id, remark=remark,
            )
            for means, amount in parts
        ]  # fmt: skip


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
        due = await lock_due(connection, context, client_id, invoice_id)
        if amount > -due:
            credit = format_money(max(-due, Money.zero()))
            raise Refused(
                _("Only {credit} stand to the client's credit.").format(credit=credit),
                _("Credit the invoice first."),
                field="amount",
            )
        till = await find_till(connection, context, till_id)
        if invoice_id is None:
            await gather(connection, context, client_id, amount)
        return await enter(
            connection, context, kind="refund", means=means, amount=-amount, till_id=till, client_id=client_id,
            invoice_id=invoice_id, remark=remark,
        )  # fmt: skip


async def correct_payment(context: Context, *, entry_id: int, because: str) -> int:
    """Undo an entry made by mistake, by a new entry of the opposite amount; answers its id.

    The use of a credit is undone whole, by both its entries. Refused: an entry that is corrected already, or is a
    correction itself (enter the payment anew); money that was moved to another invoice since.
    """
    context.require(TAKE)
    remark = check_because(because)
    columns = (
        TillEntry.kind, TillEntry.means, TillEntry.amount, TillEntry.till_id, TillEntry.client_id,
        TillEntry.invoice_id, TillEntry.corrects_id,
    )  # fmt: skip
    try:
        async with context.writing() as connection:
            statement = select(*columns).where(TillEntry.site_id == context.site_id, TillEntry.id == entry_id)
            wrong = (await connection.execute(statement)).mappings().one_or_none()
            if wrong is None:
                raise NotFound(_("There is no such entry in the journal of this site."))
            if wrong["corrects_id"] is not None or wrong["kind"] not in {"payment", "refund", "allocation"}:
                raise Refused(_("Only a payment or a refund is corrected."), _("Enter the payment anew."))
            if wrong["client_id"] is not None:
                await lock_due(connection, context, wrong["client_id"], wrong["invoice_id"])
            if wrong["kind"] == "allocation":
                return await take_back_use(connection, context, entry_id, remark)
            if wrong["client_id"] is not None:
                await require_unused(connection, context, wrong["client_id"], wrong["invoice_id"], wrong["amount"])
            values = {**wrong, "kind": "correction", "amount": -wrong["amount"], "corrects_id": entry_id}
            return await enter(connection, context, remark=remark, **values)
    except ConstraintViolated as failure:
        raise Refused(_("This entry is corrected already.")) from failure
