"""Recordings made by hand, for tests of files: what was written, its key, and how to read it."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

from vpterm.database.installation import Installation
from vpterm.terminal.recording.archive import Archive
from vpterm.terminal.recording.asciicast import Event, event_line, header_line
from vpterm.terminal.recording.tape import Tape

BEGAN = datetime(2026, 11, 24, 7, 42, tzinfo=UTC)
CHUNKS = 4


def archive_in(folder: Path) -> Archive:
    """An installation's archive."""
    return Archive(Installation(folder))


def lines_of(chunk: int) -> list[str]:
    """What a chunk of these recordings says."""
    return [event_line(Event(chunk + number / 10, "o", f"chunk {chunk} line {number} é")) for number in range(3)]


def write_tape(archive: Archive, *, site: str = "lilas", chunks: int = CHUNKS, closed: bool = True) -> Tape:
    """A recording of so many chunks."""
    tape = archive.new_tape(site, 7, BEGAN)
    tape.begin()
    tape.write([header_line(80, 24, int(BEGAN.timestamp()), "vpterm lilas"), *lines_of(0)])
    for chunk in range(1, chunks):
        tape.write(lines_of(chunk))
    if closed:
        tape.end({"events": 3 * chunks})
        tape.close()
    return tape


def all_lines(chunks: int = CHUNKS) -> list[str]:
    """What must be read again."""
    head = json.dumps(
        {"version": 2, "width": 80, "height": 24, "timestamp": int(BEGAN.timestamp()), "title": "vpterm lilas",
         "env": {"TERM": "xterm-256color"}}
    )  # fmt: skip
    return [head, *(line for chunk in range(chunks) for line in lines_of(chunk))]
