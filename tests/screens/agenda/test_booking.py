"""The booking form by keys: a known patient, a caller, proposals, a lost race, a draft that waits."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.screens.clinic_desk import TODAY, at, clinic_desk, morning
from tests.screens.driving import Desk
from tests.world import Group
from vpterm.practice.agenda.actions import book
from vpterm.practice.agenda.queries import BookingRow, day_agenda
from vpterm.practice.drafts.queries import list_drafts
from vpterm.screens.agenda.booking import BookingForm
from vpterm.screens.agenda.day import AgendaDay


def form_of(desk: Desk) -> BookingForm:
    place = desk.app.screen
    assert isinstance(place, BookingForm)
    return place


async def test_a_known_patient_is_booked_in_a_few_keys(group: Group) -> None:
    day = await morning(group)
    async with clinic_desk(group, "accueil.lilas") as desk:
        desk.strike(*"rdv", "enter", *"car", "enter")  # faster than the screen: nothing is lost
        await desk.settle()
        assert form_of(desk).who.text == "Caramel (Moreau Luc)"
        await desk.press(*"vac", "enter", "enter")  # the telephone is in the file; a vaccine, with anybody
        assert desk.sees("CRÉNEAUX LIBRES")
        assert [(slot.starts_at, slot.resource_name) for slot in form_of(desk).free.rows.rows[:3]] == [
            (at("08:45"), "Dr Fontaine"), (at("09:00"), "Dr Fontaine"), (at("09:15"), "Dr Fontaine"),
        ]  # fmt: skip
        await desk.press("down", "enter")
        assert form_of(desk).when.text == "24/11/26 09:00"
        assert form_of(desk).resource.text == "Dr Fontaine"
        await desk.press("f2")
        assert desk.sees("Réservé : Caramel, mar. 24 nov. à 09:00, Dr Fontaine.")
    row = next(row for row in (await day_agenda(day.context, day=TODAY)).bookings if row.animal == "Caramel")
    assert (row.starts_at, row.reason, row.minutes, row.booked_by) == (at("09:00"), "vaccin", 15, "Karim Benali")


async def test_a_caller_without_a_file_is_booked_by_name_and_telephone(group: Group) -> None:
    day = await morning(group)
    async with clinic_desk(group, home="agenda.day", language="en") as desk:
        await desk.press("tab", "enter")
        assert form_of(desk).when.text == "24/11/26 08:45"
        await desk.type("Mme Inconnue")
        await desk.press("end", "enter")  # the last line of the list: the words themselves
        await desk.type("0611223344")
        await desk.press("enter", *"boi", "enter", "f2")
        assert desk.sees("Booked: Mme Inconnue, Tue 24 Nov at 08:45, Dr Fontaine.")
        place = desk.app.screen
        assert isinstance(place, AgendaDay)
        assert isinstance(place.current, BookingRow)
        assert place.current.caller == "Mme Inconnue 06 11 22 33 44"
    row = next(row for row in (await day_agenda(day.context, day=TODAY)).bookings if row.caller.startswith("Mme"))
    assert (row.client_id, row.minutes, row.reason) == (None, 30, "boiterie")


async def test_a_time_typed_out_takes_whoever_is_free(group: Group) -> None:
    day = await morning(group)
    async with clinic_desk(group, home="agenda.book") as desk:
        await desk.press(*"mirza", "enter", *"vac", "enter", "enter", *"jeu 10h15", "f2")
    day_after = TODAY + timedelta(days=2)
    (row,) = (await day_agenda(day.context, day=day_after)).bookings
    assert (row.animal, row.starts_at, row.resource_name) == ("Mirza", at("10:15", day_after), "Dr Rousseau")


async def test_saving_with_no_time_said_takes_the_one_proposed(group: Group) -> None:
    day = await morning(group)
    async with clinic_desk(group, home="agenda.book") as desk:
        await desk.press(*"mirza", "enter", *"vac", "enter", "f2")
    rows = (await day_agenda(day.context, day=TODAY)).bookings
    assert (at("08:45"), "Dr Fontaine") in [(r.starts_at, r.resource_name) for r in rows if r.animal == "Mirza"]


async def test_a_time_at_which_nobody_is_free_says_what_is(group: Group) -> None:
    await morning(group)
    async with clinic_desk(group, home="agenda.book") as desk:
        await desk.press(*"mirza", "enter", *"vac", "enter", "enter", *"24/11 13h", "f2")
        assert desk.sees("! Personne n'est libre à 13:00. Prochain libre : 24/11/26 14:00.")
        assert form_of(desk).who.text == "Mirza (Martin Sophie)"  # nothing is lost


async def test_a_slot_taken_meanwhile_is_told_and_nothing_is_lost(group: Group) -> None:
    day = await morning(group)
    async with clinic_desk(group, home="agenda.day") as desk:
        await desk.press("tab", "enter", *"praline", "enter", *"vac")
        await book(group.context("accueil.lilas"), resource_id=day.resources["Dr Fontaine"], starts_at=at("08:45"),
                   duration_min=15, animal_id=day.animals["Ulysse"])  # fmt: skip
        await desk.press("f2")
        assert desk.app.messages[-1] == (
            "Ce créneau vient d'être pris par Karim Benali pour Ulysse. Prochain libre : 09:00."
        )
        assert form_of(desk).who.text == "Praline (Petit Marc)"


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ((*"mirza", "enter", "f2"), "Quand"),
        ((*"mirza", "enter", "enter", "enter", *"+1 10h", "f2"), "Combien de temps faut-il ?"),
        ((*"mirza", "enter", *"vac", "enter", "enter", *"-1 10h", "f2"), "Cette journée est passée."),
    ],
)
async def test_what_is_missing_is_said_at_its_field(group: Group, keys: tuple[str, ...], words: str) -> None:
    await morning(group)
    async with clinic_desk(group, home="agenda.book") as desk:
        await desk.press(*keys)
        assert words in desk.app.messages[-1]
        assert isinstance(desk.app.screen, BookingForm)


async def test_a_half_filled_form_waits_for_its_return(group: Group) -> None:
    day = await morning(group)
    async with clinic_desk(group) as desk:
        await desk.press(*"rdv", "enter", *"pral", "enter", *"vac", "escape")
    assert [draft.form for draft in await list_drafts(day.context)] == ["agenda.book"]
    async with clinic_desk(group) as desk:  # another session of the same person, after a cut
        await desk.press(*"rdv", "enter")
        assert form_of(desk).who.text == "Praline (Petit Marc)"
        assert form_of(desk).who.patient is not None
        assert form_of(desk).reason.text == "vac"
        assert desk.sees("Repris là où vous en étiez.")


async def test_a_form_without_reasons_or_patients_says_what_to_type(group: Group) -> None:
    async with clinic_desk(group, home="agenda.book", language="en") as desk:
        assert desk.sees("A name, an animal, a telephone: type a few letters.")
        await desk.press(*"nobody", "enter", "enter", "enter", "f2")
        assert isinstance(desk.app.screen, BookingForm)
