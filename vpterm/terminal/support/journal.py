"""The trail of support, as the desk uses it. What cannot be written down does not happen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from vpterm.database.engine import Database
from vpterm.practice.support.actions import Event, note_event
from vpterm.practice.support.queries import EventRow, list_events


class Journal(Protocol):
    """Writes and reads the trail."""

    async def note(self, by: int, event: Event) -> int:
        """Write an event down, done by the member of staff `by`; answers its number. Raises Unavailable."""

    async def list_of(self, person_id: int, most: int) -> Sequence[EventRow]:
        """The newest events about a person."""


class StaffJournal:
    """The trail in the database, by the gateway's own login."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def note(self, by: int, event: Event) -> int:
        """See Journal."""
        return await note_event(self._database, by=by, event=event)

    async def list_of(self, person_id: int, most: int) -> Sequence[EventRow]:
        """See Journal."""
        return await list_events(self._database, person_id=person_id, most=most)
