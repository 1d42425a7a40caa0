"""What is known of people's logins is forgotten after a set time. By the owner of the schema, nobody else can.

CNIL, délibération n° 2021-122 of 14 October 2021 on logging: six months to a year; up to three years where what is
watched over calls for it, as who gave whom which way in does.
"""

from datetime import datetime, timedelta

from sqlalchemy import delete, select, text

from vpterm.database.engine import Database
from vpterm.kernel.errors import Refused
from vpterm.kernel.i18n import _
from vpterm.practice.staff.logins import INSTALLATION, KNOWN_FOR
from vpterm.practice.staff.tables import IdentityChange, LoginEvent

LOGINS_KEPT = timedelta(days=365)
CHANGES_KEPT = timedelta(days=3 * 365)
AT_ONCE = 2000  # while so many are deleted nobody's login can be written down
_LOCK_WAIT = "5s"


async def forget_logins(database: Database, *, now: datetime, kept_for: timedelta = LOGINS_KEPT) -> int:
    """Delete attempts to come in that are older; answers how many. Refused for less than doors still ask about."""
    if kept_for <= KNOWN_FOR:
        raise Refused(_("Logins of the last {days} days are needed by the doors.").format(days=KNOWN_FOR.days))
    return await _forget(database, LoginEvent, now - kept_for)


async def forget_identity_changes(database: Database, *, now: datetime, kept_for: timedelta = CHANGES_KEPT) -> int:
    """Delete the notes of what was done to ways in that are older; answers how many."""
    return await _forget(database, IdentityChange, now - kept_for)


async def _forget(database: Database, table: type[LoginEvent] | type[IdentityChange], before: datetime) -> int:
    total = 0
    while count := await _forget_some(database, table, before):
        total += count
    return total


async def _forget_some(database: Database, table: type[LoginEvent] | type[IdentityChange], before: datetime) -> int:
    # The lock of append-only rows is opened by its owner, within one transaction: no other login has it open.
    name = table.__tablename__
    oldest = select(table.id).where(table.happened_at < before).order_by(table.id).limit(AT_ONCE)
    async with database.transaction(staff_id=INSTALLATION) as connection:
        await connection.execute(text(f"SET LOCAL lock_timeout = '{_LOCK_WAIT}'"))
        await connection.execute(text(f"ALTER TABLE {name} DISABLE TRIGGER b_append_only"))
        done = await connection.execute(delete(table).where(table.id.in_(oldest)))
        await connection.execute(text(f"ALTER TABLE {name} ENABLE ALWAYS TRIGGER b_append_only"))
    return int(done.rowcount)
