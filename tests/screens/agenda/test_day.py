"""A day of the agenda by keys: turning days and resources, the card of a booking, moving, cancelling, other sites."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from tests.screens.clinic_desk import TODAY, at, clinic_desk, morning, open_clinic, other_nouns, until_sees
from tests.screens.driving import Desk
from tests.world import Group
from vpterm.practice.agenda.actions import book
from vpterm.practice.agenda.queries import BookingRow, day_agenda
from vpterm.practice.sharing.actions import choose_sharing
from vpterm.screens.agenda.day import AgendaDay


def place_of(desk: Desk) -> AgendaDay:
    place = desk.app.screen
    assert isinstance(place, AgendaDay)
    return place


def under_cursor(desk: Desk) -> str:
    entry = place_of(desk).current
    assert entry is not None
    return entry.who if isinstance(entry, BookingRow) else f"free {entry.minutes}"


@pytest.mark.parametrize(("language", "words"), [("fr", "Pas encore d'agenda ici"), ("en", "No agenda here yet")])
async def test_without_any_resource_it_says_who_makes_one(group: Group, language: str, words: str) -> None:
    async with clinic_desk(group, home="agenda.day", language=language) as desk:
        assert desk.sees(words)
        await desk.press("tab", "shift+tab", "right", "f8", "f7", "enter")
        await desk.press("f9")
        await desk.press("escape")


async def test_a_day_at_eighty_columns(group: Group) -> None:
    await morning(group)
    async with clinic_desk(group, home="agenda.day") as desk:
        lines = [line.replace("\xa0", " ").rstrip() for line in desk.lines]
        assert lines[2] == " mardi 24 novembre 2026                                              semaine 48"
        assert lines[3] == " lun 23 (0)  MAR 24 (6)  mer 25 (0)  jeu 26 (0)  ven 27 (0)  sam 28  dim 29"
        assert lines[5] == " DR ROUSSEAU 6   Dr Fontaine    Bloc"
        assert lines[6].split() == ["heure", "qui", "motif", "propriétaire", "téléphone"]
        assert lines[7] == " › 08:30  ●  Mirza             vaccin          Martin Sophie     06 12 34 56 78"
        assert lines[11] == "   09:45       libre           15 min"
        assert lines[13] == "   10:30     chirurgie         1 h"


async def test_days_turn_by_arrows_and_function_keys_and_typing(group: Group) -> None:
    await morning(group)
    async with clinic_desk(group, home="agenda.day") as desk:
        for keys, title in (
            (["right"], "mercredi 25 novembre 2026"), (["f8"], "jeudi 26 novembre 2026"),
            (["left", "f7", "left"], "lundi 23 novembre 2026"), ([*"s+1", "enter"], "lundi 30 novembre 2026"),
            ([*"+7", "enter"], "mardi 1er décembre 2026"),
            ([*"24/12", "enter"], "jeudi 24 décembre 2026"), ([".", "enter"], "mardi 24 novembre 2026"),
        ):  # fmt: skip
            await desk.press(*keys)
            assert desk.sees(title), title
            assert desk.app.focused is place_of(desk).lists.list
        await desk.press(*"xyz", "enter")
        assert desk.sees("! « xyz » n'est ni un jour ni une heure.")
        await desk.press("escape")
        assert desk.app.focused is place_of(desk).lists.list


async def test_tab_goes_through_the_resources(group: Group) -> None:
    await morning(group)
    async with clinic_desk(group, home="agenda.day") as desk:
        names = []
        for _turn in range(4):
            names.append(place_of(desk).agenda.resources[place_of(desk).lists.at].name)
            await desk.press("tab")
        assert names == ["Dr Rousseau", "Dr Fontaine", "Bloc", "Dr Rousseau"]
        await desk.press("shift+tab")
        assert under_cursor(desk) == "Mirza"


async def test_a_wide_terminal_shows_the_resources_side_by_side(group: Group) -> None:
    await morning(group)
    async with clinic_desk(group, home="agenda.day", size=(132, 43)) as desk:
        heading = next(line for line in desk.lines if "DR ROUSSEAU" in line)
        assert "DR FONTAINE" in heading
        assert "BLOC" in heading
        row = next(line for line in desk.lines if "Mirza" in line)
        assert "Martin" in row
        assert row.count("libre") == 2  # at the same height in the other two
        await desk.press("tab")
        assert desk.app.focused is place_of(desk).lists.lists[place_of(desk).agenda.resources[1].id]


async def test_the_card_of_a_booking_and_its_arrival(group: Group) -> None:
    day = await morning(group)
    with other_nouns() as opened:
        async with clinic_desk(group, home="agenda.day") as desk:
            await desk.press("down", "down", "down", "enter")
            assert desk.sees("Praline · Petit Marc")
            assert desk.sees("vaccin · chat · 06 11 22 33 44 · prévu")
            await desk.press("a")
            assert desk.sees("Praline est en salle d'attente.")
            assert under_cursor(desk) == "Praline"
            await desk.press("enter", "o")
    assert opened == [("animals.sheet", {"animal_id": day.animals["Praline"]})]


async def test_an_arrival_of_a_caller_asks_who_it_is(group: Group) -> None:
    day = await morning(group)
    async with clinic_desk(group, home="agenda.day") as desk:
        await desk.press("end", "up", "ctrl+a")
        assert desk.sees("Prévu à 14:00, appelant sans fiche : M. Nouveau 06 11 11 11 11")
        await desk.type("ulys")
        await desk.press("enter", "enter")
        assert desk.sees("Ulysse est en salle d'attente.")
    row = (await day_agenda(day.context, day=TODAY)).bookings[-1]
    assert (row.animal, row.state, row.caller) == ("Ulysse", "waiting", "M. Nouveau 06 11 11 11 11")


async def test_a_booking_is_picked_up_and_dropped_on_another_day_and_resource(group: Group) -> None:
    day = await morning(group)
    async with clinic_desk(group, home="agenda.day") as desk:
        await desk.press("down", "down", "down", "enter", "d")
        assert desk.sees("Praline est en main")
        await desk.press("right", "tab", "enter")  # the whole morning of Dr Fontaine is free: at what time?
        assert desk.sees("À QUELLE HEURE")
        await desk.type("10:15")
        await desk.press("enter")
        assert desk.sees("Praline : déplacé à mer. 25 nov. 10:15, Dr Fontaine.")
        assert under_cursor(desk) == "Praline"
    (row,) = (await day_agenda(day.context, day=TODAY + timedelta(days=1))).bookings
    assert (row.animal, row.starts_at, row.resource_name, row.minutes) == (
        "Praline", at("10:15", TODAY + timedelta(days=1)), "Dr Fontaine", 15,
    )  # fmt: skip


async def test_what_is_carried_is_let_go_by_esc_and_needs_room(group: Group) -> None:
    day = await morning(group)
    async with clinic_desk(group, home="agenda.day") as desk:
        await desk.press("down", "down", "down", "down", "down", "ctrl+x")
        assert desk.sees("Ulysse est en main")
        await desk.press("up", "enter")  # 15 minutes for a booking of 30
        assert desk.sees("Choisissez un creux plus long.")
        await desk.press("escape")
        assert desk.sees("Relâché : il reste où il était.")
        assert isinstance(desk.app.screen, AgendaDay)
    assert [row.starts_at for row in (await day_agenda(day.context, day=TODAY)).bookings if row.animal == "Ulysse"] == [
        at("10:00")
    ]


async def test_a_booking_is_cancelled_with_a_reason_or_kept(group: Group) -> None:
    day = await morning(group)
    async with clinic_desk(group, home="agenda.day") as desk:
        await desk.press("down", "down", "down", "delete")
        assert desk.sees("Annuler Praline à 09:30 ?")
        await desk.press("enter")  # the cursor stands on "no"
        assert under_cursor(desk) == "Praline"
        await desk.press("delete", "a")
        assert desk.sees("Praline à 09:30 : annulé.")
        await desk.press("home", "delete")
        await desk.press("a")
        assert desk.sees("est déjà arrivé")
    assert [row.who for row in (await day_agenda(day.context, day=TODAY)).bookings][3] == "Ulysse"


async def test_what_others_book_appears_and_the_cursor_stays_on_its_line(group: Group) -> None:
    day = await morning(group)
    async with clinic_desk(group, home="agenda.day", live=True) as desk:
        await asyncio.sleep(0.3)
        await desk.press("down", "down", "down", "down", "down")
        assert under_cursor(desk) == "Ulysse"
        await book(group.context("accueil.lilas"), resource_id=day.resources["Dr Rousseau"], starts_at=at("09:45"),
                   duration_min=5, caller="Mme Soudaine")  # fmt: skip
        await until_sees(desk, "Mme Soudaine")
        assert under_cursor(desk) == "Ulysse"


async def test_another_site_shows_free_and_taken_and_can_be_booked(group: Group) -> None:
    day = await morning(group)
    port = await open_clinic(group, "vet.port")
    await book(port.context, resource_id=port.resources["Dr Rousseau"], starts_at=at("09:00"), duration_min=30,
               animal_id=day.animals["Mirza"], note="secret")  # fmt: skip
    async with clinic_desk(group, home="agenda.day") as desk:
        await desk.app.open("agenda.day", site_id=group.ids["port"])
        await desk.settle()
        assert desk.sees("CLINIQUE DU PORT")
        assert desk.sees("09:00     pris")
        assert not desk.sees("Mirza")
        assert not desk.sees("secret")
        await desk.press("home", "down", "enter")
        assert desk.sees("! Ce site ne peut pas lire qui vient.")
        await desk.press("down", "enter")
        assert desk.sees("24/11/26 09:30")
        await desk.type("rex")
        await desk.press("enter")
        await desk.type("vac")
        await desk.press("f2")
        assert desk.sees("Réservé : Rex, mar. 24 nov. à 09:30, Dr Rousseau.")
    assert [row.animal for row in (await day_agenda(port.context, day=TODAY)).bookings] == ["Mirza", "Rex"]


async def test_a_hidden_agenda_stays_closed(group: Group) -> None:
    await morning(group)
    await choose_sharing(group.management(), subject="agenda", choice="hidden")
    async with clinic_desk(group, home="agenda.day") as desk:
        await desk.app.open("agenda.day", site_id=group.ids["port"])
        await desk.settle()
        assert desk.sees("! Le groupe a choisi que chaque site garde son agenda pour lui.")


async def test_time_is_closed_from_the_agenda(group: Group) -> None:
    day = await morning(group)
    async with clinic_desk(group, home="agenda.day") as desk:
        await desk.press("right", "ctrl+k")
        await desk.type("congés")
        await desk.press("enter", "enter")
        for text in ("", "", "19"):
            await desk.type(text)
            await desk.press("enter")
        assert desk.sees("Fermé : congés.")
        assert desk.sees("08:30     congés")
    (row,) = (await day_agenda(day.context, day=TODAY + timedelta(days=1))).bookings
    assert (row.starts_at, row.ends_at, row.note) == (
        at("08:30", TODAY + timedelta(days=1)), at("19:00", TODAY + timedelta(days=1)), "congés",
    )  # fmt: skip


async def test_two_hundred_bookings_of_a_day(group: Group) -> None:
    day = await open_clinic(group)
    for number in range(200):
        await book(day.context, resource_id=day.resources["Dr Rousseau"], duration_min=5,
                   starts_at=at("00:05") + timedelta(minutes=7 * number), caller=f"Personne {number}")  # fmt: skip
    async with clinic_desk(group, home="agenda.day", language="en") as desk:
        assert desk.sees("DR ROUSSEAU 200")
        assert under_cursor(desk) in {"Personne 73", "Personne 74", "free 2"}
        await desk.press("end", "up", "delete", "m")
        assert desk.sees("is cancelled.")
        assert desk.sees("DR ROUSSEAU 199")
