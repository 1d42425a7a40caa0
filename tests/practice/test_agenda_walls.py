"""What other sites see of an agenda, and what they may put there: hidden, free-busy, full."""

import pytest
from sqlalchemy import func, insert, select, update

from tests.practice.clinic_day import TODAY, ClinicDay, at, open_clinic, paris, shown
from tests.world import Group
from vpterm.kernel.errors import Conflict, NotAllowed, NotFound, Refused
from vpterm.practice.agenda.actions import (
    book,
    cancel_booking,
    move_booking,
)
from vpterm.practice.agenda.queries import (
    bookings_of_animal,
    busy_elsewhere,
    day_agenda,
    find_free_slots,
    list_resources,
)
from vpterm.practice.agenda.tables import Booking
from vpterm.practice.sharing.actions import choose_sharing


@pytest.fixture
async def port(group: Group, clinic: ClinicDay) -> ClinicDay:
    """Another clinic of the group, with a booking that lilas might see."""
    day = await open_clinic(group, "vet.port")
    await book(day.context, resource_id=day.resources["Dr Rousseau"], starts_at=at("09:00"),
               reason_id=day.reasons["boiterie"], animal_id=clinic.animals["Mirza"], note="secret")  # fmt: skip
    return day


async def share(group: Group, choice: str) -> None:
    await choose_sharing(group.management(), subject="agenda", choice=choice)


async def test_free_busy_shows_the_shape_of_another_agenda_and_nothing_else(
    group: Group, clinic: ClinicDay, port: ClinicDay
) -> None:
    site = group.ids["port"]
    await share(group, "free-busy")
    day = await day_agenda(clinic.context, day=TODAY, site_id=site)
    (row,) = day.bookings
    assert (paris(row.starts_at), row.minutes, row.resource_name) == ("09:00", 30, "Dr Rousseau")
    assert (row.hidden, row.id, row.who, row.note, row.client_id, row.reason) == (True, 0, "", "", None, "")
    assert shown(day.entries(port.resources["Dr Rousseau"]))[1:] == ["09:00  30", "09:30 free 150", "14:00 free 300"]
    assert len(await busy_elsewhere(clinic.context, site_id=site, day=TODAY)) == 1
    assert await bookings_of_animal(clinic.context, animal_id=clinic.animals["Mirza"]) == []
    async with clinic.context.reading() as connection:
        seen = await connection.execute(select(func.count()).select_from(Booking).where(Booking.site_id == site))
        assert seen.scalar_one() == 0


async def test_another_site_can_be_booked_without_reading_it(group: Group, clinic: ClinicDay, port: ClinicDay) -> None:
    site, vet = group.ids["port"], port.resources["Dr Rousseau"]
    (slot,) = await find_free_slots(
        clinic.context, reason_id=port.reasons["boiterie"], from_=at("09:00"), resource_id=vet, count=1, site_id=site
    )
    assert paris(slot.starts_at) == "09:30"
    values = {
        "site_id": site,
        "resource_id": vet,
        "reason_id": port.reasons["boiterie"],
        "animal_id": clinic.animals["Rex"],
    }
    assert await book(clinic.context, starts_at=slot.starts_at, **values) == 0  # type: ignore[arg-type]
    with pytest.raises(Conflict) as conflict:
        await book(clinic.context, starts_at=at("09:15"), **values)  # type: ignore[arg-type]
    assert conflict.value.message == "Ce créneau vient d'être pris."  # and not by whom
    assert conflict.value.advice == "Prochain libre : 10:00."
    own = await day_agenda(port.context, day=TODAY)
    assert [(row.animal, row.booked_by) for row in own.bookings] == [
        ("Mirza", "Yann Le Goff"),
        ("Rex", "Anne Rousseau"),
    ]
    # What stands there now belongs to port: lilas neither moves nor cancels it.
    for number in (row.id for row in own.bookings):
        with pytest.raises(NotFound):
            await cancel_booking(clinic.context, booking_id=number)
        with pytest.raises(NotFound):
            await move_booking(clinic.context, booking_id=number, starts_at=at("18:00"))


async def test_a_choice_of_the_group_takes_effect_at_once(group: Group, clinic: ClinicDay, port: ClinicDay) -> None:
    site, vet = group.ids["port"], port.resources["Dr Rousseau"]
    await share(group, "full")
    (row,) = (await day_agenda(clinic.context, day=TODAY, site_id=site)).bookings
    assert (row.hidden, row.animal, row.note, row.site_code) == (False, "Mirza", "secret", "port")
    assert [one.site_code for one in await bookings_of_animal(clinic.context, animal_id=clinic.animals["Mirza"])] == [
        "port"
    ]
    await share(group, "hidden")
    with pytest.raises(NotAllowed):
        await day_agenda(clinic.context, day=TODAY, site_id=site)
    with pytest.raises(NotAllowed):
        await find_free_slots(clinic.context, duration_min=15, from_=at("09:00"), resource_id=vet, site_id=site)
    with pytest.raises(Refused) as refusal:
        await book(clinic.context, site_id=site, resource_id=vet, starts_at=at("15:00"), duration_min=15, caller="x")
    assert refusal.value.field == "site_id"
    assert await list_resources(clinic.context, site_id=site) == []
    assert await busy_elsewhere(clinic.context, site_id=site, day=TODAY) == []
    assert await bookings_of_animal(clinic.context, animal_id=clinic.animals["Mirza"]) == []


async def test_hidden_agendas_hold_against_plain_statements(group: Group, clinic: ClinicDay, port: ClinicDay) -> None:
    await share(group, "hidden")
    site = group.ids["port"]
    before = len((await day_agenda(port.context, day=TODAY)).bookings)
    async with clinic.context.reading() as connection:
        assert (await connection.execute(select(Booking.id).where(Booking.site_id == site))).all() == []
    with pytest.raises(NotAllowed):
        await _insert_by_hand(clinic, site, port.resources["Bloc"])
    async with clinic.context.writing() as connection:
        touched = await connection.execute(update(Booking).where(Booking.site_id == site).values(note="lu"))
        assert touched.rowcount == 0
    assert len((await day_agenda(port.context, day=TODAY)).bookings) == before


async def _insert_by_hand(clinic: ClinicDay, site_id: int, resource_id: int) -> None:
    span = func.tstzrange(at("15:00"), at("16:00"))
    async with clinic.context.writing() as connection:
        await connection.execute(insert(Booking).values(span=span, site_id=site_id, resource_id=resource_id).inline())
