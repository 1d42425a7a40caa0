"""The animal's page, by keys."""

import pytest

from tests.screens.practice_desk import elsewhere, fill, sees, sit_down
from tests.world import Group
from vpterm.practice.animals.actions import register_animal
from vpterm.practice.animals.queries import animal_sheet
from vpterm.practice.care.actions import finish_entry, open_consultation, write_note
from vpterm.practice.clients.actions import change_client


async def test_everything_that_matters_is_on_one_page(group: Group) -> None:
    people = await fill(group)
    await change_client(group.context("vet.lilas"), client_id=people.martin, alert="Chèques refusés")
    async with sit_down(group, "animals.sheet", animal_id=people.mirza) as desk:
        for text in (
            "MIRZA  chien · Border collie · F stérilisée · 6 ans 4 mois", "! Allergie : pénicilline",
            "! Propriétaire : Chèques refusés", "Mme Martin Sophie  06 12 34 56 78", "18,4 kg  ▁▂▄▅▆▇██  +0,4 kg",
            "250 26 86 00123456  ass. 7781", "19/11/26  Lilas   consultation  Boiterie antérieure",
            "02/06/26  Port    consultation  Otite externe gauche", "PROBLÈMES  otites à répétition",
        ):  # fmt: skip
            assert sees(desk, text), text
        assert not sees(desk, "poids")
        await desk.press("ctrl+w")
        assert sees(desk, "poids         18,4 kg")
        assert desk.app.last_patient == people.mirza


async def test_in_english_in_sixteen_colours_and_wide(group: Group) -> None:
    people = await fill(group)
    async with sit_down(group, "animals.sheet", animal_id=people.mirza, language="en", colours="16") as desk:
        assert sees(desk, "dog · Border collie · F spayed · 6 years 4 months")
        assert sees(desk, "+0.4 kg since August 2026")
    async with sit_down(group, "animals.sheet", animal_id=people.mirza, size=(132, 43)) as desk:
        assert sees(desk, "Boiterie antérieure droite, repos 10 jours")
        assert sees(desk, "19/11/26    18,4 kg")
        assert sees(desk, "POIDS")


async def test_an_animal_of_which_nothing_is_known(group: Group) -> None:
    people = await fill(group)
    async with sit_down(group, "animals.sheet", animal_id=people.rex) as desk:
        for text in (
            "REX  chien",
            "sans téléphone",
            "pas encore de poids",
            "non identifié",
            "Rien au dossier",
            "aucun noté",
        ):
            assert sees(desk, text), text
        assert not sees(desk, "F7/F8")
        await desk.press("f8")
        assert sees(desk, "REX")


async def test_long_names_never_cut_money_telephones_and_numbers(group: Group) -> None:
    people = await fill(group)
    context = group.context("vet.lilas")
    long = "Ulysse de la Combe aux Loups du Bois Joli"
    animal_id = await register_animal(
        context, client_id=people.martin, name=long, species_code="dog", breed="Chien de montagne des Pyrénées" * 2,
        identification="250268600999999", insurance="x" * 50, alert="Mord. " * 30,
    )  # fmt: skip
    await change_client(context, client_id=people.martin, last_name="de La Rochefoucauld-Montbazon " + "x" * 40)
    async with sit_down(group, "animals.sheet", animal_id=animal_id) as desk:
        assert sees(desk, "250 26 86 00999999")
        assert sees(desk, "06 12 34 56 78")
        assert desk.text.count("Mord.") == 30
        assert all(len(line) == 80 for line in desk.lines)


async def test_f2_weighs_and_asks_about_a_surprise(group: Group) -> None:
    people = await fill(group)
    async with sit_down(group, "animals.sheet", "asv.lilas", animal_id=people.mirza) as desk:
        await desk.press("f2")
        assert sees(desk, "Dernière pesée : 18,4 kg le 19/11/26")
        await desk.type("abc")
        await desk.press("enter")
        assert sees(desk, "n'est pas un poids")
        for _key in range(3):
            await desk.press("backspace")
        await desk.type("18,6")
        await desk.press("enter")
        assert sees(desk, "18,6 kg, noté.")
        await desk.press("f2")
        await desk.type("184")
        await desk.press("enter")
        assert sees(desk, "la virgule est-elle bien placée ?")
        await desk.press("enter")
        sheet = await animal_sheet(desk.app.context, animal_id=people.mirza)
        assert sheet.weights[-1].weight_g == 18_600
        await desk.press("f2")
        await desk.type("25")
        await desk.press("enter", "o")
        assert (await animal_sheet(desk.app.context, animal_id=people.mirza)).weights[-1].weight_g == 25_000


async def test_f7_and_f8_go_through_the_family_and_esc_leaves_at_once(group: Group) -> None:
    people = await fill(group)
    async with sit_down(group, "clients.sheet", client_id=people.martin) as desk:
        await desk.press("enter")
        assert sees(desk, "FÉLIX  chat · M")
        for name in ("MIRZA", "FÉLIX", "MIRZA"):
            await desk.press("f8" if name == "MIRZA" else "f7")
            assert sees(desk, name)
        await desk.press("escape")
        assert sees(desk, "MME MARTIN SOPHIE")


async def test_consulting_and_billing_go_to_their_nouns(group: Group) -> None:
    people = await fill(group)
    with elsewhere() as opened:
        async with sit_down(group, "animals.sheet", animal_id=people.mirza) as desk:
            await desk.press("f9", "escape", "ctrl+b", "escape", "enter")
            names = [(name, arguments.get("animal_id", arguments.get("client_id"))) for name, arguments in opened]
            assert names == [
                ("care.consultation", people.mirza), ("billing.invoice", people.martin),
                ("care.consultation", people.mirza),
            ]  # fmt: skip
            assert opened[2][1]["entry_id"] > 0


async def test_reception_is_not_offered_a_consultation(group: Group) -> None:
    people = await fill(group)
    async with sit_down(group, "animals.sheet", "accueil.lilas", animal_id=people.mirza) as desk:
        assert sees(desk, "F2 peser")
        assert not sees(desk, "F9 consulter")
        with elsewhere() as opened:
            await desk.press("ctrl+u")
        assert opened == [("agenda.book", {"client_id": people.martin, "animal_id": people.mirza})]


@pytest.mark.parametrize(
    ("login", "said"), [("vet.lilas", "Rien au dossier : F9"), ("accueil.lilas", "Rien au dossier.")]
)
async def test_an_empty_record_tells_each_what_they_can_do(group: Group, login: str, said: str) -> None:
    people = await fill(group)
    async with sit_down(group, "animals.sheet", login, animal_id=people.felix) as desk:
        assert sees(desk, said)


async def test_a_record_of_five_thousand_entries_opens_and_moves(group: Group) -> None:
    people = await fill(group)
    vet = group.context("vet.lilas")
    for number in range(30):
        entry_id = await open_consultation(vet, animal_id=people.rex)
        await write_note(vet, entry_id=entry_id, note=f"Visite {number:02}")
        await finish_entry(vet, entry_id=entry_id)
        group.clock.forward(minutes=1)
    async with sit_down(group, "animals.sheet", animal_id=people.rex) as desk:
        assert sees(desk, "Visite 29")
        await desk.press("end")
        assert sees(desk, "Visite 00")


async def test_problems_death_and_sterilisation_through_the_menu(group: Group) -> None:
    people = await fill(group)
    async with sit_down(group, "animals.sheet", animal_id=people.rex) as desk:
        await desk.press("f10")
        await desk.type("noter un probleme")
        await desk.press("enter")
        await desk.type("arthrose")
        await desk.press("enter")
        assert sees(desk, "PROBLÈMES  arthrose")
        await desk.press("f10")
        await desk.type("deces")
        await desk.press("enter", "enter")
        assert sees(desk, "! Décédé le 24/11/26.")
        assert sees(desk, "† 24/11/26")
