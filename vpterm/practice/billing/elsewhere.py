"""What a client owes at the other sites in detail, as far as the group chose to show it (docs/concepts.md)."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import BigInteger, Date, Numeric, Text, column, func, select

from vpterm.database.context import Context
from vpterm.kernel.money import Money
from vpterm.practice.sites.tables import Site


@dataclass(frozen=True, slots=True)
class InvoiceElsewhere:
    """An invoice that a client has open at another site."""

    site_code: str
    number: str
    issued_on: date
    due: Money


async def invoices_elsewhere(context: Context, *, client_id: int) -> list[InvoiceElsewhere]:
    """The open invoices at the other sites, site by site, the oldest first; none unless the group shows "detail"."""
    owed = func.invoices_elsewhere(client_id).table_valued(
        column("site_id", BigInteger), column("number", Text), column("issued_on", Date), column("due", Numeric)
    )
    statement = (
        select(Site.code, owed.c.number, owed.c.issued_on, owed.c.due)
        .join(Site, Site.id == owed.c.site_id)
        .order_by(Site.code, owed.c.issued_on, owed.c.number)
    )
    async with context.reading() as connection:
        rows = (await connection.execute(statement)).all()
    return [InvoiceElsewhere(row.code, row.number, row.issued_on, Money(row.due)) for row in rows]
