"""A gateway whose workers are played by the test: an honest one, and one that sends whatever it likes."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import socket
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from tests.terminal.door import LILAS, PORT, make_accounts
from tests.terminal.test_seat import Phone
from vpterm.practice.staff.rules import GuessLimits
from vpterm.terminal.gateway.answers import Answers
from vpterm.terminal.gateway.gateway import Gateway
from vpterm.terminal.gateway.nursery import Nursery
from vpterm.terminal.gateway.seat import Seat
from vpterm.terminal.identity.identity import Account
from vpterm.terminal.identity.limits import GuessLimiter
from vpterm.terminal.painting.terminal_kind import TerminalKind
from vpterm.terminal.settings import DoorSettings
from vpterm.terminal.wire import KINDS, MAX_BODY, MAX_HEADER, Frame, FrameReader, WireError, WireProtocol, encode

EVIL = b"\x1b[HEVIL"
ODD = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=20), st.just("\ud800"), st.just("x" * 9000),
    st.lists(st.integers(), max_size=3), st.dictionaries(st.text(max_size=5), st.integers() | st.text(max_size=5)),
)  # fmt: skip
NUMBERS = st.one_of(st.integers(-2, 12), st.sampled_from([2**31, -(2**63), 10**400]))
VALUES: dict[type, st.SearchStrategy[Any]] = {
    int: NUMBERS,
    str: st.one_of(
        st.sampled_from(["lilas", "port", "show", "password", "left", "moved", "busy"]),
        st.text(max_size=20),
        st.just("\udfff"),
    ),
    bool: st.booleans(),
    dict: st.dictionaries(st.text(max_size=8) | st.sampled_from(["old", "new", "code", "sites"]), ODD, max_size=4),
}  # fmt: skip


def frames(kinds: list[str]) -> st.SearchStrategy[bytes]:
    """Frames that fit the protocol, with values that need not fit anything."""
    return st.sampled_from(kinds).flatmap(
        lambda kind: st.builds(
            frame_of,
            st.just(kind),
            st.fixed_dictionaries({name: VALUES[of] for name, of in KINDS[kind].items()}),
            st.binary(max_size=30).map(lambda data: EVIL + data),
        ).filter(is_frame)
    )


def frame_of(kind: str, fields: dict[str, Any], body: bytes) -> bytes:
    """The bytes of a frame; of one that cannot be encoded, as a liar encodes it."""
    with contextlib.suppress(Exception):
        return encode(kind, body, **fields)
    header = json.dumps({"kind": kind, **fields}).encode()[:MAX_HEADER]
    return raw(header, body)


def is_frame(data: bytes) -> bool:
    """Whether bytes can be read; of values that are too many, the header is cut off."""
    try:
        return len(list(FrameReader().feed(data))) == 1
    except WireError:
        return False


def raw(header: bytes, body: bytes = b"") -> bytes:
    """A frame with this header, whatever it is."""
    return struct.pack(">IH", 2 + len(header) + len(body), len(header)) + header + body


NONSENSE = st.one_of(
    st.binary(min_size=1, max_size=60),
    st.tuples(st.integers(0, 2**32 - 1), st.integers(0, 65535)).map(lambda lengths: struct.pack(">IH", *lengths)),
    st.sampled_from(
        [
            struct.pack(">IH", MAX_BODY + MAX_HEADER + 3, 10),
            raw(b"[" * 10_000),
            raw(b'{"kind":"session.ended","session":"1","reason":"left"}'),
            raw(b'{"kind":"session.ended"}'),
            raw(b'{"kind":"sudo"}'),
            raw(b'{"kind":["session.ended"]}'),
            raw(b'{"kind":"pong","number":' + b"9" * 6000 + b',"sessions":1}'),
            raw(b'{"kind":"viewer.output","viewer":NaN,"whole":true}'),
            raw(b"\xff\xfe{}"),
        ]
    ),
)  # fmt: skip


def outgoing() -> list[str]:
    """What a worker may send."""
    kinds = list(KINDS)
    return kinds[kinds.index("worker.ready") :]


def incoming() -> list[str]:
    """What a worker is sent."""
    kinds = list(KINDS)
    return kinds[: kinds.index("worker.ready")]


class PlayedWorker:
    """The worker's end of a wire: ready when it is opened; notes what it is sent."""

    def __init__(self) -> None:
        self.taken: list[Frame] = []
        self.site = ""
        self.is_cut = False
        self.wire = WireProtocol(self._take, self._lost)

    def _take(self, frame: Frame) -> None:
        self.taken.append(frame)
        if frame.kind == "worker.open":
            self.site = frame.text("site")
            self.wire.send("worker.ready")

    def _lost(self) -> None:
        self.is_cut = True

    def say(self, data: bytes) -> None:
        """Send bytes as they are."""
        transport = self.wire._transport
        if transport is not None and not transport.is_closing():
            transport.write(data)

    def typed(self) -> bytes:
        return b"".join(frame.body for frame in self.taken if frame.kind == "viewer.input")

    def viewers(self) -> list[int]:
        return [frame.number("viewer") for frame in self.taken if frame.kind == "viewer.attach"]

    def paint(self, data: bytes) -> None:
        for viewer in self.viewers():
            self.wire.send("viewer.output", data, viewer=viewer, whole=True)


class PlayedNursery(Nursery):
    """A fork server whose workers are played here."""

    def __init__(self, settings: DoorSettings) -> None:
        super().__init__(settings)
        self.workers: list[PlayedWorker] = []

    @property
    def is_alive(self) -> bool:
        return True

    async def start(self) -> None:
        """There is nothing to load."""

    async def fork(self) -> tuple[socket.socket, int]:
        ours, theirs = socket.socketpair()
        worker = PlayedWorker()
        self.workers.append(worker)
        await asyncio.get_running_loop().create_unix_connection(lambda: worker.wire, sock=theirs)
        return ours, 0

    async def close(self) -> None:
        for worker in self.workers:
            worker.wire.close()


class Stage:
    """A gateway with vet.lilas at lilas (whose worker is hostile) and vet.port at port (whose worker is honest)."""

    def __init__(self, folder: Path) -> None:
        self.settings = DoorSettings(state_folder=folder)
        self.gateway = Gateway(self.settings, lambda site: f"db-of-{site}")
        self.nursery = PlayedNursery(self.settings)
        self.gateway.workforce.generations.current.nursery = self.nursery
        guesses = GuessLimiter(30, 600, lambda: 0.0)
        self.gateway.answers = Answers(self.gateway, make_accounts(), guesses, GuessLimits())
        self.failures: list[dict[str, Any]] = []
        self.phones: dict[str, Phone] = {}
        self.seats: dict[str, Seat] = {}

    async def come_in(self, login: str, *sites: Any) -> None:
        phone = Phone()
        seat = Seat(Account(login, len(login), login, "en", sites, None), phone, (80, 24), TerminalKind())
        self.phones[login], self.seats[login] = phone, seat
        self.gateway.seat_taken(seat)
        await until(lambda: seat.session is not None)

    def worker_of(self, site: str) -> PlayedWorker:
        return [worker for worker in self.nursery.workers if worker.site == site][-1]

    async def begin(self) -> None:
        asyncio.get_running_loop().set_exception_handler(lambda _loop, context: self.failures.append(context))
        await self.come_in("vet.lilas", LILAS)
        await self.come_in("vet.port", PORT)

    async def end(self) -> None:
        self.gateway.workforce._is_closing = True
        for worker in self.nursery.workers:
            worker.wire.close()
        await self.gateway.close()


async def until(is_so: Any, seconds: float = 20.0) -> None:
    """Let the loop run until something is so."""
    async with asyncio.timeout(seconds):
        while not is_so():  # noqa: ASYNC110 - the parts under test tell nobody
            await asyncio.sleep(0.001)


@contextlib.contextmanager
def errors_logged() -> Iterator[list[str]]:
    """What the terminal server logs as unexpected meanwhile."""
    found: list[str] = []

    class Ear(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            if record.exc_info:
                found.append(record.getMessage() + f" {record.exc_info[1]!r}")

    ear, log = Ear(), logging.getLogger("vpterm.terminal")
    log.addHandler(ear)
    try:
        yield found
    finally:
        log.removeHandler(ear)
