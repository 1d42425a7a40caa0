"""A person on a slow line beside others on good ones: how soon each sees what they typed, and what the line carries.

The small app of the tests paints its whole screen fifty times a second for the one who is far; the door is a process
of its own, the neighbours type into the same worker.
"""

from __future__ import annotations

import asyncio
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import asyncssh

from tests.bench.report import load, machine, table, write_section
from tests.terminal.door import Person, RunningDoor
from tests.terminal.namespace import Link, Namespace, namespace

ROOT = Path(__file__).parents[2]
QUICK = Link(delay_ms=40)
SLOW = Link(delay_ms=40, mbit=0.016)
NEIGHBOURS, KEYS_PER_S, SECONDS = 4, 4.0, 20.0
F9 = "\x1b[20~"
DOOR = """
import sys, pathlib
sys.path.insert(0, sys.argv[1])
from tests.terminal.door import RunningDoor
door = RunningDoor(pathlib.Path(sys.argv[2]), host=sys.argv[3])
for number in range(6):
    door.make_key(f"vet.n{number}")
print(door.port, flush=True)
sys.stdin.read()
door.close()
"""


class FarDoor:
    """The door, as somebody at a client needs to know it."""

    def __init__(self, folder: Path, host: str) -> None:
        self.folder, self.host = folder, host
        self.process = subprocess.Popen(
            [sys.executable, "-c", DOOR, str(ROOT), str(folder), host],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert self.process.stdout is not None
        self.port = int(self.process.stdout.readline())

    def ssh_options(self, key: Path | None = None) -> list[str]:
        """See RunningDoor."""
        return RunningDoor.ssh_options(self, key)  # type: ignore[arg-type]  # the same shape

    def key(self, number: int) -> Path:
        """The key of a person."""
        return self.folder / f"key-vet.n{number}"


async def type_for_a_while(door: FarDoor, number: int) -> list[float]:
    """Seconds until each key was painted, by one neighbour."""
    times: list[float] = []
    painted = asyncio.Event()

    class Screen(asyncssh.SSHClientSession[bytes]):
        def data_received(self, data: Any, datatype: Any) -> None:
            painted.set()

    async with asyncssh.connect(
        door.host, door.port, username=f"vet.n{number}", client_keys=[str(door.key(number))], known_hosts=None,
        config=[], agent_path=None, compression_algs=None,
    ) as connection:  # fmt: skip
        channel, _screen = await connection.create_session(
            Screen, term_type="xterm-256color", term_size=(80, 24), encoding=None
        )
        await asyncio.sleep(2)
        began = time.monotonic()
        for count in range(round(SECONDS * KEYS_PER_S)):
            await asyncio.sleep(max(0.0, began + (count + number / NEIGHBOURS) / KEYS_PER_S - time.monotonic()))
            painted.clear()
            typed_at = time.perf_counter()
            channel.write(b"x" if count % 20 else b"\x15")
            async with asyncio.timeout(10):
                await painted.wait()
            times.append(time.perf_counter() - typed_at)
        channel.write(b"\x1b[19~")
    return times


async def neighbours(door: FarDoor) -> list[float]:
    """All of them."""
    return [
        second
        for each in await asyncio.gather(*(type_for_a_while(door, number) for number in range(1, NEIGHBOURS + 1)))
        for second in each
    ]


def in_ms(times: list[float]) -> str:
    """Median and 99th percentile."""
    return f"{statistics.median(times) * 1000:.1f} / {sorted(times)[int(len(times) * 0.99)] * 1000:.1f}"


def beside(place: Namespace, line: Link | None) -> tuple[str, str, str]:
    """The neighbours' times beside a flood over such a line (None: nobody there), its bytes a second, the freshness."""
    with tempfile.TemporaryDirectory(prefix="vpterm-bench-slow-") as folder:
        door = FarDoor(Path(folder), place.near)
        try:
            if line is None:
                return in_ms(asyncio.run(neighbours(door))), "-", "-"
            far = Person(door, "vet.n0", key=door.key(0), place=place)  # type: ignore[arg-type]  # the same shape
            far.sees("SITE lilas")
            place.become(line)
            far.types(F9)
            reading = asyncio.run(beside_reader(door, far))
            began = time.monotonic()
            far.types(F9)
            far.sees("frames stopped", 60)
            fresh = f"{time.monotonic() - began:.1f}"
            far.process.close(force=True)
            return in_ms(reading[0]), f"{reading[1]:.0f}", fresh
        finally:
            place.become(QUICK)
            door.process.communicate("")


async def beside_reader(door: FarDoor, far: Person) -> tuple[list[float], float]:
    """The neighbours type while the far client reads, in a thread; their times, and its bytes a second."""
    is_over = False

    def read() -> float:
        began, before = time.monotonic(), len(far.received)
        while not is_over:
            far.read(0.05)
        return (len(far.received) - before) / (time.monotonic() - began)

    reading = asyncio.create_task(asyncio.to_thread(read))
    times = await neighbours(door)
    is_over = True
    return times, await reading


def measure_slow_line() -> None:
    """Measure, and write the section."""
    quiet = load()
    with namespace(QUICK) as place:
        rows = [
            ("nobody", *beside(place, None)),
            ("a client on a good line", *beside(place, QUICK)),
            ("a client on 2,000 bytes/s", *beside(place, SLOW)),
        ]
    text = (
        f"{machine()} · {quiet}.\n\n{NEIGHBOURS} neighbours type {KEYS_PER_S:.0f} keys a second each for "
        f"{SECONDS:.0f} s into sessions of the same worker, while another session paints its whole screen fifty times "
        "a second for a terminal at the end of a line (40 ms). Key to paint at the neighbours' clients; what that line "
        "carried; and, after the flood, how soon the far terminal showed the screen of now.\n\n"
        + table(("beside", "key to paint p50 / p99, ms", "bytes/s over the line", "fresh after, s"), rows)
    )
    print(text)
    write_section("slow-line", "A slow line", text)
