"""How long a session may stand still before it locks, stand alone before it ends, and last: chosen by role.

Who has several roles at a site has the shortest of their times. Open sessions follow a change at once.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert as upsert

from vpterm.database.context import Context
from vpterm.database.engine import Database
from vpterm.kernel.errors import Refused
from vpterm.kernel.i18n import N_, _
from vpterm.practice.staff.rules import Role
from vpterm.practice.staff.tables import SessionTimesRow

Time = timedelta | None  # None: never


@dataclass(frozen=True, slots=True)
class SessionTimes:
    """The times of a session: without a key until it locks, without a key until it ends, from its opening to its end."""

    lock_after: Time = timedelta(minutes=10)
    alone: Time = timedelta(hours=14)
    longest: Time = timedelta(hours=24)


TO_BEGIN_WITH = {
    Role.VET: SessionTimes(),
    Role.NURSE: SessionTimes(),
    Role.RECEPTION: SessionTimes(lock_after=timedelta(minutes=5)),  # the public stands in front of it
    Role.MANAGEMENT: SessionTimes(lock_after=timedelta(minutes=5)),
    Role.SUPPORT: SessionTimes(timedelta(minutes=5), timedelta(hours=1), timedelta(hours=12)),
}
LEAST, MOST = timedelta(seconds=2), timedelta(days=31)
_NEVER = {"never", "jamais"}
_LENGTH = re.compile(r"(\d{1,6})\s*(s|m|min|h|d|j)")
_UNITS = {"s": 1, "m": 60, "min": 60, "h": 3600, "d": 86400, "j": 86400}


def read_time(text: str) -> Time:
    """A time as administrators type it: "90s", "10 min", "14h", "2d", "never". Raises Refused."""
    typed = text.strip().lower()
    if typed in _NEVER:
        return None
    found = _LENGTH.fullmatch(typed)
    length = timedelta(seconds=int(found[1]) * _UNITS[found[2]]) if found else timedelta()
    if not LEAST <= length <= MOST:
        raise Refused(_("“{text}” is no time for sessions.").format(text=text), _("For example: 90s, 10m, 14h, never."))
    return length


def show_time(length: Time) -> str:
    """A time in words: "10 min", "14 h"."""
    if length is None:
        return _("never")
    seconds = int(length.total_seconds())
    for unit, of_unit in ((N_("d"), 86400), ("h", 3600), ("min", 60)):
        if seconds >= 2 * of_unit and seconds % of_unit == 0 or seconds == of_unit:
            return f"{seconds // of_unit} {_(unit)}"
    return f"{seconds} s"


def shortest(times: Iterable[SessionTimes]) -> SessionTimes:
    """The times of a person with several roles; those to begin with for nobody in particular."""
    found = list(times)
    if not found:
        return SessionTimes()
    return SessionTimes(*(_least(getattr(one, name) for one in found) for name in SessionTimes.__slots__))


def _least(lengths: Iterable[Time]) -> Time:
    return min((length for length in lengths if length is not None), default=None)


async def choose_session_times(context: Context, *, role: Role, times: SessionTimes) -> None:
    """What holds for a role from now on, in open sessions too. Audited."""
    context.require("group.manage")
    values = {
        "lock_after_s": _seconds(times.lock_after), "alone_s": _seconds(times.alone),
        "longest_s": _seconds(times.longest),
    }  # fmt: skip
    async with context.writing() as connection:
        statement = upsert(SessionTimesRow).values(role=role.value, **values)
        await connection.execute(statement.on_conflict_do_update(index_elements=[SessionTimesRow.role], set_=values))


async def list_session_times(database: Database) -> dict[Role, SessionTimes]:
    """What holds for every role."""
    row = SessionTimesRow
    async with database.reading() as connection:
        rows = await connection.execute(select(row.role, row.lock_after_s, row.alone_s, row.longest_s))
        chosen = {role: SessionTimes(*map(_length, lengths)) for role, *lengths in rows}
    return {role: chosen.get(role.value, TO_BEGIN_WITH[role]) for role in Role}


async def find_session_times(database: Database, *, roles: Iterable[Role]) -> SessionTimes:
    """What holds for a person with these roles."""
    times = await list_session_times(database)
    return shortest(times[role] for role in roles)


def _seconds(length: Time) -> int | None:
    return int(length.total_seconds()) if length is not None else None


def _length(seconds: int | None) -> Time:
    return timedelta(seconds=seconds) if seconds is not None else None
