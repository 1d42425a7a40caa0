"""Whatever a worker, the gateway, a fork server or an administrator's socket is fed: it ends the feeder only.

A longer run: `pytest tests/terminal/test_fuzzed_wire.py --hypothesis-profile=long`.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.processes import is_alive
from tests.terminal.door import RunningDoor
from tests.terminal.hostile import EVIL, NONSENSE, ODD, Stage, errors_logged, frames, incoming, outgoing, until
from vpterm.terminal.gateway.administration import list_sessions
from vpterm.terminal.gateway.nursery import Nursery, WorkerUnavailable
from vpterm.terminal.settings import DoorSettings
from vpterm.terminal.wire import FrameReader, WireError, encode

MANY = settings().max_examples  # of the profile
SOME = settings(max_examples=max(MANY // 4, 10))
ROOT = str(Path(__file__).parents[2])


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    """What is refused by the hundred need not be printed."""
    log = logging.getLogger("vpterm.terminal")
    before, log.propagate = log.propagate, False
    yield
    log.propagate = before


# --- a gateway and a hostile worker ---------------------------------------------------------------------


async def play(fed: list[bytes]) -> tuple[Stage, list[str]]:
    """Feed the gateway from the worker of lilas; then see whether the person of port goes on as if nothing were."""
    with tempfile.TemporaryDirectory() as folder, errors_logged() as errors:
        stage = Stage(Path(folder))
        await stage.begin()
        hostile, honest = stage.worker_of("lilas"), stage.worker_of("port")
        for data in fed:
            hostile.say(data)
            await asyncio.sleep(0)
        await asyncio.sleep(0.005)
        phone, seat = stage.phones["vet.port"], stage.seats["vet.port"]
        honest.paint(b"HONEST")
        await until(lambda: b"HONEST" in phone.written)
        seat.type(b"typed at port")
        await until(lambda: b"typed at port" in honest.typed())
        assert EVIL not in phone.written
        assert (phone.ending, honest.is_cut, seat.is_gone) == (None, False, False)
        await stage.come_in("vet.n0", stage.seats["vet.port"].account.sites[0])  # and others come in
        await stage.end()
        return stage, errors


@SOME
@given(st.lists(frames(outgoing()), max_size=8))
def test_frames_with_any_values_reach_nobody_else(fed: list[bytes]) -> None:
    stage, errors = asyncio.run(play(fed))
    assert (stage.failures, errors) == ([], [])


@SOME
@given(st.lists(frames(outgoing()) | NONSENSE, min_size=1, max_size=6))
def test_nonsense_ends_that_worker_only(fed: list[bytes]) -> None:
    stage, errors = asyncio.run(play(fed))
    assert (stage.failures, errors) == ([], [])


async def feed_until_cut(data: bytes) -> Stage:
    with tempfile.TemporaryDirectory() as folder:
        stage = Stage(Path(folder))
        await stage.begin()
        hostile = stage.worker_of("lilas")
        hostile.say(data)
        await until(lambda: hostile.is_cut)
        fresh = stage.worker_of
        await until(lambda: fresh("lilas") is not hostile and fresh("lilas").viewers())
        fresh("lilas").paint(b"FRESH")
        await until(lambda: b"FRESH" in stage.phones["vet.lilas"].written)
        assert not stage.worker_of("port").is_cut
        await stage.end()
        return stage


@SOME
@given(NONSENSE)
def test_whoever_is_cut_off_for_nonsense_is_replaced(data: bytes) -> None:
    try:
        list(FrameReader().feed(data))
    except WireError:
        assert asyncio.run(feed_until_cut(data)).failures == []


async def test_a_flood_of_questions_is_answered_a_few_at_a_time(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    await stage.begin()
    hostile = stage.worker_of("lilas")
    (session,) = [each.number for each in stage.gateway.registry.list_sessions() if each.site_code == "lilas"]
    ask: dict[str, Any] = {
        "session": session,
        "question": "password",
        "values": {"old": "guess", "new": "another one entirely"},
    }
    hostile.say(b"".join(encode("link.ask", number=number, **ask) for number in range(500)))
    await asyncio.sleep(0.05)
    assert len(stage.gateway._tasks) <= 4
    await stage.end()


async def test_a_flood_of_paintings_waits_at_the_door_and_not_in_the_gateway(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    await stage.begin()
    hostile, seat = stage.worker_of("lilas"), stage.seats["vet.lilas"]
    seat.hold()
    before = psutil.Process().memory_info().rss
    (viewer,) = hostile.viewers()
    for _piece in range(60):
        hostile.say(encode("viewer.output", EVIL * 100_000, viewer=viewer, whole=True))
        await asyncio.sleep(0.002)
    assert stage.phones["vet.lilas"].written.count(EVIL) == 0
    stage.worker_of("port").paint(b"HONEST")
    await until(lambda: b"HONEST" in stage.phones["vet.port"].written)
    assert psutil.Process().memory_info().rss - before < 60_000_000
    await stage.end()


# --- a worker and a hostile gateway ---------------------------------------------------------------------


def nursery() -> Nursery:
    return Nursery(
        DoorSettings(Path("/nowhere"), factory="tests.terminal.small_app:make_app", import_paths=(ROOT,))
    )  # fmt: skip


async def feed_workers(all_fed: list[list[bytes]], *, cuts: bool) -> None:
    """Each list goes to a worker of its own. It answers afterwards, or (`cuts`) may end; the fork server lives."""
    source = nursery()
    await source.start()
    try:
        for fed in all_fed:
            line, pid = await source.fork()
            with line:
                await talk(line, pid, fed, cuts=cuts)
    finally:
        await source.close()


async def talk(line: socket.socket, pid: int, fed: list[bytes], *, cuts: bool) -> None:
    loop = asyncio.get_running_loop()
    line.setblocking(False)  # or a worker that is silent stops this loop, and every time limit with it
    opening = encode("worker.open", site="lilas", database_url="db", settings={})
    await loop.sock_sendall(line, opening)
    reader = FrameReader()
    await heard(line, reader, "worker.ready")
    try:
        for data in fed:
            await loop.sock_sendall(line, data)
        await loop.sock_sendall(line, encode("ping", number=4711))
        if cuts:  # what announces more than it brings would be waited for for ever
            line.shutdown(socket.SHUT_WR)
        await heard(line, reader, "pong")
    except (ConnectionError, EOFError):
        assert cuts, f"worker {pid} ended by frames of the protocol"
        await until(lambda: not is_alive(pid))


async def heard(line: socket.socket, reader: FrameReader, kind: str) -> None:
    loop = asyncio.get_running_loop()
    async with asyncio.timeout(10):
        while data := await loop.sock_recv(line, 65536):
            if any(frame.kind == kind for frame in reader.feed(data)):
                return
    raise EOFError


FRAMES_IN = frames([kind for kind in incoming() if kind not in ("worker.close", "worker.open")])


@settings(max_examples=max(MANY // 50, 2))
@given(st.lists(st.lists(FRAMES_IN, min_size=1, max_size=8), min_size=4, max_size=4))
def test_a_worker_bears_frames_with_any_values(all_fed: list[list[bytes]]) -> None:
    asyncio.run(feed_workers(all_fed, cuts=False))


@settings(max_examples=max(MANY // 50, 2))
@given(st.lists(st.lists(NONSENSE | FRAMES_IN, min_size=1, max_size=4), min_size=4, max_size=4))
def test_nonsense_ends_a_worker_and_not_its_fork_server(all_fed: list[list[bytes]]) -> None:
    asyncio.run(feed_workers(all_fed, cuts=True))


# --- the fork server's socket ---------------------------------------------------------------------------


async def order_nonsense(orders: list[bytes]) -> None:
    source = nursery()
    await source.start()
    try:
        assert source._socket is not None
        for order in orders:
            await asyncio.get_running_loop().sock_sendall(source._socket, order + b"\n")
        line, pid = await source.fork()
        with line:
            await talk(line, pid, [], cuts=False)
    finally:
        await source.close()


JSON = st.recursive(ODD, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner))
LINES = st.one_of(
    st.binary(max_size=80).map(lambda data: data.replace(b"\n", b" ")),
    JSON.map(lambda value: json.dumps(value).encode()),
    st.dictionaries(st.sampled_from(["fork", "ask", "number", "sentence"]), ODD).map(
        lambda value: json.dumps(value).encode()
    ),
)


@settings(max_examples=2)
@given(st.lists(LINES, min_size=20, max_size=40))
def test_a_fork_server_passes_over_what_is_no_order(orders: list[bytes]) -> None:
    asyncio.run(order_nonsense(orders))


async def hear_nonsense(lines: list[bytes]) -> None:
    source = nursery()
    ours, theirs = socket.socketpair()
    ours.setblocking(False)
    loop = asyncio.get_running_loop()
    loaded: asyncio.Future[None] = loop.create_future()
    forked = source._awaited[1] = loop.create_future()
    source._socket = ours
    reading = loop.create_task(source._read(ours, loaded))
    with theirs:
        theirs.sendall(b"\n".join([*lines, b""]))
    await reading
    assert reading.exception() is None
    for future in (loaded, forked):
        assert future.done()
        assert future.exception() is None or isinstance(future.exception(), WorkerUnavailable)


SAID = st.dictionaries(
    st.sampled_from(["loaded", "failed", "forked", "pid", "ended", "status", "release"]), ODD | st.just(1)
).map(lambda value: json.dumps(value).encode())


@SOME
@given(st.lists(LINES | SAID, max_size=6))
def test_the_gateway_bears_a_fork_server_that_talks_nonsense(lines: list[bytes]) -> None:
    asyncio.run(hear_nonsense(lines))


# --- the administrator's socket -------------------------------------------------------------------------

ASKS = st.sampled_from(["list", "tell", "end", "limits", "upgrade.status", "upgrade.switch", "upgrade.move", "rm"])
QUESTIONS = st.fixed_dictionaries({"ask": ASKS | ODD}, optional={"number": ODD, "sentence": ODD, "now": ODD}).map(
    lambda value: json.dumps(value).encode()
)


@SOME
@given(st.lists(LINES | QUESTIONS, min_size=1, max_size=5))
def test_the_administrators_socket_bears_any_question(door: RunningDoor, lines: list[bytes]) -> None:
    path = door.settings.control_path
    for line in lines:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(8)
            connection.connect(str(path))
            connection.sendall(line + b"\n")
            answer = connection.makefile("rb").readline()
        if answer:
            assert set(json.loads(answer)) <= {"answer", "error", "missing"}
    assert list_sessions(path) == []


def test_an_interpreter_that_is_none_is_told(door: RunningDoor) -> None:
    from tests.terminal.test_upgrade import wait_for
    from vpterm.terminal.gateway.administration import ask_gateway

    path = door.settings.control_path
    for python in ("/nowhere/python", "/bin/true", os.devnull):
        assert ask_gateway(path, "upgrade.load", python=python) is True

        def status() -> Any:
            return ask_gateway(path, "upgrade.status")

        seen = wait_for(status, lambda status: status["phase"] in ("failed", "loaded"))
        assert (seen["phase"], bool(seen["why"]), len(seen["generations"])) == ("failed", True, 1)
