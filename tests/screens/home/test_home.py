"""The home board, by keys, on a real morning: what it says, what F9 does, what others change."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.screens.clinic_desk import TODAY, at, clinic_desk, morning, open_clinic, other_nouns, until_sees
from tests.screens.driving import Desk
from tests.world import Group
from vpterm.practice.agenda.actions import book, cancel_booking
from vpterm.practice.agenda.queries import day_agenda
from vpterm.practice.waiting.actions import check_in
from vpterm.practice.waiting.queries import waiting_room
from vpterm.screens.home.board import HomeBoard
from vpterm.screens.home.layout import share_lines


def board(desk: Desk) -> HomeBoard:
    place = desk.app.screen
    assert isinstance(place, HomeBoard)
    return place


@given(st.integers(0, 60), st.lists(st.integers(0, 300), min_size=1, max_size=5))
def test_lines_are_shared_by_need_and_none_is_lost(total: int, needs: list[int]) -> None:
    heights = share_lines(total, needs)
    assert all(height >= 1 for height in heights)
    assert sum(heights) == max(total, len(needs))
    if total >= sum(max(need, 1) for need in needs):
        assert all(height >= need for height, need in zip(heights, needs, strict=True))


@pytest.mark.parametrize(
    ("language", "sentences"),
    [
        ("fr", ("Rien de prévu : F9 réserve.", "Personne : F9 note une arrivée.",
                "Personne : F9 fait entrer.", "Rien à facturer.", "Rien à faire. Tout est à jour.")),
        ("en", ("Nothing booked today: F9 books.", "Nobody is waiting: F9 checks in.",
                "Nobody: F9 above calls in.", "Nothing is left to bill.", "Nothing is left to do.")),
    ],
)  # fmt: skip
async def test_with_nothing_it_says_what_would_be_there(
    group: Group, language: str, sentences: tuple[str, ...]
) -> None:
    async with clinic_desk(group, language=language) as desk:
        for sentence in sentences:
            assert desk.sees(sentence), sentence
        await desk.press("tab", "tab", "tab", "f8", "f7", "down", "enter")


async def test_a_morning_at_eighty_columns(group: Group) -> None:
    await morning(group)
    async with clinic_desk(group) as desk:
        assert [line.replace("\xa0", " ").rstrip() for line in desk.lines[:14]] == [
            " CLINIQUE DES LILAS                         mar. 24 nov.  08:42       vet.lilas",
            " ══════════════════════════════════════════════════════════════════════════════",
            " AGENDA                      Dr Rousseau  SALLE D'ATTENTE                     2",
            " › 08:30  ●  Mirza      vaccin    Martin    08:19  Rex       boiterie    23 min",
            "   08:45  ○  Rex        boiterie  Dubois    08:40  Nougat    vaccin       2 min",
            "   09:15  ○  Nougat     vaccin    Leroy",
            "   09:30     Praline    vaccin    Petit   EN CONSULTATION                     1",
            "   09:45       libre    15 min              08:40  Mirza     vaccin     salle 1",
            "   10:00     Ulysse     boiterie  Bernard",
            "   10:30     chirurgie  1 h               À FACTURER                          1",
            "   11:30       libre    30 min              Caramel     Moreau Luc            –",
            "   14:00     Nouveau    20 min",
            "   14:20       libre    4 h 40",
            "",
        ]
        assert desk.lines[18].startswith(" À FAIRE")
        assert desk.sees("Fiche à créer : Nouveau (14:00)")


async def test_a_wide_terminal_shows_more(group: Group) -> None:
    day = await morning(group)
    other = day.resources["Dr Fontaine"]
    await book(day.context, resource_id=other, starts_at=at("11:00"), duration_min=20, animal_id=day.animals["Caramel"])
    async with clinic_desk(group, size=(132, 43), language="en") as desk:
        assert desk.sees("06 12 34 56 78")  # the telephone beside Mirza
        assert desk.sees("THIS WEEK")
        assert desk.sees("Tue 24 Nov")
        assert desk.sees("THE OTHERS")
        assert any("11:00  DF" in line and "Caramel" in line for line in desk.lines)


async def test_another_size_finds_the_same_board(group: Group) -> None:
    await morning(group)
    async with clinic_desk(group) as desk:
        await desk.press("down", "down")
        held = board(desk).mine.current
        await desk.pilot.resize_terminal(132, 43)
        await desk.settle()
        assert desk.sees("CETTE SEMAINE")
        await desk.pilot.resize_terminal(80, 24)
        await desk.settle()
        assert not desk.sees("CETTE SEMAINE")
        assert board(desk).mine.current == held


# -- F9


async def test_f9_checks_a_booking_in(group: Group) -> None:
    day = await morning(group)
    async with clinic_desk(group, "accueil.lilas") as desk:
        assert board(desk).shown is None  # no agenda of one's own: everybody's
        await desk.press("down", "down", "down")
        await desk.press("f9")
        assert desk.sees("Praline est en salle d'attente.")
        assert desk.sees("08:42  Praline")
    assert [visit.animal for visit in (await waiting_room(day.context)).waiting] == ["Rex", "Nougat", "Praline"]


async def test_f9_calls_a_waiting_animal_in_and_a_vet_goes_on_to_the_note(group: Group) -> None:
    day = await morning(group)
    with other_nouns() as opened:
        async with clinic_desk(group) as desk:
            await desk.press("tab", "f9")
            visit = next(row for row in (await waiting_room(day.context)).in_consultation if row.animal == "Rex")
            assert visit.practitioner == "Anne Rousseau"
            assert opened == [("care.consultation", {"animal_id": day.animals["Rex"], "visit_id": visit.id})]
            await desk.press("escape")
            assert desk.app.focused is board(desk).waiting
            assert [row.animal for row in board(desk).waiting.rows] == ["Nougat"]


async def test_f9_at_the_desk_calls_in_and_stays(group: Group) -> None:
    await morning(group)
    with other_nouns() as opened:
        async with clinic_desk(group, "accueil.lilas") as desk:
            await desk.press("tab", "f9")
            assert desk.sees("Rex est en consultation.")
            await desk.press("tab", "tab", "f9")
    assert [name for name, _arguments in opened] == ["billing.invoice"]


async def test_f9_on_a_gap_books_there_and_on_a_caller_asks_who_came(group: Group) -> None:
    await morning(group)
    async with clinic_desk(group) as desk:
        await desk.press("down", "down", "down", "down", "f9")
        assert desk.sees("24/11/26 09:45")
        await desk.press("escape")
        await desk.press("end", "up", "f9")
        assert desk.sees("Prévu à 14:00, appelant sans fiche : M. Nouveau 06 11 11 11 11")


async def test_closed_time_receives_nobody(group: Group) -> None:
    await morning(group)
    async with clinic_desk(group) as desk:
        await desk.press(*["down"] * 6, "f9")
        assert desk.sees("! Cette plage est fermée : chirurgie.")


async def test_enter_opens_the_day_the_animal_the_invoice(group: Group) -> None:
    day = await morning(group)
    with other_nouns() as opened:
        async with clinic_desk(group) as desk:
            await desk.press("enter")
            assert desk.sees("mardi 24 novembre 2026")
            await desk.press("escape", "tab", "enter")
            await desk.press("escape", "tab", "tab", "enter")
    assert opened == [
        ("animals.sheet", {"animal_id": day.animals["Rex"]}),
        ("billing.invoice", {"client_id": day.clients["Moreau"]}),
    ]


# -- typing


async def test_whatever_is_typed_goes_to_the_command_line(group: Group) -> None:
    await morning(group)
    async with clinic_desk(group) as desk:
        desk.strike(*"agenda +1", "enter")
        await desk.settle()
        assert desk.sees("mercredi 25 novembre 2026")
        await desk.press("escape")
        await desk.type("foo")
        assert desk.sees("> foo")


async def test_f8_shows_the_colleagues_and_everybody(group: Group) -> None:
    await morning(group)
    async with clinic_desk(group) as desk:
        seen = []
        for _turn in range(4):
            seen.append(desk.lines[2][20:40].strip())
            await desk.press("f8")
        assert seen == ["Dr Rousseau", "Dr Fontaine", "Bloc", "tout le monde"]
        await desk.press("f7")
        assert desk.sees("08:30  DR   ●  Mirza")  # everybody's, with initials


# -- live


async def test_what_others_do_appears_and_neither_focus_nor_cursor_moves(group: Group) -> None:
    day = await morning(group)
    async with clinic_desk(group, live=True) as desk:
        await asyncio.sleep(0.3)  # the listener is there
        await desk.press("down", "down", "down", "down", "down")
        place, held = board(desk), board(desk).mine.current
        assert held is not None
        focused = desk.app.focused
        desk_context = group.context("accueil.lilas")
        await check_in(desk_context, animal_id=day.animals["Praline"])
        await until_sees(desk, "08:42  Praline")
        rows = (await day_agenda(desk_context, day=TODAY)).bookings
        await cancel_booking(desk_context, booking_id=next(row.id for row in rows if row.animal == "Praline"))
        await book(desk_context, resource_id=day.resources["Dr Rousseau"], starts_at=at("09:45"), duration_min=15,
                   caller="M. Dernier 06 22 22 22 22")  # fmt: skip
        await until_sees(desk, "09:45     Dernier")
        assert desk.app.focused is focused
        assert place.mine.current is not None
        assert place.mine.current.key == held.key
        assert "Ulysse" in desk.lines[3 + place.mine.cursor - place.mine.top]


async def test_what_another_site_does_changes_nothing_here(group: Group) -> None:
    day = await morning(group)
    port = await open_clinic(group, "vet.port")
    async with clinic_desk(group, live=True) as desk:
        await asyncio.sleep(0.3)
        before = desk.text
        await book(port.context, resource_id=port.resources["Bloc"], starts_at=at("10:00"), duration_min=15,
                   animal_id=day.animals["Praline"])  # fmt: skip
        await check_in(port.context, animal_id=day.animals["Praline"])
        await asyncio.sleep(0.5)
        assert desk.text == before


# -- much


async def test_two_hundred_bookings(group: Group) -> None:
    day = await open_clinic(group)
    for number in range(200):
        start = at("00:05") + timedelta(minutes=7 * number)
        await book(day.context, resource_id=day.resources["Dr Rousseau"], starts_at=start, duration_min=5,
                   caller=f"Personne {number}")  # fmt: skip
    async with clinic_desk(group) as desk:
        current = board(desk).mine.current
        assert current is not None
        assert current.ends_at > group.clock.moment >= current.starts_at - timedelta(minutes=7)
        await desk.press("end")
        assert desk.sees("23:18     Personne")
        await desk.press("home", "pagedown")
        assert len(board(desk).mine.rows) > 200
        assert desk.sees("Pas encore arrivé : Personne 0 (00:05)")
