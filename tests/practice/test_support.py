"""The trail of support in the database: the gateway writes it, nobody changes it, no site reads it."""

from datetime import UTC, datetime

import psycopg
import pytest

from tests.world import Group
from vpterm.database.roles import DOOR_LOGIN, MANAGEMENT_LOGIN, site_login
from vpterm.kernel.errors import Refused
from vpterm.practice.staff.rules import Role, works_there
from vpterm.practice.support.actions import Event, note_event
from vpterm.practice.support.queries import list_events
from vpterm.practice.support.rules import Grant, Happening, Reach, check_grant, check_reason

NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)


def event(group: Group, kind: Happening, request: int | None = None) -> Event:
    return Event(
        kind=kind, happened_at=NOW, supporter_id=group.ids["support"], person_id=group.ids["vet.lilas"],
        site_code="lilas", session_number=3, request_id=request, reason="the printer", reach="view", minutes=15,
    )  # fmt: skip


async def test_a_request_and_its_answer_are_written_and_read_by_whom_they_concern(group: Group) -> None:
    door = group.database(DOOR_LOGIN)
    request = await note_event(door, by=group.ids["support"], event=event(group, Happening.ASKED))
    await note_event(door, by=group.ids["vet.lilas"], event=event(group, Happening.GRANTED, request))
    rows = await list_events(group.database(MANAGEMENT_LOGIN))
    assert [(row.kind, row.request_id, row.supporter, row.person, row.by) for row in rows] == [
        (Happening.GRANTED, request, "support", "vet.lilas", "vet.lilas"),
        (Happening.ASKED, request, "support", "vet.lilas", "support"),
    ]
    assert len(await list_events(door, person_id=group.ids["vet.lilas"])) == 2
    assert await list_events(door, person_id=group.ids["asv.lilas"]) == []
    audited = group.cluster.ask(
        "SELECT operation, staff_id FROM audit_entries WHERE table_name = 'support_events' ORDER BY id", group.name
    )
    assert audited == [("INSERT", group.ids["support"]), ("INSERT", group.ids["vet.lilas"])]


@pytest.mark.parametrize("login", [DOOR_LOGIN, MANAGEMENT_LOGIN])
@pytest.mark.parametrize("statement", ["UPDATE support_events SET reason = 'x'", "DELETE FROM support_events"])
async def test_nobody_changes_the_trail(group: Group, login: str, statement: str) -> None:
    await note_event(group.database(DOOR_LOGIN), by=group.ids["support"], event=event(group, Happening.ASKED))
    with psycopg.connect(group.url(login)) as connection, pytest.raises(psycopg.Error):
        connection.execute(statement.encode())
    assert len(await list_events(group.database(MANAGEMENT_LOGIN))) == 1


async def test_no_site_reads_it(group: Group) -> None:
    await note_event(group.database(DOOR_LOGIN), by=group.ids["support"], event=event(group, Happening.ASKED))
    refused = pytest.raises(psycopg.errors.InsufficientPrivilege)
    with psycopg.connect(group.url(site_login("lilas"))) as connection, refused:
        connection.execute("SELECT * FROM support_events")


def test_support_works_nowhere() -> None:
    assert not works_there(frozenset({Role.SUPPORT}))
    assert works_there(frozenset({Role.SUPPORT, Role.VET}))


@pytest.mark.parametrize("text", ["", "  a  ", "x" * 121])
def test_a_reason_is_given(text: str) -> None:
    with pytest.raises(Refused):
        check_reason(text)


def test_a_grant_is_one_of_those_offered() -> None:
    assert check_grant(reach="type", minutes="30", sees_private=True) == Grant(Reach.TYPE, 30, True)
    for reach, minutes in (("all", "15"), ("view", "1000"), ("view", ""), ("view", "-5")):
        with pytest.raises(Refused):
            check_grant(reach=reach, minutes=minutes, sees_private=False)
