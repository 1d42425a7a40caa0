"""Setting up the agenda by keys: resources and their hours, reasons, closed days; in both languages."""

from __future__ import annotations

from datetime import date, time

import pytest

from tests.practice.clinic_day import MORNING_AND_AFTERNOON
from tests.screens.clinic_desk import TODAY, at, clinic_desk, morning, open_clinic
from tests.screens.driving import Desk
from tests.world import Group
from vpterm.practice.agenda.queries import (
    bookings_outside_hours,
    day_agenda,
    list_closures,
    list_reasons,
    list_resources,
)
from vpterm.screens.agenda.day import AgendaDay
from vpterm.screens.agenda.hours import HoursForm


def hours_of(desk: Desk) -> HoursForm:
    place = desk.app.screen
    assert isinstance(place, HoursForm)
    return place


@pytest.mark.parametrize(
    ("language", "words"),
    [("fr", "Rien ne se réserve encore : F9 ajoute"), ("en", "Nobody can be booked yet: F9 adds")],
)
async def test_a_new_site_is_set_up_from_nothing(group: Group, language: str, words: str) -> None:
    context = group.context("gerance", at="lilas")
    async with clinic_desk(group, "gerance", home="agenda.day", language=language) as desk:
        await desk.press("ctrl+u")
        assert desk.sees(words)
        await desk.press("f9")
        await desk.type("Dr Rousseau")
        await desk.press("enter", "enter")
        await desk.type("rous")
        await desk.press("enter")
        assert hours_of(desk).is_new
        await desk.type("8h30-12 14-19")
        await desk.press("enter", "=", "enter", "=", "enter", "=", "enter", "=", "f2")
        await desk.press("tab", "f9")
        await desk.type("vaccin")
        await desk.press("enter", *"20", "enter", "f2")
        await desk.press("escape")
        assert isinstance(desk.app.screen, AgendaDay)
        assert desk.sees("DR ROUSSEAU")
        assert "3 h 15" in desk.text.replace("\xa0", " ")  # from 08:45, the next five minutes, to noon
    (row,) = await list_resources(context)
    assert (row.name, row.kind, row.staff_id) == ("Dr Rousseau", "practitioner", group.ids["vet.lilas"])
    assert row.hours == tuple((day, *span) for day in range(1, 6) for span in MORNING_AND_AFTERNOON)
    assert [(one.name, one.duration_min) for one in await list_reasons(context)] == [("vaccin", 20)]


async def test_who_may_not_is_not_led_there(group: Group) -> None:
    await morning(group)
    async with clinic_desk(group, "accueil.lilas", home="agenda.day", language="en") as desk:
        await desk.press("ctrl+u")
        assert isinstance(desk.app.screen, AgendaDay)
        await desk.press("f10", *"setting up")
        assert not desk.sees("Setting up the agenda")
        await desk.press("escape", "escape")
        await desk.app.open("agenda.settings")
        await desk.settle()
        assert not desk.sees("OPENING HOURS")
        assert "Your role does not allow this." in desk.app.messages[-1]


async def test_a_line_is_renamed_moved_closed_and_opened_again(group: Group) -> None:
    day = await morning(group)
    async with clinic_desk(group, home="agenda.settings") as desk:
        await desk.press("end", "enter", *" B", "f2")
        assert desk.sees("Bloc B : enregistré.")
        await desk.press("minus", "minus", "minus")
        assert [row.name for row in await list_resources(day.context)] == ["Bloc B", "Dr Rousseau", "Dr Fontaine"]
        await desk.press("down", "delete")
        assert desk.sees("Dr Rousseau ne se réserve plus. Encore réservés : 3 ; O les montre.")
        assert desk.sees("! 3 hors horaires")
        await desk.press("plus")
        assert [row.name for row in await list_resources(day.context, closed=True)] == [
            "Bloc B", "Dr Fontaine", "Dr Rousseau",
        ]  # fmt: skip
        await desk.press("delete")
        assert desk.sees("Dr Rousseau se réserve de nouveau.")
        assert not desk.sees("hors horaires :")
    assert await bookings_outside_hours(day.context) == []


async def test_new_hours_tell_first_what_they_leave_outside(group: Group) -> None:
    day = await morning(group)
    async with clinic_desk(group, home="agenda.settings", language="en") as desk:
        await desk.press("h", "down")
        place = hours_of(desk)
        assert place.days[1].text == "08:30–12:00  14:00–19:00"
        await desk.press(*["backspace"] * 24, *"9:45-11", "f2")
        assert desk.sees("2 bookings stand outside these hours. They stay booked.")
        assert desk.sees("24/11/26 14:00  M. Nouveau")
        await desk.press("enter")  # the cursor stands on going on
        assert hours_of(desk) is place
        assert (await list_resources(day.context))[0].hours[2][1:] == (time(8, 30), time(12))
        await desk.press("f2", "s")
        assert desk.sees("Opening hours of Dr Rousseau: saved.")
        assert desk.sees("! 2 out of hours")
        await desk.press("o", *"nouveau", "enter")
        assert isinstance(desk.app.screen, AgendaDay)
        assert desk.sees("M. Nouveau")
    assert len((await day_agenda(day.context, day=TODAY)).bookings) == 7
    assert [hours[1:] for hours in (await list_resources(day.context))[0].hours if hours[0] == 2] == [
        (time(9, 45), time(11))
    ]


async def test_hours_are_taken_over_and_mistakes_are_told_at_their_day(group: Group) -> None:
    day = await morning(group)
    async with clinic_desk(group, home="agenda.settings") as desk:
        await desk.press("end", "h", *["backspace"] * 24, *"12-9", "f2")
        assert desk.sees("! Ces horaires se terminent avant de commencer.")
        assert desk.sees("! Lundi")
        await desk.press("ctrl+e", *"font", "enter", "f2")
        assert desk.sees("Horaires de Bloc : enregistrés.")
    rows = await list_resources(day.context)
    assert rows[2].hours == rows[1].hours


async def test_reasons_are_changed_withdrawn_and_restored(group: Group) -> None:
    day = await morning(group)
    async with clinic_desk(group, home="agenda.settings") as desk:
        await desk.press("tab", "enter", "enter", *["backspace"] * 8, *"25", "f2")
        await desk.press("plus", "delete")
        assert desk.sees("« vaccin » n'est plus proposé ; Suppr le remet.")
        assert [(row.name, row.duration_min) for row in await list_reasons(day.context)] == [
            ("boiterie", 30), ("castration", 60),
        ]  # fmt: skip
        await desk.press("delete")
        assert desk.sees("« vaccin » est de nouveau proposé.")
        await desk.press("h")
        assert desk.sees("! Placez d'abord le curseur sur un praticien, une salle ou un bloc.")
    assert [(row.name, row.duration_min) for row in await list_reasons(day.context)] == [
        ("boiterie", 30), ("vaccin", 25), ("castration", 60),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("language", "typed", "told", "opened"),
    [
        ("fr", "tout", "ven. 25 déc.", "De nouveau ouvert : ven. 25 déc."),
        ("en", "whole", "Fri 25 Dec", "Open again: Fri 25 Dec"),
    ],
)
async def test_a_holiday_closes_the_whole_site_in_one_line(
    group: Group, language: str, typed: str, told: str, opened: str
) -> None:
    day = await open_clinic(group)
    async with clinic_desk(group, language=language) as desk:
        await desk.press(*"ferm", "enter", "f9")
        await desk.press(*typed, "enter", *"Noël", "enter")
        await desk.press(*["backspace"] * 9, *"25/12", "enter", "enter")
        await desk.press(*["backspace"] * 9, *"25/12", "enter", "enter")
        assert [(row.resource_name, row.starts_at, row.ends_at) for row in await list_closures(day.context)] == [
            (name, at("00:00", date(2026, 12, 25)), at("00:00", date(2026, 12, 26)))
            for name in ("Dr Rousseau", "Dr Fontaine", "Bloc")
        ]
        assert desk.sees(told)
        assert desk.sees("tout le site" if language == "fr" else "the whole site")
        await desk.press("delete", "o" if language == "fr" else "y")
        assert desk.sees(opened)
    assert await list_closures(day.context) == []
