"""Many sessions of the real program: memory, login, keys, idle; beside OpenSSH, tmux and a process each.

Server and clients share the machine, and the same client measures both. The database counts for neither.
"""

from __future__ import annotations

import asyncio
import resource
import signal
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import asyncssh
import psycopg
from psycopg import sql

from tests.bench.report import load, machine, table, write_section
from tests.bench.terminal_client import Person
from tests.bench.terminal_servers import Login, Ours, Reference, Server, cpu_s, find_sshd, pss_mib
from tests.bench.timing import Times
from vpterm.cli.ground import Ground
from vpterm.database import roles
from vpterm.database.server import SUPERUSER
from vpterm.practice.sites.queries import list_sites
from vpterm.practice.staff.actions import add_public_key, engage_staff, give_role
from vpterm.practice.staff.queries import find_staff
from vpterm.practice.staff.rules import Role

STAGES = (1, 50, 200)
IN_TURN = (1, 20, 0)  # logins one straight after the other, timed, on the way to each stage
CALM, CALM_S = (0, 0, 12), 4.0  # as a morning goes: some seconds between one and the next
STORM = 20
ASIDE = 10  # the other logins come so many at a time, untimed
KEYS_PER_S, LEAST_KEYS_PER_S = 0.2, 4.0
TYPING_S, IDLE_S, SETTLE_S = 15.0, 60.0, 3.0  # a minute at rest, since every clock goes on once in it
MOST_MIB = 20 * 1024  # a server that would take more stops at the number of sessions that fit
GOAL_MEMORY, GOAL_LOGIN = 10.0, 4.0
MOST_CONNECTIONS = 1500  # of the database: a process each holds some connections each


@dataclass
class Stage:
    """What was measured with so many sessions open."""

    sessions: int
    memory_mib: float
    letters: Times
    steps: Times
    idle_percent: float
    database_connections: int


@dataclass
class Run:
    """One server through all stages."""

    base_mib: float = 0.0
    in_turn: list[tuple[float, float]] = field(default_factory=list)
    calm: list[tuple[float, float]] = field(default_factory=list)
    storm: list[tuple[float, float]] = field(default_factory=list)
    stages: list[Stage] = field(default_factory=list)

    def memory_each(self, sessions: int) -> tuple[float, float]:
        """MiB per session: of everything, and without what runs before anybody comes."""
        stage = next(stage for stage in self.stages if stage.sessions == sessions)
        return stage.memory_mib / sessions, (stage.memory_mib - self.base_mib) / sessions


def measure_terminal(standing: Ground, stages: Sequence[int] = STAGES) -> None:
    """Measure both on this installation with its demo group, and write the section."""
    quiet, began = load(), time.monotonic()
    # A bench that is told to end must not leave hundreds of sessions running.
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
    _raise_limits(standing)
    try:
        runs = _measure_both(standing, stages)
    finally:
        _set_connections(standing, None)
    text = _text(runs, quiet, time.monotonic() - began)
    print(text)
    write_section("terminal", "Sessions: memory, login, keys", text)


def _measure_both(standing: Ground, stages: Sequence[int]) -> dict[str, Run]:
    key = asyncssh.generate_private_key("ssh-ed25519")
    staff = asyncio.run(engage(standing, max(stages), key))
    runs: dict[str, Run] = {}
    with tempfile.TemporaryDirectory(prefix="vpterm-bench-door-") as one, tempfile.TemporaryDirectory() as other:
        ours = Ours("vpterm serve", Path(one), home=standing.installation.home)
        runs["ours"] = _measure(ours, staff, key, stages, standing)
        standing.start()  # the door has stopped the database with itself
        if find_sshd() is not None:
            reference = Reference("OpenSSH + tmux", Path(other))
            sites = sorted({who.site for who in staff})
            reference.prepare(standing, sites, key.export_public_key().decode())
            runs["reference"] = _measure(reference, staff, key, stages, standing)
    return runs


def _raise_limits(standing: Ground) -> None:
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(most, 8192), most))
    _set_connections(standing, MOST_CONNECTIONS)
    standing.stop()
    standing.start()


def _set_connections(standing: Ground, most: int | None) -> None:
    """How many connections the database takes from its next start on; None for what the installation says."""
    if standing.server is not None:
        wanted = sql.SQL("RESET max_connections" if most is None else f"SET max_connections = {most}")
        with psycopg.connect(standing.server.url(SUPERUSER, database="postgres"), autocommit=True) as connection:
            connection.execute(sql.SQL("ALTER SYSTEM {}").format(wanted))


async def engage(standing: Ground, count: int, key: asyncssh.SSHKey) -> list[Login]:
    """So many people with accounts, in turn at each site, who come in by this key."""
    line = key.export_public_key().decode()
    found = []
    async with standing.management() as context:
        sites = await list_sites(context.database)
        for number in range(count):
            site, login = sites[number % len(sites)], f"banc.{number}"
            known = await find_staff(context.database, login=login)
            staff_id = known.id if known else await engage_staff(
                context, login=login, first_name="Personne", last_name=f"Numéro {number}"
            )  # fmt: skip
            await give_role(context, staff_id=staff_id, site_id=site.id, role=Role.VET)
            await add_public_key(context, staff_id=staff_id, line=line)
            found.append(Login(login, staff_id, site.code))
    return found


def _measure(
    server: Server, staff: Sequence[Login], key: asyncssh.SSHKey, stages: Sequence[int], standing: Ground
) -> Run:
    _forget_places(standing)
    server.start()
    try:
        return asyncio.run(_through_stages(server, staff, key, stages, standing))
    finally:
        server.stop()


async def _through_stages(
    server: Server, staff: Sequence[Login], key: asyncssh.SSHKey, stages: Sequence[int], standing: Ground
) -> Run:
    await asyncio.sleep(SETTLE_S)
    run = Run(base_mib=pss_mib(server.processes()))
    people: list[Person] = []
    try:
        for place, stage in enumerate(stages):
            wanted = min(stage, _most_that_fit(run))
            if wanted <= len(people):
                break
            coming = [
                Person(number, server.port, server.login_of(who), key, server.command_of(who))
                for number, who in enumerate(staff[len(people) : wanted], start=len(people))
            ]
            people += coming
            try:
                await _come(run, coming, IN_TURN[place % 3], CALM[place % 3], STORM if place == 1 else 0)
            except TimeoutError:
                print(f"{server.name}: not everybody of {wanted} came in in time", flush=True)
                break
            run.stages.append(await _at_stage(server, people, len(coming), standing))
            print(f"{server.name}: {_short(run)}", flush=True)
    finally:
        for person in people:
            await person.hang_up()
    return run


def _most_that_fit(run: Run) -> int:
    """How many sessions the server may have, after what the last stage took; a stage of one says little."""
    if not run.stages or run.stages[-1].sessions == 1:
        return sys.maxsize
    return int(MOST_MIB / run.memory_each(run.stages[-1].sessions)[0])


async def _come(run: Run, coming: Sequence[Person], in_turn: int, calm: int, at_once: int) -> None:
    """Some one after the other, some with time between, timed; others some at a time, untimed; the last at once."""
    waiting = list(coming)
    for _ in range(min(in_turn, len(waiting))):
        run.in_turn.append(await waiting.pop(0).log_in())
    for _ in range(min(calm, len(waiting))):
        await asyncio.sleep(CALM_S)
        run.calm.append(await waiting.pop(0).log_in())
    while len(waiting) > at_once:
        batch = [waiting.pop(0) for _ in range(min(ASIDE, len(waiting) - at_once))]
        await asyncio.gather(*(person.log_in() for person in batch))
    run.storm += await asyncio.gather(*(person.log_in() for person in waiting))


async def _at_stage(server: Server, people: Sequence[Person], fresh: int, standing: Ground) -> Stage:
    for start in range(len(people) - fresh, len(people), ASIDE):
        await asyncio.gather(*(person.open_search() for person in people[start : start + ASIDE]))
    rate = max(KEYS_PER_S, LEAST_KEYS_PER_S / len(people))
    typed = await asyncio.gather(*(person.type(rate, TYPING_S) for person in people))
    await asyncio.sleep(SETTLE_S)
    processes = server.processes()
    before, began = cpu_s(processes), time.monotonic()
    await asyncio.sleep(IDLE_S)
    used = (cpu_s(processes) - before) / (time.monotonic() - began)
    return Stage(
        len(people),
        pss_mib(server.processes()),
        Times(tuple(seconds * 1000 for letters, _ in typed for seconds in letters)),
        Times(tuple(seconds * 1000 for _, steps in typed for seconds in steps)),
        used * 100,
        _connections(standing),
    )


def _forget_places(standing: Ground) -> None:
    """Everybody begins on the home board, not where the run before this one was cut off."""
    with psycopg.connect(standing.url(roles.OWNER)) as connection:
        connection.execute("TRUNCATE kept_places")


def _connections(standing: Ground) -> int:
    """How many connections the database holds for logins of sites."""
    if standing.server is None:
        return 0
    with psycopg.connect(standing.server.url(SUPERUSER, database="postgres")) as connection:
        row = connection.execute("SELECT count(*) FROM pg_stat_activity WHERE usename LIKE 'vpterm_site%'").fetchone()
    return int(row[0]) if row else 0


def _short(run: Run) -> str:
    """The stage just measured, so that a run broken off has told what it knew."""
    stage = run.stages[-1]
    logins = [first * 1000 for first, _ in run.in_turn]
    return (
        f"{stage.sessions} sessions, {stage.memory_mib:.0f} MiB (base {run.base_mib:.0f}), letter "
        f"{stage.letters.p50:.0f}/{stage.letters.p99:.0f} ms, arrow {stage.steps.p50:.0f}/{stage.steps.p99:.0f} ms, "
        f"idle {stage.idle_percent:.1f}%, first paint p50 {Times(tuple(logins)).p50:.0f} ms"
    )


def _text(runs: dict[str, Run], quiet: str, seconds: float) -> str:
    names = {"ours": "vpterm serve", "reference": "OpenSSH + tmux + a process each"}
    by_stage = [
        (
            stage.sessions, names[who], f"{stage.memory_mib:.0f}", f"{run.memory_each(stage.sessions)[0]:.1f}",
            f"{run.memory_each(stage.sessions)[1]:.1f}", f"{stage.letters.p50:.0f} / {stage.letters.p99:.0f}",
            f"{stage.steps.p50:.0f} / {stage.steps.p99:.0f}", f"{stage.idle_percent:.1f}", stage.database_connections,
        )
        for place in range(max(len(run.stages) for run in runs.values()))
        for who, run in runs.items()
        for stage in run.stages[place : place + 1]
    ]  # fmt: skip
    head = (
        "sessions", "what", "PSS MiB", "a session", "without base", "letter p50/p99 ms", "arrow p50/p99 ms",
        "idle % of a core", "db connections",
    )  # fmt: skip
    logins = [
        (names[who], way, len(times), *_both(times))
        for way, which in (("in turn", "in_turn"), (f"one each {CALM_S:.0f} s", "calm"), (f"{STORM} at once", "storm"))
        for who, run in runs.items()
        if (times := getattr(run, which))
    ]
    return "\n\n".join((
        f"{machine()} · {quiet}, took {seconds:.0f} s.",
        "The real program on the demo group, 80x24, people of three sites, each at the search screen. Clients "
        "(asyncssh, ed25519) and database on the same two cores; the database counts for neither. Memory is the PSS of "
        "every process after the typing; its base, before anybody comes, is "
        + " and ".join(f"{run.base_mib:.0f} MiB ({names[who]})" for who, run in runs.items())
        + f". Keys: everybody types {KEYS_PER_S} keys/s for {TYPING_S:.0f} s (one alone: {LEAST_KEYS_PER_S:.0f}); from "
        f"the write to the bytes that show it. Idle over {IDLE_S:.0f} s. All reference sessions share one tmux server "
        f"and log in as one account, which spares it memory. No server may take more than {MOST_MIB / 1024:.0f} GiB.",
        table(head, by_stage),
        "Login, from the TCP connection's beginning to the first paint (head and keys) and to the filled home board.",
        table(("what", "logins", "n", "first paint p50/p99 ms", "board p50/p99 ms"), logins),
        "\n".join(_goals(runs)),
    ))  # fmt: skip


def _both(times: Sequence[tuple[float, float]]) -> tuple[str, str]:
    first, board = (Times(tuple(pair[place] * 1000 for pair in times)) for place in (0, 1))
    return f"{first.p50:.0f} / {first.p99:.0f}", f"{board.p50:.0f} / {board.p99:.0f}"


def _goals(runs: dict[str, Run]) -> list[str]:
    """The goals of the issue, each met or not."""
    if len(runs) < 2:
        return ["- No reference: there is no sshd here, and none could be installed. No goal is judged."]
    ours, reference = runs["ours"], runs["reference"]
    lines = [_memory_goal(ours, reference, stage.sessions) for stage in ours.stages]
    for way, theirs, mine in (
        ("in turn", reference.in_turn, ours.in_turn), (f"one each {CALM_S:.0f} s", reference.calm, ours.calm),
        (f"{STORM} at once", reference.storm, ours.storm),
    ):  # fmt: skip
        if mine and theirs:
            first, board = (
                Times(tuple(pair[place] for pair in theirs)).p50 / Times(tuple(pair[place] for pair in mine)).p50
                for place in (0, 1)
            )
            met = "met" if first >= GOAL_LOGIN else "**missed**"
            lines.append(
                f"- first paint at least {GOAL_LOGIN:.0f} times sooner, {way}: {met} ({first:.1f} times, p50; "
                f"the filled board {board:.1f} times)."
            )
    return lines


def _memory_goal(ours: Run, reference: Run, sessions: int) -> str:
    goal = f"- at least {GOAL_MEMORY:.0f} times less memory, {sessions} session{'s' if sessions > 1 else ''}: "
    reached = [stage.sessions for stage in reference.stages if stage.sessions == sessions]
    if not reached:
        most = reference.stages[-1].sessions if reference.stages else 0
        return f"{goal}**not judged**: the reference was stopped at {most}, where its memory would have been too much."
    whole, plain = (reference.memory_each(sessions)[place] / ours.memory_each(sessions)[place] for place in (0, 1))
    met = "met" if whole >= GOAL_MEMORY else "**missed**"
    why = " (impossible: gateway and fork server stand there for everybody)" if sessions == 1 else ""
    return f"{goal}{met}{why} ({whole:.1f} times; {plain:.1f} without the base)."
