"""One's own sessions and those of the group by keys, against a door that answers as the gateway does."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest

from tests.screens.driving import LILAS, MORNING, Desk, at_desk, context, request
from vpterm.kernel.errors import NotAllowed, NotFound, Refused
from vpterm.screens import sessions as sessions
from vpterm.screens.shell.app import PracticeApp
from vpterm.screens.shell.openers import opens
from vpterm.screens.shell.place import Place


class Home(Place):
    """A ground to open the list from."""

    place = "test.sessions.home"


@opens("test.sessions.home")
async def open_home(app: Any) -> Place:
    return Home()


def before(**ago: float) -> str:
    return (MORNING - timedelta(**ago)).isoformat()


class Door:
    """Sessions of the group, of which number 1 asks; two pages long."""

    def __init__(self) -> None:
        self.own: list[list[Any]] = [
            [1, "", "Clinique des Lilas", before(seconds=5), "ssh 10.0.0.4", True],
            [4, "consultation", "Clinique des Lilas", before(minutes=7), "web 10.0.0.7", False],
            [9, "maison", "Clinique du Port", before(hours=3), "ssh 203.0.113.9", False],
        ]
        self.all: list[list[Any]] = [
            [1, "gerance", "Paule Gérance", "lilas", "", before(hours=1), before(seconds=2), False, "ssh 10.0.0.4",
             "120x40", True],
            [2, "vet.lilas", "Claire Rousseau", "lilas", "consultation", before(hours=2), before(minutes=12), True,
             "web 10.0.0.7", "80x24", True],
            [3, "asv.port", "", "port", "", before(days=2), before(hours=20), False, "ssh 203.0.113.9", "", False],
        ]  # fmt: skip
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.is_manager = True

    def request_site(self, site_code: str) -> None: ...

    def leave(self) -> None: ...

    def detach(self) -> None: ...

    def shut_out(self) -> None: ...

    def has_locked(self) -> None: ...

    def end(self, why: str) -> None: ...

    async def ask_door(self, question: str, values: Mapping[str, str]) -> dict[str, Any]:
        await asyncio.sleep(0)
        if question == "sessions.own":
            return {"here": 1, "sessions": self.own}
        if question == "sessions.all":
            if not self.is_manager:
                raise NotAllowed("Votre rôle ne le permet pas.")
            rest = [row for row in self.all if row[0] > int(values["after"])]
            return {"sessions": rest[:2], "has_more": len(rest) > 2, "here": 1}
        self.asked.append((question, dict(values)))
        if question == "sessions.rename" and values["name"] == "maison":
            raise Refused("Une autre de vos sessions s'appelle « maison ».", field="name")
        if question == "sessions.end":
            if not any(row[0] == int(values["number"]) for row in self.all):
                raise NotFound("Cette session s'est terminée entre-temps.")
            self.all = [row for row in self.all if row[0] != int(values["number"])]
        return dict(values)


@asynccontextmanager
async def at_list(
    door: Door | None, place: str, language: str = "fr", *, size: tuple[int, int] = (80, 24)
) -> AsyncIterator[Desk]:
    app = PracticeApp(
        context(["staff.manage"]), request(language), site=LILAS, link=door, home="test.sessions.home"
    )
    async with at_desk(app, size) as desk:
        app.work(app.open(place))
        await desk.settle()
        yield desk


@pytest.mark.parametrize(
    ("language", "lines"),
    [
        ("fr", [("principale", "Clinique des Lilas", "à l'instant"), ("consultation", "Clinique des Lilas", "7 min"),
                ("maison", "Clinique du Port", "il y a 3 h")]),
        ("en", [("main", "Clinique des Lilas", "just now"), ("consultation", "Clinique des Lilas", "7 min ago"),
                ("maison", "Clinique du Port", "3 h ago")]),
    ],
)  # fmt: skip
async def test_one_sees_ones_own_sessions(language: str, lines: list[tuple[str, ...]]) -> None:
    async with at_list(Door(), "sessions.mine", language, size=(110, 30)) as desk:
        shown = [line for line in desk.lines if "Clinique" in line and "CLINIQUE" not in line]
        for line, parts in zip(shown, lines, strict=True):
            assert all(part in line for part in parts), (line, parts)
        assert "ssh 203.0.113.9" in shown[2]


async def test_enter_goes_to_another_and_back_to_where_one_is() -> None:
    door = Door()
    async with at_list(door, "sessions.mine") as desk:
        await desk.press("down", "enter")
        assert door.asked == [("sessions.go", {"number": "4"})]
        await desk.press("up", "enter")
        assert isinstance(desk.app.screen, Home)
    assert len(door.asked) == 1


async def test_a_new_one_has_a_name_that_is_free_or_ones_own() -> None:
    door = Door()
    async with at_list(door, "sessions.mine") as desk:
        await desk.press("f9")
        assert desk.sees("accueil, chirurgie, bureau")  # consultation and maison are taken
        await desk.press("f2")
        assert door.asked == [("sessions.open", {"name": "accueil"})]
        await desk.press("f9", *["backspace"] * 7)
        await desk.type("ls -l; rm")
        await desk.press("enter")
        assert desk.sees("! « ls -l; rm » ne peut pas nommer une session.")
    assert len(door.asked) == 1


async def test_a_session_is_renamed_where_the_name_is_free() -> None:
    door = Door()
    async with at_list(door, "sessions.mine") as desk:
        await desk.press("ctrl+e")
        await desk.type("maison")
        await desk.press("enter")
        assert desk.sees("! Une autre de vos sessions")
        assert desk.app.context.session_name == ""
        await desk.press(*["backspace"] * 6)
        await desk.type("Bureau")
        await desk.press("enter")
        assert door.asked[-1] == ("sessions.rename", {"name": "bureau"})
        assert desk.app.context.session_name == "bureau"


async def test_a_session_is_asked_for_on_the_command_line() -> None:
    door = Door()
    async with at_list(door, "sessions.mine") as desk:
        desk.app.work(sessions.mine.go_to_own(desk.app, "chirurgie"))
        await desk.settle()
    assert door.asked == [("sessions.open", {"name": "chirurgie"})]


@pytest.mark.parametrize(
    ("language", "size"), [("fr", (80, 24)), ("fr", (120, 40)), ("en", (80, 24)), ("en", (120, 40))]
)
async def test_the_management_sees_everybody(language: str, size: tuple[int, int]) -> None:
    async with at_list(Door(), "sessions.all", language, size=size) as desk:
        rows = [line for line in desk.lines if line.strip(" ›").startswith(("gerance ", "vet.lilas ", "asv.port "))]
        assert len(rows) == 3
        assert [row.rstrip().endswith(where) for row, where in zip(rows, ("10.0.0.4", "10.0.0.7", "203.0.113.9"),
                strict=True)] == [size[0] == 80] * 2 + [True]  # fmt: skip
        assert "12 min" in rows[1]
        assert ("vous" if language == "fr" else "you") in rows[0]
        assert ("verrouillée" if language == "fr" else "locked") in rows[1]
        assert ("quittée" if language == "fr" else "left") in rows[2]
        assert desk.sees("3 sessions")
        if size[0] == 120:
            assert "Claire Rousseau" in rows[1]
            assert "80x24" in rows[1]
            assert ("2 jours" if language == "fr" else "2 days") in rows[2]


async def test_a_word_and_an_end_with_a_question() -> None:
    door = Door()
    async with at_list(door, "sessions.all") as desk:
        await desk.press("down", "f9")
        await desk.type("Redémarrage à 13 h")
        await desk.press("enter")
        assert door.asked == [("sessions.tell", {"number": "2", "sentence": "Redémarrage à 13 h"})]
        assert desk.sees("C'est affiché chez vet.lilas.")
        await desk.press("delete")
        assert desk.sees("Terminer la session de Claire Rousseau (lilas) ?")
        await desk.press("n")
        assert len(door.asked) == 1
        await desk.press("delete", "o")
        assert door.asked[1:] == [("sessions.end", {"number": "2"})]
        assert desk.sees("La session de Claire Rousseau est terminée.")
        assert not desk.sees("web 10.0.0.7")
        assert desk.sees("2 sessions")


async def test_the_list_is_filtered_by_letters() -> None:
    async with at_list(Door(), "sessions.all") as desk:
        await desk.type("rouss")
        assert desk.sees("vet.lilas")
        assert not desk.sees("asv.port")


async def test_without_the_right_nothing_is_shown() -> None:
    door = Door()
    door.is_manager = False  # the door's word counts, whatever this side believes
    async with at_list(door, "sessions.all") as desk:
        assert isinstance(desk.app.screen, Home)
        assert desk.sees("! Votre rôle ne le permet pas.")


async def test_a_workstation_has_no_other_sessions() -> None:
    async with at_list(None, "sessions.mine") as desk:
        assert desk.sees("! Les sessions sont tenues par la porte.")
