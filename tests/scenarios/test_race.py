"""Fifty writers want the same slot: two people over SSH with the form open, and forty-eight who come at once."""

import asyncio
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime

import pytest

from tests.scenarios.clinic import Clinic
from tests.scenarios.keys import ENTER, MAIN, SAVE
from tests.scenarios.test_morning import Patient, find, go_home, lonely_patient
from tests.terminal.door import Person
from vpterm.cli.ground import ground
from vpterm.database.context import Context
from vpterm.kernel.errors import Conflict
from vpterm.practice.agenda.actions import book
from vpterm.practice.agenda.queries import find_free_slots, list_reasons
from vpterm.practice.agenda.rows import Slot
from vpterm.practice.staff.rules import RIGHTS, Role

pytestmark = [pytest.mark.doors, pytest.mark.timeout(300), pytest.mark.xdist_group("clinic")]
REASON = "Contrôle"


def open_form(person: Person, patient: Patient) -> None:
    """Everything is filled in, the first free slot is under the cursor; F2 is still to come."""
    go_home(person)
    find(person, patient)
    person.types(MAIN)
    person.sees("RENDEZ-VOUS")
    person.types("contr" + ENTER)
    person.sees(REASON)
    person.sees("Dr ")


def at_reception(clinic: Clinic) -> AbstractAsyncContextManager[Context]:
    """The receptionist's own hand, without a screen."""
    ((staff_id,),) = clinic.ask("SELECT id FROM staff WHERE login = 'accueil.lilas'")
    return ground(clinic.folder).at_site("lilas", int(str(staff_id)), RIGHTS[Role.RECEPTION])


async def first_slot(clinic: Clinic) -> tuple[Slot, int]:
    """The slot that both people see first, and the number of its reason."""
    async with at_reception(clinic) as context:
        reason = next(row for row in await list_reasons(context) if row.name == REASON)
        return (await find_free_slots(context, reason_id=reason.id, from_=datetime.now(UTC)))[0], reason.id


async def forty_eight_want(clinic: Clinic, slot: Slot, reason_id: int) -> list[object]:
    async with at_reception(clinic) as context:
        return await asyncio.gather(
            *(
                book(
                    context, resource_id=slot.resource_id, starts_at=slot.starts_at, reason_id=reason_id,
                    caller=f"Appelant {number}",
                )
                for number in range(48)
            ),
            return_exceptions=True,
        )  # fmt: skip


def test_one_of_fifty_gets_the_slot_and_the_others_are_told(clinic: Clinic) -> None:
    people = [clinic.come_in(login) for login in ("accueil.lilas", "asv.lilas")]
    for person, skip in zip(people, (6, 7), strict=True):
        open_form(person, lonely_patient(clinic, skip=skip))
    slot, reason_id = asyncio.run(first_slot(clinic))
    for person in people:
        person.types(SAVE)
    outcomes = asyncio.run(forty_eight_want(clinic, slot, reason_id))
    assert all(isinstance(one, Conflict | int) for one in outcomes), outcomes
    for person in people:
        until_answered(person)
    told = sum("Ce créneau" in person.text for person in people)
    won = sum(isinstance(one, int) for one in outcomes)
    assert won + (len(people) - told) == 1
    assert clinic.ask(
        f"SELECT count(*) FROM bookings WHERE resource_id = {slot.resource_id} "
        "AND site_id = (SELECT id FROM sites WHERE code = 'lilas') "
        f"AND span @> timestamptz '{slot.starts_at.isoformat()}' AND cancelled_at IS NULL"
    ) == [(1,)]
    for person in people:
        if "Ce créneau" in person.text:
            assert "RENDEZ-VOUS" in person.text  # the form is still there, with what was typed
            assert REASON in person.text
        person.process.close(force=True)


def until_answered(person: Person) -> None:
    """Wait for the word of either outcome."""
    for _try in range(200):
        if "Ce créneau" in person.text or "Réservé" in person.text:
            return
        person.read(0.1)
    raise AssertionError(person.text)
