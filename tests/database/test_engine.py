"""The database under open sessions: away, restarted, slow, full; and what its refusals become."""

import asyncio
import time

import pytest
from sqlalchemy import text

from tests.world import Group
from vpterm.database.engine import Database
from vpterm.database.notices import Notices, board_of
from vpterm.kernel.errors import Conflict, ConstraintViolated, NotAllowed, Refused, Unavailable

LAST_NAMES = text("SELECT last_name FROM clients ORDER BY id")
ADD = text("INSERT INTO clients (last_name) VALUES (:name)")


async def names(database: Database) -> list[str]:
    async with database.reading() as connection:
        return list(await connection.scalars(LAST_NAMES))


async def test_work_goes_on_after_a_restart_with_the_same_pool(group: Group) -> None:
    context = group.context("vet.lilas")
    async with context.writing() as connection:
        await connection.execute(ADD, {"name": "Martin"})
    group.cluster.server.stop()
    before = time.monotonic()
    with pytest.raises(Unavailable) as away:
        await names(context.database)
    assert time.monotonic() - before < 5
    assert away.value.advice
    group.cluster.server.start()
    assert await names(context.database) == ["Martin"]
    async with context.writing() as connection:
        await connection.execute(ADD, {"name": "Dubois"})
    assert await names(context.database) == ["Martin", "Dubois"]


async def test_a_restart_in_the_middle_of_a_transaction_writes_nothing(group: Group) -> None:
    context = group.context("vet.lilas")

    async def cut() -> None:
        async with context.writing() as connection:
            await connection.execute(ADD, {"name": "Martin"})
            group.cluster.server.stop()
            group.cluster.server.start()
            await connection.execute(ADD, {"name": "Dubois"})

    with pytest.raises(Unavailable):
        await cut()
    assert await names(context.database) == []


async def test_a_wrong_address_and_a_wrong_secret() -> None:
    for url in ("postgresql://vpterm_site_lilas:x@127.0.0.1:1/vpterm", "postgresql://a:b@/x?host=/nowhere"):
        database = Database(url)
        with pytest.raises(Unavailable):
            await names(database)
        await database.close()


async def test_refusals_become_ours(group: Group) -> None:
    context = group.context("vet.lilas")
    cases: list[tuple[str, type[Exception]]] = [
        ("INSERT INTO client_phones (client_id, number) VALUES (9, '+33')", ConstraintViolated),
        ("INSERT INTO sites (code) VALUES ('x')", NotAllowed),
        ("SELECT * FROM staff_passwords", NotAllowed),
        ("SELECT pg_sleep(1)", Unavailable),
        ("DELETE FROM clients WHERE last_name = 1", Refused),
    ]

    async def attempt(statement: str) -> None:
        async with context.writing() as connection:
            await connection.execute(text("SET LOCAL statement_timeout = '100ms'"))
            await connection.execute(text(statement))

    for statement, kind in cases:
        with pytest.raises(kind):
            await attempt(statement)


async def test_two_who_wait_for_each_other(group: Group) -> None:
    first, second = group.context("vet.lilas"), group.context("vet.port")
    async with first.writing() as connection:
        for name in ("Martin", "Dubois"):
            await connection.execute(ADD, {"name": name})

    async def cross(context: object, one: str, other: str, met: asyncio.Barrier) -> str:
        change = text("UPDATE clients SET town = 'x' WHERE last_name = :name")
        try:
            async with context.writing() as connection:  # type: ignore[attr-defined]
                await connection.execute(change, {"name": one})
                await met.wait()
                await connection.execute(change, {"name": other})
        except Conflict:
            return "conflict"
        return "done"

    met = asyncio.Barrier(2)
    results = await asyncio.gather(cross(first, "Martin", "Dubois", met), cross(second, "Dubois", "Martin", met))
    assert sorted(results) == ["conflict", "done"]


async def test_the_boards_of_a_site_are_told_and_no_others(group: Group) -> None:
    heard: list[tuple[str, str]] = []
    ears = []
    for code in ("lilas", "port"):
        channel = board_of(group.ids[code])
        notices = Notices(group.site_url(code), [channel])
        notices.subscribe(channel, lambda table, code=code: heard.append((code, table)))  # type: ignore[misc]
        notices.start()
        ears.append(notices)
    await asyncio.sleep(0.5)
    async with group.context("vet.lilas").writing() as connection:
        await connection.execute(
            text(f"INSERT INTO resources (site_id, name) VALUES ({group.ids['lilas']}, 'Salle 1')")
        )
        await connection.execute(
            text(
                "INSERT INTO bookings (site_id, resource_id, span) SELECT site_id, id, "
                "'[2026-11-24 08:00+00,2026-11-24 09:00+00)' FROM resources WHERE name = 'Salle 1'"
            )
        )
    await asyncio.sleep(0.5)
    assert heard == [("lilas", "bookings")]
    group.cluster.server.stop()
    group.cluster.server.start()
    for _attempt in range(50):
        await asyncio.sleep(0.1)
        if ("lilas", "") in heard and ("port", "") in heard:
            break
    assert {code for code, table in heard[1:] if table == ""} == {"lilas", "port"}
    for notices in ears:
        await notices.close()
