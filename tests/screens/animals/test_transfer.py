"""An animal gets a new owner, by keys."""

import pytest

from tests.screens.practice_desk import fill, sees, sit_down
from tests.world import Group
from vpterm.practice.animals.queries import animal_sheet
from vpterm.practice.animals.search import search
from vpterm.practice.clients.actions import change_client
from vpterm.practice.waiting.actions import check_in


@pytest.mark.parametrize(
    ("language", "letter", "asked", "said", "line"),
    [
        ("fr", "d", "Mirza passe de Mme Martin à M. Dubois Paul : comment ?", "Mirza est maintenant à M. Dubois Paul.",
         "Mme Martin → M. Dubois (don)"),
        ("en", "g", "Mirza goes from Mme Martin to M. Dubois Paul: how?", "Mirza is with M. Dubois Paul now.",
         "Mme Martin → M. Dubois (given)"),
    ],
)  # fmt: skip
async def test_a_few_letters_enter_and_how(
    group: Group, language: str, letter: str, asked: str, said: str, line: str
) -> None:
    people = await fill(group)
    async with sit_down(group, "animals.sheet", "accueil.lilas", animal_id=people.mirza, language=language) as desk:
        await desk.press("ctrl+k")
        await desk.type("martin")
        assert not sees(desk, "Martin Sophie   ")  # the owner of now is not offered
        await desk.press(*["backspace"] * 6)
        await desk.type("dub")
        assert sees(desk, "Rezé")
        await desk.press("enter")
        assert sees(desk, asked)
        await desk.press("enter")  # the cursor stands on no
        assert (await animal_sheet(desk.app.context, animal_id=people.mirza)).client_id == people.martin
        await desk.press("enter")
        await desk.type(letter)
        assert sees(desk, said)
        assert sees(desk, line)
        assert sees(desk, "M. Dubois Paul")
    assert (await animal_sheet(group.context("vet.port"), animal_id=people.mirza)).client_id == people.dubois


async def test_what_holds_the_animal_is_said_and_nothing_changes(group: Group) -> None:
    people = await fill(group)
    await check_in(group.context("vet.port"), animal_id=people.mirza)
    async with sit_down(group, "animals.transfer", "accueil.lilas", animal_id=people.mirza) as desk:
        await desk.press("enter")
        assert sees(desk, "! Choisissez le nouveau propriétaire dans la liste.")
        await desk.type("dub")
        await desk.press("enter")
        await desk.type("v")
        assert sees(desk, "! Mirza est à la clinique en ce moment (Clinique du Port).")
        assert sees(desk, "dub")
    assert (await animal_sheet(group.context("vet.lilas"), animal_id=people.mirza)).client_id == people.martin


async def test_a_new_owner_without_a_file_gets_one_on_the_way(group: Group) -> None:
    people = await fill(group)
    async with sit_down(group, "animals.transfer", "accueil.lilas", animal_id=people.felix) as desk:
        await desk.type("kerouac")
        await desk.press("ctrl+a")
        await desk.type("Jeanne")
        await desk.press("f2", "escape")
        assert sees(desk, "Kerouac Jeanne")
        await desk.press("enter")
        await desk.type("h")
    [hit] = await search(group.context("vet.lilas"), text="felix kerouac")
    assert hit.animal_id == people.felix


async def test_long_names_cut_no_question(group: Group) -> None:
    people = await fill(group)
    context = group.context("vet.lilas")
    long = "de La Rochefoucauld-Montbazon de Saint-Germain-en-Laye et de Clermont"
    await change_client(context, client_id=people.martin, last_name=long)
    async with sit_down(group, "animals.transfer", animal_id=people.mirza) as desk:
        await desk.type("dubois")
        await desk.press("enter")
        text = " ".join(" ".join(desk.lines).split())
        assert "Clermont" in text
        assert all(len(line) == 80 for line in desk.lines)
        for answer in ("Vente", "Don", "Héritage", "Erreur de fiche", "Non, ne rien changer"):
            assert sees(desk, answer), answer
