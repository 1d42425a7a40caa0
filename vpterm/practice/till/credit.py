"""What becomes of money that a client has paid already: used for an invoice, or taken back from one.

Each time two entries of the journal by means "account" that follow each other: out of a pocket, into another. Their
sum is zero, so that drawers, closings and the perpetual total know the money once, as it was paid (docs/decisions).
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from vpterm.database.context import Context
from vpterm.kernel.errors import Refused
from vpterm.kernel.i18n import _
from vpterm.kernel.money import Money
from vpterm.practice.till.account import account_of
from vpterm.practice.till.entering import enter, let_go, lock_due
from vpterm.practice.till.rules import ACCOUNT, Pocket, check_use, draw
from vpterm.practice.till.tables import TillEntry

TAKE = "payments.take"


async def use_credit(context: Context, *, client_id: int, invoice_id: int, amount: Money | None = None) -> Money:
    """Pay an invoice with what stands to the client's credit; answers how much was used.

    `amount`: as much as there is and is due, unless told. What is on the account goes first, then what was paid too
    much on other invoices, the oldest first. Paid in full, the client's visit is over, as with any other payment.
    Refused: no credit; nothing due; more than either.
    """
    context.require(TAKE)
    async with context.writing() as connection:
        due = await lock_due(connection, context, client_id, invoice_id)
        account = await account_of(connection, context.site_id, client_id)
        used = check_use(due, account.credit, amount)
        await _move(connection, context, client_id, draw(account.pockets, used), invoice_id)
        if used == due:
            await let_go(connection, context, client_id)
        return used


async def gather(connection: AsyncConnection, context: Context, client_id: int, amount: Money) -> None:
    """Bring what was paid too much on invoices to the account, until it holds the amount that leaves it next."""
    pockets = (await account_of(connection, context.site_id, client_id)).pockets
    lacking = amount - Money.total(pocket.amount for pocket in pockets if pocket.invoice_id is None)
    if lacking > Money.zero():
        invoices = [pocket for pocket in pockets if pocket.invoice_id is not None]
        await _move(connection, context, client_id, draw(invoices, lacking), None)


async def take_back_use(connection: AsyncConnection, context: Context, entry_id: int, remark: str) -> int:
    """Undo the use of a credit, of which this is one of the two entries; answers the id of the last new entry.

    The entry that leaves a pocket (below zero) stands right before the one that enters another (above).
    """
    columns = (TillEntry.id, TillEntry.sequence, TillEntry.amount, TillEntry.client_id, TillEntry.invoice_id)
    this = TillEntry.__table__.alias("this")
    pair = (
        select(*columns)
        .join(this, this.c.site_id == TillEntry.site_id)
        .where(
            TillEntry.site_id == context.site_id, this.c.id == entry_id,
            TillEntry.sequence.between(
                this.c.sequence - func.greatest(func.sign(this.c.amount), 0),
                this.c.sequence - func.least(func.sign(this.c.amount), 0),
            ),
        )
        .order_by(TillEntry.sequence)
    )  # fmt: skip
    left, entered = (await connection.execute(pair)).all()
    await require_unused(connection, context, entered.client_id, entered.invoice_id, entered.amount, is_use=True)
    last = 0
    for half in (entered, left):  # the way back begins where the money is now
        last = await enter(
            connection, context, kind="allocation", means=ACCOUNT, amount=-half.amount, client_id=half.client_id,
            invoice_id=half.invoice_id, corrects_id=half.id, remark=remark,
        )  # fmt: skip
    return last


async def require_unused(
    connection: AsyncConnection, context: Context, client_id: int, invoice_id: int | None, amount: Money, *,
    is_use: bool = False,
) -> None:  # fmt: skip
    """Refused when money that is about to be taken out of a pocket has been moved to another one since."""
    moved = func.sum(TillEntry.amount).filter(TillEntry.kind == "allocation")
    pocket = TillEntry.invoice_id.is_(None) if invoice_id is None else TillEntry.invoice_id == invoice_id
    statement = select(
        func.coalesce(func.sum(TillEntry.amount), 0).label("paid"), func.coalesce(moved, 0).label("moved")
    ).where(TillEntry.site_id == context.site_id, TillEntry.client_id == client_id, pocket)
    row = (await connection.execute(statement)).one()
    if amount > _money(row.paid) and (is_use or _money(row.moved) < Money.zero()):
        raise Refused(
            _("This money has been used since."),
            _("First undo what was done with it: Del on that line of the journal."),
        )


def _money(value: Any) -> Money:
    return value if isinstance(value, Money) else Money(value)


async def _move(
    connection: AsyncConnection, context: Context, client_id: int, drawn: Sequence[tuple[Pocket, Money]],
    into: int | None,
) -> None:  # fmt: skip
    for pocket, amount in drawn:
        for invoice_id, change in ((pocket.invoice_id, -amount), (into, amount)):
            await enter(
                connection, context, kind="allocation", means=ACCOUNT, amount=change, client_id=client_id,
                invoice_id=invoice_id,
            )  # fmt: skip
