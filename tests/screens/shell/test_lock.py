"""The locked screen: it hides everything, opens by PIN or password, and what was under way stands as it stood."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from textual import events
from textual.screen import Screen

from tests.screens.driving import LILAS, Desk, at_desk, context, request
from vpterm.kernel.errors import Refused
from vpterm.practice.staff.session_times import SessionTimes
from vpterm.screens.shell.app import PracticeApp
from vpterm.screens.shell.openers import opens
from vpterm.screens.shell.place import Place
from vpterm.screens.widgets.dialogs import yes_no
from vpterm.screens.widgets.fields import TextField
from vpterm.screens.widgets.form import Form

PIN, PASSWORD = "2580", "un mot de passe"
BOTH = {"pin": True, "password": True}
asked: list[Any] = []


class Door:
    """A session's link whose door knows a PIN and a password, and takes its time."""

    def __init__(self, ways: dict[str, bool] | None = None) -> None:
        self.told: list[str] = []
        self.ways = ways or BOTH

    def request_site(self, site_code: str) -> None:
        self.told.append(f"site {site_code}")

    def leave(self) -> None:
        self.told.append("leave")

    def detach(self) -> None:
        self.told.append("detach")

    def shut_out(self) -> None:
        self.told.append("shut_out")

    def note_place(self, name: str) -> None: ...

    def has_locked(self) -> None:
        self.told.append("locked")

    def end(self, why: str) -> None:
        self.told.append(f"end {why}")

    async def ask_door(self, question: str, values: Mapping[str, str]) -> dict[str, Any]:
        await asyncio.sleep(0.01)
        if question == "unlock.ways":
            return dict(self.ways)
        assert question == "unlock"
        if values["secret"] not in (PIN, PASSWORD):
            raise Refused("Ce n'est pas cela.", "Essayez encore.")
        return {}


class Sheet(Place):
    """Somebody's file, with a form in it."""

    place = "test.lock.sheet"

    def __init__(self) -> None:
        super().__init__()
        self.form = Form(TextField("name", "Nom"), TextField("note", "Note"))

    def body(self) -> Any:
        yield self.form

    def on_mount(self) -> None:
        self.head.show_subject("Mirza", "Mme Martin 06 12 34 56 78")

    async def do_refresh(self) -> None:
        asked.append(await self.app.ask(yes_no("Piquer Mirza ?")))


@opens("test.lock.sheet")
async def open_sheet(app: Any) -> Screen[Any]:
    return Sheet()


def app_with(door: Door | None, language: str = "fr", **changes: Any) -> PracticeApp:
    changes = {"display_name": "Claire Rousseau", **changes}
    return PracticeApp(context(), request(language, **changes), site=LILAS, link=door, home="test.lock.sheet")


def hides(desk: Desk) -> bool:
    return not any(name in desk.text for name in ("Mirza", "MIRZA", "Martin", "06 12", "vermif", "Piquer", "Note"))


@pytest.mark.parametrize("secret", [PIN, PASSWORD])
@pytest.mark.parametrize("colours", ["truecolor", "16"])
async def test_the_lock_hides_everything_and_opens_on_what_stood_there(secret: str, colours: Any) -> None:
    door = Door()
    async with at_desk(app_with(door, colours=colours)) as desk:
        await desk.press("tab")
        await desk.type("vermif")
        await desk.press("left", "left")
        before = desk.lines
        assert not hides(desk)
        await desk.press("alt+l")
        assert door.told == ["locked"]
        assert hides(desk)
        assert desk.sees("VERROUILLÉ")
        assert desk.sees("Claire Rousseau (vet.lilas)")
        assert desk.sees("CLINIQUE DES LILAS")
        assert desk.sees("mar. 24 nov.  08:42")
        await desk.type(secret)
        assert secret not in desk.text
        await desk.press("enter")
        assert desk.lines == before
        await desk.type("xx")
        assert desk.sees("vermxxif")


async def test_what_is_wrong_is_told_and_shown_to_nobody_else() -> None:
    async with at_desk(app_with(Door())) as desk:
        await desk.press("alt+l")
        await desk.type("1234")
        await desk.press("enter")
        assert hides(desk)
        assert desk.sees("! Ce n'est pas cela. Essayez encore.")
        await desk.press("f1", "f10", "f3", "ctrl+l", "f6")
        assert desk.sees("VERROUILLÉ")
        await desk.type(PIN)
        await desk.press("enter")
        assert desk.sees("MIRZA")


async def test_keys_typed_ahead_of_the_answer_land_in_the_work_behind() -> None:
    async with at_desk(app_with(Door())) as desk:
        desk.strike("alt+l", *PIN, "enter", *"Rex")
        await desk.settle()
        assert desk.sees("Rex")


async def test_a_question_that_was_open_is_open_again() -> None:
    asked.clear()
    async with at_desk(app_with(Door())) as desk:
        await desk.press("f5")
        assert desk.sees("Piquer Mirza ?")
        await desk.press("f24")
        assert hides(desk)
        await desk.type(PIN)
        await desk.press("enter")
        assert desk.sees("Piquer Mirza ?")
        await desk.press("o")
    assert asked == ["yes"]


async def test_esc_empties_the_line_then_leaves_the_place_to_somebody_else() -> None:
    door = Door()
    async with at_desk(app_with(door)) as desk:
        await desk.press("alt+l")
        await desk.type("12")
        await desk.press("escape")
        assert door.told == ["locked"]
        await desk.press("escape")
        assert door.told == ["locked", "detach"]
        assert hides(desk)


async def test_the_door_opens_it_for_who_has_come_in_anew() -> None:
    async with at_desk(app_with(Door())) as desk:
        await desk.press("alt+l")
        desk.app.unlock()
        await desk.settle()
        assert desk.sees("MIRZA")
        desk.app.unlock()  # twice is once
        await desk.settle()
        assert desk.sees("MIRZA")


@pytest.mark.parametrize(
    ("ways", "label"),
    [
        (BOTH, "PIN ou mot de passe"),
        ({"pin": False, "password": True}, "Mot de passe"),
        ({"pin": True, "password": False}, "PIN"),
        ({"pin": False, "password": False}, "Revenez par votre clé"),
    ],
)
async def test_the_lock_names_what_opens_it(ways: dict[str, bool], label: str) -> None:
    async with at_desk(app_with(Door(ways))) as desk:
        await desk.press("alt+l")
        await desk.settle()
        assert any(line.strip().startswith(label) for line in desk.lines)


async def test_a_session_that_begins_locked_shows_nothing_before() -> None:
    async with at_desk(app_with(Door(), locked=True)) as desk:
        assert hides(desk)
        assert len(desk.app.screen_stack) == 2  # the ground and the lock
        await desk.type(PIN)
        await desk.press("enter")
        assert desk.sees("MIRZA")


async def test_without_a_door_nothing_is_locked_that_nobody_could_open() -> None:
    async with at_desk(app_with(None)) as desk:
        await desk.press("alt+l")
        assert desk.sees("MIRZA")
        assert desk.sees("! Cet écran ne peut pas être verrouillé")


async def test_a_paste_goes_into_the_line_and_nowhere_else() -> None:
    async with at_desk(app_with(Door())) as desk:
        await desk.press("alt+l")
        desk.app.post_message(events.Paste(f"{PASSWORD}\n"))
        await desk.settle()
        assert PASSWORD not in desk.text
        await desk.press("enter")
        assert desk.sees("MIRZA")
        assert PASSWORD not in desk.text


async def test_a_screen_that_breaks_behind_the_lock_does_not_open_it() -> None:
    app = app_with(Door())
    async with at_desk(app, may_fail=True) as desk:
        await desk.press("alt+l")
        app._handle_exception(RuntimeError("a widget behind the lock"))
        await desk.pilot.pause()
        assert app.return_code == 1
        assert app.lock.is_locked


def after(**times: float | None) -> SessionTimes:
    lengths = {name: timedelta(seconds=value) if value is not None else None for name, value in times.items()}
    return SessionTimes(**{"lock_after": None, "alone": None, "longest": None, **lengths})


async def test_who_types_is_not_locked_and_who_pauses_is() -> None:
    door = Door()
    async with at_desk(app_with(door)) as desk:
        desk.app.lifetime.follow(after(lock_after=2.5))
        for _ in range(7):
            await asyncio.sleep(0.45)
            await desk.type("a")
        assert door.told == []
        await asyncio.sleep(2.8)
        await desk.settle()
        assert hides(desk)
        assert door.told == ["locked"]
        await desk.type(PIN)
        await desk.press("enter")
        assert desk.sees("aaaaaaa")
        await asyncio.sleep(2.8)
        await desk.settle()
        assert door.told == ["locked", "locked"]


async def test_a_session_left_alone_ends_and_so_does_one_too_old() -> None:
    for times, why in ((after(lock_after=0.1, alone=0.3), "alone"), (after(longest=0.3), "longest")):
        door = Door()
        async with at_desk(app_with(door)) as desk:
            desk.app.lifetime.follow(times)
            await asyncio.sleep(0.6)
            await desk.settle()
            assert door.told[-1] == f"end {why}"
            assert door.told.count(f"end {why}") == 1


async def test_times_that_change_count_at_once() -> None:
    door = Door()
    async with at_desk(app_with(door)) as desk:
        desk.app.lifetime.follow(after(lock_after=3600))
        await asyncio.sleep(0.3)
        desk.app.lifetime.follow(after(lock_after=0.2))
        await desk.settle()
        assert hides(desk)


async def test_a_laptop_that_slept_asks_before_it_takes_a_key(monkeypatch: pytest.MonkeyPatch) -> None:
    async with at_desk(app_with(Door())) as desk:
        desk.app.lifetime.follow(after(lock_after=600))
        lifetime = "vpterm.screens.shell.lifetime.seconds_awake_or_not"
        monkeypatch.setattr(lifetime, lambda: desk.app.lifetime._typed_at + 700)
        await desk.type("x")
        assert hides(desk)
