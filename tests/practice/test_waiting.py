"""The waiting room: the way of a visit, two people at once, live notices, and the walls around it."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import insert, select, update

from tests.practice.clinic_day import TODAY, ClinicDay, at, open_clinic
from tests.world import Group
from vpterm.database.context import Context
from vpterm.database.notices import Notices, board_of
from vpterm.kernel.errors import Conflict, NotAllowed, NotFound, Refused
from vpterm.practice.agenda.actions import book, cancel_booking, move_booking
from vpterm.practice.agenda.queries import day_agenda, find_booking
from vpterm.practice.sharing.actions import choose_sharing
from vpterm.practice.waiting.actions import call_in, check_in, finish_consultation, leave, undo_step
from vpterm.practice.waiting.queries import find_present_visit, find_visit, list_gone, waiting_room
from vpterm.practice.waiting.rules import State, Step, is_late, next_state, previous_state, waited_min
from vpterm.practice.waiting.tables import Visit

NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
MINUTES = st.integers(0, 600)


async def state_of(context: Context, visit_id: int) -> State:
    return (await find_visit(context, visit_id=visit_id)).state


# -- rules


@pytest.mark.parametrize(
    ("state", "step", "after"),
    [
        (State.WAITING, Step.CALL_IN, State.IN_CONSULTATION),
        (State.WAITING, Step.LEAVE, State.GONE),
        (State.WAITING, Step.FINISH, None),
        (State.IN_CONSULTATION, Step.CALL_IN, None),
        (State.IN_CONSULTATION, Step.FINISH, State.TO_BILL),
        (State.IN_CONSULTATION, Step.LEAVE, State.GONE),
        (State.TO_BILL, Step.CALL_IN, None),
        (State.TO_BILL, Step.FINISH, None),
        (State.TO_BILL, Step.LEAVE, State.GONE),
        (State.GONE, Step.CALL_IN, None),
        (State.GONE, Step.FINISH, None),
        (State.GONE, Step.LEAVE, None),
    ],
)
def test_the_steps_that_can_be_taken(state: State, step: Step, after: State | None) -> None:
    if after is not None:
        assert next_state(state, step, "Rex") == after
        return
    with pytest.raises(Refused) as refusal:
        next_state(state, step, "Rex")
    assert "Rex" in refusal.value.message


@given(st.lists(st.sampled_from(list(Step)), max_size=6))
def test_every_step_can_be_taken_back_to_where_it_came_from(steps: list[Step]) -> None:
    state, times = State.WAITING, {"called_at": None, "finished_at": None, "left_at": None}
    column = {Step.CALL_IN: "called_at", Step.FINISH: "finished_at", Step.LEAVE: "left_at"}
    for step in steps:
        try:
            after = next_state(state, step, "Rex")
        except Refused:
            continue
        stamped: dict[str, datetime | None] = {**times, column[step]: NOW}
        assert previous_state(after, **stamped) == state
        state, times = after, stamped  # type: ignore[assignment]


@given(arrived=MINUTES, booked=st.none() | MINUTES, now=MINUTES)
def test_late_is_over_twenty_minutes_past_arrival_and_booking(arrived: int, booked: int | None, now: int) -> None:
    def clock(minutes: int) -> datetime:
        return NOW + timedelta(minutes=minutes)

    since = max(arrived, booked if booked is not None else arrived)
    late = is_late(clock(now), clock(arrived), None if booked is None else clock(booked))
    assert late == (now - since > 20)
    assert waited_min(clock(now), clock(arrived)) == max(now - arrived, 0)


# -- the way of a visit


async def test_a_booked_visit_goes_through_the_clinic(group: Group, clinic: ClinicDay) -> None:
    vet, desk = group.context("vet.lilas"), group.context("accueil.lilas")
    booking = await book(desk, resource_id=clinic.resources["Dr Rousseau"], starts_at=at("08:45"),
                         reason_id=clinic.reasons["boiterie"], animal_id=clinic.animals["Rex"])  # fmt: skip
    visit = await check_in(desk, animal_id=clinic.animals["Rex"], booking_id=booking)
    group.clock.forward(minutes=6)
    (row,) = (await waiting_room(desk)).waiting
    assert (row.id, row.animal, row.last_name, row.reason, row.minutes, row.late) == (
        visit, "Rex", "Dubois", "boiterie", 6, False,
    )  # fmt: skip
    assert (row.phone, row.species, row.booked_at) == ("+33240112233", "chien", at("08:45"))
    assert (await day_agenda(desk, day=TODAY)).bookings[0].state == "waiting"

    await call_in(vet, visit_id=visit, room=" salle 1 ")
    group.clock.forward(minutes=20)
    board = await waiting_room(desk)
    assert (board.waiting, board.to_bill) == ((), ())
    (row,) = board.in_consultation
    assert (row.room, row.practitioner, row.minutes, row.late) == ("salle 1", "Anne Rousseau", 6, False)
    assert (await find_present_visit(desk, animal_id=clinic.animals["Rex"])) == row

    await finish_consultation(vet, visit_id=visit)
    assert [row.id for row in (await waiting_room(desk)).to_bill] == [visit]
    await leave(desk, visit_id=visit)
    assert (await waiting_room(desk)).rows == ()
    assert [row.id for row in await list_gone(desk)] == [visit]
    assert (await day_agenda(desk, day=TODAY)).bookings[0].state == "gone"
    assert await find_present_visit(desk, animal_id=clinic.animals["Rex"]) is None


async def test_the_board_groups_by_state_each_in_its_own_order(group: Group, clinic: ClinicDay) -> None:
    visits = {}
    for name in ("Rex", "Nougat", "Praline", "Mirza", "Ulysse", "Caramel"):
        visits[name] = await check_in(clinic.context, animal_id=clinic.animals[name], reason="sans rendez-vous")
        group.clock.forward(minutes=5)
    for name in ("Ulysse", "Mirza", "Caramel"):
        await call_in(clinic.context, visit_id=visits[name])
        group.clock.forward(minutes=1)
    for name in ("Caramel", "Mirza"):
        await finish_consultation(clinic.context, visit_id=visits[name])
        group.clock.forward(minutes=1)
    board = await waiting_room(clinic.context)
    assert [(row.animal, row.minutes, row.late) for row in board.waiting] == [
        ("Rex", 35, True), ("Nougat", 30, True), ("Praline", 25, True),
    ]  # fmt: skip
    assert [row.animal for row in board.in_consultation] == ["Ulysse"]
    assert [row.animal for row in board.to_bill] == ["Caramel", "Mirza"]


async def test_nobody_is_checked_in_twice(group: Group, clinic: ClinicDay) -> None:
    rex = clinic.animals["Rex"]
    booking = await book(clinic.context, resource_id=clinic.resources["Bloc"], starts_at=at("09:00"), duration_min=15,
                         animal_id=rex)  # fmt: skip
    visit = await check_in(clinic.context, animal_id=rex, booking_id=booking)
    with pytest.raises(Refused) as here:
        await check_in(clinic.context, animal_id=rex)
    assert here.value.message == "Rex est déjà là, depuis 08:42."
    await leave(clinic.context, visit_id=visit)
    with pytest.raises(Refused) as booked:
        await check_in(clinic.context, animal_id=rex, booking_id=booking)
    assert booked.value.message == "L'arrivée de Rex pour ce rendez-vous a déjà été notée, à 08:42."
    await check_in(clinic.context, animal_id=rex)  # back again in the afternoon, without a booking
    assert len((await waiting_room(clinic.context)).waiting) == 1


async def test_a_booking_is_checked_in_on_its_day_and_for_its_animal(clinic: ClinicDay) -> None:
    bloc, rex = clinic.resources["Bloc"], clinic.animals["Rex"]
    tomorrow = await book(clinic.context, resource_id=bloc, starts_at=at("09:00", TODAY + timedelta(days=1)),
                          duration_min=15, animal_id=rex)  # fmt: skip
    other = await book(clinic.context, resource_id=bloc, starts_at=at("09:00"), duration_min=15,
                       animal_id=clinic.animals["Mirza"])  # fmt: skip
    cancelled = await book(clinic.context, resource_id=bloc, starts_at=at("10:00"), duration_min=15, animal_id=rex)
    await cancel_booking(clinic.context, booking_id=cancelled)
    for booking in (tomorrow, other, cancelled):
        with pytest.raises(Refused):
            await check_in(clinic.context, animal_id=rex, booking_id=booking)
    with pytest.raises(NotFound):
        await check_in(clinic.context, animal_id=rex, booking_id=999)
    with pytest.raises(NotFound):
        await check_in(clinic.context, animal_id=999)
    assert (await waiting_room(clinic.context)).rows == ()


async def test_an_unknown_caller_becomes_known_at_the_desk(clinic: ClinicDay) -> None:
    booking = await book(clinic.context, resource_id=clinic.resources["Bloc"], starts_at=at("09:00"), duration_min=15,
                         caller="M. Nouveau 06 11 11 11 11")  # fmt: skip
    await check_in(clinic.context, animal_id=clinic.animals["Rex"], booking_id=booking)
    row = await find_booking(clinic.context, booking_id=booking)
    assert (row.animal, row.client_name, row.caller, row.state) == (
        "Rex", "Dubois Paul", "M. Nouveau 06 11 11 11 11", "waiting",
    )  # fmt: skip


async def test_who_has_arrived_is_neither_moved_nor_cancelled(clinic: ClinicDay) -> None:
    booking = await book(clinic.context, resource_id=clinic.resources["Bloc"], starts_at=at("09:00"), duration_min=15,
                         animal_id=clinic.animals["Rex"])  # fmt: skip
    await check_in(clinic.context, animal_id=clinic.animals["Rex"], booking_id=booking)
    with pytest.raises(Refused):
        await cancel_booking(clinic.context, booking_id=booking)
    with pytest.raises(Refused):
        await move_booking(clinic.context, booking_id=booking, starts_at=at("15:00"))


# -- undo


async def test_every_step_can_be_undone_down_to_the_arrival(group: Group, clinic: ClinicDay) -> None:
    context, rex = clinic.context, clinic.animals["Rex"]
    booking = await book(context, resource_id=clinic.resources["Bloc"], starts_at=at("09:00"), duration_min=15,
                         animal_id=rex)  # fmt: skip
    visit = await check_in(context, animal_id=rex, booking_id=booking)
    await call_in(context, visit_id=visit, room="salle 1")
    await finish_consultation(context, visit_id=visit)
    await leave(context, visit_id=visit)
    undone = [await undo_step(context, visit_id=visit) for _step in range(4)]
    assert undone == [State.TO_BILL, State.IN_CONSULTATION, State.WAITING, None]
    row = await find_visit(context, visit_id=visit)
    assert (row.state, row.booking_id, row.called_at, row.room, row.practitioner_id) == (
        State.GONE,
        None,
        None,
        "",
        None,
    )
    assert (await find_booking(context, booking_id=booking)).state == "booked"
    await check_in(context, animal_id=rex, booking_id=booking)


async def test_a_departure_is_not_undone_into_a_second_presence(group: Group, clinic: ClinicDay) -> None:
    rex = clinic.animals["Rex"]
    first = await check_in(clinic.context, animal_id=rex)
    await leave(clinic.context, visit_id=first)
    await check_in(clinic.context, animal_id=rex)
    with pytest.raises(Refused):
        await undo_step(clinic.context, visit_id=first)
    group.clock.forward(days=1)
    with pytest.raises(Refused):
        await undo_step(clinic.context, visit_id=first)


# -- two at once


async def test_two_vets_call_the_same_animal_in(group: Group, clinic: ClinicDay) -> None:
    visit = await check_in(clinic.context, animal_id=clinic.animals["Rex"])
    vets = [group.context("vet.lilas"), group.context("vet.deux")]
    answers = await asyncio.gather(*(call_in(vet, visit_id=visit) for vet in vets), return_exceptions=True)
    (lost,) = [answer for answer in answers if answer is not None]
    assert isinstance(lost, Conflict)
    row = await find_visit(clinic.context, visit_id=visit)
    assert row.practitioner in lost.message
    assert "Rex" in lost.message


async def test_an_animal_checked_in_by_twenty_desks_is_here_once(group: Group, clinic: ClinicDay) -> None:
    rex = clinic.animals["Rex"]
    answers = await asyncio.gather(
        *(check_in(clinic.context, animal_id=rex) for _desk in range(20)), return_exceptions=True
    )
    assert sum(isinstance(answer, int) for answer in answers) == 1
    assert sum(isinstance(answer, Refused) for answer in answers) == 19


# -- live


Heard = dict[str, asyncio.Queue[str]]


@pytest.fixture
async def heard(group: Group) -> AsyncIterator[Heard]:
    """What listeners hear on the channels of lilas and port, each by its own site's login."""
    told: Heard = {"lilas": asyncio.Queue(), "port": asyncio.Queue()}
    running = []
    for code, tables in told.items():
        channel = board_of(group.ids[code])
        notices = Notices(group.site_url(code), [channel])
        notices.subscribe(channel, tables.put_nowait)
        notices.start()
        running.append(notices)
    await asyncio.sleep(0.3)  # both listen now
    yield told
    for notices in running:
        await notices.close()


async def next_heard(tables: asyncio.Queue[str]) -> str:
    async with asyncio.timeout(1):
        return await tables.get()


async def test_a_change_is_heard_at_its_own_site_within_a_second_and_nowhere_else(
    clinic: ClinicDay, heard: Heard
) -> None:
    visit = await check_in(clinic.context, animal_id=clinic.animals["Rex"])
    assert await next_heard(heard["lilas"]) == "visits"
    await call_in(clinic.context, visit_id=visit)
    assert await next_heard(heard["lilas"]) == "visits"
    await book(clinic.context, resource_id=clinic.resources["Bloc"], starts_at=at("09:00"), duration_min=15, caller="x")
    assert await next_heard(heard["lilas"]) == "bookings"
    assert heard["port"].empty()


async def test_a_booking_from_another_site_is_heard_where_it_stands(
    group: Group, clinic: ClinicDay, heard: Heard
) -> None:
    port = await open_clinic(group, "vet.port")
    await book(port.context, site_id=group.ids["lilas"], resource_id=clinic.resources["Bloc"], starts_at=at("09:00"),
               duration_min=15, animal_id=clinic.animals["Rex"])  # fmt: skip
    assert await next_heard(heard["lilas"]) == "bookings"
    assert heard["port"].empty()


# -- the walls


@pytest.mark.parametrize("choice", ["hidden", "free-busy", "full"])
async def test_no_choice_opens_the_waiting_room_to_another_site(group: Group, clinic: ClinicDay, choice: str) -> None:
    await choose_sharing(group.management(), subject="agenda", choice=choice)
    rex = clinic.animals["Rex"]
    booking = await book(clinic.context, resource_id=clinic.resources["Bloc"], starts_at=at("09:00"), duration_min=15,
                         animal_id=rex)  # fmt: skip
    visit = await check_in(clinic.context, animal_id=rex, booking_id=booking)
    for login in ("vet.port", "vet.bocage"):
        outside = group.context(login)
        assert (await waiting_room(outside)).rows == ()
        assert await find_present_visit(outside, animal_id=rex) is None
        for step in (call_in, finish_consultation, leave, undo_step):
            with pytest.raises(NotFound):
                await step(outside, visit_id=visit)
        with pytest.raises(NotFound):
            await check_in(outside, animal_id=clinic.animals["Mirza"], booking_id=booking)
        async with outside.writing() as connection:
            assert (await connection.execute(select(Visit))).all() == []
            assert (await connection.execute(update(Visit).values(state=State.GONE))).rowcount == 0
        with pytest.raises(NotAllowed):
            await _insert_by_hand(outside, group.ids["lilas"], clinic)
    # The animal may be at another clinic of the group at the same time as far as each can see.
    await check_in(group.context("vet.port"), animal_id=rex)
    assert await state_of(clinic.context, visit) == State.WAITING


async def _insert_by_hand(outside: Context, site_id: int, clinic: ClinicDay) -> None:
    async with outside.writing() as connection:
        statement = insert(Visit).values(
            site_id=site_id, animal_id=clinic.animals["Mirza"], client_id=clinic.clients["Martin"], arrived_at=NOW
        )
        await connection.execute(statement.inline())


async def test_only_those_who_work_at_the_desk_or_in_care_take_steps(group: Group, clinic: ClinicDay) -> None:
    visit = await check_in(clinic.context, animal_id=clinic.animals["Rex"])
    visitor = group.context("support")
    with pytest.raises(NotAllowed):
        await check_in(visitor, animal_id=clinic.animals["Mirza"])
    for step in (call_in, finish_consultation, leave, undo_step):
        with pytest.raises(NotAllowed):
            await step(visitor, visit_id=visit)
    assert await state_of(clinic.context, visit) == State.WAITING


async def test_a_receptionist_who_calls_in_is_no_practitioner(group: Group, clinic: ClinicDay) -> None:
    visit = await check_in(clinic.context, animal_id=clinic.animals["Rex"])
    await call_in(group.context("accueil.lilas"), visit_id=visit, room="salle 2")
    row = await find_visit(clinic.context, visit_id=visit)
    assert (row.state, row.practitioner_id, row.room) == (State.IN_CONSULTATION, None, "salle 2")
