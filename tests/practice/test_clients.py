"""Clients: registering, changing without treading on one another, duplicates."""

import pytest

from tests.world import Group
from vpterm.kernel.errors import Conflict, NotAllowed, NotFound, Refused
from vpterm.practice.clients.actions import (
    add_contact,
    add_phone,
    archive_client,
    change_client,
    change_contact,
    register_client,
    remove_contact,
    remove_phone,
)
from vpterm.practice.clients.queries import find_client, find_likely_duplicates
from vpterm.practice.clients.rules import read_phone


async def test_a_client_is_kept_tidied_with_telephones_in_order(group: Group) -> None:
    desk = group.context("accueil.lilas")
    client_id = await register_client(
        desk, last_name=" le goff ", first_name="yann", title="M.", address="3 quai de la Fosse", postcode="44 000",
        town="nantes", email="yann@example.org", alert="chèques refusés",
        phones=[("06 12 34 56 78", "portable"), ("02.40.11.22.33", ""), ("0612345678", "again")],
    )  # fmt: skip
    client = await find_client(desk, client_id=client_id)
    assert (client.name, client.spoken_name, client.postcode, client.town) == (
        "Le Goff Yann", "M. Le Goff", "44000", "Nantes",
    )  # fmt: skip
    assert [(phone.number, phone.label) for phone in client.phones] == [
        ("+33612345678", "portable"), ("+33240112233", ""),
    ]  # fmt: skip
    elsewhere = await find_client(group.context("vet.bocage"), client_id=client_id)
    assert elsewhere == client


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("last_name", "  "), ("last_name", "x" * 81), ("email", "yann@"), ("postcode", "4400;"),
        ("note", "a\x00b"), ("language", "de"), ("phones", [("0612", "")]),
    ],
)  # fmt: skip
async def test_a_field_that_cannot_be_right_is_named(group: Group, field: str, value: object) -> None:
    fields = {"last_name": "Martin", field: value}
    with pytest.raises(Refused) as refused:
        await register_client(group.context("accueil.lilas"), **fields)  # type: ignore[arg-type]
    assert refused.value.field == field


async def test_two_people_do_not_overwrite_each_other(group: Group) -> None:
    desk, other = group.context("accueil.lilas"), group.context("vet.port")
    client_id = await register_client(desk, last_name="Martin", phones=[("0612345678", "")])
    seen = (await find_client(desk, client_id=client_id)).changed_at
    await change_client(other, client_id=client_id, seen_changed_at=seen, town="Vire", phones=[("0240112233", "")])
    with pytest.raises(Conflict):
        await change_client(desk, client_id=client_id, seen_changed_at=seen, town="Nantes", phones=[])
    now = await find_client(desk, client_id=client_id)
    assert (now.town, [phone.number for phone in now.phones]) == ("Vire", ["+33240112233"])
    await change_client(desk, client_id=client_id, seen_changed_at=now.changed_at, phones=[])
    assert (await find_client(desk, client_id=client_id)).phones == ()
    with pytest.raises(NotFound):
        await change_client(desk, client_id=client_id + 1000, seen_changed_at=seen, town="Nantes")
    with pytest.raises(Refused) as unknown:
        await change_client(desk, client_id=client_id, preferred_site_id=999)
    assert unknown.value.field == "preferred_site_id"


async def test_telephones_and_contacts_come_and_go(group: Group) -> None:
    desk = group.context("accueil.lilas")
    client_id = await register_client(desk, last_name="Martin", phones=[("0612345678", "")])
    phone_id = await add_phone(desk, client_id=client_id, number="02 40 11 22 33", label="work")
    contact_id = await add_contact(desk, client_id=client_id, name="Paul", relation="voisin", phone="0611111111")
    client = await find_client(desk, client_id=client_id)
    assert [phone.id for phone in client.phones][1:] == [phone_id]
    assert [(contact.id, contact.name, contact.phone) for contact in client.contacts] == [
        (contact_id, "Paul", "+33611111111")
    ]
    await change_contact(desk, contact_id=contact_id, name="paul le  bras", phone="06 22 22 22 22")
    [contact] = (await find_client(desk, client_id=client_id)).contacts
    assert (contact.name, contact.relation, contact.phone) == ("Paul Le Bras", "", "+33622222222")
    for name, phone, field in ((" ", "", "name"), ("Paul", "0612", "phone"), ("x" * 81, "", "name")):
        with pytest.raises(Refused) as refusal:
            await change_contact(desk, contact_id=contact_id, name=name, phone=phone)
        assert refusal.value.field == field
    await remove_phone(desk, phone_id=phone_id)
    await remove_contact(desk, contact_id=contact_id)
    for again in (
        remove_phone(desk, phone_id=phone_id), remove_contact(desk, contact_id=contact_id),
        change_contact(desk, contact_id=contact_id, name="Paul"),
    ):  # fmt: skip
        with pytest.raises(NotFound):
            await again
    client = await find_client(desk, client_id=client_id)
    assert (len(client.phones), client.contacts) == (1, ())
    with pytest.raises(NotFound):
        await add_phone(desk, client_id=client_id + 1000, number="0240112233")
    with pytest.raises(Refused):
        await add_contact(desk, client_id=client_id, name=" ")


async def test_an_import_key_is_one_client(group: Group) -> None:
    desk = group.context("accueil.lilas")
    first = await register_client(desk, last_name="Martin", import_key="vega:12")
    assert await register_client(desk, last_name="Martin again", import_key="vega:12") == first
    assert (await find_client(desk, client_id=first)).last_name == "Martin"


async def test_only_those_who_may(group: Group) -> None:
    with pytest.raises(NotAllowed):
        await register_client(group.context("support"), last_name="Martin")


async def test_likely_duplicates_while_typing(group: Group) -> None:
    desk = group.context("accueil.lilas")
    claire = await register_client(desk, last_name="Dupont", first_name="Claire", phones=[("0612345678", "")])
    duponts = [await register_client(desk, last_name="Dupond", first_name="Clara"), claire]
    await register_client(desk, last_name="Duponchel", first_name="Claire")
    await register_client(desk, last_name="Dupont", first_name="Xavier")
    gone = await register_client(desk, last_name="Dupont", first_name="Claudine")
    await archive_client(desk, client_id=gone)

    async def found(last_name: str, first_name: str = "", phone: str = "") -> list[tuple[int, str]]:
        rows = await find_likely_duplicates(desk, last_name=last_name, first_name=first_name, phone=phone)
        return [(row.client_id, row.reason) for row in rows]

    assert await found("dupont", "cla") == [(claire, "name"), (duponts[0], "similar")]
    assert await found("DUPONT", "Cl.") == [(claire, "name"), (duponts[0], "similar")]
    assert await found("Somebody", "Else", "06.12.34.56.78") == [(claire, "phone")]
    assert await found("d") == []
    assert await found("dupo") == []
    assert [reason for _client, reason in await found("Dupont")] == ["name", "name"]
    assert await found("Somebody", phone="0612") == []


@pytest.mark.parametrize(
    ("text", "phone"),
    [
        ("06 12 34 56 78 travail", ("06 12 34 56 78", "travail")),
        ("0612345678", ("0612345678", "")),
        (" +32 2 555 12 12 (sa mère) ", ("+32 2 555 12 12", "sa mère")),
        ("06.12.34.56.78, après 18h", ("06.12.34.56.78", "après 18h")),
        ("travail", ("travail", "")),
    ],
)
def test_a_telephone_is_read_with_what_stands_after_it(text: str, phone: tuple[str, str]) -> None:
    assert read_phone(text) == phone
