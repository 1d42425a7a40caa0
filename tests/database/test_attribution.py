"""Who, where, when: written by the database on every row; nothing is written without a member of staff."""

import psycopg
import pytest

from tests.world import Group
from vpterm.database.roles import MANAGEMENT_LOGIN
from vpterm.practice.sharing.actions import choose_sharing, list_matrix

CLIENT = "INSERT INTO clients (last_name) VALUES ('Martin') RETURNING created_by, created_site, changed_by"


def test_a_write_without_a_member_of_staff_is_refused(group: Group) -> None:
    with psycopg.connect(group.site_url("lilas"), autocommit=True) as connection:
        with pytest.raises(psycopg.Error) as refusal:
            connection.execute(CLIENT)
        assert refusal.value.sqlstate == "VP001"
        assert connection.execute("SELECT count(*) FROM clients").fetchone() == (0,)


def test_a_write_in_the_name_of_somebody_of_another_site_is_refused(group: Group) -> None:
    with psycopg.connect(group.site_url("lilas"), autocommit=True) as connection:
        for stranger in (group.ids["vet.bocage"], 1, 999_999):
            connection.execute("SELECT set_config('vpterm.staff', %s, false)", (str(stranger),))
            with pytest.raises(psycopg.Error) as refusal:
                connection.execute(CLIENT)
            assert refusal.value.sqlstate == "VP002"


def test_attribution_cannot_be_forged(group: Group) -> None:
    lilas, vet = group.ids["lilas"], group.ids["vet.lilas"]
    with psycopg.connect(group.site_url("lilas"), autocommit=True) as connection:
        connection.execute("SELECT set_config('vpterm.staff', %s, false)", (str(vet),))
        forged = (
            "INSERT INTO clients (last_name, created_by, created_site, created_at) "
            "VALUES ('Martin', 1, %s, '2001-01-01')"
            " RETURNING id, created_by, created_site, created_at > now() - interval '1 minute'"
        )
        row = connection.execute(forged, (group.ids["port"],)).fetchone()
        assert row is not None
        assert row[1:] == (vet, lilas, True)
    with psycopg.connect(group.site_url("port"), autocommit=True) as connection:
        connection.execute("SELECT set_config('vpterm.staff', %s, false)", (str(group.ids["vet.port"]),))
        changed = connection.execute(
            "UPDATE clients SET created_by = 1, town = 'Nantes' WHERE id = %s "
            "RETURNING created_by, created_site, changed_by, changed_site",
            (row[0],),
        ).fetchone()
        assert changed == (vet, lilas, group.ids["vet.port"], group.ids["port"])


def test_the_trail_keeps_old_and_new(group: Group) -> None:
    with psycopg.connect(group.site_url("lilas"), autocommit=True) as connection:
        connection.execute("SELECT set_config('vpterm.staff', %s, false)", (str(group.ids["vet.lilas"]),))
        connection.execute(CLIENT)
        connection.execute("UPDATE clients SET last_name = 'Dubois'")
        trail = connection.execute(
            "SELECT operation, old_values ->> 'last_name', new_values ->> 'last_name', staff_id FROM audit_entries "
            "WHERE table_name = 'clients' ORDER BY id"
        ).fetchall()
    vet = group.ids["vet.lilas"]
    assert trail == [("INSERT", None, "Martin", vet), ("UPDATE", "Martin", "Dubois", vet)]


async def test_a_change_of_the_matrix_is_logged(group: Group) -> None:
    await choose_sharing(group.management(), subject="agenda", choice="full")
    assert {row.subject: row.choice for row in await list_matrix(group.context("vet.port").database)} == {
        "fees": "override", "balance": "amount", "agenda": "full", "stock": "read-only",
        "recalls": "preferred-site", "notes": "group",
    }  # fmt: skip
    with psycopg.connect(group.url(MANAGEMENT_LOGIN)) as connection:
        logged = connection.execute(
            "SELECT staff_id, old_values ->> 'choice', new_values ->> 'choice' FROM audit_entries "
            "WHERE table_name = 'sharing_choices'"
        ).fetchall()
    assert logged == [(group.ids["gerance"], "free-busy", "full")]
