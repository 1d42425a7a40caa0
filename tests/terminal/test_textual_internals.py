"""Contracts: each private part of Textual that terminal/ relies on behaves as we rely on it.

When one of these fails after an upgrade of Textual, only textual_internals.py needs a look.
"""

import asyncio
import gc
import io
import subprocess
import sys
import threading
import weakref
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version
from typing import Any, ClassVar

import pytest
import textual.app
from textual import events
from textual.app import App, ComposeResult
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from vpterm.terminal.session import textual_internals as internals


class Card(App[None]):
    CSS = "Static { height: 1; color: #ff8000; } Input { border: none; height: 1; }"

    BINDINGS: ClassVar = [("f2", "ask", "Ask")]

    def action_ask(self) -> None:
        self.push_screen(Question())

    def compose(self) -> ComposeResult:
        yield Static("Rex, boiterie")
        yield Input(id="field")


class Question(ModalScreen[None]):
    def compose(self) -> ComposeResult:
        yield Static("Sure?")


class Run:
    """An app run by our steps, with what it painted and how it failed."""

    def __init__(self, app: App[Any]) -> None:
        self.app = app
        self.painted: list[str] = []
        self.failures: list[BaseException] = []
        internals.prepare_app(app, self.painted.append, self.failures.append)
        self.task: asyncio.Task[None] | None = None

    async def settle(self) -> None:
        for _ in range(200):
            await asyncio.sleep(0.01)
            if not internals.waiting_messages(self.app):
                await asyncio.sleep(0.05)
                return


@asynccontextmanager
async def running(app: App[Any], size: tuple[int, int] = (40, 6)) -> AsyncIterator[Run]:
    internals.tame_textual()
    run = Run(app)
    ready = asyncio.Event()

    def on_ready() -> None:
        driver = internals.driver_of(app)
        assert driver is not None
        driver.renders = True
        ready.set()

    run.task = asyncio.create_task(internals.run_app(app, size, on_ready))
    await asyncio.wait_for(ready.wait(), 5)
    await run.settle()
    yield run
    internals.ask_to_end(app)
    await asyncio.wait_for(run.task, 5)


def test_the_version_is_the_one_these_contracts_were_written_against() -> None:
    assert version("textual") == "8.2.8"


async def test_an_app_runs_paints_in_full_colour_and_ends() -> None:
    async with running(Card()) as run:
        assert internals.size_of(run.app) == (40, 6)
        assert "Rex, boiterie" in "".join(run.painted)
        assert "38;2;255;128;0" in "".join(run.painted)
        assert not internals.has_failed(run.app)


async def test_running_sets_no_task_factory_for_the_loop() -> None:
    async with running(Card()):
        assert asyncio.get_running_loop().get_task_factory() is None


async def test_output_of_the_process_is_not_redirected() -> None:
    before = sys.stdout, sys.stderr
    async with running(Card()):
        assert (sys.stdout, sys.stderr) == before
    assert hasattr(textual.app, "redirect_stdout")
    assert hasattr(textual.app, "redirect_stderr")


async def test_keys_and_pastes_reach_the_focused_field() -> None:
    async with running(Card()) as run:
        internals.give_message(run.app, events.Key("r", "r"))
        internals.give_message(run.app, events.Paste("ex"))
        await run.settle()
        assert run.app.query_one(Input).value == "rex"


async def test_nothing_is_painted_while_nobody_looks() -> None:
    async with running(Card()) as run:
        driver = internals.driver_of(run.app)
        assert driver is not None
        driver.renders = False
        run.painted.clear()
        internals.give_message(run.app, events.Key("r", "r"))
        await run.settle()
        assert run.painted == []
        driver.renders = True
        assert "r" in internals.full_frame(run.app)


async def test_a_full_frame_keeps_the_damage_that_others_must_still_see() -> None:
    async with running(Card()) as run:
        compositor = run.app.screen._compositor
        run.painted.clear()
        run.app.query_one(Static).update("Nougat")
        compositor._dirty_regions.add(run.app.query_one(Static).region)
        damage = set(compositor._dirty_regions)
        internals.full_frame(run.app)
        internals.painted_lines(run.app, 40, 6)
        assert compositor._dirty_regions == damage
        await run.settle()
        assert "Nougat" in "".join(run.painted)


async def test_a_full_frame_shows_a_modal_over_its_background() -> None:
    async with running(Card()) as run:
        internals.give_message(run.app, events.Key("f2", None))
        await run.settle()
        assert "Sure?" in internals.full_frame(run.app)


async def test_lines_are_cropped_and_padded_to_the_viewer() -> None:
    from rich.text import Text

    async with running(Card()) as run:
        small = internals.painted_lines(run.app, 8, 3)
        large = internals.painted_lines(run.app, 60, 10)
        assert [line.cell_length for line in small] == [8, 8, 8]
        assert Text.from_ansi(internals.rendered(run.app, small[0])).plain == "Rex, boi"
        assert [line.cell_length for line in large] == [60] * 10


async def test_a_resize_reaches_the_app_and_is_painted_whole() -> None:
    async with running(Card()) as run:
        run.painted.clear()
        internals.resize_app(run.app, 60, 10)
        await run.settle()
        assert internals.size_of(run.app) == (60, 10)
        assert "Rex, boiterie" in "".join(run.painted)


async def test_the_driver_acts_never_on_the_server(monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []
    monkeypatch.setattr("webbrowser.open", opened.append)
    delivered: list[events.DeliveryFailed] = []

    class Delivering(Card):
        def on_delivery_failed(self, event: events.DeliveryFailed) -> None:
            delivered.append(event)

    async with running(Delivering()) as run:
        run.app.open_url("https://example.org")
        run.app.deliver_text(io.StringIO("secret"), save_directory="/nonexistent")
        await run.settle()
    assert opened == []
    assert len(delivered) == 1


async def test_a_crash_is_told_without_printing_anybodys_data(capfd: pytest.CaptureFixture[str]) -> None:
    class Crashing(Card):
        def on_key(self) -> None:
            client = "Mme Martin"
            raise RuntimeError(f"failed with {len(client)}")

    async with running(Crashing()) as run:
        internals.give_message(run.app, events.Key("f1", None))
        assert run.task is not None
        await asyncio.wait_for(asyncio.shield(run.task), 5)
        assert [str(failure) for failure in run.failures] == ["failed with 10"]
        assert internals.has_failed(run.app)
    printed = capfd.readouterr()
    assert "Mme Martin" not in printed.out + printed.err


async def test_a_warm_up_leaves_nothing_running() -> None:
    tasks, threads = asyncio.all_tasks(), set(threading.enumerate())
    await internals.warm_up(internals.Sample)
    assert asyncio.all_tasks() == tasks
    assert set(threading.enumerate()) <= threads  # the process is about to fork


def test_key_names_do_not_keep_their_parser_alive() -> None:
    names = internals.KeyNames()
    assert [key.key for key in names.keys("\x1b[1;5A")] == ["ctrl+up"]
    parser = weakref.ref(names._parser)
    del names
    gc.collect()
    assert parser() is None


def test_each_call_names_one_sequence() -> None:
    names = internals.KeyNames()
    assert [key.key for key in names.keys("\x1b[13;2~")] == ["shift+f3"]
    assert [key.key for key in names.keys("\x1b[999~")] == []
    assert [key.key for key in names.alt("é")] == ["alt+é"]
    assert [type(message) for message in names.mouse("\x1b[<64;3;4M")] == [events.MouseScrollUp]


async def test_the_watchdog_finds_the_app_in_the_frames() -> None:
    found: list[App[Any] | None] = []

    class Looking(Card):
        def on_key(self) -> None:
            found.append(internals.app_in_frames(sys._getframe()))

    class Field(Input):
        def on_key(self) -> None:
            found.append(internals.app_in_frames(sys._getframe()))

    class LookingField(Looking):
        def compose(self) -> ComposeResult:
            yield Field()

    async with running(LookingField()) as run:
        internals.give_message(run.app, events.Key("f1", None))
        await run.settle()
        assert found[:2] == [run.app, run.app]
    assert internals.app_in_frames(sys._getframe()) is None


def test_a_strip_has_the_caches_that_textual_gives_it_but_only_once_they_are_used() -> None:
    """In a process of its own: Textual's own way of making one is gone once it is tamed."""
    program = """
from rich.segment import Segment
from textual.cache import FIFOCache
from textual.strip import Strip
from vpterm.terminal.session.textual_internals import tame_textual

def state(strip):
    return {
        name: (value._maxsize, len(value)) if isinstance(value := getattr(strip, name), FIFOCache) else value
        for name in Strip.__slots__
    }

as_textual_makes_it = state(Strip([Segment("Rex")], 3))
tame_textual()
strip = Strip([Segment("Rex")], 3)
unset = []
for name in Strip.__slots__:
    try:
        Strip.__dict__[name].__get__(strip)
    except AttributeError:
        unset.append(name)
assert len(unset) == 7, unset
assert state(strip) == as_textual_makes_it, (state(strip), as_textual_makes_it)
assert strip.crop(0, 2) is strip.crop(0, 2)
assert not hasattr(strip, "no_such_thing")
"""
    subprocess.run([sys.executable, "-c", program], check=True)


async def test_apps_share_the_rules_of_their_sheets_and_each_has_the_colours_of_its_theme() -> None:
    class Coloured(Card):
        CSS = "Static { height: 1; color: $primary; }"

    async with running(Coloured()) as one, running(Coloured()) as other:
        assert [id(rule) for rule in one.app.stylesheet.rules] == [id(rule) for rule in other.app.stylesheet.rules]
        before = one.app.query_one(Static).styles.color
        other.app.theme = "textual-light"
        await other.settle()
        changed = other.app.query_one(Static).styles.color
        assert changed.hex == other.app.theme_variables["primary"] != before.hex
        assert one.app.query_one(Static).styles.color == before
