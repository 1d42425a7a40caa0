"""Files against rows: what is removed, cut, swapped, altered or broken off is found, and told apart."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path

import psycopg
import pytest

from tests.terminal.recording.tapes import BEGAN, CHUNKS, archive_in, write_tape
from tests.world import Group
from vpterm.database.roles import DOOR_LOGIN
from vpterm.practice.recordings.actions import Beginning
from vpterm.practice.recordings.queries import RecordingRow, list_recordings
from vpterm.practice.recordings.rules import Closing
from vpterm.terminal.recording.archive import Archive
from vpterm.terminal.recording.examining import BrokenChain, State, examine, find_unknown, follow_chains
from vpterm.terminal.recording.ledger import ClosedTape, DatabaseLedger
from vpterm.terminal.recording.tape import Tape, prove


class Kept:
    """Recordings of an installation, written down in a real database."""

    def __init__(self, group: Group, folder: Path) -> None:
        self.archive: Archive = archive_in(folder)
        self.ledger = DatabaseLedger(group.database(DOOR_LOGIN))
        self._group = group

    async def record(self, *, site: str = "lilas", how: Closing | None = "closed") -> Tape:
        """One more recording; `how` None: the gateway was killed."""
        tape = write_tape(self.archive, site=site, closed=how == "closed")
        beginning = Beginning(
            site, self._group.ids["vet.deux"], 7, BEGAN, "all", self.archive.name, self.archive.name_of(tape),
            prove(tape.path).header_hash, tape.sealer.fingerprint, 90,
        )  # fmt: skip
        number = await self.ledger.begin(beginning)
        if how is not None:
            closed = ClosedTape(BEGAN + timedelta(minutes=9), how, tape.chunks, tape.size, tape.file_hash)
            await self.ledger.close(number, site, closed)
        return tape

    async def rows(self) -> list[RecordingRow]:
        return await list_recordings(self._group.management().database)

    async def states(self, *, with_key: bool = True) -> list[State]:
        """What is found of each, oldest first."""
        private = self.archive.keys.private() if with_key else None
        return [found.state for found in examine(reversed(await self.rows()), self.archive, private)]


@pytest.fixture
def kept(group: Group, tmp_path: Path) -> Kept:
    return Kept(group, tmp_path)


async def test_whole_broken_off_and_failed_recordings_are_sound(kept: Kept) -> None:
    for how in ("closed", "failed", "broken_off", None):
        await kept.record(how=how)
    assert await kept.states() == [State.WHOLE, State.FAILED, State.BROKEN_OFF, State.NOT_CLOSED]
    assert await kept.states(with_key=False) == await kept.states()
    assert all(state.is_sound for state in await kept.states())
    assert list(follow_chains(await kept.rows())) == []
    assert list(find_unknown(await kept.rows(), kept.archive)) == []
    (found, *_rest) = examine(await kept.rows(), kept.archive, kept.archive.keys.private())
    assert (found.opened, found.link) == (True, None)


@pytest.mark.parametrize("with_key", [True, False])
async def test_a_recording_that_was_cut_is_altered(kept: Kept, with_key: bool) -> None:
    tape = await kept.record()
    data = tape.path.read_bytes()
    for length in (len(data) - 1, len(data) - 100, 200, len(data) - 70):
        tape.path.write_bytes(data[:length])
        assert await kept.states(with_key=with_key) == [State.ALTERED]
    tape.path.write_bytes(data + b"x")
    assert await kept.states(with_key=with_key) == [State.ALTERED]
    tape.path.write_bytes(data)
    assert await kept.states(with_key=with_key) == [State.WHOLE]


async def test_what_was_broken_off_cannot_be_cut_further_once_it_is_written_down(kept: Kept) -> None:
    tape = await kept.record(how="broken_off")
    data = tape.path.read_bytes()
    tape.path.write_bytes(data + b"half a link")  # as it lay there when it was found
    assert await kept.states() == [State.BROKEN_OFF]
    tape.path.write_bytes(data[:-1])
    assert await kept.states() == [State.ALTERED]


async def test_files_that_changed_places_are_altered(kept: Kept) -> None:
    one, other = await kept.record(), await kept.record()
    mine, theirs = one.path.read_bytes(), other.path.read_bytes()
    one.path.write_bytes(theirs)
    other.path.write_bytes(mine)
    assert await kept.states() == [State.ALTERED, State.ALTERED]
    assert await kept.states(with_key=False) == [State.ALTERED, State.ALTERED]


async def test_a_recording_made_anew_with_the_groups_own_key_is_altered(kept: Kept) -> None:
    tape = await kept.record()
    forged = write_tape(kept.archive)  # whoever holds the public half can make one that opens
    shutil.move(forged.path, tape.path)
    assert await kept.states() == [State.ALTERED]


async def test_missing_is_not_removed_and_removed_is_not_missing(kept: Kept) -> None:
    gone, old, back, unreadable = [await kept.record() for _ in range(4)]
    gone.path.unlink()
    rows = {row.file_name: row for row in await kept.rows()}
    for tape in (old, back):
        name = kept.archive.name_of(tape)
        copy = tape.path.read_bytes()
        await kept.ledger.remove(rows[name].id, BEGAN, partial(kept.archive.delete, name))
        if tape is back:
            tape.path.write_bytes(copy)
    unreadable.path.unlink()
    unreadable.path.mkdir()
    assert await kept.states() == [State.MISSING, State.REMOVED, State.LEFT_OVER, State.UNREADABLE]
    assert list(follow_chains(await kept.rows())) == []


async def test_a_file_of_which_nothing_is_written_down_is_told(kept: Kept) -> None:
    await kept.record()
    stray = write_tape(kept.archive, site="port")
    (found,) = find_unknown(await kept.rows(), kept.archive)
    assert (found.site_code, found.file_name, found.state) == ("port", kept.archive.name_of(stray), State.UNKNOWN)


async def test_what_another_installation_keeps_is_left_to_it(kept: Kept) -> None:
    await kept.record()
    other = replace((await kept.rows())[0], installation="elsewhere")
    (found,) = examine([other], kept.archive, None)
    assert found.state == State.ELSEWHERE


async def test_another_key_proves_the_chain_and_opens_nothing(kept: Kept, tmp_path: Path) -> None:
    await kept.record()
    stranger = archive_in(tmp_path / "stranger")
    stranger.keys.public()
    (found,) = examine(await kept.rows(), kept.archive, stranger.keys.private())
    assert (found.state, found.opened) == (State.WHOLE, False)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE recording_closings SET file_hash = repeat('0', 64) WHERE sequence = 2",
        "UPDATE recording_closings SET ended_at = ended_at - interval '1 hour' WHERE sequence = 2",
        "UPDATE recordings SET staff_id = 1 WHERE id = (SELECT recording_id FROM recording_closings"
        " WHERE sequence = 2)",
        "UPDATE recordings SET kept_until = now() WHERE id = (SELECT recording_id FROM recording_closings"
        " WHERE sequence = 2)",
        "DELETE FROM recording_closings WHERE sequence = 2",
    ],
)
async def test_rows_changed_behind_the_programs_back_break_the_chain(kept: Kept, group: Group, change: str) -> None:
    for _ in range(3):
        await kept.record()
    await kept.record(site="port")
    with psycopg.connect(group.cluster.superuser_url(group.name), autocommit=True) as superuser:
        superuser.execute("SELECT set_config('vpterm.staff', '1', false)")
        for table in ("recordings", "recording_closings"):
            superuser.execute(f"ALTER TABLE {table} DISABLE TRIGGER ALL".encode())
        superuser.execute(change.encode())
    assert list(follow_chains(await kept.rows())) == [BrokenChain("lilas", 2)]


async def test_where_a_file_was_altered_is_told(kept: Kept) -> None:
    tape = await kept.record()
    data = bytearray(tape.path.read_bytes())
    data[-200] ^= 1
    tape.path.write_bytes(data)
    (found,) = examine(await kept.rows(), kept.archive, kept.archive.keys.private())
    assert found.state == State.ALTERED
    assert found.link is not None
    assert 1 <= found.link <= CHUNKS
