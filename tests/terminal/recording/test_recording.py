"""A recording under way: bounded whatever the disk does, whole again after a gap, ended once."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.terminal.recording.tapes import archive_in
from vpterm.terminal.recording import recording as module
from vpterm.terminal.recording.archive import Archive
from vpterm.terminal.recording.asciicast import Event, parse_event
from vpterm.terminal.recording.recording import MOST_WAITING, Recording
from vpterm.terminal.recording.tape import Tape, prove, read_tape


class Disk(Tape):
    """A tape on a disk that stands still until it is let go, or has no more room."""

    def __init__(self, tape: Tape) -> None:
        super().__init__(tape.path, tape.sealer)
        self.moves = threading.Event()
        self.moves.set()
        self.is_full = False

    def write(self, lines: Sequence[str]) -> None:
        assert self.moves.wait(10)
        if self.is_full:
            raise OSError(28, "No space left on device")
        super().write(lines)


@dataclass
class Desk:
    """A recording, its disk, and what it asked for."""

    archive: Archive
    disk: Disk
    recording: Recording
    holds: list[bool] = field(default_factory=list)
    failures: list[OSError] = field(default_factory=list)

    def begin(self) -> None:
        self.disk.begin()
        self.recording.tape = self.disk
        self.recording.start()

    def events(self) -> list[Event]:
        return [parse_event(line) for line in list(read_tape(self.disk.path, self.archive.keys.private()))[1:]]


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    archive = archive_in(tmp_path)
    thread = ThreadPoolExecutor(1)
    recording = Recording(
        "vpterm lilas", thread, hold=lambda full: found.holds.append(full), failed=lambda e: found.failures.append(e)
    )
    found = Desk(archive, Disk(archive.new_tape("lilas", 1, recording.began_at)), recording)
    yield found
    found.disk.moves.set()
    thread.shutdown()


async def until(is_so: Callable[[], object]) -> None:
    async with asyncio.timeout(10):
        while not is_so():  # noqa: ASYNC110
            await asyncio.sleep(0.005)


async def test_what_comes_before_the_tape_waits_for_it(desk: Desk) -> None:
    desk.recording.resize(80, 24)
    desk.recording.paint(b"first", whole=True)
    await asyncio.sleep(0.02)
    desk.begin()
    desk.recording.mark("home")
    closed = await desk.recording.finish()
    assert closed is not None
    assert (closed.how, closed.file_hash) == ("closed", prove(desk.disk.path).file_hash)
    assert [(event.kind, event.text) for event in desk.events()] == [("o", "first"), ("m", "home")]


async def test_a_letter_cut_in_two_pieces_is_one_letter(desk: Desk) -> None:
    desk.recording.resize(80, 24)
    desk.begin()
    raw = "œuvré".encode()
    desk.recording.paint(raw[:1], whole=True)
    desk.recording.paint(raw[1:], whole=False)
    await desk.recording.finish()
    assert "".join(event.text for event in desk.events()) == "œuvré"


async def test_it_is_flushed_by_itself_within_seconds(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "FLUSH_S", 0.05)
    desk.recording.resize(80, 24)
    desk.begin()
    desk.recording.paint(b"here", whole=True)
    await until(lambda: desk.disk.chunks == 1)
    assert [event.text for event in desk.events()] == ["here"]  # what a kill would leave
    assert prove(desk.disk.path).has_end is False


async def test_a_disk_that_stands_still_is_waited_for_with_a_bound_and_a_gap(desk: Desk) -> None:
    desk.recording.resize(80, 24)
    desk.begin()
    desk.disk.moves.clear()
    for number in range(100):
        desk.recording.paint(f"{number:>9}|".encode() * 1000, whole=False)
        await asyncio.sleep(0)
    assert desk.holds == [True]
    waiting = sum(len(event.text) for event in desk.recording._events)
    assert waiting <= MOST_WAITING + 2 * 64 * 1024
    desk.disk.moves.set()
    await until(lambda: desk.holds == [True, False])
    desk.recording.paint(b"a change on something that is not there", whole=False)
    desk.recording.paint(b"the whole screen", whole=True)
    desk.recording.paint(b" and a change", whole=False)
    await desk.recording.finish()
    events = desk.events()
    assert "not there" not in "".join(event.text for event in events)
    assert [(event.kind, event.text) for event in events[-2:]] == [("m", "gap"), ("o", "the whole screen and a change")]


async def test_a_disk_without_room_ends_it_once(desk: Desk) -> None:
    desk.recording.resize(80, 24)
    desk.begin()
    desk.recording.paint(b"kept", whole=True)
    desk.recording.flush()
    await until(lambda: desk.disk.chunks == 1)
    desk.disk.is_full = True
    desk.recording.paint(b"lost", whole=False)
    desk.recording.flush()
    await until(lambda: desk.failures)
    desk.recording.paint(b"later", whole=True)
    desk.recording.flush()
    closed = await desk.recording.finish()
    assert closed is not None
    assert (closed.how, closed.chunks, len(desk.failures)) == ("failed", 1, 1)
    assert [event.text for event in desk.events()] == ["kept"]
    assert (closed.size, closed.file_hash) == (prove(desk.disk.path).size, prove(desk.disk.path).file_hash)


async def test_a_session_that_never_showed_anything_leaves_a_closed_file(desk: Desk) -> None:
    desk.begin()
    closed = await desk.recording.finish()
    assert closed is not None
    assert (closed.how, closed.chunks) == ("closed", 1)
    assert list(read_tape(desk.disk.path, desk.archive.keys.private())) == []


async def test_without_a_tape_there_is_nothing_to_close(desk: Desk) -> None:
    desk.recording.resize(80, 24)
    desk.recording.paint(b"x", whole=True)
    assert await desk.recording.finish() is None
    desk.recording.paint(b"y", whole=True)
