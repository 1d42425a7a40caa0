"""A session and its viewers on one loop, without gateway and SSH; each viewer is a terminal that draws."""

import asyncio
import gc
import weakref
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any, cast

import pyte
from rich.segment import Segment
from textual import events
from textual.app import App, ComposeResult
from textual.strip import Strip
from textual.widget import Widget
from textual.widgets import Input

from tests.terminal.small_app import SmallApp
from vpterm.kernel.i18n import current_language, using
from vpterm.screens.link import MOST_WAITING_KEYS, SessionLink, SessionRequest
from vpterm.terminal.painting.terminal_kind import TerminalKind
from vpterm.terminal.session.session import Session
from vpterm.terminal.session.textual_internals import tame_textual
from vpterm.terminal.session.viewer import Viewer

REQUEST = SessionRequest("lilas", "db", 1, "vet.lilas")


class Terminal(Viewer):
    """A viewer whose screen can be read."""

    def __init__(self, number: int, columns: int = 80, rows: int = 24, *, watches: bool = False) -> None:
        self.screen = pyte.Screen(columns, rows)
        self.sent = 0
        self._stream = pyte.ByteStream(self.screen)
        super().__init__(number, (columns, rows), TerminalKind(language="en"), self._draw, watches=watches)

    def _draw(self, data: bytes, whole: bool) -> None:
        self.sent += len(data)
        self._stream.feed(data)

    @property
    def text(self) -> str:
        return "\n".join(self.screen.display)

    async def sees(self, text: str) -> None:
        for _ in range(300):
            if text in self.text:
                return
            await asyncio.sleep(0.01)
        raise AssertionError(f"{text!r} is not on the screen:\n{self.text}")


class Host:
    """What a worker does around a session."""

    def __init__(self) -> None:
        self.reasons: list[str] = []
        self.taken: list[int] = []
        self.closed: list[int] = []

    def make(self, size: tuple[int, int] = (80, 24)) -> Session:
        return Session(
            1,
            size,
            on_ended=lambda session, reason: self.reasons.append(reason),
            on_taken=lambda viewer, count: self.taken.append(count),
            on_viewer_closed=lambda viewer: self.closed.append(viewer.number),
        )


class Calls:
    """A link that does nothing."""

    def request_site(self, site_code: str) -> None: ...

    def leave(self) -> None: ...

    def detach(self) -> None: ...

    def note_place(self, name: str) -> None: ...

    def shut_out(self) -> None: ...

    def has_locked(self) -> None: ...

    def end(self, why: str) -> None: ...

    async def ask_door(self, question: str, values: Mapping[str, str]) -> dict[str, Any]:
        return {}


def make_small_app() -> SmallApp:
    link: SessionLink = Calls()
    return SmallApp(REQUEST, link, {"database_url": "db"})


@asynccontextmanager
async def open_session(host: Host, size: tuple[int, int] = (80, 24)) -> AsyncIterator[Session]:
    tame_textual()
    session = host.make(size)
    await session.start(make_small_app())
    try:
        yield session
    finally:
        session.end()
        await asyncio.wait_for(session.ended, 8)


async def test_a_session_outlives_its_viewers() -> None:
    async with open_session(Host()) as session:
        first = Terminal(1)
        session.attach(first)
        session.feed(first, b"Mirza")
        await first.sees("Mirza")
        session.detach(first)
        sent = first.sent
        cast("Input", cast("Any", session.app).query_one(Input)).value = "Mirza tousse"
        await asyncio.sleep(0.1)
        assert first.sent == sent
        second = Terminal(2)
        session.attach(second)
        await second.sees("Mirza tousse")


async def test_a_viewer_of_another_size_sees_lines_and_only_what_changed() -> None:
    async with open_session(Host(), (100, 30)) as session:
        main, watcher = Terminal(1, 100, 30), Terminal(2, 60, 10, watches=True)
        session.attach(main)
        session.attach(watcher)
        await watcher.sees("size 100x30.")
        assert (main.showing, watcher.showing) == ("stream", "lines")
        whole = watcher.sent
        session.feed(main, b"Rex")
        await watcher.sees("Rex")
        assert watcher.sent - whole < whole / 2
        assert [line.rstrip() for line in watcher.screen.display[:3]] == [
            line[:60].rstrip() for line in main.screen.display[:3]
        ]


async def test_whoever_looks_the_session_speaks_its_own_language() -> None:
    spoken: set[str] = set()

    class Talker(App[None]):
        def compose(self) -> ComposeResult:
            yield Spoken()

    class Spoken(Widget):
        def render_line(self, y: int) -> Strip:
            spoken.add(current_language())
            return Strip([Segment(f"spoken: {current_language()}")])

    host = Host()
    session = host.make()
    with using("en"):
        await session.start(Talker())
    whole, lines = Terminal(1), Terminal(2, 60, 20, watches=True)
    for viewer in (whole, lines):
        assert session.app is not None
        session.app.query_one(Spoken).refresh()  # to be drawn anew, and we draw it before the app does
        session.attach(viewer)
        await viewer.sees("spoken: en")
    assert spoken == {"en"}
    session.end("ended")
    await session.ended


async def test_a_slow_viewer_gets_nothing_then_the_whole() -> None:
    async with open_session(Host()) as session:
        viewer = Terminal(1)
        session.attach(viewer)
        await viewer.sees("SITE lilas")
        session.hold(viewer, "terminal")
        session.hold(viewer, "wire")
        sent = viewer.sent
        session.feed(viewer, b"Caramel")
        await asyncio.sleep(0.15)
        session.release(viewer, "wire")
        assert viewer.sent == sent
        session.release(viewer, "terminal")
        await viewer.sees("Caramel")


async def test_a_slow_viewer_gets_changes_a_little_at_a_time_and_in_the_end_the_same_screen() -> None:
    async with open_session(Host()) as session:
        viewer, neighbour = Terminal(1), Terminal(2, watches=True)
        session.attach(viewer)
        session.attach(neighbour)
        await viewer.sees("SITE lilas")
        session.hold(viewer, "terminal")
        session.feed(viewer, b"Caramel, otite externe")
        await neighbour.sees("externe")  # nobody else is slower for it
        await asyncio.sleep(0.35)
        pieces: list[int] = []
        viewer.bytes_s = 400
        for _ in range(60):
            sent = viewer.sent
            session.release(viewer, "terminal", whole=False)
            session.hold(viewer, "terminal")
            if viewer.sent == sent:
                break
            pieces.append(viewer.sent - sent)
        assert viewer.text == neighbour.text
        assert len(pieces) > 3
        assert max(pieces) < 200 + 400  # what a line of the screen takes, beyond what it is given
        session.release(viewer, "terminal", whole=False)
        sent = viewer.sent
        session.feed(viewer, b"!")
        await viewer.sees("externe!")
        assert viewer.sent - sent < 120  # two cells of one line


async def test_a_viewer_that_was_held_for_a_blink_keeps_the_stream() -> None:
    async with open_session(Host()) as session:
        viewer = Terminal(1)
        session.attach(viewer)
        await viewer.sees("SITE lilas")
        session.hold(viewer, "terminal")
        showing = [viewer.showing]
        session.release(viewer, "terminal", whole=False)
        showing.append(viewer.showing)
        assert showing == ["lines", "stream"]
        session.feed(viewer, b"Caramel")
        await viewer.sees("Caramel")


async def test_a_notice_on_a_slow_line_goes_without_a_whole_screen() -> None:
    async with open_session(Host()) as session:
        viewer = Terminal(1)
        viewer.notice = "Welcome back"
        session.attach(viewer)
        session.hold(viewer, "terminal")
        await asyncio.sleep(0.35)
        for _ in range(60):
            session.release(viewer, "terminal", whole=False)
            session.hold(viewer, "terminal")
        assert "Welcome back" in viewer.text
        session.release(viewer, "terminal", whole=False)
        sent = viewer.sent
        session._end_notice(viewer)
        assert "Welcome back" not in viewer.text
        assert 0 < viewer.sent - sent < 300


async def test_the_app_follows_the_size_of_who_types() -> None:
    async with open_session(Host()) as session:
        main, watcher = Terminal(1), Terminal(2, 50, 20, watches=True)
        session.attach(main)
        session.attach(watcher)
        main.screen.resize(40, 132)
        session.resize(main, 132, 40)
        await main.sees("size 132x40.")
        session.resize(watcher, 45, 15)
        await watcher.sees("size 132x40.")
        assert session.size == (132, 40)


async def test_a_tiny_window_gets_a_message_and_the_session_stays() -> None:
    host = Host()
    async with open_session(host) as session:
        viewer = Terminal(1)
        session.attach(viewer)
        session.feed(viewer, b"Ulysse")
        await viewer.sees("Ulysse")
        viewer.screen.resize(3, 18)
        session.resize(viewer, 18, 3)
        await viewer.sees("Window too small")
        session.feed(viewer, b"xq")
        assert host.closed == []
        viewer.screen.resize(24, 80)
        session.resize(viewer, 80, 24)
        await viewer.sees("Ulysse ")
        assert session.size == (80, 24)
        session.resize(viewer, 18, 3)
        session.feed(viewer, b"\x03")
        assert host.closed == [1]


async def test_a_recording_follows_the_size_of_the_session_and_changes_nothing_for_anybody() -> None:
    async with open_session(Host(), (100, 30)) as session:
        kind, seen, sizes = TerminalKind(), bytearray(), list[tuple[int, int]]()
        tape = Viewer(
            9,
            (0, 0),
            kind,
            lambda data, whole: seen.extend(data),
            watches=True,
            on_size=lambda *size: sizes.append(size),
        )
        main = Terminal(1, 100, 30)
        session.attach(main)
        await main.sees("size 100x30.")
        session.attach(tape)
        assert sizes == [(100, 30)]
        assert b"size 100x30." in seen  # the screen as it was found
        session.detach(main)
        whole = len(seen)
        cast("Any", session.app).query_one(Input).value = "nobody sees this"
        await asyncio.sleep(0.1)
        assert len(seen) == whole  # an app that nobody looks at is not painted for a recording
        session.attach(main)
        await main.sees("nobody sees this")
        assert b"nobody sees this" in seen
        assert session.controller is main
        sent = main.sent
        session.detach(tape)
        session.attach(tape)
        await asyncio.sleep(0.05)
        assert main.sent == sent  # who works is not painted anew because a recording begins
        session.resize(main, 80, 24)
        await main.sees("size 80x24.")
        assert sizes[-1] == (80, 24)
        assert (tape.showing, session.size) == ("stream", (80, 24))


async def test_who_only_watches_cannot_type_but_can_go() -> None:
    host = Host()
    async with open_session(host) as session:
        main, watcher = Terminal(1), Terminal(2, watches=True)
        session.attach(main)
        session.attach(watcher)
        session.feed(watcher, b"zzz")
        session.feed(main, b"Rex")
        await watcher.sees("Rex")
        assert "zzz" not in main.text
        session.feed(watcher, b"q")
        assert host.closed == [2]


async def test_keys_typed_before_the_app_is_there_are_not_lost() -> None:
    tame_textual()
    host = Host()
    session = host.make()
    viewer = Terminal(1)
    session.attach(viewer)
    session.feed(viewer, b"Nougat")
    await session.start(make_small_app())
    await viewer.sees("Nougat")
    await asyncio.sleep(0.05)
    assert sum(host.taken) == 6
    session.end()
    await session.ended


async def test_a_flood_of_keys_is_taken_in_the_pace_of_the_app() -> None:
    host = Host()
    async with open_session(host) as session:
        viewer = Terminal(1)
        session.attach(viewer)
        session.feed(viewer, b"x" * 2000)
        await asyncio.sleep(0.3)
        assert sum(host.taken) < 2000  # what is taken is what the app has really read
        started = asyncio.get_running_loop().time()
        await asyncio.sleep(0.01)
        assert asyncio.get_running_loop().time() - started < 0.3


async def test_an_app_that_keeps_keys_back_is_given_so_many_and_no_more() -> None:
    class Gate:
        waiting_keys = 0

    async def given(gate: Gate) -> None:
        async with asyncio.timeout(10):
            while gate.waiting_keys < MOST_WAITING_KEYS:  # noqa: ASYNC110
                await asyncio.sleep(0.01)

    class Keeping(SmallApp):
        gate = Gate()

        async def on_event(self, event: events.Event) -> None:
            if isinstance(event, events.Key) and not event.is_forwarded:
                self.gate.waiting_keys += 1
                return
            await super().on_event(event)

    tame_textual()
    session = Host().make()
    link: SessionLink = Calls()
    app = Keeping(REQUEST, link, {"database_url": "db"})
    await session.start(app)
    viewer = Terminal(1)
    session.attach(viewer)
    session.feed(viewer, b"x" * 1000)
    await given(app.gate)
    await asyncio.sleep(0.3)
    assert app.gate.waiting_keys < MOST_WAITING_KEYS + 20
    app.gate.waiting_keys = 0
    await given(app.gate)
    session.end()
    await session.ended


async def test_a_notice_stands_on_the_last_line_for_a_while() -> None:
    async with open_session(Host()) as session:
        viewer = Terminal(1)
        viewer.notice = "The program was restarted"
        session.attach(viewer)
        await viewer.sees("The program was restarted")
        assert viewer.screen.display[23].startswith("The program was restarted")


async def test_how_a_session_ends_is_told_once() -> None:
    host = Host()
    async with open_session(host) as session:
        viewer = Terminal(1)
        session.attach(viewer)
        session.feed(viewer, b"\x1b[15~")  # F5 fails
        await asyncio.wait_for(asyncio.shield(session.ended), 5)
    assert host.reasons == ["crashed"]
    assert session.viewers == {}


async def test_a_session_ended_before_it_began_does_not_begin() -> None:
    host = Host()
    session = host.make()
    session.end("failed")
    assert session.is_closed
    assert host.reasons == ["failed"]


async def test_closed_sessions_leave_nothing_behind() -> None:
    host = Host()
    apps: list[weakref.ref[Any]] = []
    for _ in range(6):
        async with open_session(host) as session:
            viewer = Terminal(1)
            session.attach(viewer)
            session.feed(viewer, b"x\x1b[A\x1b[1;5A")
            await viewer.sees("x")
            apps.append(weakref.ref(session.app))
    del session, viewer
    await asyncio.sleep(0.05)
    gc.collect()
    assert sum(app() is not None for app in apps) <= 1  # the last may be held by a context not yet left


class SlowKeeper(SmallApp):
    """Needs a moment to keep what is typed."""

    kept = ""

    async def keep_typed(self) -> None:
        await asyncio.sleep(0.2)
        SlowKeeper.kept = self.query_one(Input).value


async def test_a_session_ended_from_outside_keeps_what_is_half_typed() -> None:
    tame_textual()
    session = Host().make((80, 24))
    await session.start(SlowKeeper(REQUEST, Calls(), {"database_url": "db"}))
    viewer = Terminal(1)
    session.attach(viewer)
    session.feed(viewer, b"Mirza tousse")
    await viewer.sees("Mirza tousse")
    session.end()
    await asyncio.wait_for(session.ended, 5)
    assert SlowKeeper.kept == "Mirza tousse"
