"""Rows of two sites in every partitioned table: what a hole in a wall would show."""

import psycopg

from tests.world import Group
from vpterm.database.sharing import GroupChoice, PerSite, Trail
from vpterm.database.tables import Table, declared_tables
from vpterm.migrations.draft import load_tables

load_tables()

SITES = ("lilas", "port", "bocage")

_ROWS = """
INSERT INTO resources (site_id, id, name) VALUES ({site}, {n}, 'room {n}');
INSERT INTO opening_hours (site_id, id, resource_id, weekday, opens_at, closes_at)
  VALUES ({site}, {n}, {n}, 1, '08:00', '12:00');
INSERT INTO reasons (site_id, id, name, duration_min) VALUES ({site}, {n}, 'reason {n}', 15);
INSERT INTO bookings (site_id, id, resource_id, reason_id, span, client_id, animal_id)
  VALUES ({site}, {n}, {n}, {n}, '[2026-11-24 08:00+00,2026-11-24 08:15+00)', 1, 1);
INSERT INTO visits (site_id, id, animal_id, client_id, booking_id, arrived_at) VALUES ({site}, {n}, 1, 1, {n}, now());
INSERT INTO form_drafts (site_id, staff_id, form, subject, field_values) VALUES ({site}, 1, 'note', '', '{{"t": 1}}');
INSERT INTO kept_places (site_id, staff_id, places) VALUES ({site}, 1, '[["clients.sheet", {{"client_id": 1}}]]');
INSERT INTO site_fees (site_id, id, code, price) VALUES ({site}, {n}, 'CONS', 50);
INSERT INTO invoices (site_id, id, billing_entity_id, client_id) VALUES ({site}, {n}, 1, 1);
INSERT INTO invoice_lines (site_id, id, invoice_id, position, practitioner_id, label, quantity, unit_price,
    vat_percent, total, net, vat)
  VALUES ({site}, {n}, {n}, 1, 1, 'secret {n}', 1, 50, 20, 50, 41.67, 8.33);
UPDATE invoices SET issued_at = '2026-11-24 12:00+00' WHERE site_id = {site} AND id = {n};
INSERT INTO invoices (site_id, id, billing_entity_id, client_id) VALUES ({site}, {n} + 1000, 1, 1);
INSERT INTO tills (site_id, id, name) VALUES ({site}, {n}, 'till');
INSERT INTO till_entries (site_id, id, till_id, means, amount, client_id, invoice_id, taken_at, taken_on)
  VALUES ({site}, {n}, {n}, 'cash', 20, 1, {n}, now(), '2026-11-24');
INSERT INTO paper_copies (site_id, id, invoice_id, copy_number, made_at) VALUES ({site}, {n}, {n}, 1, now());
INSERT INTO till_closings (site_id, id, period, closes_on, closed_at)
  VALUES ({site}, {n}, 'day', '2026-11-24', '2026-11-24 19:00+00');
INSERT INTO audit_entries (site_id, staff_id, happened_at, table_name, operation)
  VALUES ({site}, 1, now(), 'secrets', 'INSERT');
"""


def partitioned_tables() -> dict[str, type[Table]]:
    """Every mapped table whose rows belong to a site."""
    return {
        name: table
        for name, table in declared_tables().items()
        if isinstance(table.__sharing__, PerSite | GroupChoice | Trail)
    }


def fill_every_table(group: Group) -> None:
    """One row (at least) of every site in every partitioned table, about one shared animal."""
    with psycopg.connect(group.cluster.superuser_url(group.name)) as connection:
        connection.execute("SELECT set_config('vpterm.staff', '1', true)")
        connection.execute("INSERT INTO species (id, code, name_fr, name_en) VALUES (1000, 'x', 'x', 'x')")
        connection.execute("INSERT INTO clients (id, last_name) VALUES (1, 'Martin')")
        connection.execute("INSERT INTO animals (id, client_id, name, species_id) VALUES (1, 1, 'Mirza', 1000)")
        for number, code in enumerate(SITES, start=1):
            for statement in _ROWS.format(site=group.ids[code], n=number).split(";\n"):
                connection.execute(statement.encode())


def rows_of(group: Group, table: str, site_id: int) -> int:
    """How many rows of a site there really are, seen by the server's superuser."""
    with psycopg.connect(group.cluster.superuser_url(group.name)) as connection:
        row = connection.execute(f"SELECT count(*) FROM {table} WHERE site_id = %s".encode(), (site_id,)).fetchone()
    assert row is not None
    return int(row[0])
