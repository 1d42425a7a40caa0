"""Reads of policies and of the rows of recordings. For the gateway's login and the management's; no site reads them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select

from vpterm.database.engine import Database
from vpterm.kernel.errors import NotFound
from vpterm.kernel.i18n import _
from vpterm.practice.recordings.rules import Policy, RecordingFacts
from vpterm.practice.recordings.tables import Recording, RecordingClosing, RecordingPolicy, RecordingUse
from vpterm.practice.sites.tables import Site
from vpterm.practice.staff.tables import StaffMember


@dataclass(frozen=True, slots=True)
class PolicyRow:
    """A site and what is asked of it."""

    site_code: str
    site_name: str
    policy: Policy


@dataclass(frozen=True, slots=True)
class ClosingRow:
    """How a recording ended. `size` in bytes; `file_hash` is that of the last link of the file."""

    sequence: int
    ended_at: datetime
    how: str
    chunks: int
    size: int
    file_hash: str
    previous_hash: str
    hash: str


@dataclass(frozen=True, slots=True)
class RecordingRow:
    """A recording; `closing` is None while it is under way, `removed_at` says when its file went in order."""

    id: int
    site_code: str
    staff_id: int
    login: str
    session_number: int
    began_at: datetime
    reason: str
    installation: str
    file_name: str
    header_hash: str
    key_fingerprint: str
    kept_until: datetime
    removed_at: datetime | None
    closing: ClosingRow | None = None

    def facts(self, closing: ClosingRow) -> RecordingFacts:
        """What the closing vouches for."""
        return RecordingFacts(
            self.id, self.site_code, self.staff_id, self.session_number, self.began_at, self.reason, self.installation,
            self.file_name, self.header_hash, self.key_fingerprint, self.kept_until, closing.sequence,
            closing.ended_at, closing.how, closing.chunks, closing.size, closing.file_hash,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class UseRow:
    """What was done with a recording, by which account of the machine, signed by which member of staff."""

    happened_at: datetime
    what: str
    account: str
    reason: str
    staff_id: int


async def list_policies(database: Database) -> list[PolicyRow]:
    """Every site with what is asked of it, by code."""
    statement = (
        select(Site.code, Site.name, RecordingPolicy.choice, RecordingPolicy.keep_days)
        .outerjoin(RecordingPolicy, RecordingPolicy.site_code == Site.code)
        .order_by(Site.code)
    )
    async with database.reading() as connection:
        rows = (await connection.execute(statement)).all()
    return [PolicyRow(code, name, Policy(choice, days) if choice else Policy()) for code, name, choice, days in rows]


def _recordings() -> Select[*tuple[Any, ...]]:
    removed = (
        select(func.min(RecordingUse.happened_at))
        .where(RecordingUse.recording_id == Recording.id, RecordingUse.what == "removed")
        .scalar_subquery()
    )
    return (
        select(
            Recording.id, Recording.site_code, Recording.staff_id, StaffMember.login, Recording.session_number,
            Recording.began_at, Recording.reason, Recording.installation, Recording.file_name, Recording.header_hash,
            Recording.key_fingerprint, Recording.kept_until, removed.label("removed_at"), RecordingClosing.sequence,
            RecordingClosing.ended_at, RecordingClosing.how, RecordingClosing.chunks, RecordingClosing.size,
            RecordingClosing.file_hash, RecordingClosing.previous_hash, RecordingClosing.hash,
        )
        .join(StaffMember, StaffMember.id == Recording.staff_id)
        .outerjoin(RecordingClosing, RecordingClosing.recording_id == Recording.id)
    )  # fmt: skip


def _row(values: Sequence[Any]) -> RecordingRow:
    closing = ClosingRow(*values[13:]) if values[13] is not None else None
    return replace(RecordingRow(*values[:13]), closing=closing)


async def list_recordings(
    database: Database, *, site_code: str = "", login: str = "", most: int | None = None
) -> list[RecordingRow]:
    """Recordings, newest first."""
    statement = _recordings().order_by(Recording.began_at.desc(), Recording.id.desc()).limit(most)
    if site_code:
        statement = statement.where(Recording.site_code == site_code)
    if login:
        statement = statement.where(StaffMember.login == login)
    async with database.reading() as connection:
        return [_row(values) for values in await connection.execute(statement)]


async def find_recording(database: Database, *, recording_id: int) -> RecordingRow:
    """One recording. NotFound."""
    async with database.reading() as connection:
        values = (await connection.execute(_recordings().where(Recording.id == recording_id))).one_or_none()
    if values is None:
        raise NotFound(
            _("There is no recording {number}.").format(number=recording_id), _("See the list: vpterm recordings list")
        )
    return _row(values)


async def list_unclosed(database: Database, *, installation: str) -> list[RecordingRow]:
    """The recordings of an installation that no closing is known of: under way, or broken off."""
    statement = _recordings().where(
        Recording.installation == installation, RecordingClosing.recording_id.is_(None)
    )  # fmt: skip
    async with database.reading() as connection:
        rows = [_row(values) for values in await connection.execute(statement.order_by(Recording.id))]
    return [row for row in rows if row.removed_at is None]


async def list_expired(database: Database, *, installation: str, now: datetime) -> list[RecordingRow]:
    """The recordings of an installation whose time is over and which are not removed yet."""
    statement = _recordings().where(
        Recording.installation == installation, Recording.kept_until < now, RecordingClosing.recording_id.is_not(None)
    )
    async with database.reading() as connection:
        rows = [_row(values) for values in await connection.execute(statement.order_by(Recording.id))]
    return [row for row in rows if row.removed_at is None]


async def list_uses(database: Database, *, recording_id: int) -> list[UseRow]:
    """What was done with a recording, oldest first."""
    statement = (
        select(
            RecordingUse.happened_at, RecordingUse.what, RecordingUse.account, RecordingUse.reason,
            RecordingUse.created_by,
        )
        .where(RecordingUse.recording_id == recording_id)
        .order_by(RecordingUse.id)
    )  # fmt: skip
    async with database.reading() as connection:
        return [UseRow(*row) for row in await connection.execute(statement)]
