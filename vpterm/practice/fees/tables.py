"""Tables of fees: the group's base, and what a site says otherwise."""

from decimal import Decimal

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, Numeric
from sqlalchemy.orm import Mapped, mapped_column

from vpterm.database.sharing import GroupOnly, PerSite
from vpterm.database.tables import Attributed, Numbered, NumberedPerSite, Table
from vpterm.kernel.money import Money


class Fee(Numbered, Attributed, Table):
    """A service or product of the group's base schedule; the price includes VAT."""

    __tablename__ = "fees"
    __sharing__ = GroupOnly(audited=True)
    __table_args__ = (
        CheckConstraint("kind IN ('service', 'product', 'vaccine')", name="kind"),
        CheckConstraint("price >= 0", name="price"),
    )

    code: Mapped[str] = mapped_column(unique=True)
    label: Mapped[str]
    kind: Mapped[str] = mapped_column(server_default="service")
    section: Mapped[str] = mapped_column(server_default="")
    price: Mapped[Money]
    vat_percent: Mapped[Decimal] = mapped_column(Numeric(4, 2), server_default="20")
    sterilises: Mapped[bool] = mapped_column(server_default="false")
    ends_life: Mapped[bool] = mapped_column(server_default="false")
    withdrawn: Mapped[bool] = mapped_column(server_default="false")


class SiteFee(NumberedPerSite, Attributed, Table):
    """A site's own price of a fee of the base, or (under separate schedules) its own service.

    What is NULL is as in the base; a service that only this site has tells everything itself.
    """

    __tablename__ = "site_fees"
    __sharing__ = PerSite(audited=True)
    __table_args__ = (
        ForeignKeyConstraint(["site_id"], ["sites.id"]),
        CheckConstraint("price >= 0", name="price"),
        CheckConstraint("kind IN ('service', 'product', 'vaccine')", name="kind"),
        Index("uq_site_fees_code", "site_id", "code", unique=True),
    )

    code: Mapped[str]
    fee_id: Mapped[int | None] = mapped_column(ForeignKey("fees.id"))
    label: Mapped[str | None]
    kind: Mapped[str | None]
    section: Mapped[str | None]
    price: Mapped[Money]
    vat_percent: Mapped[Decimal | None] = mapped_column(Numeric(4, 2))
    sterilises: Mapped[bool | None]
    ends_life: Mapped[bool | None]
    withdrawn: Mapped[bool] = mapped_column(server_default="false")
