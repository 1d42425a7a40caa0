"""The walls between sites, attacked as each site's own login, with rows of the others that could leak."""

import psycopg
import pytest
from psycopg import errors, sql

from tests.database.leakable import SITES, fill_every_table, partitioned_tables, rows_of
from tests.world import Group
from vpterm.database.roles import DOOR_LOGIN, FUNCTIONS, MANAGEMENT, MANAGEMENT_LOGIN, OWNER, SITE, site_login
from vpterm.database.walls import is_append_only
from vpterm.practice.sharing.actions import choose_sharing

TABLES = sorted(partitioned_tables())
pytestmark = pytest.mark.usefixtures("filled")


@pytest.fixture
def filled(group: Group) -> None:
    fill_every_table(group)


def attack(group: Group, code: str) -> psycopg.Connection:
    """psql with the site's own address, as `vpterm db url` gives it; acting as the site's vet."""
    connection = psycopg.connect(group.site_url(code), autocommit=True)
    actor = {"lilas": "vet.lilas", "port": "vet.port", "bocage": "vet.bocage"}[code]
    connection.execute("SELECT set_config('vpterm.staff', %s, false)", (str(group.ids[actor]),))
    return connection


def seen(connection: psycopg.Connection, table: str, site_id: int) -> int:
    row = connection.execute(
        sql.SQL("SELECT count(*) FROM {} WHERE site_id <> %s").format(sql.Identifier(table)), (site_id,)
    ).fetchone()
    assert row is not None
    return int(row[0])


def changed(connection: psycopg.Connection, statement: str) -> int:
    """Rows that a statement changed; a refusal counts as none."""
    try:
        return connection.execute(statement.encode()).rowcount
    except psycopg.Error as refusal:
        # Refused by a grant, a policy or a trigger of ours: never by a slip of this test's own SQL.
        if refusal.sqlstate not in {"42501", "VP001", "VP002", "VP003", "23503", "23505"}:
            raise
        return 0


def test_the_data_that_could_leak_is_there(group: Group) -> None:
    for table in TABLES:
        for code in SITES:
            assert rows_of(group, table, group.ids[code]) > 0, (table, code)


@pytest.mark.parametrize("code", SITES)
def test_a_site_reads_its_own_rows_and_no_other(group: Group, code: str) -> None:
    with attack(group, code) as connection:
        for table in TABLES:
            # Resources, hours and reasons of others are readable under the default choice "free-busy".
            if table not in {"resources", "opening_hours", "reasons"}:
                assert seen(connection, table, group.ids[code]) == 0, table
            own = connection.execute(
                sql.SQL("SELECT count(*) FROM {} WHERE site_id = %s").format(sql.Identifier(table)), (group.ids[code],)
            ).fetchone()
            assert own == (rows_of(group, table, group.ids[code]),), table


@pytest.mark.parametrize("code", SITES)
async def test_under_hidden_not_even_the_shape_of_an_agenda_is_seen(group: Group, code: str) -> None:
    await choose_sharing(group.management(), subject="agenda", choice="hidden")
    await choose_sharing(group.management(), subject="balance", choice="hidden")
    with attack(group, code) as connection:
        for table in TABLES:
            assert seen(connection, table, group.ids[code]) == 0, table
        for other in SITES:
            if other != code:
                spans = connection.execute(
                    "SELECT * FROM busy_spans(%s, '[2026-01-01,2027-01-01)')", (group.ids[other],)
                ).fetchall()
                assert spans == []
                assert touching(connection, group.ids[other]) == []
        for looking in ("balances_elsewhere", "invoices_elsewhere"):
            assert connection.execute(f"SELECT * FROM {looking}(1)".encode()).fetchall() == [], looking


def touching(connection: psycopg.Connection, site_id: int) -> list[tuple[int]]:
    """The numbers of the site's bookings of the year, as this login may learn them."""
    return connection.execute("SELECT id FROM bookings_touching(%s, '[2026-01-01,2027-01-01)')", (site_id,)).fetchall()


async def test_free_busy_shows_spans_and_an_amount_shows_a_sum(group: Group) -> None:
    with attack(group, "lilas") as connection:
        spans = connection.execute(
            "SELECT resource_id FROM busy_spans(%s, '[2026-01-01,2027-01-01)')", (group.ids["port"],)
        ).fetchall()
        assert spans == [(2,)]
        # their numbers only where the rows themselves may be read; of the own site always
        assert touching(connection, group.ids["port"]) == []
        assert len(touching(connection, group.ids["lilas"])) == 1
        balances = connection.execute("SELECT site_id, balance FROM balances_elsewhere(1) ORDER BY 1").fetchall()
        assert [(site, float(amount)) for site, amount in balances] == [
            (group.ids["port"], 30.0),
            (group.ids["bocage"], 30.0),
        ]
    await choose_sharing(group.management(), subject="agenda", choice="full")
    with attack(group, "lilas") as connection:
        assert seen(connection, "bookings", group.ids["lilas"]) == 2
        assert seen(connection, "visits", group.ids["lilas"]) == 0


SETTINGS = ("vpterm.staff", "vpterm.site", "vpterm.site_id", "app.site_id", "request.site", "session_authorization")


@pytest.mark.parametrize("code", SITES)
def test_no_setting_opens_a_wall(group: Group, code: str) -> None:
    other = "port" if code != "port" else "lilas"
    with attack(group, code) as connection:
        for setting in SETTINGS[:-1]:
            for value in (str(group.ids[other]), site_login(other), "1"):
                connection.execute("SELECT set_config(%s, %s, false)", (setting, value))
                for table in ("invoices", "till_entries", "visits", "bookings", "form_drafts"):
                    assert seen(connection, table, group.ids[code]) == 0
        for setting, value in (("role", site_login(other)), ("session_authorization", site_login(other))):
            with pytest.raises(errors.InsufficientPrivilege):
                connection.execute("SELECT set_config(%s, %s, false)", (setting, value))
        # row_security = off does not lift policies: it makes the statement fail.
        connection.execute("SET row_security = off")
        with pytest.raises(errors.InsufficientPrivilege):
            connection.execute("SELECT * FROM invoices")


@pytest.mark.parametrize("code", SITES)
@pytest.mark.parametrize("role", [OWNER, MANAGEMENT, MANAGEMENT_LOGIN, FUNCTIONS, DOOR_LOGIN, "vpterm_server"])
def test_no_login_becomes_another(group: Group, code: str, role: str) -> None:
    other = site_login("port" if code != "port" else "lilas")
    with attack(group, code) as connection:
        for wanted in (role, other):
            for how in ("SET ROLE {}", "SET SESSION AUTHORIZATION {}", "SET LOCAL ROLE {}"):
                with pytest.raises(errors.InsufficientPrivilege):
                    connection.execute(sql.SQL(how).format(sql.Identifier(wanted)))
        # The group role that it is a member of gives no site at all: it has no login of its own.
        connection.execute(sql.SQL("SET ROLE {}").format(sql.Identifier(SITE)))
        assert seen(connection, "invoices", group.ids[code]) == 0


@pytest.mark.parametrize("code", SITES)
def test_a_site_changes_no_row_of_another(group: Group, code: str) -> None:
    with attack(group, code) as connection:
        for name, table in partitioned_tables().items():
            column = "id" if "id" in table.__table__.columns else "site_id"
            for other in SITES:
                if other == code:
                    continue
                there = group.ids[other]
                assert changed(connection, f"UPDATE {name} SET {column} = {column} WHERE site_id = {there}") == 0, name
                assert changed(connection, f"DELETE FROM {name} WHERE site_id = {there}") == 0, name
                # Giving an own row away would be a write into the other's books.
                assert changed(connection, f"UPDATE {name} SET site_id = {there}") == 0, name
            with pytest.raises(psycopg.Error) as refusal:
                connection.execute(f"TRUNCATE {name} CASCADE".encode())
            assert refusal.value.sqlstate == "42501"


def test_a_site_writes_no_row_into_another(group: Group) -> None:
    here, there = group.ids["lilas"], group.ids["port"]
    writes = {
        "form_drafts": f"(site_id, staff_id, form, subject, field_values) VALUES ({there}, 1, 'x', 'y', '{{}}')",
        "kept_places": f"(site_id, staff_id, places) VALUES ({there}, 2, '[]')",
        "site_fees": f"(site_id, code, price) VALUES ({there}, 'NEW', 1)",
        "resources": f"(site_id, name) VALUES ({there}, 'mine')",
        "opening_hours": "(site_id, resource_id, weekday, opens_at, closes_at)"
        f" VALUES ({there}, 2, 1, '08:00', '09:00')",
        "reasons": f"(site_id, name, duration_min) VALUES ({there}, 'mine', 15)",
        "visits": f"(site_id, animal_id, client_id, arrived_at) VALUES ({there}, 1, 1, now())",
        "invoice_series": f"(site_id, billing_entity_id, kind, year) VALUES ({there}, 1, 'x', 2026)",
        "invoices": f"(site_id, billing_entity_id, client_id) VALUES ({there}, 1, 1)",
        "invoice_lines": "(site_id, invoice_id, position, practitioner_id, label, quantity, unit_price, vat_percent,"
        f" total, net, vat) VALUES ({there}, 1002, 9, 1, 'x', 1, 1, 20, 1, 1, 0)",
        "tills": f"(site_id, name) VALUES ({there}, 'mine')",
        "till_chains": f"(site_id) VALUES ({there})",
        "till_entries": f"(site_id, till_id, means, amount, taken_at, taken_on) VALUES ({there}, 2, 'cash', 1, now(),"
        " '2026-11-24')",
        "till_closings": "(site_id, period, closes_on, closed_at, first_sequence, last_sequence, total, cash_expected,"
        f" perpetual_total, journal_hash) VALUES ({there}, 'day', '2026-11-25', now(), 1, 1, 1, 1, 1, '')",
        "paper_copies": f"(site_id, invoice_id, copy_number, made_at) VALUES ({there}, 2, 9, now())",
        "audit_entries": "(site_id, staff_id, happened_at, table_name, operation)"
        f" VALUES ({there}, 1, now(), 'x', 'x')",
    }
    assert {*writes, "bookings"} == set(TABLES), "a partitioned table without its attack"
    with attack(group, "lilas") as connection:
        for table, values in writes.items():
            before = rows_of(group, table, there)
            with pytest.raises(psycopg.Error) as refusal:
                connection.execute(f"INSERT INTO {table} {values}".encode())
            assert refusal.value.sqlstate == "42501", (table, refusal.value)
            assert rows_of(group, table, there) == before
        # Foreign keys are checked behind the walls' back: composite keys keep them inside.
        with pytest.raises(errors.ForeignKeyViolation):
            connection.execute(
                "INSERT INTO invoice_lines (site_id, invoice_id, position, practitioner_id, label, quantity,"
                " unit_price, vat_percent, total, net, vat) VALUES (%s, 1002, 1, 1, 'x', 1, 1, 20, 1, 1, 0)",
                (here,),
            )


async def test_another_sites_agenda_takes_bookings_only_while_the_group_says_so(group: Group) -> None:
    booking = (
        "INSERT INTO bookings (site_id, resource_id, span, caller) "
        "VALUES (%s, 2, '[2026-11-25 08:00+00,2026-11-25 08:15+00)', 'M. Loin')"
    )
    with attack(group, "lilas") as connection:
        connection.execute(booking, (group.ids["port"],))
        assert rows_of(group, "bookings", group.ids["port"]) == 2
        assert seen(connection, "bookings", group.ids["lilas"]) == 0
        await choose_sharing(group.management(), subject="agenda", choice="hidden")
        with pytest.raises(errors.InsufficientPrivilege):
            connection.execute(booking.replace("08:", "09:"), (group.ids["port"],))


@pytest.mark.parametrize("code", SITES)
def test_no_object_of_ones_own_looks_over_a_wall(group: Group, code: str) -> None:
    attempts = (
        "CREATE VIEW v AS SELECT * FROM invoices",
        "CREATE TEMP VIEW v AS SELECT * FROM invoices",
        "CREATE TEMP TABLE t AS SELECT * FROM invoices",
        "CREATE FUNCTION f() RETURNS bigint LANGUAGE sql SECURITY DEFINER AS 'SELECT count(*) FROM invoices'",
        "CREATE POLICY open ON invoices USING (true)",
        "ALTER TABLE invoices DISABLE ROW LEVEL SECURITY",
        "ALTER TABLE till_entries DISABLE TRIGGER ALL",
        "SET session_replication_role = replica",
        "CREATE ROLE mine LOGIN",
        "ALTER ROLE current_user BYPASSRLS",
        "COPY invoices TO PROGRAM 'cat'",
        "SELECT last_value FROM invoices_id_seq",
        "SELECT pg_read_file('postgresql.conf')",
        "SELECT * FROM staff_passwords",
        "SELECT * FROM login_events",
        "UPDATE sites SET login = session_user",
        "UPDATE staff_sites SET site_id = site_id",
        "UPDATE sharing_choices SET choice = 'full'",
        "SELECT audit_row()",
        "UPDATE till_chains SET last_sequence = 0",
    )
    with attack(group, code) as connection:
        for statement in attempts:
            with pytest.raises(psycopg.Error) as refusal:
                connection.execute(statement.encode())
            assert refusal.value.sqlstate in {"42501", "0A000"}, (statement, refusal.value)
        with connection.cursor() as cursor, cursor.copy("COPY (SELECT * FROM invoices) TO STDOUT") as copied:
            assert len(list(copied)) == rows_of(group, "invoices", group.ids[code])
        statistics = connection.execute("SELECT count(*) FROM pg_stats WHERE tablename = 'invoices'").fetchone()
        assert statistics == (0,)


def test_an_unknown_login_sees_nothing(group: Group) -> None:
    group.cluster.as_superuser("DO $$ BEGIN CREATE ROLE vpterm_site_ghost LOGIN PASSWORD 'ghost' IN ROLE vpterm_site; "
                               "EXCEPTION WHEN duplicate_object THEN NULL; END $$")  # fmt: skip
    url = group.site_url("lilas")
    ghost = psycopg.conninfo.make_conninfo(url, user="vpterm_site_ghost", password="ghost")
    with psycopg.connect(ghost, autocommit=True) as connection:
        for table in TABLES:
            row = connection.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table))).fetchone()
            assert row == (0,), table
        for looking in ("balances_elsewhere", "invoices_elsewhere", "holds_of_animal"):
            assert connection.execute(f"SELECT * FROM {looking}(1)".encode()).fetchall() == [], looking


def test_management_reads_every_site_and_writes_none(group: Group) -> None:
    with psycopg.connect(group.url(MANAGEMENT_LOGIN), autocommit=True) as connection:
        connection.execute("SELECT set_config('vpterm.staff', %s, false)", (str(group.ids["gerance"]),))
        for name, table in partitioned_tables().items():
            total = sum(rows_of(group, name, group.ids[code]) for code in SITES)
            row = connection.execute(sql.SQL("SELECT count(site_id) FROM {}").format(sql.Identifier(name))).fetchone()
            assert row is not None
            assert row[0] >= total, name
            if not is_append_only(table.__sharing__):
                with pytest.raises(errors.InsufficientPrivilege):
                    connection.execute(f"UPDATE {name} SET site_id = site_id".encode())


def test_the_gateway_knows_accounts_and_nothing_of_the_practice(group: Group) -> None:
    with psycopg.connect(group.url(DOOR_LOGIN), autocommit=True) as connection:
        assert connection.execute("SELECT count(*) FROM staff").fetchone() == (9,)
        for table in (*TABLES, "clients", "animals", "record_entries", "fees", "species"):
            with pytest.raises(errors.InsufficientPrivilege):
                connection.execute(sql.SQL("SELECT * FROM {}").format(sql.Identifier(table)))
