"""Reading the trail of support: the gateway shows a person their own, the management reads all."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import aliased

from vpterm.database.engine import Database
from vpterm.practice.staff.tables import StaffMember
from vpterm.practice.support.rules import Happening
from vpterm.practice.support.tables import SupportEvent


@dataclass(frozen=True, slots=True)
class EventRow:
    """One line of the trail; `supporter`, `person` and `by` are logins."""

    id: int
    request_id: int
    kind: Happening
    happened_at: datetime
    supporter: str
    person: str
    by: str
    site_code: str
    reason: str
    reach: str
    minutes: int | None
    sees_private: bool
    lasted_s: int | None
    detail: str


async def list_events(database: Database, *, person_id: int | None = None, most: int = 200) -> list[EventRow]:
    """The newest events, newest first; those about one person where given."""
    supporter, person, by = aliased(StaffMember), aliased(StaffMember), aliased(StaffMember)
    event = SupportEvent
    statement = (
        select(
            event.id, event.request_id, event.kind, event.happened_at, supporter.login, person.login, by.login,
            event.site_code, event.reason, event.reach, event.minutes, event.sees_private, event.lasted_s, event.detail,
        )
        .join(supporter, supporter.id == event.supporter_id)
        .join(person, person.id == event.person_id)
        .join(by, by.id == event.created_by)
        .order_by(event.id.desc())
        .limit(most)
    )  # fmt: skip
    if person_id is not None:
        statement = statement.where(event.person_id == person_id)
    async with database.reading() as connection:
        rows = (await connection.execute(statement)).all()
    return [_row(row) for row in rows]


def _row(row: Any) -> EventRow:
    number, request, kind, *rest = row
    return EventRow(number, request or number, Happening(kind), *rest)
