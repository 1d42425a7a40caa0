"""Old logins are forgotten, by the owner alone, and nothing else ever leaves an append-only table."""

from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from sqlalchemy import text

from tests.world import Group
from vpterm.database.roles import DOOR_LOGIN, MANAGEMENT_LOGIN, OWNER
from vpterm.kernel.errors import Refused, VptermError
from vpterm.practice.staff.forgetting import forget_identity_changes, forget_logins
from vpterm.practice.staff.logins import list_logins, record_login

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)


async def note(group: Group, *days_ago: int) -> None:
    for days in days_ago:
        await record_login(
            group.database(DOOR_LOGIN), happened_at=NOW - timedelta(days=days), login="vet.lilas", address="192.0.2.7",
            method="password", accepted=True,
        )  # fmt: skip


async def test_logins_of_more_than_a_year_ago_are_forgotten_and_the_others_are_not(
    group: Group, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vpterm.practice.staff.forgetting.AT_ONCE", 2)
    await note(group, 400, 399, 398, 397, 366, 364, 1)
    assert await forget_logins(group.database(OWNER), now=NOW) == 5
    left = await list_logins(group.database(DOOR_LOGIN), login="vet.lilas")
    assert [(NOW - row.happened_at).days for row in left] == [1, 364]
    assert await forget_logins(group.database(OWNER), now=NOW, kept_for=timedelta(days=180)) == 1
    assert await forget_logins(group.database(OWNER), now=NOW, kept_for=timedelta(days=180)) == 0


async def test_what_the_doors_ask_about_is_never_forgotten(group: Group) -> None:
    await note(group, 59)
    with pytest.raises(Refused):
        await forget_logins(group.database(OWNER), now=NOW, kept_for=timedelta(days=60))
    assert len(await list_logins(group.database(DOOR_LOGIN), login="vet.lilas")) == 1


@pytest.mark.parametrize("login", [DOOR_LOGIN, MANAGEMENT_LOGIN])
async def test_nobody_but_the_owner_forgets(group: Group, login: str) -> None:
    await note(group, 400)
    with pytest.raises(VptermError):
        await forget_logins(group.database(login), now=NOW)
    assert len(await list_logins(group.database(DOOR_LOGIN), login="vet.lilas")) == 1


async def test_afterwards_the_lock_is_on_again_for_the_owner_too(group: Group) -> None:
    await note(group, 400, 1)
    await forget_logins(group.database(OWNER), now=NOW)
    await forget_identity_changes(group.database(OWNER), now=NOW)
    with psycopg.connect(group.url(OWNER)) as connection:
        connection.execute("SELECT set_config('vpterm.staff', '1', false)")
        for table in ("login_events", "identity_changes"):
            with pytest.raises(psycopg.Error, match="never changed"), connection.transaction():
                connection.execute(f"DELETE FROM {table}".encode())
            asked = f"SELECT tgenabled FROM pg_trigger WHERE tgname = 'b_append_only' AND tgrelid = '{table}'::regclass"
            assert connection.execute(asked.encode()).fetchall() == [("A",)]


async def test_changes_of_identity_are_kept_for_three_years(group: Group) -> None:
    owner = group.database(OWNER)
    async with owner.transaction(staff_id=1) as connection:
        for days in (1200, 1000):
            await connection.execute(
                text("INSERT INTO identity_changes (staff_id, happened_at, what) VALUES (1, :at, 'password')"),
                {"at": NOW - timedelta(days=days)},
            )
    assert await forget_identity_changes(owner, now=NOW) == 1
    assert await forget_identity_changes(owner, now=NOW) == 0
