"""A client's page and form, by keys."""

import asyncio

from tests.screens.practice_desk import elsewhere, fill, sees, sit_down
from tests.world import Group
from vpterm.practice.animals.queries import client_sheet
from vpterm.practice.animals.search import search
from vpterm.practice.clients.actions import change_client
from vpterm.practice.clients.queries import find_client
from vpterm.practice.drafts.queries import list_drafts
from vpterm.screens.clients.form import ClientForm


async def test_the_page_shows_how_to_reach_them_and_their_animals(group: Group) -> None:
    people = await fill(group)
    await change_client(group.context("vet.lilas"), client_id=people.martin, alert="Chèques refusés")
    async with sit_down(group, "clients.sheet", client_id=people.martin) as desk:
        for text in (
            "MME MARTIN SOPHIE", "! Chèques refusés", "06 12 34 56 78   02 40 11 22 33 travail",
            "12 rue Crébillon, 44000 Nantes", "Border collie", "18,4 kg", "6 ans 4 mois", "19/11/26",
            "Paul Martin (son mari) 06 99 88 77 66", "Préfère le matin.",
        ):  # fmt: skip
            assert sees(desk, text), text
        await desk.press("down", "enter")
        assert desk.app.last_patient == people.mirza
    async with sit_down(group, "clients.sheet", client_id=people.dubois, language="en", size=(132, 43)) as desk:
        assert sees(desk, "no telephone")
        assert sees(desk, "dog")


async def test_booking_and_billing_go_to_their_nouns(group: Group) -> None:
    people = await fill(group)
    with elsewhere() as opened:
        async with sit_down(group, "clients.sheet", client_id=people.martin) as desk:
            await desk.press("ctrl+b")
            assert opened == [("billing.invoice", {"client_id": people.martin})]


async def test_a_client_is_registered_as_one_speaks_on_the_telephone(group: Group) -> None:
    await fill(group)
    async with sit_down(group, "clients.form", "accueil.lilas") as desk:
        for text in (
            "le gall",
            "yves",
            "M.",
            "0611223344",
            "",
            "",
            "3 quai de la Fosse",
            "44000",
            "nantes",
            "",
            "",
            "",
        ):
            await desk.type(text)
            await desk.press("enter")
        assert sees(desk, "LE GALL YVES")
        assert sees(desk, "06 11 22 33 44")
        [hit] = await search(desk.app.context, text="yves le gall")
        client = await find_client(desk.app.context, client_id=hit.client_id)
        assert (client.title, client.address, client.town) == ("M.", "3 quai de la Fosse", "Nantes")
        await desk.press("ctrl+a")
        await desk.type("rio")
        await desk.press("f2")
        assert sees(desk, "Espèce")  # the field that is missing
        await desk.type("chien")
        await desk.press("f2")
        assert sees(desk, "RIO")
        assert [animal.name for animal in (await client_sheet(desk.app.context, client_id=hit.client_id)).animals] == [
            "Rio"
        ]


async def test_likely_duplicates_are_shown_and_opened_while_typing(group: Group) -> None:
    people = await fill(group)
    async with sit_down(group, "clients.form", "accueil.lilas") as desk:
        await desk.type("martin")
        await desk.press("enter")
        await desk.type("soph")
        form = desk.app.screen
        assert isinstance(form, ClientForm)
        async with asyncio.timeout(10):
            while not form.duplicates.rows:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        await desk.settle()
        assert sees(desk, "PEUT-ÊTRE DÉJÀ LÀ")
        assert sees(desk, "même nom")
        form.duplicates.focus()
        await desk.press("enter")
        assert sees(desk, "MME MARTIN SOPHIE")
        await desk.press("escape")
        assert sees(desk, "soph")
        assert [row.client_id for row in form.duplicates.rows] == [people.martin]


async def test_what_is_typed_is_kept_and_offered_again(group: Group) -> None:
    await fill(group)
    async with sit_down(group, "clients.form", "accueil.lilas") as desk:
        await desk.type("kerouac")
        await desk.press("enter")
        await desk.type("ja")
        form = desk.app.screen
        assert isinstance(form, ClientForm)
        form.keep_drafts()
        async with asyncio.timeout(10):
            while not await list_drafts(desk.app.context):  # noqa: ASYNC110
                await asyncio.sleep(0.02)
    async with sit_down(group, "clients.form", "accueil.lilas") as desk:
        assert sees(desk, "kerouac")
        assert sees(desk, "est de retour")
        await desk.press("f2")
        assert sees(desk, "KEROUAC")
        async with asyncio.timeout(10):
            while await list_drafts(desk.app.context):  # noqa: ASYNC110
                await asyncio.sleep(0.02)
    async with sit_down(group, "clients.form", "accueil.lilas") as desk:
        assert not sees(desk, "kerouac")


async def test_ctrl_x_throws_the_draft_away(group: Group) -> None:
    await fill(group)
    async with sit_down(group, "clients.form", "accueil.lilas", language="en") as desk:
        await desk.type("kerouac")
        await desk.press("ctrl+x")
        assert not sees(desk, "kerouac")
        assert sees(desk, "The form is as it was.")
        await asyncio.sleep(1)
        assert await list_drafts(desk.app.context) == []


async def test_a_change_that_somebody_else_overtook_loses_nothing(group: Group) -> None:
    people = await fill(group)
    async with sit_down(group, "clients.sheet", client_id=people.martin) as desk:
        await desk.press("ctrl+e")
        await desk.press("down")
        await desk.type(" Anne")
        await change_client(group.context("vet.port"), client_id=people.martin, town="Rezé")
        await desk.press("f2")
        assert sees(desk, "! Quelqu'un a modifié ce client entre-temps.")
        assert sees(desk, "Sophie Anne")
        await desk.press("escape")
        assert sees(desk, "Rezé")


async def test_a_wrong_field_is_marked_in_words(group: Group) -> None:
    await fill(group)
    async with sit_down(group, "clients.form", "accueil.lilas") as desk:
        await desk.press("f2")
        assert sees(desk, "! Nom")
        await desk.type("kerouac")
        await desk.press("tab", "tab", "tab")
        await desk.type("0612")
        await desk.press("tab")
        assert sees(desk, "! Téléphone")
        assert sees(desk, "n'est pas un numéro de téléphone")


async def test_a_client_who_is_gone_leaves_the_search_and_comes_back(group: Group) -> None:
    people = await fill(group)
    async with sit_down(group, "clients.sheet", client_id=people.dubois) as desk:
        for hits in (0, 1):
            await desk.press("f10")
            await desk.type("archiver")
            await desk.press("enter", "o")
            assert sees(desk, "archivé") is (hits == 0)
            assert len(await search(desk.app.context, text="dubois")) == hits
