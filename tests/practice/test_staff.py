"""Accounts, roles, passwords and keys."""

import pytest

from tests.world import Group
from vpterm.database.roles import DOOR_LOGIN
from vpterm.kernel.errors import NotAllowed, NotFound, Refused
from vpterm.practice.staff.actions import (
    add_public_key,
    engage_staff,
    give_role,
    remove_public_key,
    set_password,
    take_role,
)
from vpterm.practice.staff.passwords import is_password
from vpterm.practice.staff.queries import (
    find_password_hash,
    find_staff,
    list_keys,
    list_staff,
    way_in_here,
)
from vpterm.practice.staff.rules import GuessLimits, Role, rights_of

KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJtMmxKl2oXcWhvnBc9CjLJ6wjTSxTTpjhkWd5HiOzPD anne@laptop"


async def test_a_person_works_at_the_sites_where_they_have_a_role(group: Group) -> None:
    person = await find_staff(group.database(DOOR_LOGIN), login="vet.deux")
    assert person is not None
    assert [(work.site_code, work.roles) for work in person.sites] == [
        ("lilas", frozenset({Role.VET})),
        ("port", frozenset({Role.VET})),
    ]
    assert await find_staff(group.database(DOOR_LOGIN), login="nobody") is None


async def test_a_role_that_ended_is_no_role(group: Group) -> None:
    manager = group.management()
    await take_role(manager, staff_id=group.ids["vet.deux"], site_id=group.ids["port"], role=Role.VET)
    assert [person.login for person in await list_staff(manager.database, site_code="port")] == ["gerance", "vet.port"]
    await give_role(manager, staff_id=group.ids["vet.deux"], site_id=group.ids["port"], role=Role.VET)
    assert len(await list_staff(manager.database, site_code="port")) == 3


async def test_a_login_is_taken_once_and_well_formed(group: Group) -> None:
    manager = group.management()
    with pytest.raises(Refused) as taken:
        await engage_staff(manager, login="vet.lilas", first_name="A", last_name="B")
    assert taken.value.field == "login"
    with pytest.raises(Refused):
        await engage_staff(manager, login="Vet Lilas; DROP", first_name="A", last_name="B")


async def test_only_those_who_may_engage_staff(group: Group) -> None:
    with pytest.raises(NotAllowed):
        await engage_staff(group.context("vet.lilas"), login="new", first_name="A", last_name="B")


async def test_a_password_is_kept_as_a_hash_that_only_its_doors_can_read(group: Group) -> None:
    manager = group.management()
    staff_id = group.ids["vet.lilas"]
    with pytest.raises(Refused):
        await set_password(manager, staff_id=staff_id, password="short")
    await set_password(manager, staff_id=staff_id, password="un chien dans la salle")
    stored = await find_password_hash(group.database(DOOR_LOGIN), staff_id=staff_id)
    assert stored is not None
    assert stored.startswith("$argon2id$")
    assert is_password(stored, "un chien dans la salle")
    assert not is_password(stored, "un chat dans la salle")
    assert not is_password(None, "nobody has this password")
    # A workstation of lilas reads the hash of its own people; one of bocage does not.
    here = await way_in_here(group.context("vet.lilas").database, login="vet.lilas", limits=GuessLimits())
    assert here is not None
    assert (here.password_hash, here.asks_code) == (stored, False)
    there = group.context("vet.bocage").database
    assert await way_in_here(there, login="vet.lilas", limits=GuessLimits()) is None
    with pytest.raises(NotAllowed):
        await find_password_hash(group.context("vet.lilas").database, staff_id=staff_id)


async def test_a_key_is_the_line_of_a_pub_file(group: Group) -> None:
    manager = group.management()
    staff_id = group.ids["vet.lilas"]
    for line in (KEY, KEY):
        await add_public_key(manager, staff_id=staff_id, line=line)
    (kept,) = await list_keys(group.database(DOOR_LOGIN), staff_id=staff_id)
    assert (kept.line, kept.comment) == (KEY.rsplit(" ", 1)[0], "anne@laptop")
    # Options before the key would say who else comes in by it, or that no touch is needed: there are none.
    options = ("cert-authority " + KEY, "no-touch-required " + KEY)
    for wrong in ("", "hello", "ssh-rsa " + KEY.split()[1], "ssh-ed25519 not-base64", *options):
        with pytest.raises(Refused):
            await add_public_key(manager, staff_id=staff_id, line=wrong)


async def test_a_key_is_taken_away_from_its_own_person_only(group: Group) -> None:
    manager, whose = group.management(), group.ids["vet.lilas"]
    await add_public_key(manager, staff_id=whose, line=KEY)
    (kept,) = await list_keys(manager.database, staff_id=whose)
    with pytest.raises(NotFound):
        await remove_public_key(manager, staff_id=group.ids["vet.port"], key_id=kept.id)
    await remove_public_key(manager, staff_id=whose, key_id=kept.id)
    assert await list_keys(manager.database, staff_id=whose) == []


async def test_only_a_security_key_can_be_asked_for_a_finger(group: Group) -> None:
    with pytest.raises(Refused):
        await add_public_key(group.management(), staff_id=group.ids["vet.lilas"], line=KEY, verify_required=True)


def test_support_has_no_right_of_the_practice() -> None:
    assert rights_of(frozenset({Role.SUPPORT})) == frozenset()
    assert rights_of(frozenset({Role.RECEPTION, Role.VET})) >= {"care.sign", "payments.take"}
