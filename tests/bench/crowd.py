"""Hundreds of sessions of the real program: keys beside a bare echo at the same load, and what it all takes at rest.

A process each cannot be had in such numbers on one machine: the reference is measured at a few, and told per session.
"""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import asyncssh

from tests.bench.report import load, machine, table, write_section
from tests.bench.terminal import connections_of, engage, forget_places, ready_for_many
from tests.bench.terminal_client import Person
from tests.bench.terminal_servers import Echo, Login, Ours, Reference, Server, cpu_s, find_sshd, pss_mib
from tests.bench.timing import Times
from vpterm.cli.ground import Ground

SESSIONS, FEW = 500, 20
KEYS_PER_S, TYPING_S = 0.2, 60.0
IDLE_S, SETTLE_S, CALM_S = 60.0, 5.0, 4.0
ASIDE, CALM_LOGINS = 10, 12
GOAL_KEY, GOAL_IDLE_PERCENT, GOAL_SHARE = 3.0, 1.0, 10.0


@dataclass
class Seen:
    """What was measured of one server."""

    sessions: int
    base_mib: float = 0.0
    memory_mib: float = 0.0
    idle_percent: dict[str, float] = field(default_factory=dict)
    letters: Times = field(default_factory=lambda: Times(()))
    logins: list[float] = field(default_factory=list)
    database_connections: int = 0


def measure_crowd(standing: Ground, sessions: int = SESSIONS) -> None:
    """Measure all three on this installation with its demo group, and write the section."""
    quiet, began = load(), time.monotonic()
    with ready_for_many(standing), tempfile.TemporaryDirectory(prefix="vpterm-bench-crowd-") as name:
        key = asyncssh.generate_private_key("ssh-ed25519")
        staff = asyncio.run(engage(standing, sessions, key))
        echo, ours, few = Echo("echo", Path(name)), Ours("ours", Path(name), home=standing.installation.home), None
        seen = {"echo": _run(echo, staff, key, standing), "ours": _run(ours, staff, key, standing)}
        standing.start()  # the door has stopped the database with itself
        if find_sshd() is not None:
            few = Reference("reference", Path(name))
            sites = sorted({who.site for who in staff})
            few.prepare(standing, sites, key.export_public_key().decode())
            seen["reference"] = _run(few, staff[:FEW], key, standing)
    text = _text(seen, quiet, time.monotonic() - began)
    print(text)
    write_section("crowd", f"{sessions} sessions", text)


def _run(server: Server, staff: Sequence[Login], key: asyncssh.SSHKey, standing: Ground) -> Seen:
    forget_places(standing)
    server.start()
    try:
        return asyncio.run(_watch(server, staff, key, standing))
    finally:
        server.stop()


async def _watch(server: Server, staff: Sequence[Login], key: asyncssh.SSHKey, standing: Ground) -> Seen:
    await asyncio.sleep(SETTLE_S)
    seen = Seen(len(staff), base_mib=pss_mib(server.processes()))
    people = [
        Person(number, server.port, server.login_of(who), key, server.command_of(who))
        for number, who in enumerate(staff)
    ]
    try:
        await _come(people, seen)
        if not isinstance(server, Echo):
            seen.idle_percent["home board"] = await _idle(server)
            await _aside(people, Person.open_search)
        typed = await asyncio.gather(*(person.type_on(KEYS_PER_S, TYPING_S) for person in people))
        seen.letters = Times(tuple(seconds * 1000 for one in typed for seconds in one))
        seen.idle_percent["search"] = await _idle(server)
        seen.memory_mib = pss_mib(server.processes())
        seen.database_connections = connections_of(standing)
    finally:
        for person in people:
            await person.hang_up()
    print(f"{server.name}: {_short(seen)}", flush=True)
    return seen


async def _come(people: Sequence[Person], seen: Seen) -> None:
    """Some with time between, as a morning goes, timed; the others some at a time."""
    calm = min(CALM_LOGINS, len(people) // 2)
    await _aside(people[calm:], Person.log_in)
    for person in people[:calm]:
        await asyncio.sleep(CALM_S)
        seen.logins.append((await person.log_in())[0] * 1000)


async def _aside(people: Sequence[Person], what: Callable[[Person], Awaitable[object]]) -> None:
    for start in range(0, len(people), ASIDE):
        await asyncio.gather(*(what(person) for person in people[start : start + ASIDE]))


async def _idle(server: Server) -> float:
    """Percent of a core that all processes of the server take while nobody types: over a minute, since clocks go on."""
    await asyncio.sleep(SETTLE_S)
    before, began = cpu_s(server.processes()), time.monotonic()
    await asyncio.sleep(IDLE_S)
    return (cpu_s(server.processes()) - before) / (time.monotonic() - began) * 100


def _short(seen: Seen) -> str:
    idle = ", ".join(f"{where} {percent:.2f}%" for where, percent in seen.idle_percent.items())
    return (
        f"{seen.sessions} sessions, {seen.memory_mib:.0f} MiB (base {seen.base_mib:.0f}), "
        f"letter {seen.letters.p50:.1f}/{seen.letters.p99:.1f} ms, at rest: {idle}; "
        f"first paint {Times(tuple(seen.logins)).p50:.0f} ms"
    )


def _text(seen: dict[str, Seen], quiet: str, seconds: float) -> str:
    names = {"echo": "bare asyncssh echo", "ours": "vpterm serve", "reference": "OpenSSH + tmux + a process each"}
    rows = [
        (
            names[who], one.sessions, f"{one.memory_mib:.0f}", f"{one.memory_mib / one.sessions:.1f}",
            f"{one.letters.p50:.1f} / {one.letters.p99:.1f}",
            " / ".join(f"{percent:.2f}" for percent in one.idle_percent.values()),
            f"{Times(tuple(one.logins)).p50:.0f}", one.database_connections or "",
        )
        for who, one in seen.items()
    ]  # fmt: skip
    head = (
        "what", "sessions", "PSS MiB", "a session", "letter p50/p99 ms", "at rest, % of a core (home board / search)",
        "first paint p50 ms", "db connections",
    )  # fmt: skip
    return "\n\n".join((
        f"{machine()} · {quiet}, took {seconds:.0f} s.",
        f"Everybody types {KEYS_PER_S} keys/s at moments chosen beforehand, seen or not what came before (open "
        f"loop), for {TYPING_S:.0f} s; a letter's time runs from its moment to the bytes that show it. Servers one "
        "after the other, clients and database on the same two cores; the database counts for neither. At rest: "
        f"processor of all processes of the server over {IDLE_S:.0f} s, every terminal connected. First paint: "
        f"{CALM_LOGINS} logins, one each {CALM_S:.0f} s, the others there already. The reference cannot stand there "
        f"in such numbers (memory): it is measured at {FEW}, and compared per session.",
        table(head, rows),
        "\n".join(_goals(seen)),
    ))  # fmt: skip


def _goals(seen: dict[str, Seen]) -> list[str]:
    ours, echo, reference = seen["ours"], seen["echo"], seen.get("reference")
    key = ours.letters.p99 / echo.letters.p99
    lines = [
        _goal(f"key to paint p99 at most {GOAL_KEY:.0f} times a bare echo", key <= GOAL_KEY, f"{key:.1f} times"),
        *(
            _goal(f"at rest under {GOAL_IDLE_PERCENT:.0f}% of a core, {where}", percent < GOAL_IDLE_PERCENT,
                  f"{percent:.2f}%")
            for where, percent in ours.idle_percent.items()
        ),
    ]  # fmt: skip
    if reference is None:
        return [*lines, "- No reference: there is no sshd here, and none could be installed."]
    memory = (reference.memory_mib / reference.sessions) / (ours.memory_mib / ours.sessions)
    first = Times(tuple(reference.logins)).p50 / Times(tuple(ours.logins)).p50
    share = f"at most 1/{GOAL_SHARE:.0f} of the reference"
    return [
        *lines,
        _goal(f"memory a session {share}", memory >= GOAL_SHARE, f"1/{memory:.1f}"),
        _goal(f"login to first paint {share}", first >= GOAL_SHARE, f"1/{first:.1f}, p50"),
    ]


def _goal(what: str, met: bool, how: str) -> str:
    return f"- {what}: {'met' if met else '**missed**'} ({how})."
