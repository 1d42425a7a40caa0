"""The first free time as one asks for it on the telephone: in one line, or in the form, in few keys."""

from __future__ import annotations

from datetime import date

import pytest

from tests.screens.agenda.test_booking import form_of
from tests.screens.clinic_desk import at, clinic_desk, morning
from tests.screens.driving import Desk
from tests.world import Group
from vpterm.practice.agenda.actions import close_time
from vpterm.practice.agenda.queries import day_agenda
from vpterm.screens.widgets.fields import TextField

MONDAY = date(2026, 11, 30)


def focused(desk: Desk) -> str:
    field = desk.app.focused
    assert isinstance(field, TextField)
    return field.key


@pytest.mark.parametrize(
    ("language", "line", "told"),
    [
        ("fr", "libre vac rou s+1 matin", "Réservé : Praline, lun. 30 nov. à 08:30, Dr Rousseau."),
        ("en", "free vac rou next week morning", "Booked: Praline, Mon 30 Nov at 08:30, Dr Rousseau."),
    ],
)
async def test_a_vaccine_with_dr_rousseau_next_week_in_the_morning(
    group: Group, language: str, line: str, told: str
) -> None:
    day = await morning(group)
    async with clinic_desk(group, "accueil.lilas", language=language) as desk:
        desk.strike(*line, "enter")
        await desk.settle()
        form = form_of(desk)
        assert (form.reason.text, form.resource.text) == ("vaccin", "Dr Rousseau")
        assert [slot.starts_at for slot in form.free.rows.rows[:2]] == [at("08:30", MONDAY), at("08:45", MONDAY)]
        assert len(form.free.rows.rows) == 30
        desk.strike("enter", *"pral", "enter", "f2")  # the first one, for Praline
        await desk.settle()
        assert desk.sees(told)
    (row,) = (await day_agenda(day.context, day=MONDAY)).bookings
    assert (row.animal, row.starts_at, row.reason) == ("Praline", at("08:30", MONDAY), "vaccin")


async def test_the_same_in_the_form_takes_f2_alone(group: Group) -> None:
    day = await morning(group)
    async with clinic_desk(group, home="agenda.book") as desk:
        await desk.press(*"pral", "enter", *"vac", "enter", *"rou", "enter", *"s+1 aprem", "f2")
    (row,) = (await day_agenda(day.context, day=MONDAY)).bookings
    assert (row.animal, row.starts_at) == ("Praline", at("14:00", MONDAY))


async def test_who_comes_may_be_said_in_the_line_too(group: Group) -> None:
    await morning(group)
    async with clinic_desk(group) as desk:
        await desk.press(*"libre boit jeu mirza", "enter", "enter")
        form = form_of(desk)
        assert (form.when.text, form.resource.text) == ("26/11/26 08:30", "Dr Rousseau")
        assert focused(desk) == "who"
        assert form.patients.current is not None
        assert form.patients.current.animal == "Mirza"


async def test_when_nothing_is_free_then_what_comes_next_is_proposed_but_not_taken_by_itself(group: Group) -> None:
    day = await morning(group)
    for name in ("Dr Rousseau", "Dr Fontaine"):
        await close_time(day.context, resource_id=day.resources[name], starts_at=at("00:00", MONDAY),
                         ends_at=at("00:00", date(2026, 12, 5)), note="congrès")  # fmt: skip
    async with clinic_desk(group, home="agenda.book") as desk:
        await desk.press(*"pral", "enter", *"vac", "enter", "enter", *"s+1 mat")
        assert desk.sees("RIEN DE LIBRE À CE MOMENT-LÀ ; ENSUITE")
        assert form_of(desk).free.rows.rows[0].starts_at == at("08:30", date(2026, 12, 7))
        await desk.press("f2")
        assert "À quelle heure ?" in desk.app.messages[-1]
        await desk.press("enter", "f2")
    (row,) = (await day_agenda(day.context, day=date(2026, 12, 7))).bookings
    assert (row.animal, row.starts_at) == ("Praline", at("08:30", date(2026, 12, 7)))


async def test_from_the_agenda_what_for_comes_first(group: Group) -> None:
    await morning(group)
    async with clinic_desk(group, home="agenda.day", language="en") as desk:
        await desk.press("ctrl+e")
        form = form_of(desk)
        assert focused(desk) == "reason_id"
        await desk.press(*"cas", "enter", "enter", *"tue w+1", "enter")
        assert (form.when.text, form.resource.text) == ("01/12/26 08:30", "Bloc")
        assert focused(desk) == "who"


async def test_the_telephone_of_a_client_is_passed_over_until_it_is_a_caller_again(group: Group) -> None:
    await morning(group)
    async with clinic_desk(group, home="agenda.book") as desk:
        await desk.press(*"pral", "enter")
        form = form_of(desk)
        assert focused(desk) == "reason_id"
        assert form.phone.placeholder == "06 11 22 33 44"
        await desk.press("up")
        assert focused(desk) == "who"
        await desk.press(*["backspace"] * 20, *"Mme Inconnue", "enter")
        assert focused(desk) == "phone"
