"""No key is lost or misrouted: what is typed while something loads lands where it was meant to."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Any

import pytest
from textual.screen import Screen
from textual.widget import Widget

from tests.screens.driving import app_for, at_desk
from vpterm.kernel.errors import Unavailable
from vpterm.screens.shell.openers import opens
from vpterm.screens.shell.place import Place
from vpterm.screens.widgets.columns import Column
from vpterm.screens.widgets.fields import TextField
from vpterm.screens.widgets.rows import Rows


class Board(Place):
    """A list whose rows open a slow place."""

    place = "test.board"

    def body(self) -> Iterable[Widget]:
        yield Rows(
            [Column[str]("", lambda name: name, 20)],
            ["Mirza", "Rex", "Nougat"],
            identity=lambda name: name,
            on_open=self.open_row,
            filter_text=lambda name: name,
        )

    async def open_row(self, name: str) -> None:
        await self.app.open("test.slow", name=name)


class Sheet(Place):
    """A field that takes what is typed."""

    place = "test.sheet"

    def __init__(self, name: str) -> None:
        super().__init__()
        self.field = TextField("note", "Note")
        self.subject = name

    def body(self) -> Iterable[Widget]:
        yield self.field


loading_s = 0.5


@opens("test.board")
async def open_board(app: Any) -> Screen[Any]:
    return Board()


@opens("test.slow")
async def open_slow(app: Any, *, name: str) -> Screen[Any]:
    await asyncio.sleep(loading_s)
    return Sheet(name)


@opens("test.broken")
async def open_broken(app: Any) -> Screen[Any]:
    await asyncio.sleep(0.01)
    raise Unavailable("The database is away.", "Try again with F5.")


async def test_thirty_keys_across_a_slow_opening_land_in_order() -> None:
    async with at_desk(app_for("test.board")) as desk:
        desk.strike("down", "enter", *"boiterie antérieure gauche 3 j", "enter", *"!")
        await desk.settle()
        sheet = desk.app.screen
        assert isinstance(sheet, Sheet)
        assert sheet.subject == "Rex"
        assert sheet.field.value == "boiterie antérieure gauche 3 j!"


async def test_a_slow_opening_is_told_in_place_and_the_words_go_away() -> None:
    async with at_desk(app_for("test.board")) as desk:
        desk.strike("enter")
        await asyncio.sleep(0.3)
        assert desk.sees("Chargement…")
        await desk.settle()
        assert not desk.sees("Chargement…")


async def test_escape_gives_up_a_load_of_more_than_two_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(f"{__name__}.loading_s", 60)
    monkeypatch.setattr("vpterm.screens.shell.works.MAY_CANCEL_AFTER_S", 0.3)
    async with at_desk(app_for("test.board")) as desk:
        desk.strike("enter", *"perdu")
        await asyncio.sleep(0.5)
        assert desk.sees("Échap abandonne")
        await desk.press("escape")
        assert isinstance(desk.app.screen, Board)
        assert desk.app.screen.query_one(Rows).filter == ""
        await desk.press("m")
        assert desk.app.screen.query_one(Rows).filter == "m"


async def test_a_place_that_cannot_be_read_says_why_and_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    async with at_desk(app_for("test.board")) as desk:
        await desk.app.open("test.broken")
        await desk.settle()
        assert isinstance(desk.app.screen, Board)
        assert desk.sees("! The database is away. Try again with F5.")


async def test_escape_returns_to_exactly_where_one_was(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(f"{__name__}.loading_s", 0.0)
    async with at_desk(app_for("test.board")) as desk:
        await desk.press("down", "down", "enter", "a", "escape")
        rows = desk.app.screen.query_one(Rows)
        assert rows.current == "Nougat"
        assert rows.has_focus


async def test_what_was_slow_to_open_leaves_nothing_on_the_line_beneath(monkeypatch: pytest.MonkeyPatch) -> None:
    """Else "Loading…" would hide every later message of the place from which it was opened."""
    monkeypatch.setattr(f"{__name__}.loading_s", 0.3)
    async with at_desk(app_for("test.board")) as desk:
        board = desk.app.screen
        assert isinstance(board, Board)
        desk.strike("enter")
        await asyncio.sleep(0.2)
        assert board.foot.message == "Chargement…"
        await desk.settle()
        assert board.foot.message == ""
        await desk.press("escape")
        desk.app.say("Réservé.")
        await desk.settle()
        assert desk.sees("Réservé.")
        assert not desk.sees("Chargement")


async def test_a_work_that_outlasts_the_screens_is_no_mistake_of_the_program() -> None:
    app = app_for("test.board")

    async def too_late() -> None:
        while app.screen_stack:  # noqa: ASYNC110 - an emptied stack has no event
            await asyncio.sleep(0)
        await app.go_back()

    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause(0.2)
        app.work(too_late())
    assert app.failures == []


async def test_of_an_escape_held_down_no_more_waits_than_leads_home_and_nothing_else_is_dropped() -> None:
    async with at_desk(app_for("test.board")) as desk:
        desk.strike("enter", *["escape"] * 100)
        await asyncio.sleep(0.3)  # the place still loads
        assert desk.app.gate.waiting_keys == 8
        desk.strike("m", *["escape", "left"] * 20)
        await asyncio.sleep(0.1)
        assert desk.app.gate.waiting_keys == 8 + 1 + 40
        desk.app.forget_waiting_keys()
        await desk.settle()
