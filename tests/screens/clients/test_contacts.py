"""Contacts and telephones of a client, by keys; what they owe elsewhere."""

import pytest

from tests.practice.test_elsewhere import bill
from tests.screens.practice_desk import fill, sees, sit_down
from tests.world import Group
from vpterm.kernel.money import Money
from vpterm.practice.animals.search import search
from vpterm.practice.clients.actions import add_contact, change_client
from vpterm.practice.clients.queries import find_client
from vpterm.practice.sharing.actions import choose_sharing
from vpterm.practice.till.actions import open_till, take_payment


async def _contacts(group: Group, client_id: int) -> list[tuple[str, str, str]]:
    client = await find_client(group.context("vet.lilas"), client_id=client_id)
    return [(one.name, one.relation, one.phone) for one in client.contacts]


@pytest.mark.parametrize("language", ["fr", "en"])
async def test_contacts_are_added_changed_and_removed(group: Group, language: str) -> None:
    people = await fill(group)
    french = language == "fr"
    async with sit_down(group, "clients.sheet", "accueil.lilas", client_id=people.dubois, language=language) as desk:
        await desk.press("ctrl+k")
        assert sees(desk, "Ctrl+A ajoute un conjoint" if french else "Ctrl+A adds a spouse")
        await desk.press("ctrl+a")
        await desk.press("f2")
        assert sees(desk, "! Nom" if french else "! Name")
        for text in ("jeanne le goff", "voisine", "0699887755"):
            await desk.type(text)
            await desk.press("enter")
        assert sees(desk, "Jeanne Le Goff")
        assert sees(desk, "06 99 88 77 55")
        assert await _contacts(group, people.dubois) == [("Jeanne Le Goff", "voisine", "+33699887755")]
        assert [hit.client_id for hit in await search(desk.app.context, text="7755")] == [people.dubois]
        await desk.press("enter", "tab", "end", "ctrl+u")
        await desk.type("a les clés")
        await desk.press("f2")
        assert await _contacts(group, people.dubois) == [("Jeanne Le Goff", "a les clés", "+33699887755")]
        await desk.press("escape")
        assert sees(desk, "Jeanne Le Goff (a les clés) 06 99 88 77 55")
        await desk.press("ctrl+k", "delete", "enter")  # the cursor stands on no
        assert len(await _contacts(group, people.dubois)) == 1
        await desk.press("delete", "o" if french else "y")
        assert sees(desk, "n'est plus dans les contacts." if french else "is removed.")
    assert await _contacts(group, people.dubois) == []


async def test_telephones_are_labelled_ordered_and_removed_in_the_form(group: Group) -> None:
    people = await fill(group)
    async with sit_down(group, "clients.form", "accueil.lilas", client_id=people.martin) as desk:
        assert sees(desk, "02 40 11 22 33 travail")
        await desk.press("tab", "tab", "tab", "end")
        await desk.type(" portable")
        await desk.press("tab", "tab")
        await desk.type("0240998877 sa mère")
        await desk.press("ctrl+u")
        assert sees(desk, "02 40 99 88 77 sa mère vient en premier.") or sees(desk, "0240998877 sa mère vient")
        await desk.press("f2")

    async def phones() -> list[tuple[str, str]]:
        client = await find_client(group.context("vet.lilas"), client_id=people.martin)
        return [(phone.number, phone.label) for phone in client.phones]

    assert await phones() == [
        ("+33240998877", "sa mère"), ("+33612345678", "portable"), ("+33240112233", "travail"),
    ]  # fmt: skip
    async with sit_down(group, "clients.form", "accueil.lilas", client_id=people.martin) as desk:
        await desk.press("tab", "tab", "tab", "tab", "end")
        await desk.press(*["backspace"] * len("06 12 34 56 78 portable"))
        await desk.press("tab", "tab")
        await desk.type("+32 2 555 12 12 vacances")
        await desk.press("f2")
    assert await phones() == [("+33240998877", "sa mère"), ("+33240112233", "travail"), ("+3225551212", "vacances")]


async def test_a_telephone_that_is_none_is_marked_and_kept_as_typed(group: Group) -> None:
    people = await fill(group)
    async with sit_down(group, "clients.form", "accueil.lilas", client_id=people.dubois, language="en") as desk:
        await desk.press("tab", "tab", "tab", "tab")
        await desk.type("0612 work")
        await desk.press("f2")
        assert sees(desk, "“0612” is not a telephone number.")
        assert sees(desk, "! Other telephone")
        assert sees(desk, "0612 work")


async def test_what_is_owed_elsewhere_is_shown_as_the_group_chose(group: Group) -> None:
    people = await fill(group)
    lilas, port, bocage = (group.context(login) for login in ("vet.lilas", "vet.port", "vet.bocage"))
    await bill(port, people.martin, "1254.30")
    await bill(bocage, people.martin, "30")
    await open_till(bocage, name="Accueil")
    parts = [("card", Money("10"))]
    await take_payment(bocage, client_id=people.martin, parts=parts, keep_as_credit=True)
    await change_client(lilas, client_id=people.martin, last_name="de La Rochefoucauld-Montbazon " + "x" * 40)
    await add_contact(lilas, client_id=people.martin, name="Maximilien-Alexandre de Saint-Barthélemy")
    invoices = ("P-2026-000001", "B-2026-000001")
    shown = {"amount": (True, False), "detail": (False, True), "hidden": (False, False)}
    for choice, (sums, detail) in shown.items():
        await choose_sharing(group.management(), subject="balance", choice=choice)
        async with sit_down(group, "clients.sheet", "accueil.lilas", client_id=people.martin) as desk:
            assert sees(desk, "Clinique du Port 1 254,30 €") is sums, choice
            assert sees(desk, "Cabinet du Bocage 20,00 €") is sums, choice
            assert [sees(desk, number) for number in invoices] == [detail, detail], choice
            assert sees(desk, "RESTE DÛ SUR LES AUTRES SITES") is detail
            assert sees(desk, "-10,00 €") is detail
            assert sees(desk, "1 274,30 €") is detail
            assert sees(desk, "Mirza")
            assert sees(desk, "Préfère le matin.")
            assert all(len(line) == 80 for line in desk.lines)
