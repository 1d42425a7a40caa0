"""The history of the schema: from nothing, again, and equal to what the tables declare today."""

import subprocess
from pathlib import Path

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Column, Index, create_engine
from sqlalchemy.engine import make_url

from tests.world import Cluster, Group
from vpterm.database.binaries import find_binaries
from vpterm.database.logins import make_database
from vpterm.database.roles import OWNER
from vpterm.database.tables import Table
from vpterm.migrations.draft import load_tables, schema_sql
from vpterm.migrations.history import current_revision, newest_revision, upgrade


def dump(cluster: Cluster, database: str) -> list[str]:
    """The schema as pg_dump writes it, without what differs from run to run."""
    program = find_binaries() / "pg_dump"
    if not program.exists():
        pytest.skip("these PostgreSQL programs come without pg_dump")
    text = subprocess.run(
        [str(program), "--schema-only", "--exclude-table=alembic_version", "-d", cluster.superuser_url(database)],
        check=True, capture_output=True, text=True,
    ).stdout  # fmt: skip
    return sorted(
        line for line in text.splitlines() if line and not line.startswith(("--", "\\restrict", "\\unrestrict"))
    )


def test_an_empty_database_reaches_the_newest_schema_and_stays_there(cluster: Cluster) -> None:
    make_database(cluster.superuser_url("postgres"), "from_empty")
    try:
        url = cluster.server.url(OWNER, database="from_empty")
        assert current_revision(url) is None
        upgrade(url)
        assert current_revision(url) == newest_revision()
        upgrade(url)
        assert current_revision(url) == newest_revision()
    finally:
        cluster.drop_database("from_empty")


def test_the_newest_revision_is_what_alembic_takes_for_it() -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parents[2] / "vpterm" / "migrations"))
    assert newest_revision() == ScriptDirectory.from_config(config).get_current_head()


def test_the_migrations_make_what_the_tables_declare(group: Group) -> None:
    cluster = group.cluster
    make_database(cluster.superuser_url("postgres"), "as_declared")
    try:
        with psycopg.connect(cluster.server.url(OWNER, database="as_declared")) as connection:
            connection.execute(schema_sql().encode())
        assert dump(cluster, group.name) == dump(cluster, "as_declared")
    finally:
        cluster.drop_database("as_declared")


def test_alembic_finds_nothing_to_change(group: Group) -> None:
    load_tables()
    url = make_url(group.cluster.superuser_url(group.name)).set(drivername="postgresql+psycopg")
    engine = create_engine(url)
    with engine.connect() as connection:
        differences = compare_metadata(MigrationContext.configure(connection), Table.metadata)
    engine.dispose()
    # The references of attribution are made by the walls (every table points at staff), not by the metadata.
    # Indexes on expressions are spelt differently by PostgreSQL; the dump above compares them to the letter.
    foreign = [
        difference
        for difference in differences
        if not (isinstance(difference, tuple) and (difference[0] == "remove_fk" or is_on_expression(difference)))
    ]
    assert foreign == []


def is_on_expression(difference: tuple[object, ...]) -> bool:
    index = difference[1]
    return isinstance(index, Index) and not all(isinstance(part, Column) for part in index.expressions)


def test_logins_written_down_before_guesses_were_counted_keep_their_address(cluster: Cluster) -> None:
    make_database(cluster.superuser_url("postgres"), "before_identity")
    try:
        url = cluster.server.url(OWNER, database="before_identity")
        upgrade(url, "0001")
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("SELECT set_config('vpterm.staff', '1', false)")
            connection.execute(
                "INSERT INTO login_events (login, happened_at, address, method, accepted)"
                " VALUES ('vet.lilas', now(), '192.0.2.7', 'password', true)"
            )
        upgrade(url)
        with psycopg.connect(url, autocommit=True) as connection:
            assert connection.execute("SELECT network, changed_by FROM login_events").fetchall() == [("192.0.2.7", 1)]
            with pytest.raises(psycopg.Error, match="never changed"):  # the lock is on again
                connection.execute("UPDATE login_events SET network = ''")
    finally:
        cluster.drop_database("before_identity")


def test_a_released_migration_is_literal_text() -> None:
    folder = Path(__file__).parents[2] / "vpterm" / "migrations" / "versions"
    for revision in folder.glob("0*.py"):
        assert "draft" not in revision.read_text("utf-8")


def test_a_migration_does_not_wait_long_for_a_lock(cluster: Cluster) -> None:
    make_database(cluster.superuser_url("postgres"), "locked")
    try:
        url = cluster.server.url(OWNER, database="locked")
        with psycopg.connect(url) as holder:
            holder.execute("CREATE TABLE alembic_version (version_num text PRIMARY KEY)")
            with psycopg.connect(url, autocommit=True) as other:
                assert other.execute("SHOW lock_timeout").fetchone() == ("0",)
            with pytest.raises(Exception, match="lock timeout"):
                upgrade(url)
    finally:
        cluster.drop_database("locked")
