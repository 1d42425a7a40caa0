"""Booking, moving, cancelling; free slots; fifty writers on one slot."""

import asyncio
from datetime import date, timedelta
from itertools import pairwise

import pytest
from sqlalchemy import select, update

from tests.practice.clinic_day import TODAY, WEEK, ClinicDay, at, paris, shown
from tests.world import Group
from vpterm.kernel.dates import day_bounds
from vpterm.kernel.errors import Conflict, NotAllowed, NotFound, Refused
from vpterm.practice.agenda.actions import (
    book,
    cancel_booking,
    close_time,
    move_booking,
)
from vpterm.practice.agenda.furniture import add_reason, add_resource, set_opening_hours
from vpterm.practice.agenda.queries import (
    bookings_of_animal,
    bookings_of_client,
    day_agenda,
    find_booking,
    find_free_slots,
    list_reasons,
    list_resources,
    week_overview,
)
from vpterm.practice.agenda.tables import Booking
from vpterm.practice.animals.tables import Animal


async def test_resources_and_reasons_in_their_order(clinic: ClinicDay) -> None:
    assert [(row.name, row.kind) for row in await list_resources(clinic.context)] == [
        ("Dr Rousseau", "practitioner"), ("Dr Fontaine", "practitioner"), ("Bloc", "theatre"),
    ]  # fmt: skip
    assert (await list_resources(clinic.context))[0].hours == tuple(WEEK)
    assert [(row.name, row.duration_min) for row in await list_reasons(clinic.context)] == [
        ("vaccin", 15), ("boiterie", 30), ("castration", 60),
    ]  # fmt: skip
    with pytest.raises(Refused) as taken:
        await add_resource(clinic.context, name=" Bloc ")
    assert taken.value.field == "name"
    for wrong in (
        {"name": "", "duration_min": 15},
        {"name": "x", "duration_min": 4},
        {"name": "vaccin", "duration_min": 5},
    ):
        with pytest.raises(Refused):
            await add_reason(clinic.context, **wrong)  # type: ignore[arg-type]
    with pytest.raises(NotFound):
        await set_opening_hours(clinic.context, resource_id=999, hours=WEEK)


# -- booking


async def test_a_day_shows_its_bookings_and_its_gaps(clinic: ClinicDay) -> None:
    vet = clinic.resources["Dr Rousseau"]
    await book(clinic.context, resource_id=vet, starts_at=at("08:45"), reason_id=clinic.reasons["boiterie"],
               animal_id=clinic.animals["Rex"], note="patte avant")  # fmt: skip
    await book(clinic.context, resource_id=vet, starts_at=at("10:00"), reason_id=clinic.reasons["vaccin"],
               duration_min=20, caller="M. Inconnu 06 00 00 00 00")  # fmt: skip
    await close_time(clinic.context, resource_id=vet, starts_at=at("14:00"), ends_at=at("19:00"), note="chirurgie")
    day = await day_agenda(clinic.context, day=TODAY)
    assert shown(day.entries(vet)) == [
        "08:30 free 15", "08:45 Rex 30", "09:15 free 45", "10:00 M. Inconnu 06 00 00 00 00 20",
        "10:20 free 100", "14:00 chirurgie 300",
    ]  # fmt: skip
    assert shown(day.entries(clinic.resources["Bloc"])) == ["08:30 free 210", "14:00 free 300"]
    assert shown(day.entries(vet, from_=at("09:30"))) == [
        "08:45 Rex 30", "09:30 free 30", "10:00 M. Inconnu 06 00 00 00 00 20", "10:20 free 100", "14:00 chirurgie 300",
    ]  # fmt: skip
    first, second, third = day.bookings
    assert (first.animal, first.species, first.last_name, first.client_name) == (
        "Rex",
        "chien",
        "Dubois",
        "Dubois Paul",
    )
    assert (first.phone, first.reason, first.note, first.state) == ("+33240112233", "boiterie", "patte avant", "booked")
    assert (first.booked_by, first.is_closed, second.is_closed, third.is_closed) == (
        "Anne Rousseau",
        False,
        False,
        True,
    )
    assert (await day_agenda(clinic.context, day=TODAY + timedelta(days=1))).bookings == ()


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"animal_id": None}, "who"),
        ({"starts_at": at("08:45") - timedelta(days=1)}, "starts_at"),
        ({"reason_id": None}, "reason_id"),
        ({"reason_id": 999}, "reason_id"),
        ({"duration_min": 3}, "duration_min"),
        ({"resource_id": 999}, "resource_id"),
        ({"client_id": 999}, "who"),
    ],
)
async def test_a_booking_that_cannot_be_is_refused_with_its_field(
    clinic: ClinicDay, wrong: dict[str, object], field: str
) -> None:
    right: dict[str, object] = {
        "resource_id": clinic.resources["Bloc"], "starts_at": at("08:45"), "reason_id": clinic.reasons["vaccin"],
        "animal_id": clinic.animals["Rex"],
    }  # fmt: skip
    with pytest.raises(Refused) as refusal:
        await book(clinic.context, **{**right, **wrong})  # type: ignore[arg-type]
    assert refusal.value.field == field
    assert (await day_agenda(clinic.context, day=TODAY)).bookings == ()


async def test_nobody_is_booked_for_a_dead_animal(clinic: ClinicDay) -> None:
    async with clinic.context.writing() as connection:
        await connection.execute(update(Animal).where(Animal.name == "Rex").values(died_on=TODAY))
    with pytest.raises(Refused) as refusal:
        await book(clinic.context, resource_id=clinic.resources["Bloc"], starts_at=at("09:00"), duration_min=15,
                   animal_id=clinic.animals["Rex"])  # fmt: skip
    assert "Rex" in refusal.value.message


async def test_a_taken_slot_is_a_conflict_that_says_by_whom_and_what_is_free(group: Group, clinic: ClinicDay) -> None:
    vet = clinic.resources["Dr Rousseau"]
    number = await book(clinic.context, resource_id=vet, starts_at=at("08:45"), duration_min=30,
                        animal_id=clinic.animals["Rex"])  # fmt: skip
    desk = group.context("accueil.lilas")
    with pytest.raises(Conflict) as conflict:
        await book(desk, resource_id=vet, starts_at=at("09:00"), duration_min=30, caller="Mme Autre")
    assert conflict.value.message == "Ce créneau vient d'être pris par Anne Rousseau pour Rex."
    assert conflict.value.advice == "Prochain libre : 09:15."
    # Next to it, at another resource, and once it is cancelled, the same time is free.
    await book(desk, resource_id=vet, starts_at=at("09:15"), duration_min=15, caller="Mme Autre")
    await book(desk, resource_id=clinic.resources["Bloc"], starts_at=at("09:00"), duration_min=30, caller="Mme Autre")
    await cancel_booking(desk, booking_id=number, because="a rappelé")
    await book(desk, resource_id=vet, starts_at=at("09:00"), duration_min=15, caller="Mme Autre")


async def test_closing_time_over_bookings_says_which(clinic: ClinicDay) -> None:
    vet = clinic.resources["Dr Rousseau"]
    for clock, name in (("10:00", "Rex"), ("16:00", "Mirza")):
        await book(
            clinic.context, resource_id=vet, starts_at=at(clock), duration_min=15, animal_id=clinic.animals[name]
        )
    leave = {
        "resource_id": vet,
        "starts_at": at("08:00"),
        "ends_at": at("20:00", TODAY + timedelta(days=4)),
        "note": "congés",
    }
    with pytest.raises(Conflict) as conflict:
        await close_time(clinic.context, **leave)  # type: ignore[arg-type]
    assert conflict.value.message == "2 rendez-vous dans cette plage, le premier : Rex, mar. 24 nov. à 10:00."
    for row in (await day_agenda(clinic.context, day=TODAY)).bookings:
        await cancel_booking(clinic.context, booking_id=row.id)
    await close_time(clinic.context, **leave)  # type: ignore[arg-type]
    for ahead in range(4):
        day = await day_agenda(clinic.context, day=TODAY + timedelta(days=ahead))
        assert [row.note for row in day.bookings] == ["congés"]
        assert day.resources[0].free == ()
    with pytest.raises(Conflict) as closed:
        await book(clinic.context, resource_id=vet, starts_at=at("10:00"), duration_min=15, caller="Mme Autre")
    assert closed.value.message == "Cette plage est fermée : congés."
    assert closed.value.advice == "Prochain libre : lun. 30 nov. à 08:30."
    for wrong in ({"note": " "}, {"ends_at": at("08:00")}, {"ends_at": at("08:00", date(2028, 1, 1))}):
        with pytest.raises(Refused):
            await close_time(clinic.context, **{**leave, **wrong})  # type: ignore[arg-type]


async def test_a_slot_raced_by_fifty_writers_has_one_winner(group: Group, clinic: ClinicDay) -> None:
    vet = clinic.resources["Dr Rousseau"]
    people = [group.context(login) for login in ("vet.lilas", "asv.lilas", "accueil.lilas", "vet.deux")]

    async def one(number: int) -> object:
        try:
            return await book(people[number % 4], resource_id=vet, starts_at=at("09:00"), duration_min=15,
                              caller=f"Personne {number}")  # fmt: skip
        except Conflict as conflict:
            return conflict

    answers = await asyncio.gather(*(one(number) for number in range(50)))
    winners = [answer for answer in answers if isinstance(answer, int)]
    losers = [answer for answer in answers if isinstance(answer, Conflict)]
    (row,) = (await day_agenda(clinic.context, day=TODAY)).bookings
    assert (winners, len(losers)) == ([row.id], 49)
    assert {(loser.message, loser.advice) for loser in losers} == {
        (f"Ce créneau vient d'être pris par {row.booked_by} pour {row.caller}.", "Prochain libre : 09:15.")
    }


async def test_fifty_overlapping_spans_end_in_a_day_without_overlap(group: Group, clinic: ClinicDay) -> None:
    vet = clinic.resources["Dr Rousseau"]

    async def one(number: int) -> bool:
        start = at("08:30") + timedelta(minutes=5 * (number * 7 % 36))
        try:
            await book(
                clinic.context, resource_id=vet, starts_at=start, duration_min=10 + number % 4 * 5, caller=str(number)
            )
        except Conflict:
            return False
        return True

    won = sum(await asyncio.gather(*(one(number) for number in range(50))))
    spans = [row.span for row in (await day_agenda(clinic.context, day=TODAY)).bookings]
    assert len(spans) == won > 5
    assert not any(before.overlaps(after) for before, after in pairwise(spans))


# -- moving and cancelling


async def test_a_booking_moves_and_keeps_its_length(clinic: ClinicDay) -> None:
    vet, other = clinic.resources["Dr Rousseau"], clinic.resources["Dr Fontaine"]
    number = await book(clinic.context, resource_id=vet, starts_at=at("08:45"), duration_min=40,
                        animal_id=clinic.animals["Rex"])  # fmt: skip
    await move_booking(clinic.context, booking_id=number, starts_at=at("09:00"))  # over its own old place
    await move_booking(clinic.context, booking_id=number, starts_at=at("15:00"), resource_id=other)
    moved = await find_booking(clinic.context, booking_id=number)
    assert (moved.resource_name, paris(moved.starts_at), moved.minutes) == ("Dr Fontaine", "15:00", 40)
    await move_booking(clinic.context, booking_id=number, starts_at=at("15:00"), duration_min=20)
    assert (await find_booking(clinic.context, booking_id=number)).minutes == 20
    await book(clinic.context, resource_id=vet, starts_at=at("10:00"), duration_min=15, caller="Mme Autre")
    with pytest.raises(Conflict):
        await move_booking(clinic.context, booking_id=number, starts_at=at("09:50"), resource_id=vet)
    assert paris((await find_booking(clinic.context, booking_id=number)).starts_at) == "15:00"
    for start, minutes in ((at("09:00", date(2026, 11, 23)), 15), (at("16:00"), 1)):
        with pytest.raises(Refused):
            await move_booking(clinic.context, booking_id=number, starts_at=start, duration_min=minutes)


async def test_a_cancelled_booking_is_kept_with_its_reason_and_cancelled_once(clinic: ClinicDay) -> None:
    number = await book(clinic.context, resource_id=clinic.resources["Bloc"], starts_at=at("09:00"), duration_min=15,
                        animal_id=clinic.animals["Rex"])  # fmt: skip
    await cancel_booking(clinic.context, booking_id=number, because="chien guéri")
    assert (await day_agenda(clinic.context, day=TODAY)).bookings == ()
    with pytest.raises(NotFound):
        await find_booking(clinic.context, booking_id=number)
    with pytest.raises(Conflict):
        await cancel_booking(clinic.context, booking_id=number)
    with pytest.raises(Conflict):
        await move_booking(clinic.context, booking_id=number, starts_at=at("15:00"))
    async with clinic.context.reading() as connection:
        kept = (await connection.execute(select(Booking.cancelled_because, Booking.cancelled_at))).one()
    assert tuple(kept) == ("chien guéri", clinic.context.now())


# -- free time


async def test_free_slots_follow_hours_bookings_and_the_kind_of_the_reason(clinic: ClinicDay) -> None:
    vet, other = clinic.resources["Dr Rousseau"], clinic.resources["Dr Fontaine"]
    await close_time(clinic.context, resource_id=vet, starts_at=at("08:30"), ends_at=at("11:50"), note="réunion")
    await close_time(clinic.context, resource_id=other, starts_at=at("08:30"), ends_at=at("18:30"), note="congé")
    found = await find_free_slots(clinic.context, reason_id=clinic.reasons["boiterie"], from_=at("08:00"), count=12)
    assert [(slot.resource_name, paris(slot.starts_at)) for slot in found][:3] == [
        ("Dr Rousseau", "14:00"), ("Dr Rousseau", "14:15"), ("Dr Rousseau", "14:30"),
    ]  # fmt: skip
    assert len(found) == 12
    surgery = await find_free_slots(clinic.context, reason_id=clinic.reasons["castration"], from_=at("08:43"), count=2)
    assert [(slot.resource_name, paris(slot.starts_at), slot.duration_min) for slot in surgery] == [
        ("Bloc", "08:45", 60), ("Bloc", "09:00", 60),
    ]  # fmt: skip
    own = await find_free_slots(
        clinic.context, reason_id=clinic.reasons["vaccin"], from_=at("08:00"), resource_id=other, count=3
    )
    assert [paris(slot.starts_at) for slot in own] == ["18:30", "18:45", "08:30"]


async def test_a_search_ends_at_the_horizon(clinic: ClinicDay) -> None:
    for number in clinic.resources.values():
        await set_opening_hours(clinic.context, resource_id=number, hours=[])
    assert await find_free_slots(clinic.context, reason_id=clinic.reasons["vaccin"], from_=at("08:00")) == []


async def test_the_week_counts_bookings_and_free_minutes(clinic: ClinicDay) -> None:
    vet = clinic.resources["Dr Rousseau"]
    await book(clinic.context, resource_id=vet, starts_at=at("09:00"), duration_min=30, caller="Mme Autre")
    await close_time(clinic.context, resource_id=vet, starts_at=at("14:00"), ends_at=at("19:00"), note="chirurgie")
    week = await week_overview(clinic.context, day=TODAY)
    whole = 3 * (210 + 300)
    assert [(row.day.day, row.bookings, row.free_min) for row in week] == [
        (23, 0, whole), (24, 1, whole - 330), (25, 0, whole), (26, 0, whole), (27, 0, whole), (28, 0, 0), (29, 0, 0),
    ]  # fmt: skip


async def test_the_bookings_of_a_client_and_of_an_animal(clinic: ClinicDay) -> None:
    for clock, name in (("17:00", "Rex"), ("07:00", "Rex"), ("15:00", "Mirza")):
        await book(clinic.context, resource_id=clinic.resources["Bloc"], starts_at=at(clock), duration_min=15,
                   animal_id=clinic.animals[name])  # fmt: skip
    rex, dubois = clinic.animals["Rex"], clinic.clients["Dubois"]
    assert [paris(row.starts_at) for row in await bookings_of_animal(clinic.context, animal_id=rex)] == ["17:00"]
    midnight = day_bounds(TODAY)[0]
    of_client = await bookings_of_client(clinic.context, client_id=dubois, from_=midnight)
    assert [(paris(row.starts_at), row.animal) for row in of_client] == [("07:00", "Rex"), ("17:00", "Rex")]


# -- who may


async def test_only_those_who_may_edit_the_agenda_do(group: Group, clinic: ClinicDay) -> None:
    visitor = group.context("support")
    values = {"resource_id": clinic.resources["Bloc"], "starts_at": at("15:00")}
    for attempt in (
        book(visitor, **values, duration_min=15, caller="x"),  # type: ignore[arg-type]
        close_time(visitor, **values, ends_at=at("16:00"), note="x"),  # type: ignore[arg-type]
        move_booking(visitor, booking_id=1, starts_at=at("15:00")),
        cancel_booking(visitor, booking_id=1),
    ):
        with pytest.raises(NotAllowed):
            await attempt
