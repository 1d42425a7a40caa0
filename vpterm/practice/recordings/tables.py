"""Tables of recordings. What they hold of a session is who, where and when; what was shown is in files, sealed."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from vpterm.database.sharing import DoorOnly, GroupOnly
from vpterm.database.tables import Attributed, Numbered, Table


class RecordingPolicy(Attributed, Table):
    """What the group asks of a site. A site without a row is not recorded."""

    __tablename__ = "recording_policies"
    __sharing__ = GroupOnly(audited=True, door=True)
    __table_args__ = (CheckConstraint("choice IN ('off', 'support', 'all')", name="choice"),)

    site_code: Mapped[str] = mapped_column(ForeignKey("sites.code"), primary_key=True)
    choice: Mapped[str]
    keep_days: Mapped[int]


class Recording(Numbered, Attributed, Table):
    """A recording that was begun: of whose session, why, in which file of which installation."""

    __tablename__ = "recordings"
    __sharing__ = DoorOnly(append_only=True, audited=True)
    __table_args__ = (
        CheckConstraint("reason IN ('support', 'all')", name="reason"),
        Index(None, "site_code", "began_at"),
    )

    site_code: Mapped[str] = mapped_column(ForeignKey("sites.code"))
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    session_number: Mapped[int]
    began_at: Mapped[datetime]
    reason: Mapped[str]
    installation: Mapped[str]
    file_name: Mapped[str] = mapped_column(unique=True)
    header_hash: Mapped[str]
    key_fingerprint: Mapped[str]
    kept_until: Mapped[datetime]


class RecordingClosing(Attributed, Table):
    """How a recording ended, and what its file is: a link of its site's chain, numbered and hashed by a trigger."""

    __tablename__ = "recording_closings"
    __sharing__ = DoorOnly(append_only=True, audited=True)
    __table_args__ = (
        CheckConstraint("how IN ('closed', 'failed', 'broken_off')", name="how"),
        Index("uq_recording_closings", "site_code", "sequence", unique=True),
    )

    recording_id: Mapped[int] = mapped_column(ForeignKey("recordings.id"), primary_key=True)
    site_code: Mapped[str] = mapped_column(ForeignKey("sites.code"))
    sequence: Mapped[int]
    ended_at: Mapped[datetime]
    how: Mapped[str]
    chunks: Mapped[int]
    size: Mapped[int]
    file_hash: Mapped[str]
    previous_hash: Mapped[str]
    hash: Mapped[str]


class RecordingUse(Numbered, Attributed, Table):
    """What was done with a recording: played, exported, removed when its time was over; by which account, why."""

    __tablename__ = "recording_uses"
    __sharing__ = DoorOnly(append_only=True, audited=True)
    __table_args__ = (
        CheckConstraint("what IN ('played', 'exported', 'removed')", name="what"),
        Index(None, "recording_id"),
    )

    recording_id: Mapped[int] = mapped_column(ForeignKey("recordings.id"))
    happened_at: Mapped[datetime]
    what: Mapped[str]
    account: Mapped[str]
    reason: Mapped[str]
