"""One key, one meaning; every key has an alternative; help, footer and menu are made from the same registry."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterable
from typing import Any, ClassVar

import pytest
from textual.screen import Screen
from textual.widget import Widget

import vpterm.screens
from tests.screens.driving import app_for, at_desk
from vpterm.kernel.i18n import using
from vpterm.screens.help.page import help_lines
from vpterm.screens.keymap.registry import EVERYWHERE, Action, Keymap, Keys, name_of_key
from vpterm.screens.keymap.standard import MAIN, SAVE, keymap
from vpterm.screens.shell.commands import command
from vpterm.screens.shell.foot import keys_line
from vpterm.screens.shell.openers import opens
from vpterm.screens.shell.place import Place
from vpterm.screens.theme.look import Look
from vpterm.screens.widgets.fields import TextField


class Desk(Place):
    """A place with an action of its own."""

    place = "test.keymap"
    title_label = "Bureau"
    actions: ClassVar = (Action("receive", MAIN, "recevoir", "Faire entrer le suivant."),)

    def __init__(self) -> None:
        super().__init__()
        self.received = 0

    def body(self) -> Iterable[Widget]:
        yield TextField("word", "Word")

    async def do_receive(self) -> None:
        self.received += 1


@opens("test.keymap", label="Bureau")
async def open_desk(app: Any) -> Screen[Any]:
    return Desk()


@opens("test.hidden", label="Coffre", right="see_secrets")
async def open_safe(app: Any) -> Screen[Any]:
    return Desk()


@command("bureau", label="Bureau")
@command("coffre", label="Coffre")
async def nowhere(app: Any, rest: str) -> None:
    """A command of the same name as a place."""


def test_no_key_means_two_things_and_each_has_an_alternative() -> None:
    for module in pkgutil.walk_packages(vpterm.screens.__path__, "vpterm.screens."):
        if module.name != "vpterm.screens.main":  # it imports the same nouns, by name
            importlib.import_module(module.name)
    assert keymap.faults() == []


KEPT_BY_BROWSERS = {"ctrl+n", "ctrl+t", "ctrl+w"}  # no page ever hears of them, but in full screen


def test_what_a_browser_keeps_for_itself_has_another_key_there_and_is_in_the_menu() -> None:
    for place, _title in keymap.places():
        for action in keymap.actions(place):
            keys = set(action.keys.all) if action.keys else set()
            if keys & KEPT_BY_BROWSERS:
                assert keys - KEPT_BY_BROWSERS, f"{place}: {action.name}"


def test_faults_are_found() -> None:
    wrong = Keymap()
    wrong.add(EVERYWHERE, Action("help", Keys("f1", ("ctrl+g",)), "help"))
    wrong.add("x", Action("hop", Keys("f1", ("ctrl+x",)), "hop"), Action("lone", Keys("f5", ()), "lone"))
    assert wrong.faults() == ["x: lone has no alternative to f5", "x: f1 means hop and help"]


def test_a_place_must_be_able_to_do_what_it_declares() -> None:
    with pytest.raises(TypeError, match="no do_fly"):
        type("Bird", (Place,), {"place": "test.bird", "actions": (Action("fly", SAVE, "fly"),)})
    assert "test.bird" not in dict(keymap.places())


@pytest.mark.parametrize("key", MAIN.all)
async def test_an_action_is_done_by_each_of_its_keys(key: str) -> None:
    async with at_desk(app_for("test.keymap")) as desk:
        await desk.press(key)
        place = desk.app.screen
        assert isinstance(place, Desk)
        assert place.received == 1
        assert place.query_one(TextField).value == ""


@pytest.mark.parametrize(("language", "footer", "help_key"), [("fr", "F1 aide", "Échap"), ("en", "F1 help", "Esc")])
async def test_footer_and_help_are_made_from_the_declaration(language: str, footer: str, help_key: str) -> None:
    async with at_desk(app_for("test.keymap", language)) as desk:
        assert desk.sees(footer)
        assert desk.lines[-1].index("F9 recevoir") > desk.lines[-1].index(footer)
        await desk.press("f1")
        assert desk.sees("Faire entrer le suivant.")
        assert desk.sees(help_key)
        await desk.press("escape")
        assert isinstance(desk.app.screen, Desk)


async def test_the_menu_finds_an_action_by_letters_and_does_it() -> None:
    async with at_desk(app_for("test.keymap")) as desk:
        desk.strike("f10", *"entrer", "enter")
        await desk.settle()
        place = desk.app.screen
        assert isinstance(place, Desk)
        assert place.received == 1


async def test_the_menu_goes_to_places_by_arrows() -> None:
    async with at_desk(app_for("test.keymap")) as desk:
        await desk.press("ctrl+p", "down", "up", *"bureau")
        assert desk.sees("› Bureau")
        desk.strike("enter")
        await desk.settle()
        assert len(desk.app.screen_stack) == 3


async def test_the_menu_has_each_place_once_with_its_command_and_none_that_is_refused() -> None:
    async with at_desk(app_for("test.keymap")) as desk:
        await desk.press("f10")
        desks = [line for line in desk.lines if "Bureau" in line]
        assert len(desks) == 1
        assert "> bureau" in desks[0]
        assert not desk.sees("Coffre")


def test_names_of_keys_are_translated() -> None:
    with using("fr"):
        assert [name_of_key(key) for key in ("f1", "ctrl+s", "escape", "ctrl+@")] == [
            "F1",
            "Ctrl+S",
            "Échap",
            "Ctrl+Espace",
        ]


def test_long_explanations_wrap_and_are_never_cut() -> None:
    with using("en"):
        lines = [line.text for line in help_lines(EVERYWHERE, ["x " * 60], width=20)]
    assert max(map(len, lines)) <= 20
    assert "".join(lines).count("x") >= 60


PLACE = (
    Action("book", MAIN, "book"),
    *(Action(name, Keys(f"ctrl+{name[0]}", ("f13",)), name) for name in ("edit", "animal", "bill", "kin")),
    Action("help", Keys("f1", ("ctrl+g",)), "help"),
    Action("menu", Keys("f10", ("ctrl+p",)), "menu"),
    Action("back", Keys("escape", ("ctrl+q",)), "back"),
)


@pytest.mark.parametrize(
    ("width", "shown"),
    [
        (100, ["F1 help", "F9 book", "F10 menu", "Ctrl+E edit", "Ctrl+A animal", "Ctrl+B bill", "Ctrl+K kin"]),
        (80, ["F1 help…", "F9 book", "F10 menu", "Ctrl+E edit", "Ctrl+A animal", "Ctrl+B bill"]),
        (58, ["F1 help…", "F9 book", "Ctrl+E edit", "Ctrl+A animal"]),
        (45, ["F1 help…", "F9 book", "Ctrl+E edit"]),
        (30, ["F1 help…", "F9 book"]),
    ],
)
def test_the_way_back_never_leaves_the_footer_and_help_says_when_there_is_more(width: int, shown: list[str]) -> None:
    with using("en"):
        line = keys_line(PLACE, Look("#ffffff", False, False), width).text
    assert line == f" {'  '.join(shown)}".ljust(width - len("Esc back ")) + "Esc back "
