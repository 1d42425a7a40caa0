"""A mistake in a screen is told in a sentence and the session lives on; the contract of shell/guard.py."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Any, ClassVar

import pytest
from textual.message import Message
from textual.screen import Screen
from textual.strip import Strip
from textual.widget import Widget

from tests.screens.driving import app_for, at_desk
from vpterm.kernel.errors import Refused, Unavailable
from vpterm.screens.keymap.registry import Action
from vpterm.screens.keymap.standard import MAIN, NEXT, PREVIOUS, SAVE_FORM
from vpterm.screens.shell.openers import opens
from vpterm.screens.shell.place import Place
from vpterm.screens.widgets.fields import TextField
from vpterm.screens.widgets.form import Form


class Poke(Message):
    """Something that a handler stumbles over."""


class Stumbling(Place):
    """Fails in an action, and in a handler."""

    place = "test.stumbling"
    actions: ClassVar = (Action("fall", MAIN, "fall"), Action("poke", NEXT, "poke"), Action("crash", PREVIOUS, "crash"))

    def body(self) -> Iterable[Widget]:
        yield TextField("word", "Word")

    async def do_fall(self) -> None:
        raise ZeroDivisionError("on purpose")

    async def do_poke(self) -> None:
        self.post_message(Poke())

    def on_poke(self) -> None:
        raise ZeroDivisionError("in a handler")

    async def do_crash(self) -> None:
        await self.app.open("test.crashing")


class Undrawable(Widget):
    """Cannot be drawn: its own message loop breaks, beyond the guard of the place."""

    def render_line(self, y: int) -> Strip:
        raise ZeroDivisionError("while drawing")


class BrokenWidget(Widget, can_focus=True):
    """Its key handler fails in a message loop that is not the place's."""

    def on_key(self) -> None:
        raise ZeroDivisionError("in a widget")


class Blind(Place):
    """Holds a widget that cannot be drawn."""

    place = "test.blind"

    def body(self) -> Iterable[Widget]:
        yield Undrawable()


class Crashing(Place):
    """Holds a widget that breaks."""

    place = "test.crashing"

    def body(self) -> Iterable[Widget]:
        yield BrokenWidget()


class Sheet(Place):
    """A form whose saving the database refuses at first."""

    place = "test.saving"
    actions: ClassVar = (SAVE_FORM,)

    def __init__(self) -> None:
        super().__init__()
        self.tries = 0
        self.saved: list[dict[str, Any]] = []

    def body(self) -> Iterable[Widget]:
        yield Form(TextField("name", "Nom"), TextField("phone", "Mobile"), on_save=self.save)

    async def save(self, values: dict[str, Any]) -> None:
        self.tries += 1
        if self.tries == 1:
            raise Unavailable("La base ne répond pas.", "Réessayez F2.")
        if values["phone"] == "17":
            raise Refused("Ce numéro est celui de la police.", field="phone")
        self.saved.append(values)


@opens("test.stumbling")
async def open_stumbling(app: Any) -> Screen[Any]:
    return Stumbling()


@opens("test.crashing")
async def open_crashing(app: Any) -> Screen[Any]:
    return Crashing()


@opens("test.blind")
async def open_blind(app: Any) -> Screen[Any]:
    return Blind()


@opens("test.saving")
async def open_saving(app: Any) -> Screen[Any]:
    return Sheet()


@pytest.mark.parametrize("key", ["f9", "ctrl+@", "f8"])
async def test_a_mistake_is_told_and_the_place_goes_on(key: str) -> None:
    async with at_desk(app_for("test.stumbling"), may_fail=True) as desk:
        await desk.press(key)
        assert desk.sees("! Le programme a commis une erreur")
        await desk.type("encore")
        assert desk.app.screen.query_one(TextField).value == "encore"
        assert [type(error) for error in desk.app.failures] == [ZeroDivisionError]


async def test_a_broken_widget_costs_its_place_and_not_the_session() -> None:
    async with at_desk(app_for("test.stumbling"), may_fail=True) as desk:
        await desk.press("f7")
        assert isinstance(desk.app.screen, Crashing)
        await desk.press("x")
        await desk.settle()
        assert isinstance(desk.app.screen, Stumbling)
        assert desk.sees("! Le programme a commis une erreur")
        await desk.type("vivant")
        assert desk.app.screen.query_one(TextField).value == "vivant"


async def test_a_place_that_cannot_be_drawn_is_left() -> None:
    async with at_desk(app_for("test.stumbling"), may_fail=True) as desk:
        await desk.app.open("test.blind")
        await desk.settle()
        await asyncio.sleep(0.2)
        await desk.settle()
        assert isinstance(desk.app.screen, Stumbling)
        await desk.type("vivant")
        assert desk.app.screen.query_one(TextField).value == "vivant"


async def test_a_broken_home_board_is_opened_anew() -> None:
    async with at_desk(app_for("test.crashing"), may_fail=True) as desk:
        first = desk.app.screen
        await desk.press("x")
        await desk.settle()
        assert isinstance(desk.app.screen, Crashing)
        assert desk.app.screen is not first
        assert desk.sees("! Le programme a commis une erreur")


async def test_a_database_away_keeps_the_words_and_a_retry_works() -> None:
    async with at_desk(app_for("test.saving")) as desk:
        await desk.type("Lefèvre")
        await desk.press("f2")
        assert desk.sees("! La base ne répond pas. Réessayez F2.")
        sheet = desk.app.screen
        assert isinstance(sheet, Sheet)
        assert sheet.query_one(Form).texts() == {"name": "Lefèvre", "phone": ""}
        await desk.press("ctrl+s")
        assert sheet.saved == [{"name": "Lefèvre", "phone": ""}]


async def test_the_field_in_question_is_marked_and_has_the_cursor() -> None:
    async with at_desk(app_for("test.saving")) as desk:
        sheet = desk.app.screen
        assert isinstance(sheet, Sheet)
        sheet.tries = 1
        await desk.press("down", "1", "7", "up", "f2")
        assert desk.sees("! Mobile")
        assert desk.sees("! Ce numéro est celui de la police.")
        assert sheet.focused is sheet.query_one(Form).fields["phone"]
        await desk.press("backspace", "f2")
        assert not desk.sees("! Mobile")
        assert sheet.saved == [{"name": "", "phone": "1"}]


async def test_keys_typed_ahead_of_a_refusal_are_not_misrouted() -> None:
    async with at_desk(app_for("test.saving")) as desk:
        desk.strike("a", "f2", *"suite")
        await desk.settle()
        assert desk.app.screen.query_one(Form).texts() == {"name": "a", "phone": ""}
