"""F3: typing finds, arrows move, Enter opens."""

import asyncio

import pytest

from tests.screens.driving import Desk
from tests.screens.practice_desk import fill, sees, sit_down
from tests.world import Group
from vpterm.practice.animals.actions import record_death
from vpterm.practice.animals.search import SearchHit, search
from vpterm.practice.clients.actions import register_client
from vpterm.screens.clients import search as search_screen
from vpterm.screens.clients.search import SearchPlace


async def found(desk: Desk) -> SearchPlace:
    """The search, once its answer is there."""
    place = desk.app.screen
    assert isinstance(place, SearchPlace)
    async with asyncio.timeout(10):
        while not place.is_settled:  # noqa: ASYNC110
            await asyncio.sleep(0.005)
    await desk.settle()
    return place


async def test_letters_find_and_enter_opens_the_client(group: Group) -> None:
    people = await fill(group)
    async with sit_down(group, "clients.search") as desk:
        assert sees(desk, "VUS ICI RÉCEMMENT")
        await desk.type("mart so")
        place = await found(desk)
        assert [hit.client_id for hit in place.hits.rows] == [people.martin]
        assert sees(desk, "Félix, Mirza")
        assert sees(desk, "06 12 34 56 78")
        await desk.press("enter")
        assert sees(desk, "MME MARTIN SOPHIE")
        await desk.press("escape")
        assert desk.app.screen is place
        assert place.box.value == "mart so"
        await desk.press("escape")
        assert place.box.value == ""


async def test_a_bare_name_on_the_command_line_is_looked_for(group: Group) -> None:
    people = await fill(group)
    async with sit_down(group, "home.board") as desk:
        desk.strike(*"mart so", "enter")
        await desk.settle()
        place = await found(desk)
        assert [hit.client_id for hit in place.hits.rows] == [people.martin]
        assert sees(desk, "« mart so » n'est pas une commande : voici la recherche.")
        await desk.press("escape", "escape", "up")
        assert sees(desk, "> mart so"), "it comes back, to be gone on with"


async def test_an_animal_opens_at_once_even_when_enter_comes_before_the_answer(group: Group) -> None:
    await fill(group)
    async with sit_down(group, "clients.search") as desk:
        desk.strike(*"mirza", "enter")
        await desk.settle()
        assert sees(desk, "Border collie")


async def test_a_scanner_types_fast(group: Group) -> None:
    await fill(group)
    async with sit_down(group, "clients.search") as desk:
        desk.strike(*"250268600123456", "enter")
        await desk.settle()
        assert sees(desk, "MIRZA")


async def test_f9_goes_to_the_animal_and_asks_which(group: Group) -> None:
    people = await fill(group)
    async with sit_down(group, "clients.search") as desk:
        await desk.type("martin")
        await found(desk)
        await desk.press("f9")
        assert sees(desk, "Félix")
        await desk.type("mir")
        await desk.press("enter")
        assert desk.app.last_patient == people.mirza
        await record_death(desk.app.context, animal_id=people.mirza)
        await desk.press("escape")
        await desk.press("f9")
        assert desk.app.last_patient == people.felix


async def test_arrows_move_in_the_hits_while_the_cursor_stays_in_the_box(group: Group) -> None:
    await fill(group)
    async with sit_down(group, "clients.search", language="en") as desk:
        await desk.press("down")
        place = await found(desk)
        assert place.hits.cursor == 1
        assert desk.app.focused is place.box
        assert sees(desk, "LAST SEEN HERE")
        await desk.type("zzzz")
        await found(desk)
        assert sees(desk, "Nobody is found. Ctrl+A makes a new client.")
        await desk.press("enter")
        assert desk.app.screen is place


async def test_what_is_typed_is_the_name_of_a_new_client(group: Group) -> None:
    await fill(group)
    async with sit_down(group, "clients.search") as desk:
        await desk.type("kerouac")
        await found(desk)
        await desk.press("ctrl+a")
        assert sees(desk, "NOUVEAU CLIENT")
        assert sees(desk, "Kerouac")


async def test_one_query_at_a_time_and_always_the_last_text(group: Group, monkeypatch: pytest.MonkeyPatch) -> None:
    under_way: list[str] = []
    most: list[int] = []
    asked: list[str] = []
    real = search

    async def slow(context: object, *, text: str, limit: int = 20) -> list[SearchHit]:
        under_way.append(text)
        most.append(len(under_way))
        asked.append(text)
        await asyncio.sleep(0.05)
        try:
            return await real(context, text=text, limit=limit)  # type: ignore[arg-type]
        finally:
            under_way.pop()

    monkeypatch.setattr(search_screen, "search", slow)
    await fill(group)
    async with sit_down(group, "clients.search") as desk:
        await desk.type("dubois")
        place = await found(desk)
        assert max(most) == 1
        assert asked[-1] == "dubois"
        assert len(asked) < 6
        assert [hit.last_name for hit in place.hits.rows] == ["Dubois"]


async def test_hundreds_of_one_name_and_a_name_without_end(group: Group) -> None:
    await fill(group)
    context = group.context("accueil.lilas")
    for number in range(60):
        await register_client(context, last_name="Kermarrec", first_name=f"Prénom {number:02}", town="Nantes")
    await register_client(context, last_name="de La Rochefoucauld-Montbazon d'Estouteville " + "x" * 30, town="Nantes")
    async with sit_down(group, "clients.search") as desk:
        await desk.type("kermarrec")
        place = await found(desk)
        assert len(place.hits.rows) == 40
        assert sees(desk, "40+")
        for _key in range(8):
            await desk.press("backspace")
        await desk.type("de la roch")
        await found(desk)
    async with sit_down(group, "clients.search", text="de la roch") as desk:
        await found(desk)
        assert sees(desk, "de La Roche")
        assert sees(desk, "…")
        assert all(len(line) == 80 for line in desk.lines)
