"""Tables of invoices and credit notes. Kept apart by site; what is issued never changes (definitions.sql)."""

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, Numeric, text
from sqlalchemy.orm import Mapped, mapped_column

from vpterm.database.sharing import PerSite
from vpterm.database.tables import Attributed, NumberedPerSite, Table
from vpterm.kernel.money import Money


class InvoiceSeries(Attributed, Table):
    """The counter of one series: locked in the issuing transaction, so numbers have no gap.

    Moved by the trigger that numbers an invoice as it is issued, and by nobody else (definitions.sql).
    """

    __tablename__ = "invoice_series"
    __sharing__ = PerSite()

    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"), primary_key=True)
    billing_entity_id: Mapped[int] = mapped_column(ForeignKey("billing_entities.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True)
    last_number: Mapped[int] = mapped_column(server_default="0")
    last_issued_on: Mapped[date]


class Invoice(NumberedPerSite, Attributed, Table):
    """An invoice or a credit note; a draft has no number. Totals and addresses are fixed at issue.

    The amounts of a credit note are negative, so that sums of both kinds are simply sums.
    """

    __tablename__ = "invoices"
    __sharing__ = PerSite(audited=True, deletable=True)
    __table_args__ = (
        ForeignKeyConstraint(["site_id"], ["sites.id"]),
        ForeignKeyConstraint(["site_id", "credited_id"], ["invoices.site_id", "invoices.id"]),
        CheckConstraint("kind IN ('invoice', 'credit_note')", name="kind"),
        CheckConstraint(
            "(issued_at IS NULL) = (number IS NULL) AND (issued_at IS NULL) = (issued_on IS NULL)",
            name="issued",
        ),
        CheckConstraint("total = net + vat", name="sum"),
        CheckConstraint("(kind = 'credit_note') = (credited_id IS NOT NULL)", name="credited"),
        # Unique in the company, not only at the site.
        Index("uq_invoices_number", "billing_entity_id", "number", unique=True),
        Index(
            "uq_invoices_credited",
            "site_id",
            "credited_id",
            unique=True,
            postgresql_where=text("credited_id IS NOT NULL"),
        ),
        Index(
            "uq_invoices_draft",
            "site_id",
            "client_id",
            unique=True,
            postgresql_where=text("issued_at IS NULL AND kind = 'invoice'"),
        ),
        Index("ix_invoices_client", "site_id", "client_id"),
        Index(
            "ix_invoices_issued_on",
            "site_id",
            "issued_on",
            postgresql_include=["total", "net", "vat", "kind"],
            postgresql_where=text("issued_at IS NOT NULL"),
        ),
    )

    billing_entity_id: Mapped[int] = mapped_column(ForeignKey("billing_entities.id"))
    client_id: Mapped[int] = mapped_column(ForeignKey("clients.id"))
    kind: Mapped[str] = mapped_column(server_default="invoice")
    number: Mapped[str | None]
    issued_at: Mapped[datetime | None]
    issued_on: Mapped[date | None]
    client_name: Mapped[str] = mapped_column(server_default="")
    client_address: Mapped[str] = mapped_column(server_default="")
    credited_id: Mapped[int | None]
    credited_because: Mapped[str] = mapped_column(server_default="")
    total: Mapped[Money] = mapped_column(server_default="0")
    net: Mapped[Money] = mapped_column(server_default="0")
    vat: Mapped[Money] = mapped_column(server_default="0")


class InvoiceLine(NumberedPerSite, Attributed, Table):
    """A line: what, for which animal, by which practitioner (R242-49), price including VAT."""

    __tablename__ = "invoice_lines"
    __sharing__ = PerSite(deletable=True)
    __table_args__ = (
        ForeignKeyConstraint(["site_id", "invoice_id"], ["invoices.site_id", "invoices.id"], ondelete="CASCADE"),
        CheckConstraint("discount_percent BETWEEN 0 AND 100", name="discount"),
        CheckConstraint("total = net + vat", name="sum"),
        Index("uq_invoice_lines_position", "site_id", "invoice_id", "position", unique=True),
        # A performed service is billed once; a credit note's lines do not bill.
        Index(
            "uq_invoice_lines_service",
            "site_id",
            "service_id",
            unique=True,
            postgresql_where=text("service_id IS NOT NULL AND NOT released"),
        ),
    )

    invoice_id: Mapped[int]
    position: Mapped[int]
    service_id: Mapped[int | None] = mapped_column(ForeignKey("performed_services.id"))
    released: Mapped[bool] = mapped_column(server_default="false")
    animal_id: Mapped[int | None] = mapped_column(ForeignKey("animals.id"))
    practitioner_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    fee_code: Mapped[str] = mapped_column(server_default="")
    label: Mapped[str]
    quantity: Mapped[Decimal] = mapped_column(Numeric(10, 3))
    unit_price: Mapped[Money]
    discount_percent: Mapped[Decimal] = mapped_column(Numeric(5, 2), server_default="0")
    vat_percent: Mapped[Decimal] = mapped_column(Numeric(4, 2))
    total: Mapped[Money]
    net: Mapped[Money]
    vat: Mapped[Money]
