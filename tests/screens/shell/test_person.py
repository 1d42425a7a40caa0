"""An app that was mounted for nobody becomes a person's: language, colours, rights, size, keys typed early."""

import asyncio
from typing import Any

import pytest
from textual import events
from textual.screen import Screen

from tests.screens.driving import LILAS, PORT, Desk, context, request
from vpterm.kernel.i18n import N_, _, current_language, set_language
from vpterm.screens.keymap.registry import Action
from vpterm.screens.keymap.standard import MAIN
from vpterm.screens.shell.app import PracticeApp
from vpterm.screens.shell.openers import opens
from vpterm.screens.shell.person import SiteFace
from vpterm.screens.shell.place import Place
from vpterm.screens.theme.themes import CONSOLE, TRUECOLOR
from vpterm.screens.widgets.section import Line

SHORT_OF_FACE = SiteFace("lilas", "Les Lilas", "#8fb573")


class Day(Place):
    """Shows who came, in which language, and how wide the world was when it was opened."""

    place = "test.person.day"
    actions = (Action("speak", MAIN, N_("speak")),)

    def __init__(self, width: int) -> None:
        super().__init__()
        self.width = width
        self.line = Line()

    def body(self) -> Any:
        yield self.line

    def can(self, action: Action) -> bool:
        return action.name != "speak" or self.app.context.may("notes.write")

    def on_mount(self) -> None:
        self.line.show((f"{self.width} {current_language()} {_('Search')}", "text"))

    async def do_speak(self) -> None:
        self.say(f"{self.app.person} {_('Search')}")


@opens("test.person.day")
async def open_day(app: PracticeApp) -> Screen[Any]:
    await asyncio.sleep(0.05)
    return Day(app.size.width)


def spare() -> PracticeApp:
    return PracticeApp(context(), site=LILAS, home="test.person.day")


async def settled(desk: Desk) -> None:
    await desk.app.until_dressed()
    await asyncio.sleep(0.1)
    await desk.settle()


@pytest.mark.parametrize("language", ["fr", "en"])
async def test_a_mounted_app_is_given_to_a_person(language: str) -> None:
    set_language("fr")
    app = spare()
    async with app.run_test(size=(80, 24)) as pilot:
        desk = Desk(app, pilot)
        await desk.settle()
        set_language(language)  # the pilot has screens drawn in this very task
        assert "VET" not in desk.text
        assert not app.context.may("notes.write")
        app.post_message(events.Resize(app.size.with_width(132), app.size.with_width(132)))
        asked = request(language, colours="16", display_name="Anne Vet", sites=("lilas", "port"))
        app.belong_to(context(["notes.write"]), asked, site=SHORT_OF_FACE, sites=(LILAS, PORT))
        desk.strike("f9")  # before anything is there
        await settled(desk)
        assert isinstance(app.screen, Day)
        assert (app.theme, app.look.is_console) == (CONSOLE.name, True)
        assert [site.code for site in app.sites] == ["lilas", "port"]
        assert any(line.strip() == f"132 {language} {_('Search')}" for line in desk.lines), desk.text
        assert desk.lines[0].startswith(" LES LILAS")
        assert "Anne Vet" in desk.lines[0]
        assert desk.lines[-3].strip() == f"Anne Vet {_('Search')}"
        assert app.failures == []


async def test_a_spare_listens_to_nobody_and_belongs_once() -> None:
    app = spare()
    async with app.run_test(size=(80, 24)) as pilot:
        desk = Desk(app, pilot)
        await desk.settle()
        assert (app.theme, app.is_taken, len(app.screen_stack)) == (TRUECOLOR.name, False, 1)
        app.belong_to(context(), request(), site=LILAS)
        await settled(desk)
        with pytest.raises(RuntimeError, match="one person"):
            app.belong_to(context(), request(), site=LILAS)
        assert len(app.screen_stack) == 2
