"""Sessions opened and ended by the thousand: what the server keeps of them, which should be nothing."""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import asyncssh

from tests.bench.report import load, machine, table, write_section
from tests.bench.terminal import engage, forget_places, ready_for_many
from tests.bench.terminal_client import Person
from tests.bench.terminal_servers import Login, Ours, pss_mib
from vpterm.cli.ground import Ground

CYCLES, MARKS = 10_000, 10
AT_ONCE, SETTLE_S = 9, 5.0  # as many at each of three sites, so that each has one worker
GOAL_PERCENT = 5.0

Memory = dict[str, float]


def measure_cycles(standing: Ground, cycles: int = CYCLES) -> None:
    """Measure on this installation with its demo group, and write the section."""
    quiet, began = load(), time.monotonic()
    key = asyncssh.generate_private_key("ssh-ed25519")
    with ready_for_many(standing), tempfile.TemporaryDirectory(prefix="vpterm-bench-cycles-") as name:
        staff = asyncio.run(engage(standing, AT_ONCE, key))
        forget_places(standing)
        server = Ours("vpterm serve", Path(name), home=standing.installation.home)
        server.start()
        try:
            seen = asyncio.run(_turn(server, staff, key, cycles))
        finally:
            server.stop()
            standing.start()  # the door has stopped the database with itself
    text = _text(seen, quiet, time.monotonic() - began)
    print(text)
    write_section("cycles", f"{cycles} sessions opened and ended", text)


async def _turn(server: Ours, staff: Sequence[Login], key: asyncssh.SSHKey, cycles: int) -> dict[int, Memory]:
    seen = {}
    for mark in range(cycles // MARKS, cycles + 1, cycles // MARKS):
        numbers = iter(range(cycles // MARKS))
        await asyncio.gather(*(_come_and_go(number, server, who, key, numbers) for number, who in enumerate(staff)))
        await asyncio.sleep(SETTLE_S)
        seen[mark] = _memory(server)
        print(mark, {who: f"{mib:.1f}" for who, mib in seen[mark].items()}, flush=True)
    return seen


async def _come_and_go(number: int, server: Ours, who: Login, key: asyncssh.SSHKey, numbers: Iterator[int]) -> None:
    for _ in numbers:  # shared: whoever is ready takes the next
        person = Person(number, server.port, who.login, key)
        await person.log_in()
        await person.quit()


def _memory(server: Ours) -> Memory:
    """MiB of the gateway, of its fork server and of all workers, while nobody is there."""
    gateway, fork_server, *workers = sorted(server.processes(), key=lambda process: len(process.parents()))
    return {"gateway": pss_mib([gateway]), "fork server": pss_mib([fork_server]), "workers": pss_mib(workers)}


def _text(seen: dict[int, Memory], quiet: str, seconds: float) -> str:
    first, last = min(seen), max(seen)
    grown = {who: (mib / seen[first][who] - 1) * 100 for who, mib in seen[last].items()}
    rows = [(mark, *(f"{mib:.1f}" for mib in memory.values())) for mark, memory in seen.items()]
    whole = (sum(seen[last].values()) / sum(seen[first].values()) - 1) * 100
    verdict = "met" if whole < GOAL_PERCENT else "**missed**"
    each = ", ".join(f"{who} {percent:+.1f}%" for who, percent in grown.items())
    return "\n\n".join((
        f"{machine()} · {quiet}, took {seconds:.0f} s.",
        f"A session: login by key, home board, Esc and Enter, until the door hangs up; {AT_ONCE} at a time, at three "
        "sites. PSS in MiB while nobody is there.",
        table(("sessions so far", *seen[first]), rows),
        f"- flat from {first} to {last} sessions, at most {GOAL_PERCENT:.0f}% more: {verdict} ({whole:+.1f}%; {each}).",
    ))  # fmt: skip
