"""The table of copies: which invoice or payment was put on paper, when, by whom. Kept apart by site."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index
from sqlalchemy.orm import Mapped

from vpterm.database.sharing import PerSite
from vpterm.database.tables import Attributed, NumberedPerSite, Table


class PaperCopy(NumberedPerSite, Attributed, Table):
    """A copy of an invoice, or of the receipt of an entry of the till. The first is the original, number 1."""

    __tablename__ = "paper_copies"
    __sharing__ = PerSite(append_only=True)
    __table_args__ = (
        ForeignKeyConstraint(["site_id"], ["sites.id"]),
        ForeignKeyConstraint(["site_id", "invoice_id"], ["invoices.site_id", "invoices.id"]),
        ForeignKeyConstraint(["site_id", "entry_id"], ["till_entries.site_id", "till_entries.id"]),
        CheckConstraint("(invoice_id IS NULL) <> (entry_id IS NULL)", name="subject"),
        CheckConstraint("copy_number > 0", name="number"),
        Index("uq_paper_copies_invoice", "site_id", "invoice_id", "copy_number", unique=True),
        Index("uq_paper_copies_entry", "site_id", "entry_id", "copy_number", unique=True),
    )

    invoice_id: Mapped[int | None]
    entry_id: Mapped[int | None]
    copy_number: Mapped[int]
    made_at: Mapped[datetime]
