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


class StaffKey(Numbered, Attributed, Table):
    """A public SSH key of a person, in the one-line form of OpenSSH."""

    __tablename__ = "staff_keys"
    __sharing__ = DoorOnly(audited=True)
    __table_args__ = (Index("uq_staff_keys", "staff_id", "public_key", unique=True),)

    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    public_key: Mapped[str]
    comment: Mapped[str] = mapped_column(server_default="")


class LoginEvent(Numbered, Attributed, Table):
    """An attempt to come in, right or wrong: the login as typed, from where, by which proof."""

    __tablename__ = "login_events"
    __sharing__ = DoorOnly(append_only=True)
    __table_args__ = (Index(None, "login", "happened_at"),)

    login: Mapped[str]
    happened_at: Mapped[datetime]
    address: Mapped[str]
    method: Mapped[str]
    accepted: Mapped[bool]
    site_code: Mapped[str] = mapped_column(server_default="")
