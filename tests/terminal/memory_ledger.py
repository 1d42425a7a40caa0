"""Rows of recordings that live in memory, for doors without a database: what is asked, what was written down."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from vpterm.kernel.errors import Refused, Unavailable
from vpterm.practice.recordings.actions import Beginning
from vpterm.practice.recordings.rules import Policy, kept_until
from vpterm.terminal.recording.ledger import ClosedTape


@dataclass
class MemoryRow:
    """A recording, as far as it is known."""

    id: int
    beginning: Beginning
    closed: ClosedTape | None = None
    removed_at: datetime | None = None

    @property
    def site_code(self) -> str:
        return self.beginning.site_code

    @property
    def file_name(self) -> str:
        return self.beginning.file_name


class MemoryLedger:
    """See Ledger. `is_away`: the database does not answer."""

    def __init__(self) -> None:
        self.asked: dict[str, Policy] = {}
        self.rows: list[MemoryRow] = []
        self.is_away = False
        self._changed: Callable[[], None] = lambda: None

    def choose(self, site_code: str, choice: str, keep_days: int = 90) -> None:
        """Ask something else of a site. To be called on the server's loop."""
        self.asked = {**self.asked, site_code: Policy(choice, keep_days)}
        self._changed()

    async def _answer(self) -> None:
        await asyncio.sleep(0)
        if self.is_away:
            raise Unavailable("the database is away")

    async def policies(self) -> Mapping[str, Policy]:
        """See Ledger."""
        await self._answer()
        return self.asked

    def follow(self, changed: Callable[[], None]) -> None:
        """See Ledger."""
        self._changed = changed

    async def begin(self, beginning: Beginning) -> int:
        """See Ledger."""
        await self._answer()
        self.rows.append(MemoryRow(len(self.rows) + 1, beginning))
        return self.rows[-1].id

    async def close(self, recording_id: int, site_code: str, closed: ClosedTape) -> None:
        """See Ledger."""
        await self._answer()
        row = self.rows[recording_id - 1]
        assert row.site_code == site_code
        assert row.closed is None
        row.closed = closed

    async def list_unclosed(self, installation: str) -> Sequence[MemoryRow]:
        """See Ledger."""
        await self._answer()
        return [row for row in self.rows if row.closed is None and row.beginning.installation == installation]

    async def list_expired(self, installation: str, now: datetime) -> Sequence[MemoryRow]:
        """See Ledger."""
        await self._answer()
        return [
            row
            for row in self.rows
            if row.closed is not None
            and row.removed_at is None
            and row.beginning.installation == installation
            and kept_until(row.beginning.began_at, row.beginning.keep_days) < now
        ]

    async def remove(self, recording_id: int, now: datetime, delete: Callable[[], None]) -> None:
        """See Ledger."""
        await self._answer()
        try:
            delete()
        except OSError as failure:
            raise Refused("the file stays") from failure
        self.rows[recording_id - 1].removed_at = now

    async def stop(self) -> None:
        """See Ledger."""
        self._changed = lambda: None
