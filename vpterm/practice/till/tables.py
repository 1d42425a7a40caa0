"""Tables of the till: an append-only journal, chained by hashes (CGI art. 286-I-3 bis). Kept apart by site."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from vpterm.database.sharing import PerSite
from vpterm.database.tables import Attributed, NumberedPerSite, Table
from vpterm.kernel.money import Money


class Till(NumberedPerSite, Attributed, Table):
    """A drawer of a site."""

    __tablename__ = "tills"
    __sharing__ = PerSite(audited=True)
    __table_args__ = (
        ForeignKeyConstraint(["site_id"], ["sites.id"]),
        Index("uq_tills_name", "site_id", "name", unique=True),
    )

    name: Mapped[str]


class TillChain(Table):
    """The head of a site's journal, moved only by the journal's own trigger; its row is the lock of the chain.

    closed_until: no entry may be dated on this day or before it any more.
    """

    __tablename__ = "till_chains"
    __sharing__ = PerSite(attributed=False)

    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"), primary_key=True)
    last_sequence: Mapped[int] = mapped_column(server_default="0")
    last_hash: Mapped[str] = mapped_column(server_default="")
    perpetual_total: Mapped[Money] = mapped_column(server_default="0")
    closed_until: Mapped[date | None]


class TillEntry(NumberedPerSite, Attributed, Table):
    """One payment (or, with a negative amount, its correction or a refund) by one means, or the seal of a closing.

    Money that a client has paid already moves in two entries by means "account" that follow each other: out of
    one pocket (the account, or an invoice paid twice), into another. Their sum is zero: no drawer holds more of it.
    sequence, previous_hash, hash and perpetual_total are given by the database (definitions.sql).
    """

    __tablename__ = "till_entries"
    __sharing__ = PerSite(append_only=True, audited=True)
    __table_args__ = (
        ForeignKeyConstraint(["site_id", "till_id"], ["tills.site_id", "tills.id"]),
        ForeignKeyConstraint(["site_id", "invoice_id"], ["invoices.site_id", "invoices.id"]),
        ForeignKeyConstraint(["site_id", "corrects_id"], ["till_entries.site_id", "till_entries.id"]),
        CheckConstraint(
            "CASE kind WHEN 'payment' THEN amount > 0 WHEN 'refund' THEN amount < 0 "
            "WHEN 'correction' THEN corrects_id IS NOT NULL AND amount <> 0 "
            "WHEN 'allocation' THEN client_id IS NOT NULL AND amount <> 0 "
            "WHEN 'closing' THEN amount = 0 ELSE false END",
            name="kind",
        ),
        # Neither a seal nor a credit that moves touches a drawer.
        CheckConstraint(
            "(kind IN ('closing', 'allocation')) = (till_id IS NULL) AND (kind = 'closing') = (means = '') "
            "AND (kind = 'allocation') = (means = 'account')",
            name="till",
        ),
        CheckConstraint("means IN ('cash', 'card', 'cheque', 'transfer', 'direct_debit', 'account', '')", name="means"),
        Index("uq_till_entries_sequence", "site_id", "sequence", unique=True),
        Index("ix_till_entries_invoice", "site_id", "invoice_id"),
        Index("ix_till_entries_client", "site_id", "client_id"),
        Index("uq_till_entries_corrects", "site_id", "corrects_id", unique=True),
        Index("ix_till_entries_day", "site_id", "taken_on"),
    )

    till_id: Mapped[int | None]
    kind: Mapped[str] = mapped_column(server_default="payment")
    means: Mapped[str]
    amount: Mapped[Money]
    client_id: Mapped[int | None] = mapped_column(ForeignKey("clients.id"))
    invoice_id: Mapped[int | None]
    corrects_id: Mapped[int | None]
    remark: Mapped[str] = mapped_column(server_default="")
    taken_at: Mapped[datetime]
    taken_on: Mapped[date]
    sequence: Mapped[int] = mapped_column(server_default="0")
    perpetual_total: Mapped[Money] = mapped_column(server_default="0")
    previous_hash: Mapped[str] = mapped_column(server_default="")
    hash: Mapped[str] = mapped_column(server_default="")


class TillClosing(NumberedPerSite, Attributed, Table):
    """A closing of a day, month or year: totals, perpetual total and the hash of the journal's head then.

    All but period, closes_on, closed_at and cash_counted is computed by the database (definitions.sql).
    """

    __tablename__ = "till_closings"
    __sharing__ = PerSite(append_only=True, audited=True)
    __table_args__ = (
        ForeignKeyConstraint(["site_id"], ["sites.id"]),
        CheckConstraint("period IN ('day', 'month', 'year')", name="period"),
        Index("uq_till_closings", "site_id", "period", "closes_on", unique=True),
    )

    period: Mapped[str]
    closes_on: Mapped[date]
    closed_at: Mapped[datetime]
    first_sequence: Mapped[int] = mapped_column(server_default="0")
    last_sequence: Mapped[int] = mapped_column(server_default="0")
    total: Mapped[Money] = mapped_column(server_default="0")
    cash_expected: Mapped[Money] = mapped_column(server_default="0")
    cash_counted: Mapped[Money | None]
    perpetual_total: Mapped[Money] = mapped_column(server_default="0")
    journal_hash: Mapped[str] = mapped_column(server_default="")
