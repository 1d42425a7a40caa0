"""What is decided about recordings, and what is written down of each. Rows are added, never changed.

The gateway's login writes beginnings, closings and removals, signed by the installation; the management decides the
policy, and writes down that somebody played or exported a recording.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Insert, insert
from sqlalchemy.dialects.postgresql import insert as upsert

from vpterm.database.context import Context
from vpterm.database.engine import Database
from vpterm.kernel.errors import Refused
from vpterm.kernel.i18n import _
from vpterm.practice.recordings.rules import Closing, Use, check_choice, check_days, kept_until
from vpterm.practice.recordings.tables import Recording, RecordingClosing, RecordingPolicy, RecordingUse
from vpterm.practice.sites.queries import find_site
from vpterm.practice.staff.logins import INSTALLATION


async def choose_policy(context: Context, *, site_code: str, choice: str, keep_days: int) -> None:
    """Decide what is recorded at a site, in force at once; logged in the audit trail. Refused, NotFound."""
    context.require("group.manage")
    site = await find_site(context.database, code=site_code)
    values = {"choice": check_choice(choice), "keep_days": check_days(keep_days)}
    async with context.writing() as connection:
        statement = upsert(RecordingPolicy).values(site_code=site.code, **values)
        await connection.execute(
            statement.on_conflict_do_update(index_elements=[RecordingPolicy.site_code], set_=values)
        )


@dataclass(frozen=True, slots=True)
class Beginning:
    """A recording that is about to begin."""

    site_code: str
    staff_id: int
    session_number: int
    began_at: datetime
    reason: str
    installation: str
    file_name: str
    header_hash: str
    key_fingerprint: str
    keep_days: int


async def begin_recording(database: Database, *, beginning: Beginning) -> int:
    """Write down that a recording begins, before its file is made; answers its number."""
    async with database.transaction(staff_id=INSTALLATION) as connection:
        statement = insert(Recording).values(
            site_code=beginning.site_code, staff_id=beginning.staff_id, session_number=beginning.session_number,
            began_at=beginning.began_at, reason=beginning.reason, installation=beginning.installation,
            file_name=beginning.file_name, header_hash=beginning.header_hash,
            key_fingerprint=beginning.key_fingerprint,
            kept_until=kept_until(beginning.began_at, beginning.keep_days),
        )  # fmt: skip
        number: int = (await connection.execute(statement.returning(Recording.id))).scalar_one()
    return number


async def close_recording(
    database: Database, *, recording_id: int, site_code: str, ended_at: datetime, how: Closing, chunks: int, size: int,
    file_hash: str,
) -> None:  # fmt: skip
    """Write down how a recording ended and what its file is; the database makes it a link of the site's chain."""
    async with database.transaction(staff_id=INSTALLATION) as connection:
        await connection.execute(
            insert(RecordingClosing).values(
                recording_id=recording_id, site_code=site_code, sequence=0, ended_at=ended_at, how=how, chunks=chunks,
                size=size, file_hash=file_hash, previous_hash="", hash="",
            )
        )  # fmt: skip


async def remove_recording(database: Database, *, recording_id: int, now: datetime, delete: Callable[[], None]) -> None:
    """Write down that a recording's time is over and delete its file. Refused, and nothing written, if it stays."""
    async with database.transaction(staff_id=INSTALLATION) as connection:
        await connection.execute(_use(recording_id, now, "removed", "", ""))
        try:
            delete()
        except OSError as failure:
            raise Refused(
                _("The file of recording {number} cannot be deleted.").format(number=recording_id)
            ) from failure


async def note_use(context: Context, *, recording_id: int, what: Use, account: str, reason: str) -> None:
    """Write down that somebody is about to play or export a recording."""
    context.require("group.manage")
    async with context.writing() as connection:
        await connection.execute(_use(recording_id, context.now(), what, account, reason))


def _use(recording_id: int, now: datetime, what: Use, account: str, reason: str) -> Insert:
    values = {"happened_at": now, "what": what, "account": account[:64], "reason": reason[:500]}
    return insert(RecordingUse).values(recording_id=recording_id, **values)
