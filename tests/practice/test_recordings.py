"""Policies and rows of recordings: who decides, who writes, who reads, and how the rows hang together."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from tests.world import MORNING, Group
from vpterm.database.engine import Database
from vpterm.database.notices import RECORDINGS_CHANGED, Notices
from vpterm.database.roles import DOOR_LOGIN, MANAGEMENT_LOGIN
from vpterm.kernel.errors import NotAllowed, NotFound, Refused
from vpterm.practice.recordings.actions import (
    Beginning,
    begin_recording,
    choose_policy,
    close_recording,
    note_use,
    remove_recording,
)
from vpterm.practice.recordings.queries import (
    RecordingRow,
    find_recording,
    list_expired,
    list_policies,
    list_recordings,
    list_unclosed,
    list_uses,
)
from vpterm.practice.recordings.rules import Policy, closing_hash

HASH = "0" * 64
TABLES = ("recording_policies", "recordings", "recording_closings", "recording_uses")


def beginning(group: Group, name: str, **changes: object) -> Beginning:
    plain = Beginning(
        "lilas", group.ids["vet.lilas"], 3, MORNING, "all", "here", f"lilas/{name}.vprec", HASH, "f" * 16, 90
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


@pytest.fixture
def door(group: Group) -> Database:
    """The gateway's own login."""
    return group.database(DOOR_LOGIN)


async def recorded(door: Database, group: Group, name: str, **changes: object) -> int:
    number = await begin_recording(door, beginning=beginning(group, name, **changes))
    code = str(changes.get("site_code", "lilas"))
    await close_recording(
        door, recording_id=number, site_code=code, ended_at=MORNING + timedelta(hours=1), how="closed", chunks=5,
        size=1000, file_hash="ab" * 32,
    )  # fmt: skip
    return number


async def test_nothing_is_recorded_until_the_management_decides(group: Group) -> None:
    gerance = group.management()
    assert {row.site_code: row.policy for row in await list_policies(gerance.database)} == {
        code: Policy("off", 90) for code in ("lilas", "port", "bocage")
    }
    await choose_policy(gerance, site_code="lilas", choice="support", keep_days=30)
    await choose_policy(gerance, site_code="lilas", choice="all", keep_days=7)
    policies = {row.site_code: row.policy for row in await list_policies(group.database(DOOR_LOGIN))}
    assert policies["lilas"] == Policy("all", 7)
    assert policies["port"] == Policy("off", 90)
    assert group.cluster.ask(
        "SELECT operation, staff_id, new_values->>'choice' FROM audit_entries "
        "WHERE table_name = 'recording_policies' ORDER BY id",
        group.name,
    ) == [("INSERT", group.ids["gerance"], "support"), ("UPDATE", group.ids["gerance"], "all")]


async def test_what_is_refused(group: Group) -> None:
    gerance = group.management()
    with pytest.raises(Refused, match="sometimes"):
        await choose_policy(gerance, site_code="lilas", choice="sometimes", keep_days=30)
    for days in (0, 1096, -5):
        with pytest.raises(Refused, match="1095"):
            await choose_policy(gerance, site_code="lilas", choice="all", keep_days=days)
    with pytest.raises(NotFound):
        await choose_policy(gerance, site_code="nowhere", choice="all", keep_days=30)
    with pytest.raises(NotAllowed):
        await choose_policy(group.context("vet.lilas"), site_code="lilas", choice="all", keep_days=30)


async def test_the_doors_are_told_at_once(group: Group) -> None:
    notices = Notices(group.url(DOOR_LOGIN), [RECORDINGS_CHANGED])
    told: asyncio.Queue[str] = asyncio.Queue()
    notices.subscribe(RECORDINGS_CHANGED, told.put_nowait)
    notices.start()
    try:
        for _ in range(50):  # until it listens
            await choose_policy(group.management(), site_code="port", choice="all", keep_days=30)
            try:
                async with asyncio.timeout(0.2):
                    assert await told.get() == "port"
                    return
            except TimeoutError:
                continue
        pytest.fail("nobody was told")
    finally:
        await notices.close()


async def test_what_is_written_down_of_a_recording(door: Database, group: Group) -> None:
    number = await begin_recording(door, beginning=beginning(group, "one"))
    assert [row.id for row in await list_unclosed(door, installation="here")] == [number]
    assert await list_unclosed(door, installation="elsewhere") == []
    await close_recording(
        door, recording_id=number, site_code="lilas", ended_at=MORNING + timedelta(minutes=5), how="broken_off",
        chunks=5, size=1000, file_hash="ab" * 32,
    )  # fmt: skip
    assert await list_unclosed(door, installation="here") == []
    row = await find_recording(group.management().database, recording_id=number)
    assert (row.login, row.session_number, row.reason) == ("vet.lilas", 3, "all")
    assert row.kept_until == MORNING + timedelta(days=90)
    assert row.closing is not None
    assert (row.closing.how, row.closing.chunks, row.closing.size) == ("broken_off", 5, 1000)
    written = group.cluster.ask(
        "SELECT table_name, staff_id FROM audit_entries WHERE table_name LIKE 'recording%' ORDER BY id", group.name
    )
    assert written == [("recordings", 1), ("recording_closings", 1)]


async def test_the_closings_of_a_site_are_a_chain_of_their_own(door: Database, group: Group) -> None:
    for name, code in (("a", "lilas"), ("b", "port"), ("c", "lilas"), ("d", "lilas")):
        await recorded(door, group, name, site_code=code)
    rows = await list_recordings(door)
    chains: dict[str, list[RecordingRow]] = {}
    for row in sorted(rows, key=lambda row: row.id):
        chains.setdefault(row.site_code, []).append(row)
    for chain in chains.values():
        previous = ""
        for sequence, row in enumerate(chain, start=1):
            closing = row.closing
            assert closing is not None
            assert (closing.sequence, closing.previous_hash) == (sequence, previous)
            assert closing.hash == closing_hash(previous, row.facts(closing))
            previous = closing.hash
    assert {code: len(chain) for code, chain in chains.items()} == {"lilas": 3, "port": 1}


async def test_many_doors_close_at_once_and_the_chain_holds(group: Group) -> None:
    doors = [Database(group.url(DOOR_LOGIN)) for _ in range(4)]
    try:
        numbers = await asyncio.gather(*(recorded(doors[n % 4], group, f"n{n}") for n in range(24)))
        assert len(set(numbers)) == 24
        rows = [row for row in await list_recordings(doors[0]) if row.closing is not None]
        closings = sorted((row.closing for row in rows if row.closing), key=lambda closing: closing.sequence)
        assert [closing.sequence for closing in closings] == list(range(1, 25))
        before = ["", *(closing.hash for closing in closings[:-1])]
        assert [closing.previous_hash for closing in closings] == before
    finally:
        for one in doors:
            await one.close()


async def test_rows_are_never_changed_and_closed_once(door: Database, group: Group) -> None:
    number = await recorded(door, group, "one")
    await note_use(group.management(), recording_id=number, what="played", account="root", reason="")
    for login in (DOOR_LOGIN, MANAGEMENT_LOGIN):
        with psycopg.connect(group.url(login), autocommit=True) as connection:
            connection.execute("SELECT set_config('vpterm.staff', '1', false)")
            for table in TABLES[1:]:
                for statement in (f"DELETE FROM {table}", f"UPDATE {table} SET created_by = 1", f"TRUNCATE {table}"):
                    with pytest.raises(psycopg.Error) as refusal:
                        connection.execute(statement.encode())
                    assert refusal.value.sqlstate in {"42501", "VP003"}, statement
    with psycopg.connect(group.cluster.superuser_url(group.name), autocommit=True) as superuser:
        superuser.execute("SELECT set_config('vpterm.staff', '1', false)")
        with pytest.raises(psycopg.Error, match="never changed"):
            superuser.execute("DELETE FROM recording_closings")
    with pytest.raises(Exception, match="recording_closings"):
        await close_recording(
            door, recording_id=number, site_code="lilas", ended_at=MORNING, how="closed", chunks=1, size=1, file_hash=""
        )  # fmt: skip


async def test_a_closing_is_of_its_recordings_site(door: Database, group: Group) -> None:
    number = await begin_recording(door, beginning=beginning(group, "one"))
    with pytest.raises(Exception, match="site"):
        await close_recording(
            door, recording_id=number, site_code="port", ended_at=MORNING, how="closed", chunks=1, size=1, file_hash=""
        )  # fmt: skip


async def test_no_site_reads_what_was_recorded_of_its_people(door: Database, group: Group) -> None:
    await recorded(door, group, "one")
    with psycopg.connect(group.site_url("lilas"), autocommit=True) as connection:
        connection.execute("SELECT set_config('vpterm.staff', %s, false)", (str(group.ids["vet.lilas"]),))
        for table in TABLES[1:]:
            for statement in (f"SELECT * FROM {table}", f"INSERT INTO {table} DEFAULT VALUES"):
                with pytest.raises(psycopg.Error) as refusal:
                    connection.execute(statement.encode())
                assert refusal.value.sqlstate == "42501", statement
        assert connection.execute("SELECT count(*) FROM recording_policies").fetchone() == (0,)  # people may know
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(
                "INSERT INTO recording_policies (site_code, choice, keep_days) VALUES ('port', 'off', 9)"
            )
    with psycopg.connect(group.url(DOOR_LOGIN), autocommit=True) as connection:
        connection.execute("SELECT set_config('vpterm.staff', '1', false)")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):  # the gateway obeys, it decides nothing
            connection.execute(
                "INSERT INTO recording_policies (site_code, choice, keep_days) VALUES ('port', 'off', 9)"
            )


async def test_what_is_kept_long_enough_is_removed_and_said_so(door: Database, group: Group) -> None:
    number = await recorded(door, group, "old", keep_days=1)
    young = await recorded(door, group, "young", keep_days=90)
    elsewhere = await recorded(door, group, "elsewhere", keep_days=1, installation="elsewhere")
    now = MORNING + timedelta(days=2)
    assert [row.id for row in await list_expired(door, installation="here", now=now)] == [number]
    deleted: list[int] = []

    def stays() -> None:
        raise PermissionError

    with pytest.raises(Refused):
        await remove_recording(door, recording_id=number, now=now, delete=stays)
    assert await list_uses(door, recording_id=number) == []
    await remove_recording(door, recording_id=number, now=now, delete=lambda: deleted.append(number))
    assert deleted == [number]
    assert await list_expired(door, installation="here", now=now) == []
    rows = {row.id: row.removed_at for row in await list_recordings(door)}
    assert rows == {number: now, young: None, elsewhere: None}


async def test_who_looked_is_written_down(door: Database, group: Group) -> None:
    number = await recorded(door, group, "one")
    gerance = group.management()
    await note_use(gerance, recording_id=number, what="played", account="root (helene)", reason="plainte du 3")
    await note_use(gerance, recording_id=number, what="exported", account="root", reason="")
    uses = await list_uses(gerance.database, recording_id=number)
    assert [(use.what, use.account, use.reason, use.staff_id) for use in uses] == [
        ("played", "root (helene)", "plainte du 3", group.ids["gerance"]),
        ("exported", "root", "", group.ids["gerance"]),
    ]
    assert uses[0].happened_at == MORNING
    with pytest.raises(NotAllowed):
        await note_use(group.context("vet.lilas"), recording_id=number, what="played", account="", reason="")
    with pytest.raises(NotFound):
        await find_recording(door, recording_id=number + 1)


async def test_recordings_are_found_by_site_and_person(door: Database, group: Group) -> None:
    mine = await recorded(door, group, "one")
    theirs = await recorded(door, group, "two", site_code="port", staff_id=group.ids["vet.port"])
    newest = await recorded(door, group, "three", began_at=datetime(2026, 11, 25, tzinfo=UTC))
    assert [row.id for row in await list_recordings(door)] == [newest, theirs, mine]
    assert [row.id for row in await list_recordings(door, site_code="port")] == [theirs]
    assert [row.id for row in await list_recordings(door, login="vet.lilas")] == [newest, mine]
    assert [row.id for row in await list_recordings(door, most=1)] == [newest]
