"""Everybody comes at eight: hundreds of logins within some seconds, on a door that has just been opened."""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import asyncssh

from tests.bench.report import load, machine, table, write_section
from tests.bench.terminal import engage, forget_places, ready_for_many
from tests.bench.terminal_client import Person
from tests.bench.terminal_servers import Login, Ours, cpu_s
from tests.bench.timing import Times
from vpterm.cli.ground import Ground
from vpterm.practice.staff.actions import set_password

LOGINS, OVER_S, SETTLE_S = 200, 10.0, 5.0
PASSWORD = "un long mot de passe du matin"


@dataclass
class Storm:
    """One storm: what each login took from its moment on, and what happened to those who did not come in."""

    first: Times
    board: Times
    failed: list[str]
    server_s: float


def measure_storm(standing: Ground, logins: int = LOGINS) -> None:
    """Measure with keys and with passwords, and write the section."""
    quiet = load()
    key = asyncssh.generate_private_key("ssh-ed25519")
    with ready_for_many(standing):
        staff = asyncio.run(engage(standing, logins, key))
        asyncio.run(_give_passwords(standing, staff))
        storms = {"key": _run(standing, staff, key, ""), "password": _run(standing, staff, key, PASSWORD)}
    text = _text(storms, logins, quiet)
    print(text)
    write_section("storm", f"A storm of {logins} logins", text)


async def _give_passwords(standing: Ground, staff: Sequence[Login]) -> None:
    async with standing.management() as context:
        for who in staff:
            await set_password(context, staff_id=who.staff_id, password=PASSWORD)


def _run(standing: Ground, staff: Sequence[Login], key: asyncssh.SSHKey, password: str) -> Storm:
    forget_places(standing)
    with tempfile.TemporaryDirectory(prefix="vpterm-bench-storm-") as name:
        server = Ours("vpterm serve", Path(name), home=standing.installation.home)
        server.start()
        try:
            return asyncio.run(_storm(server, staff, key, password))
        finally:
            server.stop()
            standing.start()  # the door has stopped the database with itself


async def _storm(server: Ours, staff: Sequence[Login], key: asyncssh.SSHKey, password: str) -> Storm:
    await asyncio.sleep(SETTLE_S)
    before = cpu_s(server.processes())
    people = [Person(number, server.port, who.login, key, password=password) for number, who in enumerate(staff)]
    began = time.perf_counter()
    moments = [began + OVER_S * number / len(people) for number in range(len(people))]
    try:
        came = await asyncio.gather(*map(_come, people, moments), return_exceptions=True)
        used = cpu_s(server.processes()) - before
    finally:
        for person in people:
            await person.hang_up()
    good = [one for one in came if not isinstance(one, BaseException)]
    failed = [str(one)[:80] for one in came if isinstance(one, BaseException)]
    first, board = (Times(tuple(1000 * one[place] for one in good)) for place in (0, 1))
    return Storm(first, board, failed, used)


async def _come(person: Person, moment: float) -> tuple[float, float]:
    """Seconds from the moment at which the person wanted to come in, however busy the machine was then."""
    await asyncio.sleep(max(moment - time.perf_counter(), 0))
    late = time.perf_counter() - moment
    first, board = await person.log_in()
    return late + first, late + board


def _text(storms: dict[str, Storm], logins: int, quiet: str) -> str:
    rows = [
        (
            way, len(one.first.milliseconds), len(one.failed), f"{one.first.p50:.0f} / {one.first.p99:.0f}",
            f"{one.board.p50:.0f} / {one.board.p99:.0f}", f"{one.server_s * 1000 / logins:.0f}",
        )
        for way, one in storms.items()
    ]  # fmt: skip
    head = (
        "by", "came in", "refused or lost", "first paint p50/p99 ms", "board p50/p99 ms", "processor ms a login",
    )  # fmt: skip
    lost = {name for one in storms.values() for name in one.failed}
    verdict = "met" if not lost else f"**missed** ({', '.join(sorted(lost))})"
    return "\n\n".join((
        f"{machine()} · {quiet}.",
        f"{logins} people of three sites come in within {OVER_S:.0f} s, each at a moment chosen beforehand, on a door "
        "that nobody has come through yet: no worker is there, and no spare. Times run from that moment. Clients and "
        "database on the same two cores. A password costs some 50 ms of processor on purpose (argon2id).",
        table(head, rows),
        f"- everybody comes in, nobody is refused: {verdict}.",
    ))  # fmt: skip
