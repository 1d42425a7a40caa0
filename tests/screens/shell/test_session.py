"""The session: leaving, suspending, changing site, commands, boards that others change, the clock."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any, ClassVar, cast

import pytest
from textual.screen import Screen
from textual.widget import Widget

from tests.screens.driving import LILAS, MORNING, PORT, app_for, at_desk, context, request
from vpterm.database.notices import Notices
from vpterm.kernel.errors import Refused, Unavailable
from vpterm.screens.shell.app import PracticeApp
from vpterm.screens.shell.commands import command, parse_command
from vpterm.screens.shell.minutes import Minutes
from vpterm.screens.shell.openers import opens
from vpterm.screens.shell.person import SiteFace
from vpterm.screens.shell.place import Place
from vpterm.screens.widgets.columns import Column
from vpterm.screens.widgets.command_line import CommandLine
from vpterm.screens.widgets.dialogs import yes_no
from vpterm.screens.widgets.rows import Rows

done: list[str] = []
waiting_room = ["Rex"]


class Home(Place):
    """A home board with a command line and a live list."""

    place = "test.home"
    follows: ClassVar = frozenset({"waiting_visit"})
    AUTO_FOCUS = "CommandLine TextField"

    def body(self) -> Iterable[Widget]:
        self.rows = Rows([Column[str]("", lambda name: name, 20)], list(waiting_room), identity=str)
        yield self.rows
        yield CommandLine()

    async def reload(self) -> None:
        self.rows.set_rows(list(waiting_room))


@opens("test.home")
async def open_home(app: Any) -> Screen[Any]:
    return Home()


class Bare(Place):
    """A place without a field: keys that nobody wants reach the app itself."""

    place = "test.bare"


@opens("test.bare")
async def open_bare(app: Any) -> Screen[Any]:
    return Bare()


@opens("test.secret", right="see_secrets")
async def open_secret(app: Any) -> Screen[Any]:
    return Home()


@command("essai", "trial", label="Essayer", argument="mot")
async def try_out(app: Any, rest: str) -> None:
    done.append(rest)


@command("essaim", label="Abeilles")
async def swarm(app: PracticeApp, rest: str) -> None:
    answer = await app.ask(yes_no("Piquer ?"))
    done.append(f"essaim {answer}")


let_go = asyncio.Event()


@command("lent", label="Lent")
async def ask_late(app: PracticeApp, rest: str) -> None:
    await let_go.wait()
    done.append(str(await app.ask(yes_no("Piquer ?"))))


class Link:
    """A session that notes what it is asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def request_site(self, site_code: str) -> None:
        self.asked.append(f"site {site_code}")

    def leave(self) -> None:
        self.asked.append("leave")

    async def ask_door(self, question: str, values: Mapping[str, str]) -> dict[str, Any]:
        """Nothing is asked here."""
        return {}

    def detach(self) -> None:
        self.asked.append("detach")

    def note_place(self, name: str) -> None:
        self.asked.append(f"place {name}")

    def shut_out(self) -> None:
        self.asked.append("shut_out")

    def has_locked(self) -> None:
        self.asked.append("locked")

    def end(self, why: str) -> None:
        self.asked.append(f"end {why}")


class Ear:
    """Notices by hand."""

    def __init__(self) -> None:
        self.listeners: dict[str, list[Callable[[str], None]]] = {}

    def subscribe(self, channel: str, listener: Callable[[str], None]) -> Callable[[], None]:
        self.listeners.setdefault(channel, []).append(listener)
        return lambda: self.listeners[channel].remove(listener)


def app_with(link: Link | None, ear: Ear | None = None) -> PracticeApp:
    return PracticeApp(
        context(),
        request(),
        site=LILAS,
        sites=(LILAS, PORT),
        link=link,
        notices=cast("Notices | None", ear),
        home="test.home",
    )


@pytest.mark.parametrize(
    ("keys", "asked"),
    [
        (("escape", "enter"), ["leave"]),
        (("ctrl+q", "enter"), ["leave"]),
        (("escape", "up", "enter"), ["detach"]),
        (("escape", "escape"), []),
        (("escape", "c"), []),
        (("f6", "enter"), ["site port"]),
        (("ctrl+t", "escape"), []),
    ],
)
async def test_leaving_and_changing_site(keys: tuple[str, ...], asked: list[str]) -> None:
    link = Link()
    async with at_desk(app_with(link)) as desk:
        await desk.press(*keys)
    assert link.asked == asked


async def test_ctrl_c_and_other_keys_of_the_framework_say_nothing_in_its_own_words() -> None:
    async with at_desk(app_for("test.bare")) as desk:
        before = desk.lines
        await desk.press("ctrl+c", "ctrl+q", "escape")
        assert not list(desk.app._notifications)
        assert desk.lines == before


@pytest.mark.skipif(sys.version_info < (3, 12), reason="tasks begin at once only from Python 3.12 on")
async def test_a_question_opens_where_tasks_begin_at_once() -> None:
    """As in a local terminal, where Textual asks for that."""
    link = Link()
    asyncio.get_running_loop().set_task_factory(vars(asyncio)["eager_task_factory"])
    async with at_desk(app_with(link)) as desk:
        await desk.press("escape", "enter")
    assert link.asked == ["leave"]


async def test_who_presses_esc_once_too_often_and_types_on_loses_nothing() -> None:
    link = Link()
    done.clear()
    async with at_desk(app_with(link)) as desk:
        desk.strike("escape", *"essai ", *"cquitte", "enter")
        await desk.settle()
    assert link.asked == []
    assert done == ["cquitte"]


async def test_a_key_of_the_place_beneath_needs_no_second_press_after_an_esc_too_many() -> None:
    async with at_desk(app_with(Link())) as desk:
        desk.strike("escape", "f1")
        await desk.settle()
        assert not desk.sees("Quitter vpterm ?")
        assert desk.sees("AIDE")


async def test_a_local_program_ends_with_the_site_that_is_wanted() -> None:
    app = app_with(None)
    async with at_desk(app) as desk:
        desk.strike("f6", "enter")
        await desk.settle()
    assert app.wanted_site == "port"


async def test_who_works_at_one_site_is_told_so() -> None:
    async with at_desk(app_for("test.home")) as desk:
        await desk.press("f6")
        assert desk.sees("! Vous n'exercez que sur ce site.")


async def test_a_command_is_done_and_remembered() -> None:
    done.clear()
    async with at_desk(app_with(Link())) as desk:
        desk.strike(*"essai 24/11", "enter", *"trial x", "enter", "up", "up", "enter")
        await desk.settle()
        assert done == ["24/11", "x", "24/11"]


async def test_a_command_that_cannot_be_done_stays_to_be_mended_and_its_error_goes_with_the_first_change() -> None:
    async with at_desk(app_with(Link())) as desk:
        await desk.type("essa")
        await desk.press("enter")
        assert desk.sees("! « essa » peut désigner plusieurs commandes.")
        assert desk.sees("> essa")
        await desk.press("backspace")
        assert desk.sees("> ess")
        assert not desk.sees("plusieurs commandes")
        await desk.press("escape")
        assert not desk.sees("> ess")


async def test_keys_typed_ahead_answer_the_question_that_they_asked_for() -> None:
    done.clear()
    async with at_desk(app_with(Link())) as desk:
        desk.strike(*"essaim", "enter", "o", *"essai après", "enter")
        await desk.settle()
        assert done == ["essaim yes", "après"]


async def test_a_question_that_takes_its_time_gets_the_keys_meant_for_it() -> None:
    done.clear()
    async with at_desk(app_with(Link())) as desk:
        let_go.clear()
        desk.strike(*"lent", "enter")
        async with asyncio.timeout(10):
            while not desk.sees("Un instant…"):  # noqa: ASYNC110 - a screen tells nobody what it shows
                await asyncio.sleep(0.02)
        let_go.set()
        await desk.settle()
        assert desk.sees("Piquer ?")
        assert not desk.sees("Un instant…")
        await desk.press("n")
        assert done == ["no"]


async def test_a_dialog_never_opens_by_itself() -> None:
    async with at_desk(app_with(Link())) as desk:
        with pytest.raises(RuntimeError, match="in answer to a key"):
            await desk.app.ask(yes_no("?"))


def test_commands_by_their_beginning() -> None:
    assert parse_command("ESSAI a b ")[1] == "a b"
    assert parse_command("tri")[0].words == ("essai", "trial")
    for wrong in ("", "ess", "nope"):
        with pytest.raises(Refused):
            parse_command(wrong)


async def test_what_others_change_is_shown_and_takes_nothing() -> None:
    ear = Ear()
    async with at_desk(app_with(Link(), ear)) as desk:
        await desk.type("ess")
        for table in ("waiting_visit", "waiting_visit", "invoice"):
            ear.listeners["board_1"][0](table)
        waiting_room.append("Nougat")
        await desk.pilot.pause(0.3)
        assert desk.sees("Nougat")
        assert desk.sees("> ess")
        await desk.type("ai")
        assert desk.sees("> essai")
    waiting_room.remove("Nougat")
    assert ear.listeners["board_1"] == []


async def test_a_place_without_the_right_is_refused() -> None:
    async with at_desk(app_with(Link())) as desk:
        await desk.app.open("test.secret")
        await desk.settle()
        assert len(desk.app.screen_stack) == 2
        assert desk.sees("! Votre rôle ne le permet pas.")


async def test_f12_without_a_patient_says_what_to_do() -> None:
    async with at_desk(app_with(Link())) as desk:
        await desk.press("ctrl+l")
        assert desk.sees("! Aucun animal n'a encore été ouvert. F3 pour en chercher un.")


@pytest.mark.parametrize(("language", "day"), [("fr", "mar. 24 nov.  08:42"), ("en", "Tue 24 Nov  08:42")])
async def test_the_title_line_says_where_when_who(language: str, day: str) -> None:
    async with at_desk(app_for("test.home", language)) as desk:
        title = desk.lines[0]
        assert title.startswith(" CLINIQUE DES LILAS ")
        assert day in title
        assert title.endswith(" vet.lilas ")
        assert set(desk.lines[1].strip()) == {"═"}


async def test_nothing_moves_while_nobody_types(monkeypatch: pytest.MonkeyPatch) -> None:
    async with at_desk(app_for("test.home")):
        await asyncio.sleep(0.2)
        painted: list[str] = []
        monkeypatch.setattr(Screen, "_compositor_refresh", lambda self: painted.append("paint"))
        monkeypatch.setattr(Widget, "refresh", lambda self, *arguments, **options: painted.append("refresh"))
        monkeypatch.setattr(Minutes, "passed", lambda self: None)
        await asyncio.sleep(1.2)
        assert painted == []
        monkeypatch.undo()


async def test_the_clock_goes_on_under_a_question_and_ends_with_the_session() -> None:
    app = app_with(Link())
    async with at_desk(app) as desk:
        await desk.press("escape")
        app.context = replace(app.context, clock=lambda: MORNING + timedelta(minutes=1))
        app.minutes.passed()
        await desk.settle()
        assert desk.sees("08:43")
    app.minutes.passed()  # a timer that fires while the session ends finds no screen, and says nothing
    assert app.failures == []


async def test_the_clock_is_right_when_one_comes_back_to_a_place() -> None:
    app = app_with(Link())
    async with at_desk(app) as desk:
        await app.open("test.home")
        await desk.settle()
        app.context = replace(app.context, clock=lambda: MORNING + timedelta(minutes=1))
        await desk.press("escape")
        assert "08:43" in desk.lines[0]


tries: list[str] = []


@opens("test.late")
async def open_late(app: Any) -> Screen[Any]:
    tries.append("open")
    if len(tries) < 2:
        raise Unavailable("La base ne répond pas.", "F5 réessaie.")
    return Home()


async def test_a_database_away_at_the_start_is_told_and_f5_tries_again() -> None:
    tries.clear()
    async with at_desk(app_for("test.late")) as desk:
        assert desk.sees("! La base ne répond pas. F5 réessaie.")
        await desk.press("f5")
        assert isinstance(desk.app.screen, Home)
        await desk.type("essai")
        assert desk.sees("> essai")


@pytest.mark.parametrize("size", [(1, 1), (10, 3), (40, 12), (500, 200)])
async def test_no_size_of_terminal_breaks_a_place(size: tuple[int, int]) -> None:
    async with at_desk(app_for("test.home"), size) as desk:
        await desk.press("f6")
        await desk.press("f10")
        await desk.press("down", "escape", "f1", "down", "escape")
        assert isinstance(desk.app.screen, Home)


async def test_a_message_too_long_for_a_line_is_told_whole() -> None:
    async with at_desk(app_for("test.home")) as desk:
        words = " ".join(f"mot{number}" for number in range(20))
        desk.app.tell_mistake(Refused(words))
        await desk.settle()
        told = " ".join(line.strip() for line in desk.lines[-5:])
        assert words in told
        desk.app.say("Fait.")
        await desk.settle()
        assert desk.lines[-3].strip() == "Fait."
        assert desk.lines[-4].startswith(" >")


async def test_a_long_site_name_leaves_room_for_the_patient() -> None:
    site = SiteFace("lilas", "Clinique vétérinaire des Trois-Rivières-en-Brocéliande", "#8fb573")
    app = PracticeApp(context(), request(), site=site, home="test.home")
    async with at_desk(app) as desk:
        assert desk.lines[0].startswith(" CLINIQUE VÉTÉRINAIRE DES TROIS-RIVIÈR")
        assert isinstance(app.screen, Home)
        app.screen.head.show_subject("Marquise de Pompadour", "chat · Européen · F stérilisée · 14 ans")
        await desk.settle()
        assert desk.lines[0].startswith(" CLINIQUE VÉTÉRINAIRE DE…   MARQUISE DE POMPADOUR  chat · Européen")
        assert len(desk.lines[0]) == 80
