"""Support at a person's screen: a line that takes nothing from their hands, a question that no letter answers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any, ClassVar

import pytest

from tests.screens.driving import LILAS, MORNING, Desk, at_desk, context, request
from vpterm.kernel.i18n import using
from vpterm.screens.keymap.registry import Action
from vpterm.screens.keymap.standard import MAIN
from vpterm.screens.link import SupportStanding
from vpterm.screens.shell.app import PracticeApp
from vpterm.screens.shell.openers import opens
from vpterm.screens.shell.place import Place
from vpterm.screens.widgets.dialogs import Question
from vpterm.screens.widgets.fields import TextField
from vpterm.screens.widgets.form import Form

ASKS = SupportStanding("asks", 7, "Samuel Petit", "l'imprimante", "view")
HERE = replace(ASKS, phase="here", reach="type", until=(MORNING + timedelta(minutes=14)).isoformat())
GLASS = replace(HERE, reach="view", glass=True, approver="Hélène Garnier", began=MORNING.isoformat())


class FormPlace(Place):
    """A form, and a question at F9."""

    place = "test.support_form"
    actions: ClassVar[tuple[Action, ...]] = (Action("main", MAIN, "ask"),)

    def body(self) -> Any:
        async def save(values: dict[str, Any]) -> None: ...

        yield Form(TextField("name", "Nom"), on_save=save)

    async def do_main(self) -> None:
        await self.app.ask(Question("Sure?", {"yes": "Yes", "no": "No"}))


@opens("test.support_form")
async def open_form(app: PracticeApp) -> FormPlace:
    return FormPlace()


class Door:
    """The session's link: notes what is asked of the door."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, dict[str, str]]] = []

    async def ask_door(self, question: str, values: Mapping[str, str]) -> dict[str, Any]:
        self.asked.append((question, dict(values)))
        return {}

    def request_site(self, site_code: str) -> None: ...
    def leave(self) -> None: ...
    def detach(self) -> None: ...
    def shut_out(self) -> None: ...


@asynccontextmanager
async def at_form(language: str = "fr", size: tuple[int, int] = (80, 24)) -> AsyncIterator[tuple[Desk, Door]]:
    door = Door()
    app = PracticeApp(context(), request(language), site=LILAS, home="test.support_form", link=door)
    async with at_desk(app, size) as desk:
        yield desk, door


async def stand(desk: Desk, standing: SupportStanding) -> None:
    desk.app.stand_with_support(standing)
    await desk.settle()


def band(desk: Desk) -> str:
    """The line on which support is told."""
    with using(desk.app.request.language):
        return desk.lines[1].strip()


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("fr", "! Samuel Petit (support) demande à voir : l'imprimante  Ctrl+C répondre"),
        ("en", "! Samuel Petit (support) asks to see your screen: l'imprimante    Ctrl+C answers"),
    ],
)
async def test_a_request_is_a_line_and_typing_goes_on(language: str, told: str) -> None:
    async with at_form(language) as (desk, door):
        before = desk.lines[2:]
        assert band(desk).startswith("═")
        await desk.type("Mar")
        await stand(desk, ASKS)
        assert band(desk).split() == told.split()
        await desk.type("tin")
        assert desk.app.screen.query_one(TextField).value == "Martin"
        assert len(desk.lines[2:]) == len(before)
        await stand(desk, SupportStanding())
        assert band(desk).startswith("═")
        assert door.asked == []


async def test_what_is_typed_on_by_mistake_refuses_and_no_letter_answers() -> None:
    async with at_form() as (desk, door):
        await stand(desk, ASKS)
        await desk.press("ctrl+c", *"vtyorg")
        assert door.asked == []
        await desk.press("enter")
        assert door.asked == [("support.answer", {"number": "7"})]


async def test_esc_answers_later() -> None:
    async with at_form() as (desk, door):
        await stand(desk, ASKS)
        await desk.press("ctrl+c", "escape")
        assert door.asked == []
        assert "Ctrl+C" in band(desk)


async def test_so_much_is_granted_for_so_long() -> None:
    async with at_form() as (desk, door):
        await stand(desk, ASKS)
        await desk.press("ctrl+c")
        assert desk.sees("15 min · noms des propriétaires et montants masqués")
        assert desk.sees("Motif : l'imprimante")
        await desk.press("down", "down", "down", "right", "space")
        assert desk.sees("30 min · noms des propriétaires et montants visibles")
        await desk.press("enter")
        granted = {"number": "7", "reach": "type", "minutes": "30", "private": "yes"}
        assert door.asked == [("support.answer", granted)]


async def test_who_looks_in_is_told_over_a_question_too_and_one_key_ends_it() -> None:
    async with at_form() as (desk, door):
        await stand(desk, HERE)
        shown = band(desk)
        assert shown.startswith("! Support : Samuel Petit · 14 min · peut taper")
        assert shown.endswith("Ctrl+Z prêter  Ctrl+C arrêter")
        await desk.press("f9")
        assert band(desk) == shown
        await desk.press("ctrl+z")
        await desk.press("ctrl+c")
        assert door.asked == [("support.give", {}), ("support.end", {})]
        await stand(desk, SupportStanding())
        assert not desk.sees("Samuel")


async def test_the_key_that_ends_it_waits_for_nothing_that_is_loading() -> None:
    async with at_form() as (desk, door):
        await stand(desk, HERE)
        still = asyncio.Event()

        async def loading() -> None:
            await still.wait()

        desk.app.work(loading())
        desk.strike("x", "ctrl+c")
        for _turn in range(50):
            await asyncio.sleep(0.01)
        assert door.asked == [("support.end", {})]
        still.set()


async def test_time_left_and_the_keyboard_are_told() -> None:
    async with at_form(size=(132, 43)) as (desk, _door):
        await stand(desk, replace(HERE, reach="point"))
        assert band(desk).startswith("! Support : Samuel Petit · 14 min · montre · noms masqués")
        await stand(desk, replace(HERE, reach="view", sees_private=True))
        assert "14 min · regarde · noms visibles" in band(desk)
        await stand(desk, replace(HERE, has_keyboard=True))
        assert "14 min · tape : votre première touche reprend le clavier" in band(desk)
        assert "Ctrl+Z reprendre" in band(desk)


async def test_without_consent_it_stays_told_until_it_is_said_to_be_seen() -> None:
    async with at_form(size=(132, 43)) as (desk, door):
        await stand(desk, GLASS)
        assert band(desk).startswith(
            "! Sans votre accord · Samuel Petit (support) regarde · 14 min · approuvé par Hélène"
        )
        await stand(desk, replace(GLASS, phase="was_here"))
        assert "Sans votre accord · Samuel Petit (support) a regardé 08:42-08:56" in band(desk)
        await desk.press("f9", "escape", "a")
        assert "Sans votre accord" in band(desk)
        await desk.press("ctrl+c")
        assert door.asked == [("support.seen", {})]


async def test_the_keys_are_the_fields_own_while_there_is_no_support() -> None:
    async with at_form() as (desk, door):
        await desk.type("Martin")
        await desk.press("ctrl+c", "ctrl+z")
        assert desk.app.screen.query_one(TextField).value == "Martin"
        assert door.asked == []
