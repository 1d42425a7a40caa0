"""Tables of the agenda. Kept apart by site; the group chooses what other sites may see."""

from datetime import datetime, time

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, text
from sqlalchemy.dialects.postgresql import TSTZRANGE, ExcludeConstraint, Range
from sqlalchemy.orm import Mapped, mapped_column

from vpterm.database.sharing import GroupChoice
from vpterm.database.tables import Attributed, NumberedPerSite, Table

FULL = frozenset({"full"})
BOOKABLE = frozenset({"free-busy", "full"})


class Resource(NumberedPerSite, Attributed, Table):
    """What can be booked: a vet, a room, an operating theatre."""

    __tablename__ = "resources"
    __sharing__ = GroupChoice(subject="agenda", read_when=BOOKABLE, audited=True)
    __table_args__ = (
        ForeignKeyConstraint(["site_id"], ["sites.id"]),
        Index("uq_resources_name", "site_id", "name", unique=True),
        CheckConstraint("kind IN ('practitioner', 'room', 'theatre')", name="kind"),
    )

    name: Mapped[str]
    kind: Mapped[str] = mapped_column(server_default="practitioner")
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    position: Mapped[int] = mapped_column(server_default="1")
    closed: Mapped[bool] = mapped_column(server_default="false")


class OpeningHours(NumberedPerSite, Attributed, Table):
    """When a resource can be booked on a weekday (1 Monday to 7 Sunday), in the clinic's own time."""

    __tablename__ = "opening_hours"
    __sharing__ = GroupChoice(subject="agenda", read_when=BOOKABLE, deletable=True)
    __table_args__ = (
        ForeignKeyConstraint(["site_id", "resource_id"], ["resources.site_id", "resources.id"]),
        CheckConstraint("weekday BETWEEN 1 AND 7 AND opens_at < closes_at", name="span"),
        Index("ix_opening_hours_resource", "site_id", "resource_id", "weekday"),
    )

    resource_id: Mapped[int]
    weekday: Mapped[int]
    opens_at: Mapped[time]
    closes_at: Mapped[time]


class Reason(NumberedPerSite, Attributed, Table):
    """Why people come, and how long that takes."""

    __tablename__ = "reasons"
    __sharing__ = GroupChoice(subject="agenda", read_when=BOOKABLE)
    __table_args__ = (
        ForeignKeyConstraint(["site_id"], ["sites.id"]),
        Index("uq_reasons_name", "site_id", "name", unique=True),
        CheckConstraint("duration_min BETWEEN 5 AND 600", name="duration"),
    )

    name: Mapped[str]
    duration_min: Mapped[int]
    kind: Mapped[str] = mapped_column(server_default="practitioner")
    position: Mapped[int] = mapped_column(server_default="1")
    withdrawn: Mapped[bool] = mapped_column(server_default="false")


class Booking(NumberedPerSite, Attributed, Table):
    """A span of a resource's time. Without animal and client it is closed time (leave, surgery, a meeting)."""

    __tablename__ = "bookings"
    __sharing__ = GroupChoice(subject="agenda", read_when=FULL, insert_when=BOOKABLE, audited=True)
    __table_args__ = (
        ForeignKeyConstraint(["site_id", "resource_id"], ["resources.site_id", "resources.id"]),
        ForeignKeyConstraint(["site_id", "reason_id"], ["reasons.site_id", "reasons.id"]),
        # Double booking is impossible, whoever writes: two live bookings of a resource never overlap.
        ExcludeConstraint(
            (text("site_id"), "="),
            (text("resource_id"), "="),
            (text("span"), "&&"),
            where=text("cancelled_at IS NULL"),
            using="gist",
            name="ex_bookings_overlap",
        ),
        CheckConstraint("NOT isempty(span) AND lower(span) IS NOT NULL AND upper(span) IS NOT NULL", name="span"),
        Index("ix_bookings_day", "site_id", text("lower(span)")),
        Index("ix_bookings_animal_id", "animal_id"),
        Index("ix_bookings_client_id", "client_id"),
    )

    resource_id: Mapped[int]
    reason_id: Mapped[int | None]
    span: Mapped[Range[datetime]] = mapped_column(TSTZRANGE)
    client_id: Mapped[int | None] = mapped_column(ForeignKey("clients.id"))
    animal_id: Mapped[int | None] = mapped_column(ForeignKey("animals.id"))
    caller: Mapped[str] = mapped_column(server_default="")
    note: Mapped[str] = mapped_column(server_default="")
    cancelled_at: Mapped[datetime | None]
    cancelled_because: Mapped[str] = mapped_column(server_default="")
