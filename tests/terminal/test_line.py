"""The quality of a line, measured through the door over lines of which the truth is known."""

import asyncio
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import asyncssh
import pytest

from tests.terminal.door import RunningDoor
from tests.terminal.namespace import Link, NamespaceUnavailable, namespace
from vpterm.cli.doctor.rules_line import LineQuality, quality_of, sessions_over
from vpterm.kernel.errors import NotAllowed, Unavailable
from vpterm.terminal.line.client import measure_line
from vpterm.terminal.line.door import LIMIT_BYTES, LineMeter
from vpterm.terminal.line.frames import DOWN, ECHO, SUBSYSTEM, UP, FrameReader, ask_for, frame
from vpterm.terminal.line.measures import LineMeasures
from vpterm.terminal.line.tcp_info import TcpInfo, parse_tcp_info

pytestmark = pytest.mark.doors


@contextmanager
def far_door(folder: Path, link: Link) -> Iterator[RunningDoor]:
    """A door at the end of such a line; the test is skipped, with the reason, where there can be none."""
    try:
        with namespace(link) as place:
            door = RunningDoor(folder, network=place.name, host=place.far)
            try:
                yield door
            finally:
                door.close()
    except NamespaceUnavailable as reason:
        pytest.skip(str(reason))


def measured(door: RunningDoor, login: str = "vet.lilas") -> LineQuality:
    work = measure_line(
        door.settings.host, door.port, login, known_hosts=str(door.known_hosts()),
        client_keys=[str(door.make_key(login))],
    )  # fmt: skip
    quality = quality_of(asyncio.run(work))
    assert quality is not None
    return quality


def test_a_long_thin_line_is_measured_as_it_is(tmp_path: Path) -> None:
    with far_door(tmp_path, Link(delay_ms=40, mbit=2)) as door:
        line = measured(door)
    assert 0.040 <= line.p50_s <= 0.065  # nothing is quicker than the line; a busy machine adds some
    assert line.p50_s <= line.p99_s <= 0.3
    assert line.jitter_s < 0.03
    assert 1.5e6 <= line.down_bytes_s * 8 <= 2.02e6
    assert 1.5e6 <= line.up_bytes_s * 8 <= 2.02e6
    assert line.lost_up is not None
    assert line.lost_up < 0.02
    assert line.lost_down is not None
    assert line.lost_down < 0.02
    assert line.sessions == sessions_over(line.up_bytes_s, line.down_bytes_s) >= 4


def test_a_line_that_loses_packets_is_found_out_by_what_is_sent_again(tmp_path: Path) -> None:
    with far_door(tmp_path, Link(delay_ms=40, loss_percent=4, mbit=10)) as door:
        line = measured(door)
    assert line.lost_up is not None
    assert 0.015 <= line.lost_up <= 0.09
    assert line.lost_down is not None
    assert 0.015 <= line.lost_down <= 0.09
    assert line.stalls >= 1  # a lost probe waits for its repetition
    assert line.longest_s > 0.1
    assert line.p50_s < 0.1


def test_a_line_without_bounds_is_quick(door: RunningDoor) -> None:
    line = measured(door)
    assert 0 < line.p50_s < 0.03
    assert line.down_bytes_s * 8 > 20e6
    assert line.up_bytes_s * 8 > 10e6


# --- who may, and how much ------------------------------------------------------------------------------


def test_only_who_has_an_account_may_measure(door: RunningDoor, tmp_path: Path) -> None:
    stranger = tmp_path / "key"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(stranger)], check=True)
    work = measure_line(
        "127.0.0.1", door.port, "vet.lilas", known_hosts=str(door.known_hosts()), client_keys=[str(stranger)]
    )
    with pytest.raises(NotAllowed):
        asyncio.run(work)


def test_a_password_is_asked_for_when_no_key_fits(door: RunningDoor) -> None:
    asked: list[str] = []

    def answer(what: str) -> str:
        asked.append(what)
        return "wrong"

    work = measure_line(
        "127.0.0.1", door.port, "vet.port", known_hosts=str(door.known_hosts()), client_keys=[], ask=answer
    )
    with pytest.raises(NotAllowed):
        asyncio.run(work)
    assert asked


def test_a_server_that_is_not_known_is_not_measured(door: RunningDoor, tmp_path: Path) -> None:
    empty = tmp_path / "known_hosts"
    empty.write_text("")
    work = measure_line(
        "127.0.0.1", door.port, "vet.lilas", known_hosts=str(empty), client_keys=[str(door.make_key("vet.lilas"))]
    )
    with pytest.raises(NotAllowed):
        asyncio.run(work)


def test_nobody_at_the_port_is_said(tmp_path: Path) -> None:
    with pytest.raises(Unavailable):
        asyncio.run(measure_line("127.0.0.1", 1, "vet.lilas", known_hosts=str(tmp_path / "none"), client_keys=[]))


def test_other_subsystems_are_refused_as_before(door: RunningDoor) -> None:
    options = [*door.ssh_options(door.make_key("vet.n3")), "-p", str(door.port), "vet.n3@127.0.0.1"]
    done = subprocess.run(["ssh", *options, "-s", "sftp"], capture_output=True, text=True, timeout=20, check=False)
    assert done.returncode == 2
    assert "file transfer is not offered" in done.stderr


def test_one_account_measures_once_at_a_time_and_again_afterwards(door: RunningDoor) -> None:
    async def twice() -> tuple[bytes, bytes, bytes]:
        key = str(door.make_key("vet.n4"))
        async with asyncssh.connect(
            "127.0.0.1", door.port, username="vet.n4", client_keys=[key], known_hosts=None, config=[]
        ) as connection:
            first = await connection.create_process(subsystem=SUBSYSTEM, encoding=None)
            first.stdin.write(frame(ECHO, b"one"))
            echoed = await first.stdout.readexactly(8)
            second = await connection.create_process(subsystem=SUBSYSTEM, encoding=None)
            refused = await second.stderr.read()
            first.close()
            await first.wait_closed()
            third = await connection.create_process(subsystem=SUBSYSTEM, encoding=None)
            third.stdin.write(frame(ECHO, b"two"))
            return echoed, refused, await third.stdout.readexactly(8)

    echoed, refused, again = asyncio.run(twice())
    assert echoed == frame(ECHO, b"one")
    assert b"another measurement is under way" in refused
    assert again == frame(ECHO, b"two")


@dataclass
class Channel:
    """A channel that takes everything and keeps how it ended."""

    written: int = 0
    status: int | None = None
    frames: list[bytes] = field(default_factory=list)

    def write(self, data: bytes) -> None:
        self.written += len(data)
        self.frames.append(data[:1])

    def exit(self, status: int) -> None:
        self.status = status

    def is_closing(self) -> bool:
        return self.status is not None

    def get_extra_info(self, name: str) -> Any:
        return None


async def test_a_measurement_ends_at_its_bounds() -> None:
    ends: list[str] = []
    down, up, late, nonsense, greedy = (Channel() for _ in range(5))
    meter = LineMeter(down, lambda: ends.append("down"))
    for _ in range(200):
        meter.take(ask_for(256 * 1024))
    assert down.status == 0
    assert down.written <= LIMIT_BYTES
    meter = LineMeter(up, lambda: ends.append("up"))
    for _ in range(200):
        meter.take(frame(UP, bytes(256 * 1024)))
    assert up.status == 0
    assert up.written < 1000
    LineMeter(late, lambda: ends.append("late"), limit_s=0.02)
    await asyncio.sleep(0.1)
    assert late.status == 0
    LineMeter(nonsense, lambda: ends.append("nonsense")).take(b"GET / HTTP/1.1\r\n")
    assert nonsense.status == 2
    LineMeter(greedy, lambda: ends.append("greedy")).take(ask_for(16 * 1024 * 1024))
    assert greedy.status == 2
    assert greedy.written == 0
    assert ends == ["down", "up", "late", "nonsense", "greedy"]


def test_frames_are_put_together_from_pieces() -> None:
    reader, whole = FrameReader(), frame(ECHO, b"abc") + ask_for(5)
    found = [one for at in range(len(whole)) for one in reader.feed(whole[at : at + 1])]
    assert found == [(ECHO, b"abc"), (DOWN, b"\x00\x00\x00\x05")]
    with pytest.raises(ValueError, match="not a frame"):
        list(FrameReader().feed(b"X\x00\x00\x00\x01a"))


# --- what the numbers are -------------------------------------------------------------------------------


def test_the_numbers_of_a_measurement() -> None:
    trips = tuple([0.040, 0.044] * 48 + [0.300, None, 0.040, 0.044])
    measures = LineMeasures(trips, 250_000, 40_000, TcpInfo(2000, 10, 0), TcpInfo(50, 1, 0))
    line = quality_of(measures)
    assert line is not None
    assert (line.p50_s, line.p99_s, line.longest_s) == (0.044, 0.300, 0.300)
    assert line.stalls == 2
    assert line.probes == 100
    assert line.lost_up == 0.005
    assert line.lost_down is None  # too few to say
    assert line.sessions == sessions_over(40_000, 250_000)
    assert quality_of(LineMeasures((None, None), 0, 0)) is None


def test_an_old_kernel_tells_nothing_of_segments() -> None:
    assert parse_tcp_info(bytes(104)) is None
    raw = bytearray(232)
    raw[100:104], raw[156:160], raw[68:72] = (
        (7).to_bytes(4, "little"),
        (900).to_bytes(4, "little"),
        (41_000).to_bytes(4, "little"),
    )
    assert parse_tcp_info(bytes(raw)) == TcpInfo(segments=900, retransmitted=7, rtt_us=41_000)
