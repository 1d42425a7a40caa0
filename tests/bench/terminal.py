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
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path

import asyncssh
import psycopg
from psycopg import sql

from tests.bench.report import load, write_section
from tests.bench.terminal_client import NotComeIn, Person
from tests.bench.terminal_servers import Login, Ours, Reference, Server, cpu_s, find_sshd, pss_mib
from tests.bench.terminal_text import (
    CALM_S,
    IDLE_S,
    KEYS_PER_S,
    LEAST_KEYS_PER_S,
    MOST_MIB,
    STORM,
    TYPING_S,
    Run,
    Stage,
    short,
    text_of,
)  # fmt: skip
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
CALM = (0, 0, 12)
ASIDE = 10  # the other logins come so many at a time, untimed
SETTLE_S = 3.0
MOST_LOST = 3  # logins that may fail, and are told, before a server counts as full
MOST_CONNECTIONS = 2400  # of the database: a process each holds three to nine


def measure_terminal(standing: Ground, stages: Sequence[int] = STAGES) -> None:
    """Measure both on this installation with its demo group, and write the section."""
    quiet, began = load(), time.monotonic()
    with ready_for_many(standing):
        runs = _measure_both(standing, stages)
    text = text_of(runs, quiet, time.monotonic() - began)
    print(text)
    write_section("terminal", "Sessions: memory, login, keys", text)


def _measure_both(standing: Ground, stages: Sequence[int]) -> dict[str, Run]:
    key = asyncssh.generate_private_key("ssh-ed25519")
    staff = asyncio.run(engage(standing, max(stages) + MOST_LOST, key))
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


@contextmanager
def ready_for_many(standing: Ground) -> Iterator[None]:
    """Files and connections of the database for hundreds of people at a time."""
    # A bench that is told to end must not leave hundreds of sessions running.
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(most, 8192), most))
    _set_connections(standing, MOST_CONNECTIONS)
    standing.stop()
    standing.start()
    try:
        yield
    finally:
        _set_connections(standing, None)


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
    forget_places(standing)
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
    coming = (
        Person(number, server.port, server.login_of(who), key, server.command_of(who))
        for number, who in enumerate(staff)
    )
    try:
        for place, stage in enumerate(stages):
            wanted = min(stage, _most_that_fit(run))
            if wanted < stage:
                run.stopped = f"{stage} would have taken more than {MOST_MIB / 1024:.0f} GiB"
            if wanted <= len(people):
                break
            fresh = len(people)
            try:
                await _come(
                    run, people, coming, wanted, IN_TURN[place % 3], CALM[place % 3], STORM if place == 1 else 0
                )
            except NotComeIn as error:
                run.stopped = f"on the way to {wanted} more than {MOST_LOST} did not come in, the last: {error}"
                print(f"{server.name}: {run.stopped}", flush=True)
                break
            fresh = wanted - fresh
            run.stages.append(await _at_stage(server, people, fresh, standing))
            print(f"{server.name}: {short(run)}", flush=True)
    finally:
        for person in people:
            await person.hang_up()
    return run


def _most_that_fit(run: Run) -> int:
    """How many sessions the server may have, after what the last stage took; a stage of one says little."""
    if not run.stages or run.stages[-1].sessions == 1:
        return sys.maxsize
    return int(MOST_MIB / run.memory_each(run.stages[-1].sessions)[0])


async def _come(
    run: Run, people: list[Person], coming: Iterator[Person], wanted: int, in_turn: int, calm: int, at_once: int
) -> None:
    """Some one after the other, some with time between, timed; others some at a time, untimed; the last at once."""
    for _ in range(min(in_turn, wanted - len(people))):
        run.in_turn += await _log_in(run, people, coming, 1)
    for _ in range(min(calm, wanted - len(people))):
        await asyncio.sleep(CALM_S)
        run.calm += await _log_in(run, people, coming, 1)
    while wanted - len(people) > at_once:
        await _log_in(run, people, coming, min(ASIDE, wanted - len(people) - at_once))
    run.storm += await _log_in(run, people, coming, wanted - len(people))
    while len(people) < wanted:
        await _log_in(run, people, coming, 1)


async def _log_in(run: Run, people: list[Person], coming: Iterator[Person], count: int) -> list[tuple[float, float]]:
    """The next so many; one who does not come in is noted, and somebody else comes later. Raises the last NotComeIn."""
    fresh = list(islice(coming, count))
    times = []
    for person, came in zip(
        fresh, await asyncio.gather(*(person.log_in() for person in fresh), return_exceptions=True), strict=True
    ):
        if isinstance(came, NotComeIn) and len(run.lost) < MOST_LOST:
            run.lost.append(str(came))
            await person.hang_up()
        elif isinstance(came, BaseException):
            raise came
        else:
            people.append(person)
            times.append(came)
    return times


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
        connections_of(standing),
    )


def forget_places(standing: Ground) -> None:
    """Everybody begins on the home board, not where the run before this one was cut off."""
    with psycopg.connect(standing.url(roles.OWNER)) as connection:
        connection.execute("TRUNCATE kept_places")


def connections_of(standing: Ground) -> int:
    """How many connections the database holds for logins of sites."""
    if standing.server is None:
        return 0
    with psycopg.connect(standing.server.url(SUPERUSER, database="postgres")) as connection:
        row = connection.execute("SELECT count(*) FROM pg_stat_activity WHERE usename LIKE 'vpterm_site%'").fetchone()
    return int(row[0]) if row else 0
