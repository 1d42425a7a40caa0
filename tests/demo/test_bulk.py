"""The bulk path: what it adds can be found and read like everything else, and it leaves every wall as it was."""

from typing import Any

import psycopg
import pytest
from psycopg import AsyncConnection

from tests.practice.clinic_day import open_clinic
from tests.world import Group
from vpterm.database import roles
from vpterm.demo.bulk import TABLES, Added, add_clients
from vpterm.demo.unguarded import unguarded
from vpterm.kernel.errors import Refused
from vpterm.practice.agenda.queries import day_agenda
from vpterm.practice.animals.library import load_library
from vpterm.practice.animals.search import search
from vpterm.practice.care.queries import timeline
from vpterm.practice.fees.actions import load_base_fees

CATALOGUE = """
SELECT 'trigger', tgrelid::regclass::text, tgname, tgenabled::text FROM pg_trigger WHERE NOT tgisinternal
UNION ALL SELECT 'table', relname, relrowsecurity::text, relforcerowsecurity::text FROM pg_class WHERE relkind = 'r'
UNION ALL SELECT 'constraint', conrelid::regclass::text, conname, pg_get_constraintdef(oid) || convalidated
  FROM pg_constraint WHERE conrelid <> 0
UNION ALL SELECT 'index', '', indexrelid::regclass::text, pg_get_indexdef(indexrelid) || indisvalid FROM pg_index
ORDER BY 1, 2, 3, 4
"""


def rows(group: Group, statement: str) -> list[tuple[Any, ...]]:
    """As the superuser, whom no wall stops."""
    with psycopg.connect(group.cluster.superuser_url(group.name)) as connection:
        return connection.execute(statement.encode()).fetchall()


async def furnish(group: Group) -> None:
    await load_library(group.management())
    await load_base_fees(group.management())
    await open_clinic(group)


async def test_it_adds_what_it_says_and_leaves_the_walls_as_they_were(group: Group) -> None:
    await furnish(group)
    before = rows(group, CATALOGUE)
    said: list[str] = []
    added = await add_clients(group, count=500, progress=said.append, now=group.clock())
    # of 20 clients in a row 11 have one animal, 6 two, 3 three
    assert added == Added(clients=500, animals=800, first_client=1)
    assert rows(group, CATALOGUE) == before
    counted = rows(
        group,
        "SELECT (SELECT count(*) FROM clients), (SELECT count(*) FROM client_phones), (SELECT count(*) FROM animals), "
        "(SELECT count(*) FROM animal_weights), (SELECT count(*) FROM record_entries), "
        "(SELECT count(*) FROM performed_services)",
    )
    assert counted == [(500, 600, 800, 1600, 2400, 2400)]
    assert said


async def test_what_it_added_is_found_as_the_site(group: Group) -> None:
    await furnish(group)
    await add_clients(group, count=300, progress=lambda _said: None, now=group.clock())
    client, name, town, animal = rows(
        group,
        "SELECT c.id, c.name_key, c.town, a.id FROM clients c JOIN animals a ON a.client_id = c.id "
        "WHERE length(c.name_key) > 12 ORDER BY c.id LIMIT 1",
    )[0]
    context = group.context("vet.lilas")
    assert (client, town) in [(hit.client_id, hit.town) for hit in await search(context, text=name)]
    mistyped = name[:3] + name[4:]
    assert client in [hit.client_id for hit in await search(context, text=mistyped)]
    story = await timeline(context, animal_id=animal)
    assert sorted({row.kind for row in story}) == ["consultation", "service", "weight"]
    assert len(story) == 3 + 3 + 2
    assert len((await day_agenda(context, day=context.today())).bookings) > 10


async def test_the_next_client_gets_the_next_number(group: Group) -> None:
    await furnish(group)
    first = await add_clients(group, count=20, progress=lambda _said: None)
    second = await add_clients(group, count=20, progress=lambda _said: None)
    assert second.first_client > first.first_client + 19
    assert rows(group, "SELECT count(*) FROM clients") == [(40,)]


async def test_broken_off_it_leaves_nothing(group: Group) -> None:
    await furnish(group)
    before = rows(group, CATALOGUE)

    def give_up(_said: str) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await add_clients(group, count=100, progress=give_up)
    assert rows(group, CATALOGUE) == before
    assert rows(group, "SELECT count(*) FROM clients") == [(0,)]


async def test_without_libraries_it_refuses(group: Group) -> None:
    with pytest.raises(Refused):
        await add_clients(group, count=10, progress=lambda _said: None)


async def test_tables_of_money_are_never_opened(group: Group) -> None:
    assert "invoices" not in TABLES
    async with await AsyncConnection.connect(group.url(roles.OWNER)) as connection:
        with pytest.raises(ValueError, match="money"):
            async with unguarded(connection, ["clients", "till_entries"]):
                pass
