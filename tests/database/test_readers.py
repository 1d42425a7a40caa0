"""Connections of statements that are written once: away, restarted, busy, broken off; what they may and may not."""

import asyncio
from typing import Any

import pytest

from tests.world import Group
from vpterm.database.engine import Database
from vpterm.kernel.errors import Refused, Unavailable

MOST = 2  # half the connections of a Database made without saying how many
BACKEND, SLOW = b"SELECT pg_backend_pid() AS pid", b"SELECT pg_sleep($1)"

ASLEEP = b"SELECT count(*) AS n FROM pg_stat_activity WHERE wait_event = 'PgSleep'"


async def one(database: Database, statement: bytes, *values: Any) -> Any:
    (row,) = await database.rows(statement, values)
    (value,) = row.values()
    return value


async def until_asleep(witness: Database) -> None:
    for _attempt in range(500):
        if await one(witness, ASLEEP):
            return
        await asyncio.sleep(0.01)


async def test_work_goes_on_after_a_restart(group: Group) -> None:
    database = group.context("vet.lilas").database
    before = await one(database, BACKEND)
    assert await one(database, BACKEND) == before
    group.cluster.server.stop()
    with pytest.raises(Unavailable) as away:
        await one(database, BACKEND)
    assert away.value.advice
    group.cluster.server.start()
    assert await one(database, BACKEND) != before


async def test_a_restart_in_the_middle(group: Group) -> None:
    database = group.context("vet.lilas").database
    slow = asyncio.create_task(one(database, SLOW, 5.0))
    await asyncio.sleep(0.2)
    group.cluster.server.stop()
    group.cluster.server.start()
    with pytest.raises(Unavailable):
        await slow
    assert await one(database, b"SELECT 1")


async def test_what_is_broken_off_ends_on_the_server_and_its_connection_serves_the_next(group: Group) -> None:
    database, witness = group.context("vet.lilas").database, Database(group.site_url("lilas"))
    await one(database, SLOW, 0.0)
    backends = set()
    for _time in range(3 * MOST):
        slow = asyncio.create_task(one(database, SLOW, 60.0))
        await until_asleep(witness)
        slow.cancel()
        with pytest.raises(asyncio.CancelledError):
            await slow
        assert await one(witness, ASLEEP) == 0
        backends.add(await one(database, BACKEND))
    assert len(backends) == 1
    await witness.close()


async def test_many_wait_for_their_turn(group: Group) -> None:
    database = group.context("vet.lilas").database

    async def backend() -> int:
        return int(await one(database, b"SELECT pg_backend_pid() AS pid FROM pg_sleep(0.02)"))

    backends = await asyncio.gather(*(backend() for _one in range(10)))
    assert len(set(backends)) == MOST


async def test_it_never_writes(group: Group) -> None:
    database = group.context("vet.lilas").database
    with pytest.raises(Refused):
        await database.rows(b"INSERT INTO clients (last_name) VALUES ('Martin') RETURNING id", ())
    assert await one(database, b"SELECT count(*) AS n FROM clients") == 0


async def test_it_waits_no_longer_than_others_and_plans_once(group: Group) -> None:
    database = group.context("vet.lilas").database
    limits = b"SELECT current_setting('statement_timeout') || ' ' || current_setting('lock_timeout') AS limits"
    assert await one(database, limits) == "15s 5s"
    for number in range(8):
        assert await one(database, b"SELECT $1::int + 1 AS more", number) == number + 1
    plans = b"SELECT generic_plans || ' ' || custom_plans AS plans FROM pg_prepared_statements WHERE statement LIKE $1"
    assert await one(database, plans, "%+ 1 AS more") == "8 0"


async def test_what_is_at_work_at_the_end_closes_too(group: Group) -> None:
    database = Database(group.site_url("lilas"))
    slow = asyncio.create_task(one(database, b"SELECT pg_backend_pid() AS pid FROM pg_sleep(0.2)"))
    idle = await one(database, BACKEND)
    await database.close()
    gone = [await slow, idle]
    await asyncio.sleep(0.2)
    other = group.context("vet.lilas").database
    assert await one(other, b"SELECT count(*) AS n FROM pg_stat_activity WHERE pid = ANY ($1)", gone) == 0
