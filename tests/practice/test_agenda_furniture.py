"""Setting up an agenda: resources, opening hours, reasons, closed days; what is booked already is never lost."""

from datetime import date, time, timedelta

import pytest

from tests.practice.clinic_day import TODAY, WEEK, ClinicDay, at, paris
from tests.world import Group
from vpterm.kernel.errors import Conflict, NotAllowed, NotFound, Refused
from vpterm.practice.agenda.actions import book, close_for_all, close_time, move_booking
from vpterm.practice.agenda.furniture import (
    add_reason,
    add_resource,
    change_reason,
    change_resource,
    close_resource,
    order_reasons,
    order_resources,
    reopen_resource,
    restore_reason,
    set_opening_hours,
    withdraw_reason,
)
from vpterm.practice.agenda.queries import (
    bookings_outside_hours,
    day_agenda,
    find_free_slots,
    list_closures,
    list_reasons,
    list_resources,
)

MORNINGS = [(weekday, time(8, 30), time(12)) for weekday in range(1, 6)]


async def names_of(clinic: ClinicDay, *, closed: bool = False) -> list[str]:
    return [row.name for row in await list_resources(clinic.context, closed=closed)]


async def book_at(clinic: ClinicDay, clock: str, who: str, resource: str = "Dr Rousseau", day: date = TODAY) -> int:
    return await book(clinic.context, resource_id=clinic.resources[resource], starts_at=at(clock, day),
                      duration_min=30, caller=who)  # fmt: skip


@pytest.mark.parametrize("login", ["accueil.lilas", "asv.lilas", "support"])
async def test_reception_books_but_does_not_set_up(group: Group, clinic: ClinicDay, login: str) -> None:
    context, vet = group.context(login), clinic.resources["Dr Rousseau"]
    for attempt in (
        add_resource(context, name="Salle 9"), close_resource(context, resource_id=vet),
        change_resource(context, resource_id=vet, name="x", kind="room"), order_resources(context, resource_ids=[vet]),
        set_opening_hours(context, resource_id=vet, hours=[]), add_reason(context, name="x", duration_min=15),
        withdraw_reason(context, reason_id=clinic.reasons["vaccin"]), order_reasons(context, reason_ids=[]),
    ):  # fmt: skip
        with pytest.raises(NotAllowed):
            await attempt
    await add_resource(group.context("gerance", at="lilas"), name="Salle 9", kind="room")
    assert await names_of(clinic) == ["Dr Rousseau", "Dr Fontaine", "Bloc", "Salle 9"]


async def test_a_resource_changes_its_name_and_its_place(group: Group, clinic: ClinicDay) -> None:
    fontaine, block = clinic.resources["Dr Fontaine"], clinic.resources["Bloc"]
    await change_resource(clinic.context, resource_id=block, name=" Bloc  sud ", kind="theatre")
    await order_resources(clinic.context, resource_ids=[block, fontaine, clinic.resources["Dr Rousseau"]])
    assert await names_of(clinic) == ["Bloc sud", "Dr Fontaine", "Dr Rousseau"]
    assert (await list_resources(clinic.context))[0].hours == tuple(WEEK)
    for wrong, field in (
        ({"name": "Dr Fontaine"}, "name"), ({"name": " "}, "name"), ({"kind": "garden"}, "kind"),
        ({"staff_id": 9999}, "staff_id"),
    ):  # fmt: skip
        with pytest.raises(Refused) as refusal:
            await change_resource(clinic.context, **{"resource_id": block, "name": "Bloc", "kind": "theatre"} | wrong)  # type: ignore[arg-type]
        assert refusal.value.field == field
    with pytest.raises(NotFound):  # of another site, whatever its number
        await change_resource(group.context("vet.port"), resource_id=block, name="Volé", kind="theatre")
    assert await names_of(clinic) == ["Bloc sud", "Dr Fontaine", "Dr Rousseau"]


async def test_a_closed_resource_keeps_its_bookings_and_takes_no_more(clinic: ClinicDay) -> None:
    vet, other = clinic.resources["Dr Rousseau"], clinic.resources["Dr Fontaine"]
    await book_at(clinic, "10:00", "Mme Prévue", day=TODAY + timedelta(days=1))
    moving = await book_at(clinic, "09:00", "M. Ailleurs", "Dr Fontaine")
    await close_resource(clinic.context, resource_id=vet)
    assert await names_of(clinic) == ["Dr Fontaine", "Bloc"]
    assert await names_of(clinic, closed=True) == ["Dr Rousseau", "Dr Fontaine", "Bloc"]
    tomorrow = await day_agenda(clinic.context, day=TODAY + timedelta(days=1))
    assert [(one.name, one.free) for one in tomorrow.resources if one.id == vet] == [("Dr Rousseau", ())]
    assert [row.who for row in tomorrow.bookings] == ["Mme Prévue"]
    assert [row.who for row in await bookings_outside_hours(clinic.context)] == ["Mme Prévue"]
    for attempt in (
        book_at(clinic, "11:00", "Mme Refusée"),
        move_booking(clinic.context, booking_id=moving, starts_at=at("11:00"), resource_id=vet),
    ):
        with pytest.raises(Refused) as refusal:
            await attempt
        assert (refusal.value.message, refusal.value.field) == ("Dr Rousseau ne se réserve plus.", "resource_id")
    found = await find_free_slots(clinic.context, duration_min=30, from_=at("08:00"), count=40)
    assert {slot.resource_id for slot in found} == {other, clinic.resources["Bloc"]}
    await reopen_resource(clinic.context, resource_id=vet)
    await book_at(clinic, "11:00", "Mme Acceptée")


async def test_new_hours_tell_what_they_leave_outside(clinic: ClinicDay) -> None:
    vet = clinic.resources["Dr Rousseau"]
    for clock, who in (("09:00", "Mme Matin"), ("11:30", "M. Midi"), ("15:00", "Mme Tard")):
        await book_at(clinic, clock, who)
    await book_at(clinic, "15:00", "Chez le voisin", "Dr Fontaine")
    await close_time(clinic.context, resource_id=vet, starts_at=at("17:00"), ends_at=at("18:00"), note="réunion")
    wished = [*MORNINGS[:1], (2, time(8, 30), time(11, 45)), *MORNINGS[2:]]
    outside = await bookings_outside_hours(clinic.context, resource_id=vet, hours=wished)
    assert [row.who for row in outside] == ["M. Midi", "Mme Tard"]
    assert await bookings_outside_hours(clinic.context, resource_id=vet) == []
    await set_opening_hours(clinic.context, resource_id=vet, hours=wished)
    assert await bookings_outside_hours(clinic.context) == outside
    assert [row.who for row in (await day_agenda(clinic.context, day=TODAY)).bookings] == [
        "Mme Matin", "M. Midi", "Mme Tard", "Chez le voisin", "réunion",
    ]  # fmt: skip


async def test_a_whole_site_closes_around_the_leave_that_stands(clinic: ClinicDay) -> None:
    holiday, vet = date(2026, 12, 25), clinic.resources["Dr Rousseau"]
    await close_time(clinic.context, resource_id=vet, starts_at=at("09:00", holiday), ends_at=at("12:00", holiday),
                     note="congé")  # fmt: skip
    span = {"starts_at": at("00:00", holiday), "ends_at": at("00:00", holiday + timedelta(days=1))}
    assert await close_for_all(clinic.context, **span, note=" Noël ") == 3
    closed = [(row.resource_name, paris(row.starts_at), paris(row.ends_at), row.note)
              for row in await list_closures(clinic.context)]  # fmt: skip
    assert sorted(closed) == [
        ("Bloc", "00:00", "00:00", "Noël"), ("Dr Fontaine", "00:00", "00:00", "Noël"),
        ("Dr Rousseau", "00:00", "09:00", "Noël"), ("Dr Rousseau", "09:00", "12:00", "congé"),
        ("Dr Rousseau", "12:00", "00:00", "Noël"),
    ]  # fmt: skip
    assert (await find_free_slots(clinic.context, duration_min=30, from_=at("08:00", holiday)))[0].starts_at == at(
        "08:30", date(2026, 12, 28)
    )


async def test_a_site_with_a_booking_in_the_way_closes_nowhere(clinic: ClinicDay) -> None:
    await book_at(clinic, "10:00", "Mme Urgente", "Bloc", date(2026, 12, 25))
    with pytest.raises(Conflict) as conflict:
        await close_for_all(clinic.context, starts_at=at("00:00", date(2026, 12, 25)),
                            ends_at=at("00:00", date(2026, 12, 26)), note="Noël")  # fmt: skip
    assert conflict.value.message == "1 rendez-vous dans cette plage : Mme Urgente, ven. 25 déc. à 10:00."
    assert await list_closures(clinic.context) == []


async def test_reasons_change_and_are_withdrawn_and_come_back(clinic: ClinicDay) -> None:
    vaccine, lameness = clinic.reasons["vaccin"], clinic.reasons["boiterie"]
    booked = await book(clinic.context, resource_id=clinic.resources["Dr Rousseau"], starts_at=at("09:00"),
                        reason_id=vaccine, caller="Mme Prévue")  # fmt: skip
    await change_reason(clinic.context, reason_id=vaccine, name="Vaccin et bilan", duration_min=25)
    await add_reason(clinic.context, name="NAC", duration_min=30)
    await order_reasons(clinic.context, reason_ids=[lameness, vaccine, clinic.reasons["castration"]])
    assert [(row.name, row.duration_min) for row in await list_reasons(clinic.context)] == [
        ("boiterie", 30), ("Vaccin et bilan", 25), ("castration", 60), ("NAC", 30),
    ]  # fmt: skip
    (row,) = (await day_agenda(clinic.context, day=TODAY)).bookings
    assert (row.id, row.reason, row.minutes) == (booked, "Vaccin et bilan", 15)
    await withdraw_reason(clinic.context, reason_id=vaccine)
    assert [row.name for row in await list_reasons(clinic.context)] == ["boiterie", "castration", "NAC"]
    assert [(row.name, row.withdrawn) for row in await list_reasons(clinic.context, withdrawn=True)][1] == (
        "Vaccin et bilan", True,
    )  # fmt: skip
    assert (await day_agenda(clinic.context, day=TODAY)).bookings[0].reason == "Vaccin et bilan"
    await restore_reason(clinic.context, reason_id=vaccine)
    assert len(await list_reasons(clinic.context)) == 4
    with pytest.raises(Refused) as taken:
        await change_reason(clinic.context, reason_id=vaccine, name="NAC", duration_min=25)
    assert taken.value.message == "« NAC » est déjà dans la liste des motifs."
