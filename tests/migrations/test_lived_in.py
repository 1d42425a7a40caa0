"""Clinics that have worked on an older schema: every later revision, step by step, keeps their rows and their walls.

A revision that gives a column another content on purpose names it in `REWRITTEN`; nothing else here knows revisions.
"""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from tests.database.leakable import partitioned_tables
from tests.database.test_catalogue import holes
from tests.migrations.test_history import dump
from tests.world import Cluster, Group
from vpterm.database.engine import Database
from vpterm.database.logins import make_database
from vpterm.database.roles import MANAGEMENT_LOGIN, OWNER
from vpterm.database.sharing import GroupChoice
from vpterm.kernel.money import Money
from vpterm.migrations.draft import schema_sql
from vpterm.migrations.history import current_revision, revisions, upgrade
from vpterm.practice.billing.actions import add_line, prepare_invoice
from vpterm.practice.billing.issuing import issue_invoice
from vpterm.practice.care.queries import timeline
from vpterm.practice.till.verification import verify_journal

FROZEN = Path(__file__).parent / "morning_0001.sql"
REWRITTEN: set[tuple[str, str]] = set()  # (table, column)
NAME = "lived_in"
Rows = dict[str, list[dict[str, object]]]


@pytest.fixture
def lived_in(cluster: Cluster) -> Iterator[str]:
    """A database at 0001 with the frozen morning in it: the owner's address."""
    make_database(cluster.superuser_url("postgres"), NAME)
    try:
        owner = cluster.server.url(OWNER, database=NAME)
        upgrade(owner, "0001")
        with psycopg.connect(cluster.superuser_url(NAME)) as connection:
            pour(connection)
        yield owner
    finally:
        cluster.drop_database(NAME)


def pour(connection: psycopg.Connection) -> None:
    """Put the frozen rows in as they were: no trigger signs, numbers or chains them anew, not even those of always."""
    connection.execute("SET session_replication_role = replica")
    always = connection.execute(
        "SELECT format('%I', relname), format('%I', tgname) FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid "
        "WHERE tgenabled = 'A'"
    ).fetchall()
    for table, trigger in always:
        connection.execute(f"ALTER TABLE {table} DISABLE TRIGGER {trigger}".encode())
    connection.execute("DELETE FROM sharing_choices")
    connection.execute("DELETE FROM staff")
    connection.execute(FROZEN.read_bytes())
    for table, trigger in always:
        connection.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {trigger}".encode())


def all_rows(cluster: Cluster) -> Rows:
    """Every row of every table, as JSON has it."""
    with psycopg.connect(cluster.superuser_url(NAME), autocommit=True) as connection:
        tables = connection.execute(
            "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') "
            "AND relname <> 'alembic_version'"
        ).fetchall()
        return {
            name: [
                row
                for (row,) in connection.execute(
                    sql.SQL("SELECT to_jsonb(t) FROM {} t").format(sql.Identifier(name))
                ).fetchall()
            ]
            for (name,) in tables
        }


def lost(before: Rows, after: Rows) -> list[tuple[str, dict[str, object]]]:
    """The rows of tables that still are, of which no row of now has all the values of the columns that still are."""
    found = []
    for table in before.keys() & after.keys():
        then, now = ({column for row in rows[table][:1] for column in row} for rows in (before, after))
        columns = {column for column in then & now if (table, column) not in REWRITTEN}
        kept = {shape(row, columns) for row in after[table]}
        found += [(table, row) for row in before[table] if shape(row, columns) not in kept]
    return found


def shape(row: dict[str, object], columns: set[str]) -> frozenset[tuple[str, str]]:
    return frozenset((column, repr(row[column])) for column in columns)


def test_the_morning_is_a_real_one(cluster: Cluster, lived_in: str) -> None:
    """Rows of two sites in every partitioned table of 0001, or a wall could fall without anything to see."""
    rows = all_rows(cluster)
    sites = {
        table: len({row["site_id"] for row in rows[table] if row.get("site_id")})
        for table in partitioned_tables()
        if table in rows
    }
    assert {table: count for table, count in sites.items() if count < 2} == {}
    assert current_revision(lived_in) == "0001"


def test_every_revision_keeps_every_row(cluster: Cluster, lived_in: str) -> None:
    for revision in revisions()[1:]:
        before = all_rows(cluster)
        upgrade(lived_in, revision)
        assert current_revision(lived_in) == revision
        assert lost(before, all_rows(cluster)) == [], revision


def test_the_schema_is_the_declared_one_and_has_no_hole(cluster: Cluster, lived_in: str) -> None:
    upgrade(lived_in)
    make_database(cluster.superuser_url("postgres"), "as_declared_today")
    try:
        with psycopg.connect(cluster.server.url(OWNER, database="as_declared_today")) as connection:
            connection.execute(schema_sql().encode())
        assert dump(cluster, NAME) == dump(cluster, "as_declared_today")
    finally:
        cluster.drop_database("as_declared_today")
    with psycopg.connect(cluster.superuser_url(NAME), autocommit=True) as catalogue:
        assert holes(catalogue) == set()


@pytest.mark.parametrize("code", ["lilas", "port"])
def test_each_site_still_sees_its_own_rows_and_no_others(cluster: Cluster, lived_in: str, code: str) -> None:
    upgrade(lived_in)
    rows = all_rows(cluster)
    here = Group(cluster, NAME).ids[code]
    with psycopg.connect(Group(cluster, NAME).site_url(code), autocommit=True) as connection:
        for table, mapped in partitioned_tables().items():
            visible = connection.execute(sql.SQL("SELECT site_id FROM {}").format(sql.Identifier(table))).fetchall()
            own = [row for row in rows[table] if row["site_id"] == here]
            assert visible.count((here,)) == len(own), table
            shared = isinstance(mapped.__sharing__, GroupChoice) and bool(mapped.__sharing__.read_when)
            assert shared or len(visible) == len(own), table


def test_work_goes_on_where_it_was(cluster: Cluster, lived_in: str) -> None:
    """The tills are whole, the record is read, the next invoice has the next number."""
    upgrade(lived_in)
    asyncio.run(go_on(Group(cluster, NAME)))


async def go_on(group: Group) -> None:
    management = Database(group.url(MANAGEMENT_LOGIN))
    try:
        for code in ("lilas", "port"):
            verified = await verify_journal(management, group.ids[code])
            assert (verified.ok, verified.count) == (True, 3), verified
        vet = group.context("vet.lilas")
        notes = [row.text for row in await timeline(vet, animal_id=1)]
        assert any("vaccin fait" in note for note in notes)
        invoice_id = await prepare_invoice(vet, client_id=2)
        await add_line(vet, invoice_id=invoice_id, label="Collier", unit_price=Money("12.40"))
        assert await issue_invoice(vet, invoice_id=invoice_id) == "L-2026-000003"
    finally:
        await management.close()
        await group.close()


def test_a_row_that_is_lost_or_changed_is_found() -> None:
    before: Rows = {"clients": [{"id": 1, "name": "Martin"}, {"id": 2, "name": "Dubois"}]}
    assert lost(before, {"clients": [{"id": 1, "name": "Martin", "new": None}]}) == [("clients", before["clients"][1])]
    assert lost(before, {"clients": [{"id": 1}, {"id": 2}]}) == []
    assert lost(before, {"clients": [{"id": 1, "name": "Martin"}, {"id": 2, "name": "D"}]}) != []
