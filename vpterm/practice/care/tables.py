"""Tables of the medical record. Read by all sites; an entry is changed only by the site that wrote it."""

from datetime import datetime
from decimal import Decimal

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, Numeric, text
from sqlalchemy.orm import Mapped, mapped_column

from vpterm.database.sharing import Common
from vpterm.database.tables import Attributed, Numbered, Table


class RecordEntry(Numbered, Attributed, Table):
    """An entry of an animal's record: a consultation, a telephone call, a result."""

    __tablename__ = "record_entries"
    __sharing__ = Common(audited=True, of_its_author=True)
    __table_args__ = (
        CheckConstraint("kind IN ('consultation', 'surgery', 'call', 'result', 'note')", name="kind"),
        ForeignKeyConstraint(["site_id", "visit_id"], ["visits.site_id", "visits.id"]),
        Index("ix_record_entries_timeline", "animal_id", "happened_at"),
        # One unfinished entry a person, animal and visit: opening the consultation twice finds the same one.
        Index(
            "uq_record_entries_unfinished",
            "site_id",
            "author_id",
            "animal_id",
            "kind",
            text("coalesce(visit_id, 0)"),
            unique=True,
            postgresql_where=text("finished_at IS NULL"),
        ),
    )

    animal_id: Mapped[int] = mapped_column(ForeignKey("animals.id"))
    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"))
    author_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    kind: Mapped[str] = mapped_column(server_default="consultation")
    happened_at: Mapped[datetime]
    reason: Mapped[str] = mapped_column(server_default="")
    note: Mapped[str] = mapped_column(server_default="")
    summary: Mapped[str] = mapped_column(server_default="")
    visit_id: Mapped[int | None]
    finished_at: Mapped[datetime | None]


class PerformedService(Numbered, Attributed, Table):
    """What was done or given at an entry, by whom. No price here: money belongs to the site (billing).

    changed_animal: what this very service changed of the animal, so that its removal can undo just that.
    """

    __tablename__ = "performed_services"
    __sharing__ = Common(audited=True, of_its_author=True)
    __table_args__ = (
        CheckConstraint("quantity > 0", name="quantity"),
        Index("ix_performed_services_entry_id", "entry_id"),
        CheckConstraint("changed_animal IN ('', 'sterilised', 'died')", name="changed_animal"),
        Index("ix_performed_services_animal_id_performed_at", "animal_id", "performed_at"),
        CheckConstraint("kind IN ('service', 'product', 'vaccine')", name="kind"),
        Index("ix_performed_services_site_id_performed_at", "site_id", "performed_at"),
    )

    entry_id: Mapped[int] = mapped_column(ForeignKey("record_entries.id"))
    animal_id: Mapped[int] = mapped_column(ForeignKey("animals.id"))
    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"))
    practitioner_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    kind: Mapped[str] = mapped_column(server_default="service")
    fee_code: Mapped[str]
    label: Mapped[str]
    quantity: Mapped[Decimal] = mapped_column(Numeric(10, 3), server_default="1")
    lot: Mapped[str] = mapped_column(server_default="")
    changed_animal: Mapped[str] = mapped_column(server_default="")
    performed_at: Mapped[datetime]
    removed_at: Mapped[datetime | None]
