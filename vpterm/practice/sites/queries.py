"""Reads about the group's companies and clinics."""

from dataclasses import dataclass

from sqlalchemy import select

from vpterm.database.context import Context
from vpterm.database.engine import Database
from vpterm.kernel.errors import NotFound
from vpterm.kernel.i18n import _
from vpterm.practice.sites.tables import BillingEntity, Site


@dataclass(frozen=True, slots=True)
class SiteRow:
    """A clinic with its company, as title lines and documents show it."""

    id: int
    code: str
    name: str
    login: str
    colour: str
    siret: str
    address: str
    postcode: str
    town: str
    phone: str
    email: str
    invoice_prefix: str
    billing_entity_id: int
    entity_name: str
    legal_form: str
    siren: str
    vat_number: str
    entity_address: str
    entity_postcode: str
    entity_town: str


_SITES = select(
    Site.id, Site.code, Site.name, Site.login, Site.colour, Site.siret, Site.address, Site.postcode, Site.town,
    Site.phone, Site.email, Site.invoice_prefix, Site.billing_entity_id,
    BillingEntity.name.label("entity_name"), BillingEntity.legal_form, BillingEntity.siren, BillingEntity.vat_number,
    BillingEntity.address.label("entity_address"), BillingEntity.postcode.label("entity_postcode"),
    BillingEntity.town.label("entity_town"),
).join(BillingEntity, BillingEntity.id == Site.billing_entity_id)  # fmt: skip


async def list_sites(database: Database) -> list[SiteRow]:
    """All clinics of the group, by code."""
    async with database.reading() as connection:
        rows = await connection.execute(_SITES.order_by(Site.code))
    return [SiteRow(**row) for row in rows.mappings()]


async def find_site(database: Database, *, code: str) -> SiteRow:
    """The clinic with this code; NotFound when there is none."""
    async with database.reading() as connection:
        row = (await connection.execute(_SITES.where(Site.code == code))).mappings().one_or_none()
    if row is None:
        raise NotFound(_("There is no site “{code}”.").format(code=code), _("See the list: vpterm site list"))
    return SiteRow(**row)


async def my_site(context: Context) -> SiteRow:
    """The clinic at which this context works."""
    return await find_site(context.database, code=context.site_code)
