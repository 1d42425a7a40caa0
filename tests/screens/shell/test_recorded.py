"""What a person is told of being recorded: once in a sentence, and by the head of every place, in both languages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pytest
from textual.screen import Screen
from textual.widget import Widget

from tests.screens.driving import LILAS, PORT, Desk, at_desk, context, request
from vpterm.screens.shell.app import PracticeApp
from vpterm.screens.shell.openers import opens
from vpterm.screens.shell.place import Place
from vpterm.screens.widgets.section import Section


class Board(Place):
    """A home board."""

    place = "test.recorded"

    def body(self) -> Iterable[Widget]:
        yield Section("Agenda")


class Sheet(Place):
    """A place about somebody."""

    place = "test.recorded_sheet"

    def body(self) -> Iterable[Widget]:
        yield Section("Suivi")

    def on_mount(self) -> None:
        self.head.show_subject("Mirza de la Vallée", "chien · Border collie · F stérilisée · 6 ans 4 mois")


@opens("test.recorded")
async def open_board(app: Any) -> Screen[Any]:
    return Board()


@opens("test.recorded_sheet")
async def open_sheet(app: Any) -> Screen[Any]:
    return Sheet()


class Link:
    """A session that notes the places."""

    def __init__(self) -> None:
        self.places: list[str] = []

    def request_site(self, site_code: str) -> None: ...

    def leave(self) -> None: ...

    def detach(self) -> None: ...

    def shut_out(self) -> None: ...

    def has_locked(self) -> None: ...

    def end(self, why: str) -> None: ...

    def note_place(self, name: str) -> None:
        self.places.append(name)

    async def ask_door(self, question: str, values: Mapping[str, str]) -> dict[str, Any]:
        return {}


def app_of(link: Link, language: str = "fr", **changes: Any) -> PracticeApp:
    return PracticeApp(
        context(), request(language, **changes), site=LILAS, sites=(LILAS, PORT), link=link, home="test.recorded"
    )


async def told(desk: Desk, reason: str) -> None:
    desk.app.be_recorded(reason)
    await desk.settle()


@pytest.mark.parametrize(("language", "mark"), [("fr", "● enregistré"), ("en", "● recorded")])
async def test_the_mark_is_there_from_the_first_screen_on_and_stays(language: str, mark: str) -> None:
    async with at_desk(app_of(Link(), language, recorded="all")) as desk:
        assert mark in desk.lines[0]
        assert desk.app.messages == type(desk.app.messages)()  # it was told at the door
        await told(desk, "all")
        assert not desk.app.messages
        assert mark in desk.lines[0]


async def test_without_a_recording_there_is_no_mark() -> None:
    link = Link()
    async with at_desk(app_of(link)) as desk:
        assert "enregistr" not in desk.text
        await desk.app.open("test.recorded_sheet")
        await desk.settle()
        assert "ENR" not in desk.lines[0]
    assert link.places == []


@pytest.mark.parametrize(
    ("language", "reason", "sentence"),
    [
        ("fr", "all", "À partir de maintenant, votre session est enregistrée"),
        ("fr", "support", "Votre session est enregistrée pendant que le support regarde."),
        ("en", "all", "From now on your session is recorded"),
        ("en", "support", "Your session is recorded while support looks."),
    ],
)
async def test_a_recording_that_begins_under_way_is_told_and_its_end_too(
    language: str, reason: str, sentence: str
) -> None:
    async with at_desk(app_of(Link(), language)) as desk:
        await told(desk, reason)
        assert desk.sees(sentence)
        assert "●" in desk.lines[0]
        await told(desk, "")
        over = "Votre session n'est plus enregistrée." if language == "fr" else "Your session is no longer recorded."
        assert desk.sees(over)
        assert "●" not in desk.lines[0]


@pytest.mark.parametrize(("size", "mark"), [((80, 24), "● ENR"), ((132, 43), "● enregistré"), ((60, 20), "● ENR")])
async def test_a_place_about_somebody_keeps_the_mark_on_any_width(size: tuple[int, int], mark: str) -> None:
    async with at_desk(app_of(Link(), recorded="all"), size) as desk:
        await desk.app.open("test.recorded_sheet")
        await desk.settle()
        assert mark in desk.lines[0]
        assert "MIRZA" in desk.lines[0]
        assert len(desk.lines[0]) == size[0]


@pytest.mark.parametrize("glyphs", ["console", "ascii"])
async def test_a_plain_terminal_shows_it_with_the_signs_it_has(glyphs: str) -> None:
    async with at_desk(app_of(Link(), recorded="all", colours="8", glyphs=glyphs)) as desk:
        assert "* enregistré" in desk.lines[0]


async def test_the_recording_knows_the_places_and_nothing_of_what_was_opened() -> None:
    link = Link()
    async with at_desk(app_of(link, recorded="all")) as desk:
        await desk.app.open("test.recorded_sheet")
        await desk.settle()
        await desk.press("escape")
    assert link.places == ["test.recorded", "test.recorded_sheet", "test.recorded"]


async def test_a_recording_that_begins_under_way_is_told_the_place() -> None:
    link = Link()
    async with at_desk(app_of(link)) as desk:
        await desk.app.open("test.recorded_sheet")
        await desk.settle()
        await told(desk, "support")
    assert link.places == ["test.recorded_sheet"]
