"""Writing the trail of support. By the gateway's own login, which reaches accounts and sessions and nothing else."""

from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import insert

from vpterm.database.engine import Database
from vpterm.practice.support.rules import Happening
from vpterm.practice.support.tables import SupportEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """What happened, in the columns of the trail; `request_id` is None for a request itself."""

    kind: Happening
    happened_at: datetime
    supporter_id: int
    person_id: int
    site_code: str
    session_number: int
    request_id: int | None = None
    reason: str = ""
    reach: str = ""
    minutes: int | None = None
    sees_private: bool = False
    lasted_s: int | None = None
    detail: str = ""


async def note_event(database: Database, *, by: int, event: Event) -> int:
    """Write it down for good, signed by the member of staff `by`; answers its number."""
    values = {**asdict(event), "kind": event.kind.value}
    async with database.transaction(staff_id=by) as connection:
        statement = insert(SupportEvent).values(values).returning(SupportEvent.id)
        return int((await connection.execute(statement)).scalar_one())
