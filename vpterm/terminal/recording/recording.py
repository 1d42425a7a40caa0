"""One recording under way: what a session shows, on its way to its tape. It never waits and never makes wait.

What is not written yet is bounded. When the disk does not keep up, the worker is told to send nothing; afterwards it
sends the whole screen, and a mark says that something is missing.
"""

from __future__ import annotations

import asyncio
import codecs
from collections.abc import Callable
from concurrent.futures import Executor
from datetime import UTC, datetime
from typing import Any

from vpterm.practice.recordings.rules import Closing
from vpterm.terminal.recording.asciicast import Event, EventKind, event_line, header_line, joined
from vpterm.terminal.recording.ledger import ClosedTape
from vpterm.terminal.recording.tape import SYNC_S, Tape

FLUSH_S = 2.0
FLUSH_BYTES, MOST_WAITING = 64 * 1024, 256 * 1024
GAP = "gap"


class Recording:
    """Takes what is shown from its first moment on; the tape comes with `start`, or never.

    `hold(True)` is called when nothing more can be taken, `hold(False)` when it can; `failed(error)` once, when the
    tape cannot be written any more.
    """

    def __init__(
        self, title: str, thread: Executor, hold: Callable[[bool], None], failed: Callable[[OSError], None]
    ) -> None:
        self.began_at = datetime.now(UTC)
        self.number = 0  # the ledger's, once it is known
        self.tape: Tape | None = None
        self._title, self._thread, self._hold, self._failed = title, thread, hold, failed
        self._loop = asyncio.get_running_loop()
        self._began = self._loop.time()
        self._header = ""
        self._size = (0, 0)
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._events: list[Event] = []
        self._waiting = self._count = 0
        self._is_full = self._wants_whole = self._is_over = False
        self._writing: asyncio.Future[None] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._synced = self._began

    @property
    def age_s(self) -> float:
        """For how long it goes on."""
        return self._loop.time() - self._began

    # --- what happens ---------------------------------------------------------------------------------

    def resize(self, columns: int, rows: int) -> None:
        """The session has this size from now on; the first one makes the head of the cast."""
        if not self._header:
            self._header = header_line(columns, rows, int(self.began_at.timestamp()), self._title)
        elif (columns, rows) != self._size:
            self._note("r", f"{columns}x{rows}")
        self._size = (columns, rows)

    def paint(self, data: bytes, *, whole: bool) -> None:
        """The session shows something."""
        if self._is_full or (self._wants_whole and not whole):
            return  # what is dropped now is missing from every later change, until the whole screen comes
        if self._wants_whole:
            self._wants_whole = False
            self.mark(GAP)
        self._note("o", self._decoder.decode(data))

    def mark(self, text: str) -> None:
        """Something to find again: a place, a join. Never data of a client, never a name."""
        self._note("m", text)

    def _note(self, kind: EventKind, text: str) -> None:
        if self._is_over:
            return
        self._events.append(Event(self.age_s, kind, text))
        self._count += 1
        self._waiting += len(text)
        if self._waiting > MOST_WAITING and not self._is_full:
            self._is_full = True
            self._hold(True)
        self._flush_soon()

    def _flush_soon(self) -> None:
        if self._waiting > FLUSH_BYTES:
            self.flush()
        elif self._events and self._timer is None:
            self._timer = self._loop.call_later(FLUSH_S, self.flush)

    # --- to the tape ----------------------------------------------------------------------------------

    def start(self) -> None:
        """The tape can be written: what has come meanwhile goes there."""
        self.flush()

    def flush(self) -> None:
        """Hand what has come to the thread that writes."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self.tape is None or self._writing is not None or self._is_over or not (self._header and self._events):
            return
        self._writing = self._loop.run_in_executor(self._thread, self._write, self.tape, self._take())
        self._writing.add_done_callback(self._written)

    def _take(self) -> list[Event]:
        taken, self._events, self._waiting = self._events, [], 0
        return taken

    def _write(self, tape: Tape, events: list[Event]) -> None:
        """In the thread: a chunk of these events."""
        head = [self._header] if tape.chunks == 0 else []
        tape.write([*head, *(event_line(event) for event in joined(events))])
        if self._loop.time() - self._synced > SYNC_S:
            self._synced = self._loop.time()
            tape.sync()

    def _written(self, writing: asyncio.Future[None]) -> None:
        self._writing = None
        error = None if writing.cancelled() else writing.exception()
        if isinstance(error, OSError):
            self._is_over = True
            self._failed(error)
            return
        if self._is_full and self._waiting <= FLUSH_BYTES:
            self._is_full, self._wants_whole = False, True
            self._hold(False)
        if not self._is_over:
            self._flush_soon()

    async def finish(self) -> ClosedTape | None:
        """Write the rest and the end, close the file; what it is by then, None when there never was one.

        Raises OSError when the end cannot be written; `give_up` then.
        """
        while self._writing is not None:
            await asyncio.wait([self._writing])
            await asyncio.sleep(0)
        if self.tape is None or self._is_over:
            return self.give_up()
        tape, events, facts = self.tape, self._take(), {"events": self._count, "seconds": round(self.age_s, 3)}
        self._stop()
        await self._loop.run_in_executor(self._thread, self._end, tape, events, facts)
        return self._closed(tape, is_whole=True)

    def _end(self, tape: Tape, events: list[Event], facts: dict[str, Any]) -> None:
        if events and self._header:
            self._write(tape, events)
        tape.end(facts)
        tape.close()

    def give_up(self) -> ClosedTape | None:
        """Nothing more can be written: what there is of the file."""
        self._stop()
        if self.tape is None:
            return None
        self.tape.close()
        return self._closed(self.tape, is_whole=False)

    def _stop(self) -> None:
        self._is_over = True
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    @staticmethod
    def _closed(tape: Tape, *, is_whole: bool) -> ClosedTape:
        how: Closing = "closed" if is_whole else "failed"
        return ClosedTape(datetime.now(UTC), how, tape.chunks, tape.size, tape.file_hash)
