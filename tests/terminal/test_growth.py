"""A worker lives for days: sessions of the real program that have ended leave nothing behind."""

import asyncio
import gc
import tracemalloc
import weakref
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import pytest
from textual.app import App

from tests.world import Group
from vpterm.screens.link import SessionRequest
from vpterm.screens.main import Resources, close_worker, make_app, open_worker
from vpterm.terminal.painting.terminal_kind import TerminalKind
from vpterm.terminal.session.session import Session
from vpterm.terminal.session.textual_internals import tame_textual
from vpterm.terminal.session.tidying import empty_cancelled_timers
from vpterm.terminal.session.viewer import Viewer

CYCLES = 6
# Some 20 objects a session are small things of caches that have an end; with the screens kept it was 4600, 600 kB.
MOST_OBJECTS, MOST_BYTES = 200, 60_000
LOOK_AROUND = (b"\x1bOR", b"d", b"u", b"\x1b", b"\x1b", b"\x1bOP", b"\x1b")  # F3, two letters, back, F1, back


@pytest.fixture
def traced() -> Iterator[None]:
    tracemalloc.start()
    yield
    tracemalloc.stop()


@asynccontextmanager
async def worker_of(group: Group) -> AsyncIterator[Resources]:
    resources = await open_worker("lilas", group.site_url("lilas"))
    try:
        yield resources
    finally:
        await close_worker(resources)


async def live(resources: Resources, request: SessionRequest) -> "weakref.ref[App[None]]":
    """One session from login to its end; answers where its app was."""
    session = Session(1, (80, 24), on_ended=lambda ended, reason: None)
    painted: list[bytes] = []
    viewer = Viewer(1, (80, 24), TerminalKind(), lambda data, whole: painted.append(data))
    app = await make_app(request, None, resources)
    await session.start(app)
    session.attach(viewer)
    for keys in LOOK_AROUND:
        session.feed(viewer, keys)
        await asyncio.sleep(0.3)
        async with asyncio.timeout(10):  # a busy machine may still be opening the home board
            while not app.gate.is_idle:  # noqa: ASYNC110
                await asyncio.sleep(0.05)
    session.end()
    await session.ended
    assert b"CHERCHER" in b"".join(painted)  # it was really used
    return weakref.ref(app)


async def test_sessions_of_the_program_leave_nothing_in_their_worker(group: Group, traced: None) -> None:
    tame_textual()
    request = SessionRequest("lilas", "", group.ids["vet.lilas"], "vet.lilas", sites=("lilas",), at_home=True)
    sizes: list[tuple[int, int]] = []
    async with worker_of(group) as resources:
        for _ in range(3 + CYCLES):
            was = await live(resources, request)
            await asyncio.sleep(0.05)
            empty_cancelled_timers(asyncio.get_running_loop())
            gc.collect()
            assert was() is None
            sizes.append((len(gc.get_objects()), tracemalloc.get_traced_memory()[0]))
    objects, memory = (sizes[-1][one] - sizes[2][one] for one in (0, 1))  # the first three fill caches
    assert objects < CYCLES * MOST_OBJECTS, sizes
    assert memory < CYCLES * MOST_BYTES, sizes


async def test_a_cancelled_timer_holds_nothing_and_the_others_still_ring() -> None:
    loop = asyncio.get_running_loop()
    rang = asyncio.Event()

    class Thing:
        """Something that would stay."""

    def set_timers() -> "weakref.ref[Thing]":
        import contextvars

        context, thing = contextvars.copy_context(), Thing()
        context.run(contextvars.ContextVar[Thing]("thing").set, thing)
        loop.call_later(60, print, context=context).cancel()
        return weakref.ref(thing)

    loop.call_later(0.05, rang.set)
    was = set_timers()
    gc.collect()
    assert was() is not None  # what asyncio does, and why we do not leave it at that
    empty_cancelled_timers(loop)
    gc.collect()
    assert was() is None
    async with asyncio.timeout(2):
        await rang.wait()
