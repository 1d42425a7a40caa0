"""Tables of the people who work in the group, and of how they prove who they are."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from vpterm.database.sharing import DoorOnly, GroupOnly
from vpterm.database.tables import Attributed, Numbered, Table


class StaffMember(Numbered, Attributed, Table):
    """A person with an account. Number 1 is the installation itself (command line, imports)."""

    __tablename__ = "staff"
    __sharing__ = GroupOnly(audited=True, door=True)
    __table_args__ = (CheckConstraint("login ~ '^[a-z0-9][a-z0-9._-]{0,62}$'", name="login"),)

    login: Mapped[str] = mapped_column(unique=True)
    first_name: Mapped[str]
    last_name: Mapped[str]
    title: Mapped[str] = mapped_column(server_default="")
    ordinal_number: Mapped[str] = mapped_column(server_default="")
    language: Mapped[str] = mapped_column(server_default="fr")
    left_on: Mapped[date | None]


class StaffSite(Numbered, Attributed, Table):
    """A role that a person has at a site. A person may have several."""

    __tablename__ = "staff_sites"
    __sharing__ = GroupOnly(audited=True, door=True)
    __table_args__ = (Index("uq_staff_sites", "staff_id", "site_id", "role", unique=True),)

    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"))
    role: Mapped[str]
    ended_on: Mapped[date | None]


class StaffPassword(Attributed, Table):
    """The argon2id hash of a person's password."""

    __tablename__ = "staff_passwords"
    __sharing__ = DoorOnly()

    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), primary_key=True)
    password_hash: Mapped[str]


class StaffPin(Attributed, Table):
    """The argon2id hash of the PIN with which a person goes on at their own locked screen. It opens no door."""

    __tablename__ = "staff_pins"
    __sharing__ = DoorOnly()

    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), primary_key=True)
    pin_hash: Mapped[str]


class StaffTotp(Attributed, Table):
    """The secret from which a person's telephone makes codes, sealed (sealing.py), and the last time step used."""

    __tablename__ = "staff_totp"
    __sharing__ = DoorOnly()

    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), primary_key=True)
    sealed_secret: Mapped[str]
    last_step: Mapped[int]


class RecoveryCode(Numbered, Attributed, Table):
    """The hash of a code for the day on which the telephone is lost. Each opens once."""

    __tablename__ = "staff_recovery_codes"
    __sharing__ = DoorOnly()
    __table_args__ = (Index("uq_staff_recovery_codes", "staff_id", "code_hash", unique=True),)

    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    code_hash: Mapped[str]
    used_at: Mapped[datetime | None]


class StaffCertificate(Numbered, Attributed, Table):
    """A certificate that the group's authority signed. Its number is its serial; what is not here opens nothing."""

    __tablename__ = "staff_certificates"
    __sharing__ = DoorOnly(audited=True)
    __table_args__ = (Index(None, "staff_id"),)

    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    fingerprint: Mapped[str]
    site_codes: Mapped[str]
    valid_from: Mapped[datetime]
    valid_until: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class CodePolicyRow(Attributed, Table):
    """What the group asks of a role about codes. A role without a row: offered, and not asked of keys."""

    __tablename__ = "code_policies"
    __sharing__ = GroupOnly(audited=True, door=True)
    __table_args__ = (CheckConstraint("rule IN ('off', 'offered', 'required')", name="rule"),)

    role: Mapped[str] = mapped_column(primary_key=True)
    rule: Mapped[str]
    with_key: Mapped[bool]


class SessionTimesRow(Attributed, Table):
    """How long a session of a role may stand still, stand alone, and last, in seconds; NULL: for ever.

    A role without a row has the times to begin with (session_times.py).
    """

    __tablename__ = "session_times"
    __sharing__ = GroupOnly(audited=True)

    role: Mapped[str] = mapped_column(primary_key=True)
    lock_after_s: Mapped[int | None]
    alone_s: Mapped[int | None]
    longest_s: Mapped[int | None]


class IdentityChange(Numbered, Attributed, Table):
    """What was done to the ways in which a person proves who they are: by whom, when. Never a secret."""

    __tablename__ = "identity_changes"
    __sharing__ = DoorOnly(append_only=True)
    __table_args__ = (Index(None, "staff_id", "happened_at"),)

    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    happened_at: Mapped[datetime]
    what: Mapped[str]


class StaffKey(Numbered, Attributed, Table):
    """A public SSH key of a person, in the one-line form of OpenSSH."""

    __tablename__ = "staff_keys"
    __sharing__ = DoorOnly(audited=True)
    __table_args__ = (Index("uq_staff_keys", "staff_id", "public_key", unique=True),)

    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    public_key: Mapped[str]
    comment: Mapped[str] = mapped_column(server_default="")
    verify_required: Mapped[bool] = mapped_column(server_default="false", sort_order=910)


class LoginEvent(Numbered, Attributed, Table):
    """An attempt to come in, right or wrong: the login as typed, from where, by which proof."""

    __tablename__ = "login_events"
    __sharing__ = DoorOnly(append_only=True)
    __table_args__ = (Index(None, "login", "happened_at"), Index(None, "network", "happened_at"))

    login: Mapped[str]
    happened_at: Mapped[datetime]
    address: Mapped[str]
    method: Mapped[str]
    accepted: Mapped[bool]
    site_code: Mapped[str] = mapped_column(server_default="")
    network: Mapped[str] = mapped_column(server_default="", sort_order=910)
