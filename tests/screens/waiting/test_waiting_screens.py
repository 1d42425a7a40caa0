"""The waiting room in full and arrivals, by keys: every step, undone, live, with nothing, with many."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import insert

from tests.practice.clinic_day import add_species
from tests.screens.clinic_desk import clinic_desk, morning, open_clinic, other_nouns, until_sees
from tests.screens.driving import Desk
from tests.world import Group
from vpterm.practice.agenda.furniture import add_resource
from vpterm.practice.animals.tables import Animal
from vpterm.practice.clients.tables import Client
from vpterm.practice.waiting.actions import check_in, finish_consultation, leave
from vpterm.practice.waiting.queries import list_gone, waiting_room
from vpterm.screens.waiting.room import WaitingRoom


def under_cursor(desk: Desk) -> str:
    place = desk.app.screen
    assert isinstance(place, WaitingRoom)
    assert place.list.current is not None
    return place.list.current.animal


@pytest.mark.parametrize(
    ("language", "words"),
    [("fr", "Personne ici : A note une arrivée"), ("en", "Nobody is here: A checks in who arrives")],
)
async def test_an_empty_room_says_which_key_checks_in(group: Group, language: str, words: str) -> None:
    async with clinic_desk(group, home="waiting.room", language=language) as desk:
        assert desk.sees(words)
        await desk.press("t", "p", "z", "f9", "ctrl+b", "enter")
        assert isinstance(desk.app.screen, WaitingRoom)


async def test_the_room_at_eighty_columns(group: Group) -> None:
    await morning(group)
    async with clinic_desk(group, home="waiting.room") as desk:
        lines = [line.replace("\xa0", " ").rstrip() for line in desk.lines]
        assert lines[2] == " 2 en attente   1 en consultation   1 à facturer"
        assert lines[4].split() == ["›", "○", "en", "attente", "08:19", "Rex", "boiterie", "Dubois", "23", "min"]
        assert lines[6].split()[:5] == ["●", "en", "consultation", "08:40", "Mirza"]
        group.clock.forward(minutes=30)
        await desk.press("f5")
        assert "! 53 min" in desk.lines[4].replace("\xa0", " ")
        assert "! 1 depuis trop longtemps" in desk.lines[2]


async def test_the_steps_by_single_keys_and_each_taken_back(group: Group) -> None:
    day = await morning(group)
    with other_nouns() as opened:
        async with clinic_desk(group, "accueil.lilas", home="waiting.room") as desk:
            await desk.press("f9")
            assert desk.sees("Rex est en consultation.")
            assert under_cursor(desk) == "Rex"  # the line moved, and the cursor with it
            await desk.press("t")
            assert desk.sees("Rex : à facturer.")
            await desk.press("f9", "escape", "p")
            assert desk.sees("Rex est parti. Z revient en arrière.")
            assert [visit.animal for visit in await list_gone(day.context)] == ["Rex"]
            for where in ("à facturer", "en consultation", "en attente"):
                await desk.press("z")
                assert desk.sees(f"Rex est de nouveau {where}.")
                assert under_cursor(desk) == "Rex"
            await desk.press("z")
            assert desk.sees("L'arrivée de Rex est défaite.")
    assert opened == [("billing.invoice", {"client_id": day.clients["Dubois"]})]
    assert [visit.animal for visit in (await waiting_room(day.context)).waiting] == ["Nougat"]


async def test_who_leaves_without_a_bill_is_asked_about(group: Group) -> None:
    day = await morning(group)
    async with clinic_desk(group, home="waiting.room") as desk:
        await desk.press("p", "n")
        assert under_cursor(desk) == "Rex"
        await desk.press("p", "o")
        assert desk.sees("Rex est parti.")
    assert [visit.animal for visit in (await waiting_room(day.context)).waiting] == ["Nougat"]


async def test_a_step_that_cannot_be_taken_says_why(group: Group) -> None:
    await morning(group)
    async with clinic_desk(group, home="waiting.room") as desk:
        await desk.press("t")
        assert desk.sees("Rex est encore en salle d'attente.")


async def test_with_several_rooms_one_is_picked(group: Group) -> None:
    day = await morning(group)
    for name in ("Salle 1", "Salle 2"):
        await add_resource(day.context, name=name, kind="room")
    async with clinic_desk(group, "accueil.lilas", home="waiting.room") as desk:
        await desk.press("f9", "escape")
        assert under_cursor(desk) == "Rex"
        assert [visit.animal for visit in (await waiting_room(day.context)).waiting] == ["Rex", "Nougat"]
        await desk.press("f9", *"2", "enter")
        assert desk.sees("Rex est en consultation.")
    rooms = {visit.animal: visit.room for visit in (await waiting_room(day.context)).in_consultation}
    assert rooms["Rex"] == "Salle 2"


async def test_an_arrival_without_a_booking(group: Group) -> None:
    day = await morning(group)
    async with clinic_desk(group, home="waiting.room") as desk:
        desk.strike("a", *"petit", "enter", *"boite à la patte", "enter")
        await desk.settle()
        assert desk.sees("Praline est en salle d'attente.")
    visit = (await waiting_room(day.context)).waiting[-1]
    assert (visit.animal, visit.reason, visit.booking_id) == ("Praline", "boite à la patte", None)


async def test_an_arrival_needs_an_animal_and_happens_once(group: Group) -> None:
    await morning(group)
    with other_nouns() as opened:
        async with clinic_desk(group, home="waiting.check_in") as desk:
            await desk.press(*"personne", "enter", "f2")
            assert desk.sees("! Choisissez un animal dans la liste.")
            await desk.press("ctrl+a", "escape")
            await desk.press(*["backspace"] * 8, *"rex", "enter", "f2")
            assert desk.sees("! Rex est déjà là, depuis 08:19.")
    assert [name for name, _arguments in opened] == ["clients.form"]


async def test_what_others_do_appears_and_the_cursor_stays_on_its_animal(group: Group) -> None:
    day = await morning(group)
    async with clinic_desk(group, home="waiting.room", live=True) as desk:
        await asyncio.sleep(0.3)
        await desk.press("down")
        assert under_cursor(desk) == "Nougat"
        other = group.context("vet.deux")
        board = await waiting_room(other)
        await leave(other, visit_id=board.waiting[0].id)
        await finish_consultation(other, visit_id=board.in_consultation[0].id)
        await check_in(other, animal_id=day.animals["Ulysse"])
        await until_sees(desk, "Ulysse")
        await until_sees(desk, "parti")
        assert under_cursor(desk) == "Nougat"


async def test_two_hundred_animals(group: Group) -> None:
    day = await open_clinic(group)
    species = await add_species(group)
    async with day.context.writing() as connection:
        client = (await connection.execute(insert(Client).values(last_name="Refuge").returning(Client.id))).scalar_one()
        rows = [
            {"client_id": client, "name": f"Chien {number}", "species_id": species["chien"]} for number in range(200)
        ]
        animals = list(await connection.scalars(insert(Animal).returning(Animal.id), rows))
    for animal in animals:
        await check_in(day.context, animal_id=animal, reason="vaccin")
    async with clinic_desk(group, home="waiting.room", size=(132, 43), language="en") as desk:
        assert desk.sees("200 waiting")
        await desk.press("end")
        assert under_cursor(desk) == "Chien 199"
        await desk.press("p", "y")
        assert desk.sees("199 waiting")
    async with clinic_desk(group) as desk:
        assert any("SALLE D'ATTENTE" in line and line.rstrip().endswith("199") for line in desk.lines)
