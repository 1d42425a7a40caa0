"""What a minute changes by itself on the boards: the clock, how long somebody has waited, who has not come."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.screens.clinic_desk import at, clinic_desk, morning
from tests.screens.driving import Desk
from tests.world import Group
from vpterm.practice.agenda.actions import book
from vpterm.practice.waiting.actions import check_in
from vpterm.screens.shell.minutes import READ_AGAIN_AFTER


async def pass_minutes(desk: Desk, group: Group, minutes: int) -> None:
    group.clock.forward(minutes=minutes)
    desk.app.call_later(desk.app.minutes.passed)
    await desk.settle()


def lines(desk: Desk) -> list[str]:
    return [line.replace("\xa0", " ").rstrip() for line in desk.lines]


@pytest.mark.parametrize("language", ["fr", "en"])
async def test_the_home_board_goes_on_without_reading(group: Group, language: str) -> None:
    day = await morning(group)
    async with clinic_desk(group, language=language) as desk:
        before = lines(desk)
        assert before[3].endswith("23 min")
        await check_in(group.context("accueil.lilas"), animal_id=day.animals["Praline"])  # and nobody tells the board
        await pass_minutes(desk, group, 1)
        after = lines(desk)
        assert "08:43" in after[0]
        assert after[3].endswith("24 min")
        assert after[4].endswith("3 min")
        changed = [at for at, (old, new) in enumerate(zip(before, after, strict=True)) if old != new]
        assert changed == [0, 3, 4]
        await pass_minutes(desk, group, 18)
        assert not any("08:42  Praline" in line for line in lines(desk))


@pytest.mark.parametrize(
    ("language", "sentence"), [("fr", "Pas encore arrivé : Nougat"), ("en", "Not come yet: Nougat")]
)
async def test_who_was_expected_and_has_not_come_is_to_be_called(group: Group, language: str, sentence: str) -> None:
    day = await morning(group)
    await book(day.context, resource_id=day.resources["Dr Rousseau"], starts_at=at("09:45"), duration_min=15,
               caller="Nougat")  # fmt: skip
    async with clinic_desk(group, language=language) as desk:
        await pass_minutes(desk, group, 78)  # 10:00: read again, and nobody is missed yet
        assert not desk.sees(sentence)
        await pass_minutes(desk, group, 2)
        assert desk.sees(sentence)


async def test_a_gap_of_the_agenda_that_has_begun_is_shown_from_now_on(group: Group) -> None:
    await morning(group)
    async with clinic_desk(group) as desk:
        assert "   09:45       libre    15 min" in [line[:40].rstrip() for line in lines(desk)]
        await pass_minutes(desk, group, 66)  # 09:48
        assert "   09:50       libre    10 min" in [line[:40].rstrip() for line in lines(desk)]


async def test_what_no_notice_tells_of_is_read_again_after_a_while(group: Group) -> None:
    day = await morning(group)
    async with clinic_desk(group) as desk:
        await check_in(group.context("accueil.lilas"), animal_id=day.animals["Praline"])
        await pass_minutes(desk, group, READ_AGAIN_AFTER // timedelta(minutes=1) - 1)
        assert not any("08:42  Praline" in line for line in lines(desk))
        await pass_minutes(desk, group, 1)
        assert any("08:42  Praline" in line for line in lines(desk))


async def test_nobody_waits_for_minutes_that_nobody_sees(group: Group) -> None:
    await morning(group)
    async with clinic_desk(group) as desk:
        desk.app.looked_at(seen=False)
        group.clock.forward(minutes=5)
        desk.app.minutes._ring()
        await desk.settle()
        assert "08:42" in desk.lines[0]
        desk.app.looked_at(seen=True)
        await desk.settle()
        assert "08:47" in desk.lines[0]
        assert lines(desk)[3].endswith("28 min")


async def test_the_waiting_room_goes_on_without_reading(group: Group) -> None:
    await morning(group)
    async with clinic_desk(group, home="waiting.room") as desk:
        assert lines(desk)[4].endswith("23 min")
        await pass_minutes(desk, group, 30)
        assert "! 53 min" in lines(desk)[4]
        assert "! 1 depuis trop longtemps" in desk.lines[2]
