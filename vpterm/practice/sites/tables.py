"""Tables of the group's companies and clinics."""

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from vpterm.database.sharing import GroupOnly
from vpterm.database.tables import Attributed, Numbered, Table


class BillingEntity(Numbered, Attributed, Table):
    """A company: SIREN, VAT number, its own series of invoices and its accounts."""

    __tablename__ = "billing_entities"
    __sharing__ = GroupOnly(audited=True)

    name: Mapped[str]
    legal_form: Mapped[str]
    siren: Mapped[str] = mapped_column(unique=True)
    vat_number: Mapped[str]
    address: Mapped[str]
    postcode: Mapped[str]
    town: Mapped[str]


class Site(Numbered, Attributed, Table):
    """A clinic. `login` is its own login of the database: row security goes by it."""

    __tablename__ = "sites"
    __sharing__ = GroupOnly(audited=True, door=True)

    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    login: Mapped[str] = mapped_column(unique=True)
    billing_entity_id: Mapped[int] = mapped_column(ForeignKey("billing_entities.id"))
    siret: Mapped[str] = mapped_column(unique=True)
    address: Mapped[str]
    postcode: Mapped[str]
    town: Mapped[str]
    phone: Mapped[str]
    email: Mapped[str]
    colour: Mapped[str]
    invoice_prefix: Mapped[str] = mapped_column(unique=True)
