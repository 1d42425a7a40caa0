"""Reads of the fee schedule, at the prices of the site that asks."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import and_, case, func, literal, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from vpterm.database.context import Context
from vpterm.kernel.errors import NotFound
from vpterm.kernel.i18n import _
from vpterm.kernel.money import Money
from vpterm.kernel.text import normalise
from vpterm.practice.fees.tables import Fee, SiteFee


@dataclass(frozen=True, slots=True)
class FeeRow:
    """A fee as it is charged at this site. `price` includes VAT; `own` tells that the price is the site's own.

    base_price is None for a service that only this site has.
    """

    code: str
    label: str
    kind: str
    section: str
    price: Money
    vat_percent: Decimal
    sterilises: bool
    ends_life: bool
    withdrawn: bool
    own: bool
    base_price: Money | None


def effective_fees(site_id: int) -> Any:
    """The schedule in force at a site, withdrawn fees included.

    By the choice of the group on "fees": override - the base, at the site's price where it has one; shared - the
    base alone; separate - the site's own alone. Who works at no site (the management) reads the base.
    """
    choice = func.sharing_choice("fees")
    separate = and_(choice == "separate", literal(site_id) != 0)
    shared = choice == "shared"

    def own(site: Any, base: Any) -> Any:
        return case((shared, base), else_=func.coalesce(site, base))

    return (
        select(
            func.coalesce(Fee.code, SiteFee.code).label("code"),
            own(SiteFee.label, Fee.label).label("label"),
            func.coalesce(own(SiteFee.kind, Fee.kind), "service").label("kind"),
            func.coalesce(own(SiteFee.section, Fee.section), "").label("section"),
            own(SiteFee.price, Fee.price).label("price"),
            func.coalesce(own(SiteFee.vat_percent, Fee.vat_percent), 20).label("vat_percent"),
            func.coalesce(own(SiteFee.sterilises, Fee.sterilises), False).label("sterilises"),
            func.coalesce(own(SiteFee.ends_life, Fee.ends_life), False).label("ends_life"),
            own(SiteFee.withdrawn, Fee.withdrawn).label("withdrawn"),
            and_(SiteFee.id.is_not(None), choice != "shared").label("own"),
            Fee.price.label("base_price"),
            func.coalesce(Fee.id, 1_000_000_000).label("position"),
        )
        .select_from(Fee)
        .join(SiteFee, and_(SiteFee.code == Fee.code, SiteFee.site_id == site_id), full=True)
        .where(
            or_(Fee.id.is_not(None), SiteFee.site_id == site_id),
            case((separate, SiteFee.id.is_not(None)), else_=Fee.id.is_not(None)),
        )
    )


def _row(values: Any) -> FeeRow:
    price = values["price"]
    amount = price if isinstance(price, Money) else Money(price)
    return FeeRow(**{name: values[name] for name in FeeRow.__dataclass_fields__ if name != "price"}, price=amount)


async def find_fees(context: Context, *, text: str = "", limit: int = 20) -> list[FeeRow]:
    """Fees whose code begins with the text, or whose label or section has words that begin with its words.

    A code typed whole comes first, then codes, then labels that begin with the text; no text lists all by section.
    """
    fees = effective_fees(context.site_id).subquery()
    words = normalise(text).split()
    searched = func.concat(" ", func.normalised(fees.c.label + " " + fees.c.section))
    by_code = fees.c.code.like(text.strip().upper().replace("%", "").replace("_", "") + "%")
    by_words = and_(*(searched.like(f"% {word}%") for word in words)) if words else by_code
    rank = case(
        (fees.c.code == text.strip().upper(), 0),
        (by_code, 1),
        (searched.like(f" {' '.join(words)}%"), 2),
        else_=3,
    )
    # Sections in the order in which the group entered them: consultations come first, feed last.
    first_of_section = func.min(fees.c.position).over(partition_by=fees.c.section)
    order = (rank, fees.c.label) if words else (first_of_section, fees.c.section, fees.c.label)
    statement = select(fees).where(~fees.c.withdrawn, or_(by_code, by_words)).order_by(*order).limit(limit)
    async with context.reading() as connection:
        return [_row(row) for row in (await connection.execute(statement)).mappings()]


async def price_of(context: Context, *, code: str) -> FeeRow:
    """The fee with this code at this site's price, withdrawn or not; NotFound when this site has none."""
    async with context.reading() as connection:
        return await fee_in(connection, context.site_id, code)


async def fees_of(context: Context, *, codes: Iterable[str]) -> dict[str, FeeRow]:
    """The fees with these codes at this site's prices, by code; one that this site does not have is left out."""
    async with context.reading() as connection:
        return await fees_in(connection, context.site_id, codes)


async def fee_in(connection: AsyncConnection, site_id: int, code: str) -> FeeRow:
    """As `price_of`, inside a transaction of the caller."""
    found = await fees_in(connection, site_id, [code])
    if code not in found:
        raise NotFound(
            _("There is no fee “{code}” at this site.").format(code=code), _("Choose one of the fee schedule.")
        )
    return found[code]


async def fees_in(connection: AsyncConnection, site_id: int, codes: Iterable[str]) -> dict[str, FeeRow]:
    """The fees with these codes, by code; one that this site does not have is left out."""
    fees = effective_fees(site_id).subquery()
    rows = await connection.execute(select(fees).where(fees.c.code.in_(sorted(set(codes)))))
    return {row["code"]: _row(row) for row in rows.mappings()}
