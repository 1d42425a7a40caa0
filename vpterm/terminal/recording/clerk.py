"""Brings recordings to their files and rows: begins them, closes them, finds the broken ones, removes the old ones."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from concurrent.futures import Executor
from datetime import UTC, datetime
from functools import partial

from vpterm.kernel.errors import Refused, VptermError
from vpterm.practice.recordings.actions import Beginning
from vpterm.practice.recordings.rules import Closing
from vpterm.terminal.recording.archive import Archive
from vpterm.terminal.recording.ledger import ClosedTape, Ledger, WrittenDown
from vpterm.terminal.recording.recording import Recording
from vpterm.terminal.recording.sealing import Damaged
from vpterm.terminal.recording.tape import prove

_log = logging.getLogger("vpterm.terminal")


class CannotRecord(Exception):  # noqa: N818 - it says what has happened
    """A recording could not begin: `reason` is "key", "database" or "disk"."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Clerk:
    """`thread` is the one in which everything that touches the disk is done."""

    def __init__(self, ledger: Ledger, archive: Archive, thread: Executor) -> None:
        self.ledger = ledger
        self._archive, self._thread = archive, thread

    async def begin(
        self, recording: Recording, *, site_code: str, staff_id: int, session: int, reason: str, keep_days: int
    ) -> None:
        """Write the beginning down, then make the file; what is shown meanwhile waits. Raises CannotRecord."""
        loop, began_at = asyncio.get_running_loop(), recording.began_at
        try:
            tape = await loop.run_in_executor(self._thread, self._archive.new_tape, site_code, session, began_at)
        except (OSError, VptermError) as error:
            raise CannotRecord("key") from error
        beginning = Beginning(
            site_code, staff_id, session, began_at, reason, self._archive.name, self._archive.name_of(tape),
            tape.file_hash, tape.sealer.fingerprint, keep_days,
        )  # fmt: skip
        try:
            recording.number = await self.ledger.begin(beginning)
        except VptermError as error:
            raise CannotRecord("database") from error
        recording.tape = tape
        try:
            await loop.run_in_executor(self._thread, tape.begin)
        except OSError as error:
            raise CannotRecord("disk") from error
        recording.start()

    async def close(self, recording: Recording, site_code: str) -> None:
        """End the file, then its row. What fails is logged: the row says "failed", or the next start finds it."""
        try:
            closed = await recording.finish()
        except OSError as error:
            said = {"number": recording.number, "error": type(error).__name__}
            _log.warning("the end of recording %(number)s cannot be written (%(error)s)", said)
            closed = recording.give_up()
        if closed is None or not recording.number:
            return
        try:
            await self.ledger.close(recording.number, site_code, closed)
        except VptermError:
            _log.warning("the end of recording %(number)s is not written down", {"number": recording.number})

    async def list_broken(self) -> Sequence[WrittenDown]:
        """What was under way when a gateway ended without closing it. To be asked before any recording begins."""
        return await self.ledger.list_unclosed(self._archive.name)

    async def close_broken(self, rows: Sequence[WrittenDown]) -> None:
        """Write down what there is of their files, so that from now on nothing can be cut from them unseen."""
        for row in rows:
            try:
                path = self._archive.path_of(row.file_name)
                found = await asyncio.get_running_loop().run_in_executor(self._thread, prove, path)
            except (OSError, Damaged):
                _log.warning("recording %(number)s is missing or damaged", {"number": row.id})
                continue  # without a closing `verify` says so
            how: Closing = "broken_off" if not found.has_end else "closed"
            closed = ClosedTape(datetime.now(UTC), how, found.links, found.size, found.file_hash)
            try:
                await self.ledger.close(row.id, row.site_code, closed)
            except VptermError:
                _log.warning("the end of recording %(number)s is not written down", {"number": row.id})

    async def remove_expired(self) -> int:
        """Delete the files whose time is over, each with a row that says so; how many."""
        now, count = datetime.now(UTC), 0
        for row in await self.ledger.list_expired(self._archive.name, now):
            try:
                await self.ledger.remove(row.id, now, partial(self._archive.delete, row.file_name))
                count += 1
            except Refused:
                _log.warning("the file of recording %(number)s cannot be removed", {"number": row.id})
        return count
