"""Table of visits: who came in, and where they are now. Kept apart by site."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from vpterm.database.sharing import PerSite
from vpterm.database.tables import Attributed, NumberedPerSite, Table


class Visit(NumberedPerSite, Attributed, Table):
    """An animal at the clinic: waiting, in consultation, to bill, gone."""

    __tablename__ = "visits"
    __sharing__ = PerSite(audited=True)
    __table_args__ = (
        ForeignKeyConstraint(["site_id"], ["sites.id"]),
        ForeignKeyConstraint(["site_id", "booking_id"], ["bookings.site_id", "bookings.id"]),
        CheckConstraint("state IN ('waiting', 'in_consultation', 'to_bill', 'gone')", name="state"),
        Index("ix_visits_present", "site_id", "state", postgresql_where=text("state <> 'gone'")),
        Index("ix_visits_left_at", "site_id", "left_at"),
        Index(
            "uq_visits_animal_present",
            "site_id",
            "animal_id",
            unique=True,
            postgresql_where=text("state <> 'gone'"),
        ),
        Index("uq_visits_booking", "site_id", "booking_id", unique=True),
    )

    animal_id: Mapped[int] = mapped_column(ForeignKey("animals.id"))
    client_id: Mapped[int] = mapped_column(ForeignKey("clients.id"))
    booking_id: Mapped[int | None]
    state: Mapped[str] = mapped_column(server_default="waiting")
    reason: Mapped[str] = mapped_column(server_default="")
    room: Mapped[str] = mapped_column(server_default="")
    practitioner_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    arrived_at: Mapped[datetime]
    called_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    left_at: Mapped[datetime | None]
