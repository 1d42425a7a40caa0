"""What recording costs: processor and key to paint with and without, in turn on one server; bytes on the disk."""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import asyncssh

from tests.bench.line import ROUND
from tests.bench.report import load, machine, table, write_section
from tests.bench.terminal import engage
from tests.bench.terminal_client import Person
from tests.bench.terminal_servers import Login, Ours, cpu_s, pss_mib
from tests.bench.timing import Times
from vpterm.cli.ground import Ground
from vpterm.practice.recordings.actions import choose_policy
from vpterm.practice.recordings.queries import list_recordings
from vpterm.practice.sites.queries import list_sites

PEOPLE, KEYS_PER_S, LEG_S, LEGS = 16, 1.0, 25.0, 3
USES = (("a rush: 2 keys/s", 2.0, 90.0), ("a working hour: 0.2 keys/s", 0.2, 160.0))
SETTLE_S = 3.0


@dataclass
class Leg:
    """What was measured under one policy, all its legs together."""

    letters: list[float] = field(default_factory=list)
    steps: list[float] = field(default_factory=list)
    cpu_s: float = 0.0
    memory_mib: float = 0.0


def measure_recording(standing: Ground) -> None:
    """Measure, and write the section."""
    quiet = load()
    key = asyncssh.generate_private_key("ssh-ed25519")
    staff = asyncio.run(engage(standing, PEOPLE, key))
    with tempfile.TemporaryDirectory(prefix="vpterm-bench-recording-") as folder:
        ours = Ours("vpterm serve", Path(folder), home=standing.installation.home)
        ours.start()
        try:
            legs = asyncio.run(_in_turn(ours, staff, key, standing))
            sizes = [asyncio.run(_one(ours, staff[0], key, standing, rate, seconds)) for _n, rate, seconds in USES]
        finally:
            asyncio.run(_choose(standing, "off"))
            ours.stop()
            standing.start()  # the door has stopped the database with itself
    text = _text(legs, sizes, quiet)
    print(text)
    write_section("recording", "What recording costs", text)


async def _choose(standing: Ground, choice: str) -> None:
    async with standing.management() as context:
        for site in await list_sites(context.database):
            await choose_policy(context, site_code=site.code, choice=choice, keep_days=90)


async def _in_turn(server: Ours, staff: Sequence[Login], key: asyncssh.SSHKey, standing: Ground) -> dict[str, Leg]:
    """The same people at the same work, with and without, one after the other."""
    people = [Person(number, server.port, who.login, key) for number, who in enumerate(staff)]
    legs = {"off": Leg(), "all": Leg()}
    try:
        for person in people:
            await person.log_in()
            await person.open_search()
        await asyncio.gather(*(person.type(KEYS_PER_S, LEG_S / 2) for person in people))  # warm
        for _ in range(LEGS):
            for choice, leg in legs.items():
                await _choose(standing, choice)
                await asyncio.sleep(SETTLE_S)
                before = cpu_s(server.processes())
                typed = await asyncio.gather(*(person.type(KEYS_PER_S, LEG_S) for person in people))
                leg.cpu_s += cpu_s(server.processes()) - before
                leg.memory_mib = pss_mib(server.processes())
                for letters, steps in typed:
                    leg.letters += letters
                    leg.steps += steps
    finally:
        for person in people:
            await person.hang_up()
    return legs


async def _one(
    server: Ours, who: Login, key: asyncssh.SSHKey, standing: Ground, rate: float, seconds: float
) -> tuple[float, float]:
    """One person through search, list, sheet and home board: bytes a second painted, and kept."""
    await _choose(standing, "off")
    painted = 0

    class Screen(asyncssh.SSHClientSession[bytes]):
        def data_received(self, data: bytes, datatype: int | None) -> None:
            nonlocal painted
            painted += len(data)

    async with asyncssh.connect(
        "127.0.0.1", server.port, username=who.login, client_keys=[key], known_hosts=None, config=[], agent_path=None,
    ) as connection:  # fmt: skip
        channel, _session = await connection.create_session(
            Screen, term_type="xterm-256color", term_size=(80, 24), encoding=None, env={"COLORTERM": "truecolor"}
        )
        await asyncio.sleep(SETTLE_S)
        await _choose(standing, "all")
        began, number, painted = time.monotonic(), 0, 0
        while time.monotonic() - began < seconds or number % len(ROUND):
            channel.write(ROUND[number % len(ROUND)])
            number += 1
            await asyncio.sleep(max(0.0, began + number / rate - time.monotonic()))
        took = time.monotonic() - began
        await _choose(standing, "off")
        await asyncio.sleep(SETTLE_S)
    async with standing.management() as context:
        row = (await list_recordings(context.database, login=who.login, most=1))[0]
    assert row.closing is not None
    return painted / took, row.closing.size / took


def _said(seconds: Sequence[float]) -> str:
    times = Times(tuple(1000 * each for each in seconds))
    return f"{times.p50:.1f} / {times.p99:.1f}"


def _text(legs: dict[str, Leg], sizes: Sequence[tuple[float, float]], quiet: str) -> str:
    session_hours = PEOPLE * LEG_S * LEGS / 3600
    said = [
        (
            {"off": "not recorded", "all": "recorded"}[choice], _said(leg.letters), _said(leg.steps),
            f"{leg.cpu_s:.1f}", f"{leg.cpu_s / session_hours:.0f}", f"{leg.memory_mib:.0f}",
        )
        for choice, leg in legs.items()
    ]  # fmt: skip
    kept = [
        (name, f"{painted:.0f}", f"{size:.0f}", f"{size * 60 / 1024:.1f}", f"{size * 3600 / 2**20:.2f}")
        for (name, _rate, _seconds), (painted, size) in zip(USES, sizes, strict=True)
    ]
    more = legs["all"].cpu_s / legs["off"].cpu_s - 1
    return (
        f"{machine()} · {quiet}.\n\n{PEOPLE} people of three sites at the search, {KEYS_PER_S:.0f} key/s each, "
        f"{LEGS} legs of {LEG_S:.0f} s of each kind in turn on one server; key to paint seen by the SSH client; "
        "processor of gateway and workers, without the database.\n\n"
        + table(
            ("sessions", "letter p50/p99 ms", "arrow p50/p99 ms", "CPU s", "CPU s per session-hour", "PSS MiB"), said
        )
        + f"\n\nRecording took {100 * more:.0f} % more processor at this rate.\n\n"
        "One person at 80x24 in full colour through the search, a list, a client's sheet and the home board, what was "
        "painted (as SSH gave it to the client) and what was kept (compressed, sealed, chained; with the header and "
        "the first whole screen):\n\n"
        + table(("use", "painted bytes/s", "kept bytes/s", "KiB a minute", "MiB an hour"), kept)
    )
