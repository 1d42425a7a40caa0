"""The trail of support in sessions."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from vpterm.database.sharing import DoorOnly
from vpterm.database.tables import Attributed, Numbered, Table
from vpterm.practice.support.rules import Happening

_KINDS = ", ".join(f"'{kind}'" for kind in Happening)


class SupportEvent(Numbered, Attributed, Table):
    """One thing that happened between support and a person: a request, its answer, the keyboard, the end.

    request_id is the row of the request; the request's own row has none. Who did it is `created_by`.
    """

    __tablename__ = "support_events"
    __sharing__ = DoorOnly(append_only=True, audited=True)
    __table_args__ = (
        CheckConstraint(f"kind IN ({_KINDS})", name="kind"),
        Index(None, "person_id", "happened_at"),
        Index(None, "happened_at"),
    )

    request_id: Mapped[int | None] = mapped_column(ForeignKey("support_events.id"))
    kind: Mapped[str]
    happened_at: Mapped[datetime]
    supporter_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    site_code: Mapped[str]
    session_number: Mapped[int]
    reason: Mapped[str] = mapped_column(server_default="")
    reach: Mapped[str] = mapped_column(server_default="")
    minutes: Mapped[int | None]
    sees_private: Mapped[bool] = mapped_column(server_default="false")
    lasted_s: Mapped[int | None]
    detail: Mapped[str] = mapped_column(server_default="")
