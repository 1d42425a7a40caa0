"""What is written down of recordings, and what is asked of each site: the database under the gateway's own login."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from vpterm.database.engine import Database
from vpterm.database.notices import RECORDINGS_CHANGED, Notices
from vpterm.practice.recordings import actions, queries
from vpterm.practice.recordings.actions import Beginning
from vpterm.practice.recordings.rules import Closing, Policy


class WrittenDown(Protocol):
    """A recording that a ledger knows."""

    @property
    def id(self) -> int:
        """Its number."""

    @property
    def site_code(self) -> str:
        """Its site."""

    @property
    def file_name(self) -> str:
        """Its file, as the archive names it."""


@dataclass(frozen=True)
class ClosedTape:
    """How a recording ended and what its file is."""

    ended_at: datetime
    how: Closing
    chunks: int
    size: int
    file_hash: str


class Ledger(Protocol):
    """The rows of recordings. Raises VptermError (Unavailable when the database is away)."""

    async def policies(self) -> Mapping[str, Policy]:
        """What is asked of each site now."""

    def follow(self, changed: Callable[[], None]) -> None:
        """Call this when what is asked may have changed."""

    async def begin(self, beginning: Beginning) -> int:
        """A recording begins; its number."""

    async def close(self, recording_id: int, site_code: str, closed: ClosedTape) -> None:
        """It has ended."""

    async def list_unclosed(self, installation: str) -> Sequence[WrittenDown]:
        """Begun here, and not known to have ended."""

    async def list_expired(self, installation: str, now: datetime) -> Sequence[WrittenDown]:
        """Kept here for long enough."""

    async def remove(self, recording_id: int, now: datetime, delete: Callable[[], None]) -> None:
        """Write down that its time is over, and delete the file."""

    async def stop(self) -> None:
        """Nothing more is asked."""


class DatabaseLedger:
    """See Ledger."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._notices = Notices(database.url, [RECORDINGS_CHANGED])

    async def policies(self) -> Mapping[str, Policy]:
        """See Ledger."""
        return {row.site_code: row.policy for row in await queries.list_policies(self._database)}

    def follow(self, changed: Callable[[], None]) -> None:
        """See Ledger."""
        self._notices.subscribe(RECORDINGS_CHANGED, lambda _site: changed())
        self._notices.start()

    async def begin(self, beginning: Beginning) -> int:
        """See Ledger."""
        return await actions.begin_recording(self._database, beginning=beginning)

    async def close(self, recording_id: int, site_code: str, closed: ClosedTape) -> None:
        """See Ledger."""
        await actions.close_recording(
            self._database, recording_id=recording_id, site_code=site_code, ended_at=closed.ended_at, how=closed.how,
            chunks=closed.chunks, size=closed.size, file_hash=closed.file_hash,
        )  # fmt: skip

    async def list_unclosed(self, installation: str) -> Sequence[WrittenDown]:
        """See Ledger."""
        return await queries.list_unclosed(self._database, installation=installation)

    async def list_expired(self, installation: str, now: datetime) -> Sequence[WrittenDown]:
        """See Ledger."""
        return await queries.list_expired(self._database, installation=installation, now=now)

    async def remove(self, recording_id: int, now: datetime, delete: Callable[[], None]) -> None:
        """See Ledger."""
        await actions.remove_recording(self._database, recording_id=recording_id, now=now, delete=delete)

    async def stop(self) -> None:
        """See Ledger. The database is the caller's."""
        await self._notices.close()
