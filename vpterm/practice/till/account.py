"""A client's account at a site, derived from invoices and the journal: what is due, what stands to their credit."""

from dataclasses import dataclass

from sqlalchemy import BigInteger, Date, Numeric, Text, cast, func, literal, null, select, union_all
from sqlalchemy.ext.asyncio import AsyncConnection

from vpterm.database.context import Context
from vpterm.kernel.money import Money
from vpterm.practice.billing.tables import Invoice
from vpterm.practice.till.rules import Pocket, credit_of
from vpterm.practice.till.tables import TillEntry


@dataclass(frozen=True, slots=True)
class Account:
    """What a client owes at this site (below zero: to their credit), and where their money stands.

    pockets: the account itself first, then the invoices that are not even, the oldest first. Their sum is the
    balance, turned round.
    """

    pockets: tuple[Pocket, ...]

    @property
    def balance(self) -> Money:
        return -Money.total(pocket.amount for pocket in self.pockets)

    @property
    def credit(self) -> Money:
        """What can be used for an invoice."""
        return credit_of(self.pockets)

    @property
    def open_invoices(self) -> tuple[Pocket, ...]:
        return tuple(pocket for pocket in self.pockets if pocket.invoice_id is not None and pocket.due)


async def client_account(context: Context, *, client_id: int) -> Account:
    """The account of a client at this site; even and empty for somebody who never came."""
    async with context.reading() as connection:
        return await account_of(connection, context.site_id, client_id)


async def account_of(connection: AsyncConnection, site_id: int, client_id: int) -> Account:
    """The same, inside a transaction."""
    on_account = select(
        cast(null(), BigInteger).label("invoice_id"), literal("", Text).label("number"),
        cast(null(), Date).label("issued_on"), literal(0, Numeric).label("total"),
        func.coalesce(func.sum(cast(TillEntry.amount, Numeric)), 0).label("amount"),
    ).where(TillEntry.site_id == site_id, TillEntry.client_id == client_id, TillEntry.invoice_id.is_(None))  # fmt: skip
    due = func.invoice_due(Invoice.site_id, Invoice.id, type_=Numeric)
    invoices = select(
        Invoice.id, Invoice.number, Invoice.issued_on, cast(Invoice.total, Numeric), -due
    ).where(
        Invoice.site_id == site_id, Invoice.client_id == client_id, Invoice.issued_at.is_not(None),
        Invoice.kind == "invoice", due != 0,
    )  # fmt: skip
    found = union_all(on_account, invoices).subquery()
    ordered = select(found).order_by(found.c.issued_on.nulls_first(), found.c.invoice_id)
    rows = (await connection.execute(ordered)).all()
    return Account(
        tuple(
            Pocket(row.invoice_id, row.number, row.issued_on, Money(row.total), Money(row.amount)) for row in rows
        )
    )  # fmt: skip
