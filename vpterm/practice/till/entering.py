"""What the acts of the till are made of: the client held, the till found, an entry written. Inside a transaction."""

from typing import Any

from sqlalchemy import func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from vpterm.database.context import Context
from vpterm.kernel.errors import NotFound, Refused
from vpterm.kernel.i18n import _
from vpterm.kernel.money import Money
from vpterm.practice.billing.tables import Invoice
from vpterm.practice.clients.tables import Client
from vpterm.practice.till.tables import Till, TillEntry
from vpterm.practice.waiting.tables import Visit


async def lock_due(connection: AsyncConnection, context: Context, client_id: int, invoice_id: int | None) -> Money:
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


async def find_till(connection: AsyncConnection, context: Context, till_id: int | None) -> int:
    """The till asked for, or the first of the site."""
    statement = select(Till.id).where(Till.site_id == context.site_id).order_by(Till.id).limit(1)
    if till_id is not None:
        statement = statement.where(Till.id == till_id)
    found = (await connection.execute(statement)).scalar_one_or_none()
    if found is None:
        raise NotFound(_("This site has no such till."), _("Open a till first."))
    return found


async def enter(connection: AsyncConnection, context: Context, **values: Any) -> int:
    """One entry of the journal; answers its id."""
    remark = " ".join(values.pop("remark", "").split())
    statement = insert(TillEntry).values(
        site_id=context.site_id, taken_at=context.now(), taken_on=context.today(), remark=remark, **values
    )
    return int((await connection.execute(statement.returning(TillEntry.id))).scalar_one())


async def let_go(connection: AsyncConnection, context: Context, client_id: int) -> None:
    """Who has paid at the desk goes home: the client's visits that waited to be billed are over."""
    await connection.execute(
        update(Visit)
        .where(Visit.site_id == context.site_id, Visit.client_id == client_id, Visit.state == "to_bill")
        .values(state="gone", left_at=context.now())
    )
