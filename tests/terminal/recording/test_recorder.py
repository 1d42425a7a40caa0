"""What a running door records: who, when, what; with a real OpenSSH client before it and real files behind it."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyte
import pytest

from tests.terminal.door import RunningDoor, person
from tests.terminal.memory_ledger import MemoryLedger, MemoryRow
from vpterm.database.installation import Installation
from vpterm.terminal.gateway import recorder as recorder_module
from vpterm.terminal.gateway.recorder import Recorder
from vpterm.terminal.recording.archive import Archive
from vpterm.terminal.recording.asciicast import Event, parse_event
from vpterm.terminal.recording.tape import prove, read_tape

pytestmark = pytest.mark.doors


@pytest.fixture
def door(tmp_path: Path) -> Iterator[RunningDoor]:
    """A door of its own for each test: what is recorded is all there is."""
    running = RunningDoor(tmp_path)
    yield running
    running.close()


def choose(door: RunningDoor, choice: str, site: str = "lilas") -> None:
    async def work() -> None:
        door.ledger.choose(site, choice)

    door.run(work())


def recorder_of(door: RunningDoor) -> Recorder:
    return door.service.gateway.recorder


def until(is_so: Callable[[], object], seconds: float = 10.0) -> None:
    end = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < end, "it does not come"
        time.sleep(0.02)


def closed_row(door: RunningDoor, number: int = 1) -> MemoryRow:
    until(lambda: len(door.ledger.rows) >= number and door.ledger.rows[number - 1].closed)
    return door.ledger.rows[number - 1]


def cast_of(door: RunningDoor, row: MemoryRow) -> tuple[dict[str, Any], list[Event]]:
    archive = Archive(Installation(door.folder))
    lines = list(read_tape(archive.path_of(row.file_name), archive.keys.private()))
    return json.loads(lines[0]), [parse_event(line) for line in lines[1:]]


def screen_after(header: dict[str, Any], events: list[Event]) -> str:
    """What a terminal shows that was given all of it."""
    screen = pyte.Screen(header["width"], header["height"])
    stream = pyte.Stream(screen)
    for event in events:
        if event.kind == "o":
            stream.feed(event.text)
        elif event.kind == "r":
            columns, _, rows = event.text.partition("x")
            screen.resize(int(rows), int(columns))
    return "\n".join(screen.display)


def test_nothing_is_recorded_until_somebody_decides_so(door: RunningDoor) -> None:
    with person(door, "vet.lilas") as vet:
        vet.sees("SITE lilas")
        vet.types("abc")
        vet.sees("abc")
    assert door.ledger.rows == []
    assert not (door.folder / "recordings").exists()
    assert not (door.folder / "recording.pub").exists()


def test_a_session_is_recorded_whole_from_its_first_frame_to_its_end(door: RunningDoor) -> None:
    choose(door, "all")
    before = datetime.now(UTC)
    with person(door, "vet.lilas") as vet:
        vet.sees("This session is recorded.")
        vet.sees("recorded: all.")
        vet.types("a note")
        vet.sees("a note")
        vet.resize(100, 30)
        vet.sees("size 100x30.")
        vet.types("\x1b[21~")
        assert vet.ends() == 0
    row = closed_row(door)
    beginning = row.beginning
    assert (beginning.site_code, beginning.staff_id, beginning.session_number) == ("lilas", len("vet.lilas"), 1)
    assert (beginning.reason, beginning.keep_days) == ("all", 90)
    assert before <= beginning.began_at <= datetime.now(UTC)
    header, events = cast_of(door, row)
    assert (header["version"], header["width"], header["height"]) == (2, 80, 24)
    assert header["title"] == "vpterm lilas"
    assert [event.text for event in events if event.kind == "r"] == ["100x30"]
    assert {event.kind for event in events} == {"o", "r", "m"}  # and never "i": what is typed may be a password
    assert [event.text for event in events if event.kind == "m"] == ["small.app"]
    seen = screen_after(header, events)
    assert "SITE lilas vet.lilas" in seen
    assert "a note" in seen
    assert "size 100x30." in seen
    first = screen_after(header, events[: next(n for n, e in enumerate(events) if "SITE" in e.text) + 1])
    assert "size 80x24." in first or "SITE lilas vet.lilas" in first
    found = prove(Archive(Installation(door.folder)).path_of(row.file_name))
    closed = row.closed
    assert closed is not None
    assert (found.has_end, found.file_hash, found.size) == (True, closed.file_hash, closed.size)
    assert found.header_hash == beginning.header_hash


def test_files_are_closed_to_others_and_hold_nothing_readable(door: RunningDoor) -> None:
    choose(door, "all")
    with person(door, "vet.lilas") as vet:
        vet.sees("recorded: all.")
        vet.types("Mirza boite")
        vet.sees("Mirza boite")
        vet.types("\x1b[21~")
        vet.ends()
    path = door.folder / "recordings" / closed_row(door).file_name
    assert "vet" not in str(path.relative_to(door.folder))
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    data = path.read_bytes()
    assert b"Mirza" not in data
    assert b"vet.lilas" not in data
    secret = door.folder / "secrets" / "vpterm_recording.secret"
    assert secret.stat().st_mode & 0o777 == 0o600


def test_a_choice_is_in_force_at_once_in_open_sessions(door: RunningDoor) -> None:
    with person(door, "vet.lilas") as vet, person(door, "vet.port") as other:
        vet.sees("SITE lilas")
        other.sees("SITE port")
        vet.types("before")
        vet.sees("before")
        choose(door, "all")
        vet.sees("recorded: all.")
        vet.types(" meanwhile")
        vet.sees("before meanwhile")
        choose(door, "off")
        vet.sees("recorded: no.")
        vet.types(" after")
        vet.sees("before meanwhile after")
        assert "recorded" not in other.text
    header, events = cast_of(door, closed_row(door))
    assert [event.text for event in events if event.kind == "m"] == ["small.app", "policy off"]
    seen = screen_after(header, events)
    assert "before meanwhile" in seen  # the whole screen as it was found
    assert "after" not in seen
    assert len(door.ledger.rows) == 1


def test_support_only_is_recorded_while_support_looks(door: RunningDoor) -> None:
    choose(door, "support")
    recorder = recorder_of(door)

    def support(present: bool) -> None:
        async def work() -> None:
            recorder.support_changed(door.service.gateway.registry.list_sessions()[0], present)

        door.run(work())

    with person(door, "vet.lilas") as vet:
        vet.sees("Recorded while support looks.")
        vet.types("alone")
        vet.sees("alone")
        assert door.ledger.rows == []
        support(True)
        vet.sees("recorded: support.")
        vet.types(" together")
        vet.sees("alone together")
        time.sleep(0.5)  # the recording's own picture of it comes just behind that of the person
        support(False)
        vet.sees("recorded: no.")
        vet.types(" and alone")
        vet.sees("together and alone")
    row = closed_row(door)
    assert row.beginning.reason == "support"
    header, events = cast_of(door, row)
    marks = [event.text for event in events if event.kind == "m"]
    assert marks == ["support joins", "small.app", "support leaves"]
    assert "alone together" in screen_after(header, events)
    assert "and alone" not in screen_after(header, events)


def test_with_all_the_coming_of_support_is_a_mark(door: RunningDoor) -> None:
    choose(door, "all")
    with person(door, "vet.lilas") as vet:
        vet.sees("recorded: all.")
        session = door.service.gateway.registry.list_sessions()[0]

        async def work() -> None:
            recorder_of(door).support_changed(session, True)
            recorder_of(door).support_changed(session, False)

        door.run(work())
        vet.types("\x1b[21~")
        vet.ends()
    _header, events = cast_of(door, closed_row(door))
    marks = [event.text for event in events if event.kind == "m"]
    assert marks == ["small.app", "support joins", "support leaves"]
    assert len(door.ledger.rows) == 1


def test_a_recording_ends_when_nobody_looks_and_another_begins_when_somebody_is_back(
    door: RunningDoor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recorder_module, "ROUND_S", 0.1)
    monkeypatch.setattr(recorder_module, "UNSEEN_S", 0.3)
    door.close()
    door.__init__(door.folder)  # type: ignore[misc] # a door whose rounds are short
    choose(door, "all")
    with person(door, "vet.lilas") as vet:
        vet.sees("recorded: all.")
        vet.vanishes()
    closed_row(door)
    with person(door, "vet.lilas") as vet:
        vet.sees("This session is recorded.")
        vet.types("back")
        vet.sees("back")
        vet.types("\x1b[21~")
        vet.ends()
    header, events = cast_of(door, closed_row(door, 2))
    assert "back" in screen_after(header, events)


def test_taking_a_session_over_does_not_break_its_recording(door: RunningDoor) -> None:
    choose(door, "all")
    with person(door, "vet.lilas") as first:
        first.sees("recorded: all.")
        first.types("one")
        first.sees("one")
        with person(door, "vet.lilas") as second:
            second.sees("one")
            second.types(" two")
            second.sees("one two")
            second.types("\x1b[21~")
            second.ends()
    header, events = cast_of(door, closed_row(door))
    assert "one two" in screen_after(header, events)
    assert len(door.ledger.rows) == 1


def test_a_lost_worker_closes_the_recording_and_the_next_goes_on(door: RunningDoor) -> None:
    choose(door, "all")
    with person(door, "vet.lilas") as vet:
        vet.sees("recorded: all.")
        vet.types("before")
        vet.sees("before")
        time.sleep(0.3)  # the recording is painted after the terminal: a kill between the two loses the last letter
        os.kill(door.worker_pids("lilas")[0], 9)
        vet.sees("The program was restarted")
        vet.types("after")
        vet.sees("after")
        vet.types("\x1b[21~")
        vet.ends()
    header, events = cast_of(door, closed_row(door, 1))
    assert "before" in screen_after(header, events)
    header, events = cast_of(door, closed_row(door, 2))
    assert "after" in screen_after(header, events)


def test_a_folder_that_cannot_be_written_stops_nobody_and_is_said(
    door: RunningDoor, caplog: pytest.LogCaptureFixture
) -> None:
    (door.folder / "recordings").write_text("not a folder")
    choose(door, "all")
    with person(door, "vet.lilas") as vet:
        vet.sees("recorded: no.")
        vet.types("works on")
        vet.sees("works on")
    assert recorder_of(door).failing == {"lilas": "disk"}
    assert 'vpterm_recordings_failed_total{reason="disk"} 1.0' in door.service.gateway.metrics.page().decode()
    assert "a recording of lilas failed: disk" in caplog.text
    row = closed_row(door)
    closed = row.closed
    assert closed is not None
    assert (closed.how, closed.chunks, closed.size) == ("failed", 0, 0)


def test_a_database_that_is_away_stops_nobody_and_leaves_no_file(door: RunningDoor) -> None:
    choose(door, "all")
    until(lambda: recorder_of(door).policy("lilas").choice == "all")
    door.ledger.is_away = True
    with person(door, "vet.lilas") as vet:
        vet.sees("recorded: no.")
        vet.types("works on")
        vet.sees("works on")
    assert recorder_of(door).failing == {"lilas": "database"}
    assert list(Archive(Installation(door.folder)).names()) == []


def test_what_failed_is_tried_again(door: RunningDoor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recorder_module, "ROUND_S", 0.1)
    monkeypatch.setattr(recorder_module, "RETRY_S", 0.5)
    door.close()
    door.__init__(door.folder)  # type: ignore[misc] # a door whose rounds are short
    (door.folder / "recordings").write_text("not a folder")
    choose(door, "all")
    with person(door, "vet.lilas") as vet:
        vet.sees("recorded: no.")
        (door.folder / "recordings").unlink()
        vet.sees("recorded: all.")
        until(lambda: recorder_of(door).failing == {})
        vet.types("\x1b[21~")
        vet.ends()
    assert [closed_row(door, n).closed.how for n in (1, len(door.ledger.rows))] == ["failed", "closed"]  # type: ignore[union-attr]


def test_a_gateway_that_ends_closes_what_is_under_way(door: RunningDoor) -> None:
    choose(door, "all")
    with person(door, "vet.lilas") as vet:
        vet.sees("recorded: all.")
        door.run(door.service.close())
        assert [row.closed.how for row in door.ledger.rows if row.closed] == ["closed"]


def test_what_was_broken_off_is_closed_at_the_next_start_and_what_is_old_goes(tmp_path: Path) -> None:
    first = RunningDoor(tmp_path)
    choose(first, "all")
    with person(first, "vet.lilas") as vet:
        vet.sees("recorded: all.")
        vet.types("\x1b[21~")
        vet.ends()
    closed_row(first)
    first.close()
    row = first.ledger.rows[0]
    path = tmp_path / "recordings" / row.file_name
    data = path.read_bytes()
    links = prove(path).links
    path.write_bytes(data[: len(data) - 20])  # as after a machine that was lost while it wrote
    row.closed = None
    long_ago = datetime.now(UTC) - timedelta(days=91)
    old = MemoryRow(2, replace(row.beginning, began_at=long_ago, file_name="lilas/2020-01/old.vprec"))
    old_path = tmp_path / "recordings" / old.file_name
    old_path.parent.mkdir(parents=True)
    old_path.write_bytes(data)
    ledger = MemoryLedger()
    ledger.rows = [row, old]
    second = RunningDoor(tmp_path, ledger=ledger)
    try:
        until(lambda: ledger.rows[0].closed)
        assert [(each.how, each.chunks) for each in (ledger.rows[0].closed,) if each] == [("broken_off", links - 1)]
        until(lambda: old.removed_at)
        assert not old_path.parent.exists()
        assert path.exists()
    finally:
        second.close()
