"""The catalogue itself: no table, view or function of the database may open a hole, whoever added it."""

import psycopg
import pytest

from tests.database.leakable import partitioned_tables
from tests.world import Group
from vpterm.database.roles import FUNCTIONS, OWNER
from vpterm.database.sharing import Sharing
from vpterm.database.tables import Table, declared_tables
from vpterm.database.walls import has_policies

# Functions that look over a wall: each says its reason in a comment above its definition, and is tested there.
DEFINERS = {
    "audit_row", "balances_elsewhere", "bookings_touching", "busy_spans", "carry_bookings", "chain_till_entry",
    "close_till", "holds_of_animal", "invoices_elsewhere", "note_login_here", "number_invoice", "way_in_here",
}  # fmt: skip


@pytest.fixture
def catalogue(group: Group) -> psycopg.Connection:
    return psycopg.connect(group.cluster.superuser_url(group.name), autocommit=True)


def holes(catalogue: psycopg.Connection) -> set[str]:
    """The names of all tables, views and functions that break the rules of the walls."""
    found: set[str] = set()
    declared = declared_tables()
    relations = catalogue.execute(
        "SELECT relname, relkind, relrowsecurity, relforcerowsecurity, coalesce(array_to_string(reloptions, ','), ''), "
        "pg_get_userbyid(relowner), EXISTS (SELECT 1 FROM pg_attribute WHERE attrelid = c.oid AND attname = 'site_id') "
        "FROM pg_class c WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v', 'm', 'f')"
    ).fetchall()
    for name, kind, enabled, forced, options, owner, has_site in relations:
        table = declared.get(name)
        walled = table is not None and has_policies(table.__sharing__)
        broken = {
            "a view that reads as its owner": kind == "v" and "security_invoker=true" not in options,
            "a copy that no policy follows": kind in {"m", "f"},
            "undeclared": kind != "v" and table is None and name != "alembic_version",
            "another owner": kind != "v" and owner != OWNER,
            "walls not in force": walled and not (enabled and forced),
            "sites without walls": table is not None and has_site and not walled and name != "staff_sites",
        }
        if any(broken.values()):
            found.add(name)
    definers = catalogue.execute(
        "SELECT p.proname, pg_get_userbyid(p.proowner), coalesce(array_to_string(p.proconfig, ','), '') FROM pg_proc p "
        "WHERE pronamespace = 'public'::regnamespace AND prosecdef"
    ).fetchall()
    for name, owner, settings in definers:
        if name not in DEFINERS or owner != FUNCTIONS or "search_path" not in settings:
            found.add(name)
    granted = catalogue.execute(
        "SELECT table_name FROM information_schema.role_table_grants WHERE table_schema = 'public' "
        "AND grantee = 'PUBLIC' AND table_name NOT LIKE 'pg_%'"
    ).fetchall()
    return found | {name for (name,) in granted}


def test_there_is_no_hole(catalogue: psycopg.Connection) -> None:
    assert holes(catalogue) == set()


@pytest.mark.parametrize(
    ("name", "statement"),
    [
        ("undeclared", "CREATE TABLE undeclared (site_id bigint); ALTER TABLE undeclared OWNER TO vpterm_owner"),
        ("peep", "CREATE VIEW peep AS SELECT * FROM invoices"),
        ("frozen", "CREATE MATERIALIZED VIEW frozen AS SELECT * FROM invoices"),
        ("visits", "ALTER TABLE visits NO FORCE ROW LEVEL SECURITY"),
        ("invoices", "ALTER TABLE invoices DISABLE ROW LEVEL SECURITY"),
        ("clients", "GRANT SELECT ON clients TO PUBLIC"),
        ("lookout", "CREATE FUNCTION lookout() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1'"),
    ],
)
def test_a_hole_is_found(catalogue: psycopg.Connection, name: str, statement: str) -> None:
    catalogue.execute(statement.encode())
    assert holes(catalogue) == {name}


def test_every_partitioned_table_has_its_policies(catalogue: psycopg.Connection) -> None:
    rows = catalogue.execute("SELECT tablename, count(*) FROM pg_policies GROUP BY 1").fetchall()
    counts: dict[str, int] = dict(rows)
    for name in partitioned_tables():
        assert counts.get(name, 0) >= 2, name


def test_policies_ask_functions_once_a_statement(catalogue: psycopg.Connection) -> None:
    for table, text in catalogue.execute(
        "SELECT tablename, coalesce(qual, '') || coalesce(with_check, '') FROM pg_policies"
    ):
        bare = text.replace("( SELECT current_site_id()", "").replace("( SELECT sharing_choice(", "")
        assert "current_site_id(" not in bare, table
        assert "sharing_choice(" not in bare, table


def test_a_table_without_a_declaration_cannot_be_written() -> None:
    with pytest.raises(TypeError, match="does not declare how it is shared"):
        type("Silent", (Table,), {"__tablename__": "silent"})
    assert isinstance(declared_tables()["invoices"].__sharing__, Sharing)
