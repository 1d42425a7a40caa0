"""The file of a recording: what is written is read again, and nothing else ever is."""

from __future__ import annotations

import os
import resource
import struct
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.terminal.recording.tapes import BEGAN, CHUNKS, all_lines, archive_in, write_tape
from vpterm.kernel.errors import NotFound, Refused
from vpterm.terminal.recording.archive import Archive
from vpterm.terminal.recording.sealing import MAGIC, Damaged, Link, read_header, read_links
from vpterm.terminal.recording.tape import prove, read_tape


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return archive_in(tmp_path)


def read(archive: Archive, path: Path) -> list[str]:
    return list(read_tape(path, archive.keys.private()))


def links_of(path: Path) -> list[Link]:
    with path.open("rb") as file:
        _header, header_hash = read_header(file)
        return list(read_links(file, header_hash))


def header_of(path: Path) -> bytes:
    data = path.read_bytes()
    (length,) = struct.unpack(">H", data[len(MAGIC) : len(MAGIC) + 2])
    return data[: len(MAGIC) + 2 + length]


def rebuilt(path: Path, links: list[Link]) -> bytes:
    return header_of(path) + b"".join(link.prefix + link.sealed for link in links)


def test_what_is_written_is_read_again(archive: Archive) -> None:
    tape = write_tape(archive)
    assert read(archive, tape.path) == all_lines()
    found = prove(tape.path)
    assert (found.links, found.has_end, found.is_torn) == (CHUNKS + 1, True, False)
    assert (found.size, found.file_hash) == (tape.size, tape.file_hash)
    assert found.size == tape.path.stat().st_size


def test_a_recording_broken_off_is_read_up_to_its_last_whole_chunk(archive: Archive) -> None:
    tape = write_tape(archive, closed=False)  # kill -9: what was handed to the system is there
    assert read(archive, tape.path) == all_lines()
    found = prove(tape.path)
    assert (found.links, found.has_end, found.is_torn) == (CHUNKS, False, False)
    last = links_of(tape.path)[-1]
    data = tape.path.read_bytes()
    for lost in (1, 20, len(last.sealed), len(last.sealed) + len(last.prefix) - 1):
        tape.path.write_bytes(data[: len(data) - lost])  # the machine was lost while it wrote
        assert read(archive, tape.path) == all_lines(CHUNKS - 1)
        torn = prove(tape.path)
        assert (torn.links, torn.is_torn) == (CHUNKS - 1, True)
        assert torn.size == len(data) - len(last.prefix) - len(last.sealed)


def every_byte() -> Iterator[tuple[str, int]]:
    """One place of every kind of byte: where in which part of the file."""
    yield from (("start", 0), ("start", len(MAGIC)), ("start", len(MAGIC) + 1), ("start", len(MAGIC) + 30))
    for link in (0, 1, CHUNKS):
        for name, offset in (("length", 3), ("kind", 4), ("number", 12), ("before", 20), ("sealed", 50), ("tag", -1)):
            yield f"{link} {name}", offset


@pytest.mark.parametrize(("where", "offset"), every_byte())
def test_every_kind_of_byte_is_guarded(archive: Archive, where: str, offset: int) -> None:
    tape = write_tape(archive)
    data = bytearray(tape.path.read_bytes())
    place = offset
    if where != "start":
        link = links_of(tape.path)[int(where.split()[0])]
        begin = link.end - len(link.prefix) - len(link.sealed)
        place = link.end - 1 if offset == -1 else begin + offset
    data[place] ^= 0x01
    tape.path.write_bytes(data)
    if where.endswith("length") and where.startswith(str(CHUNKS)):
        assert prove(tape.path).is_torn  # past the end of the file: it looks like a cut, and the row tells
        assert prove(tape.path).file_hash != tape.file_hash
        return
    with pytest.raises(Damaged):
        read(archive, tape.path)


@given(place=st.integers(0, 10_000), bit=st.integers(0, 7))
@settings(max_examples=60, deadline=None)
def test_no_bit_can_be_turned(tmp_path_factory: pytest.TempPathFactory, place: int, bit: int) -> None:
    archive = archive_in(tmp_path_factory.mktemp("bits"))
    tape = write_tape(archive, chunks=2)
    data = bytearray(tape.path.read_bytes())
    data[place % len(data)] ^= 1 << bit
    tape.path.write_bytes(data)
    try:
        lines = read(archive, tape.path)
    except Damaged:
        return
    # Only a length that grew past the end of the file looks like a cut; then less is read, never something else.
    assert lines == all_lines(2)[: len(lines)]
    assert prove(tape.path).file_hash != tape.file_hash


def test_chunks_cannot_change_places_be_left_out_or_come_twice(archive: Archive) -> None:
    tape = write_tape(archive)
    links = links_of(tape.path)
    for attempt in (
        [links[1], links[0], *links[2:]],
        [links[0], *links[2:]],
        [links[0], links[0], *links[1:]],
        [*links[:2], links[3], links[2], *links[4:]],
        [*links, links[-1]],
        [links[0], links[-1]],
    ):
        tape.path.write_bytes(rebuilt(tape.path, attempt))
        with pytest.raises(Damaged) as damage:
            prove(tape.path)
        assert damage.value.damage == "altered"
        tape.path.write_bytes(rebuilt(tape.path, links))


def test_a_chunk_of_another_recording_fits_nowhere(archive: Archive) -> None:
    one, other = write_tape(archive), write_tape(archive)
    mine, theirs = links_of(one.path), links_of(other.path)
    one.path.write_bytes(rebuilt(one.path, [mine[0], theirs[1], *mine[2:]]))
    with pytest.raises(Damaged):
        prove(one.path)
    # Even with the hash before put right, so that the chain holds, the seal does not.
    forged = theirs[1].prefix[:13] + mine[0].hash + theirs[1].sealed
    one.path.write_bytes(rebuilt(one.path, [mine[0]]) + forged)
    assert prove(one.path).links == 2
    with pytest.raises(Damaged) as damage:
        read(archive, one.path)
    assert (damage.value.damage, damage.value.link) == ("altered", 1)


def test_the_header_of_another_recording_opens_nothing(archive: Archive) -> None:
    one, other = write_tape(archive), write_tape(archive)
    links = links_of(one.path)
    one.path.write_bytes(header_of(other.path) + b"".join(link.prefix + link.sealed for link in links))
    with pytest.raises(Damaged):
        prove(one.path)
    # Nor when the first link is made to follow it.
    first = links[0].prefix[:13] + bytes.fromhex(prove(other.path).header_hash)
    one.path.write_bytes(header_of(other.path) + first + links[0].sealed)
    assert prove(one.path).links == 1
    with pytest.raises(Damaged) as damage:
        read(archive, one.path)
    assert damage.value.damage == "altered"


def test_another_key_is_told_from_damage(archive: Archive, tmp_path: Path) -> None:
    tape = write_tape(archive)
    stranger = archive_in(tmp_path / "stranger")
    stranger.keys.public()
    with pytest.raises(Damaged) as damage:
        read(stranger, tape.path)
    assert damage.value.damage == "other key"


@pytest.mark.parametrize("data", [b"", b"x", MAGIC, MAGIC + b"\xff\xff{}", MAGIC + b"\x00\x02[]", b"{}" * 500])
def test_what_is_no_recording_is_told(archive: Archive, tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "some.vprec"
    path.write_bytes(data)
    with pytest.raises(Damaged) as damage:
        prove(path)
    assert damage.value.damage == "no recording"


def test_the_gateways_half_of_the_key_opens_nothing_and_is_enough_to_record(archive: Archive) -> None:
    write_tape(archive)
    carried = archive.keys.secret_path.rename(archive.keys.secret_path.with_name("carried"))
    tape = write_tape(archive)
    with pytest.raises(NotFound, match="La clé qui ouvre les enregistrements"):
        archive.keys.private()
    assert list(read_tape(tape.path, archive.keys.private(carried))) == all_lines()
    (archive.folder.parent / "recording.pub").write_text("no key")
    with pytest.raises(Refused, match=r"recording\.pub"):
        archive.keys.public()


def test_the_public_half_is_made_again_from_the_secret_one(archive: Archive) -> None:
    first = write_tape(archive)
    (archive.folder.parent / "recording.pub").unlink()
    second = write_tape(archive)
    assert first.sealer.fingerprint == second.sealer.fingerprint
    assert len(read(archive, second.path)) == len(all_lines())


def test_a_name_never_leads_out_of_the_folder(archive: Archive) -> None:
    write_tape(archive)
    for name in ("../secrets/vpterm_recording.secret", "/etc/passwd", "lilas/../../identity"):
        with pytest.raises(FileNotFoundError):
            archive.path_of(name)


_FULL = """
import resource, signal, sys
from pathlib import Path
from tests.terminal.recording.tapes import archive_in, lines_of, write_tape
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
tape = write_tape(archive_in(Path(sys.argv[1])), closed=False)
resource.setrlimit(resource.RLIMIT_FSIZE, (tape.size + 60, tape.size + 60))  # some of the next chunk fits, not all
for attempt in ("write", "end"):
    try:
        tape.write(lines_of(9)) if attempt == "write" else tape.end({})
    except OSError as error:
        print(attempt, tape.path.stat().st_size == tape.size, tape.chunks, tape.file_hash)
print(tape.path)
"""


def test_a_full_disk_leaves_whole_links_only(archive: Archive, tmp_path: Path) -> None:
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[1] == resource.RLIM_INFINITY
    root = Path(__file__).parents[3]
    done = subprocess.run(
        [sys.executable, "-c", _FULL, str(tmp_path)], capture_output=True, text=True, check=True, cwd=root,
        env={**os.environ, "PYTHONPATH": str(root)},
    )  # fmt: skip
    *attempts, path = done.stdout.splitlines()
    found = prove(Path(path))
    assert attempts == [f"{name} True {CHUNKS} {found.file_hash}" for name in ("write", "end")]
    assert read(archive, Path(path)) == all_lines()


def test_chunks_are_compressed_across_their_borders(archive: Archive) -> None:
    screen = [os.urandom(40).hex() for _ in range(24)]  # 2 KiB that compress badly, and repeat
    sizes = []
    for times in (1, 10):
        tape = archive.new_tape("lilas", 1, BEGAN)
        tape.begin()
        for _ in range(times):
            tape.write(screen)
        tape.close()
        sizes.append(tape.size)
    assert sizes[1] < 2.5 * sizes[0]
