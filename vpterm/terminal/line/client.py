"""The workstation's side of `vpterm doctor line`: measures the line through the SSH door, as a session would use it."""

from __future__ import annotations

import asyncio
import json
import struct
from collections.abc import Callable
from dataclasses import dataclass, field
from statistics import median
from typing import Any

import asyncssh

from vpterm.kernel.errors import NotAllowed, Unavailable
from vpterm.kernel.i18n import _
from vpterm.terminal.line.frames import DOWN, ECHO, LONGEST_PIECE, SUBSYSTEM, TCP, UP, FrameReader, ask_for, frame
from vpterm.terminal.line.measures import LineMeasures
from vpterm.terminal.line.tcp_info import TcpInfo, read_tcp_info

PROBES, PROBE_EVERY_S, PROBE_PATIENCE_S = 60, 0.07, 3.0
STREAM_S, FILLING_S = 4.0, 0.5  # a stream, and its beginning that does not count
PIECES_AT_ONCE, FIRST_PIECE = 4, 8 * 1024
AHEAD_S = 0.4  # what is asked for ahead of its arrival, beside two round trips
MOST_STREAMED = 12 * 1024 * 1024
CONNECT_S = 20.0
_SERIAL = struct.Struct(">I")

Ask = Callable[[str], str]


@dataclass
class _Stream:
    """Pieces that come or go, a few at once; they grow with what the line has shown to carry, so that it is never idle
    and no long queue builds up before it.
    """

    clock: Callable[[], float]
    issue: Callable[[int], None]
    ahead_s: float
    size: int = FIRST_PIECE
    began: float = 0.0
    pending: list[int] = field(default_factory=list)
    done: list[tuple[float, int]] = field(default_factory=list)
    over: asyncio.Event = field(default_factory=asyncio.Event)

    def begin(self) -> None:
        self.began = self.clock()
        for _number in range(PIECES_AT_ONCE):
            self._next()

    def _next(self) -> None:
        self.pending.append(self.size)
        self.issue(self.size)

    def piece_done(self) -> None:
        now = self.clock()
        self.done.append((now, self.pending.pop(0)))
        total, seconds = sum(size for _at, size in self.done), now - self.began
        wanted = int(total / seconds * self.ahead_s) // PIECES_AT_ONCE
        self.size = max(FIRST_PIECE, min(LONGEST_PIECE, self.size * 2, wanted))
        if seconds < STREAM_S and total < MOST_STREAMED:
            self._next()
        elif not self.pending:
            self.over.set()

    def bytes_s(self) -> float:
        """The rate between two arrivals: the first after the line is full, and the last."""
        late = [(at, size) for at, size in self.done if at - self.began >= FILLING_S]
        counted = late if len(late) > PIECES_AT_ONCE else self.done
        span = counted[-1][0] - counted[0][0] if counted else 0.0
        return sum(size for _at, size in counted[1:]) / span if span > 0 else 0.0


class _Session(asyncssh.SSHClientSession[bytes]):
    """The channel: keeps when each probe was answered, hands pieces to the stream that is open."""

    def __init__(self) -> None:
        self.answered: dict[int, float] = {}
        self.stream: _Stream | None = None
        self.tcp: asyncio.Future[TcpInfo | None] = asyncio.get_running_loop().create_future()
        self.said = b""
        self.gone = asyncio.Event()
        self._reader = FrameReader()

    def data_received(self, data: bytes, datatype: Any) -> None:
        if datatype is not None:
            self.said += data[:500]
            return
        for kind, body in self._reader.feed(data):
            if kind == ECHO:
                self.answered[_SERIAL.unpack(body)[0]] = asyncio.get_running_loop().time()
            elif kind in (UP, DOWN) and self.stream is not None:
                self.stream.piece_done()
            elif kind == TCP and not self.tcp.done():
                told = json.loads(body)
                self.tcp.set_result(TcpInfo(**told) if told is not None else None)

    def connection_lost(self, exc: Exception | None) -> None:
        self.gone.set()


class _Person(asyncssh.SSHClient):
    """Answers what the door asks of whoever measures: a password, a code."""

    def __init__(self, ask: Ask | None) -> None:
        self._ask = ask
        self._has_asked = False

    async def password_auth_requested(self) -> str | None:
        if self._ask is None or self._has_asked:
            return None  # who was asked once, by whichever method, is not asked again: it was wrong
        self._has_asked = True
        return await asyncio.to_thread(self._ask, _("Password"))

    def kbdint_auth_requested(self) -> str | None:
        return "" if self._ask is not None and not self._has_asked else None

    async def kbdint_challenge_received(
        self, name: str, instructions: str, lang: str, prompts: Any
    ) -> list[str] | None:
        if self._ask is None or len(prompts) > 4:
            return None
        self._has_asked = True
        return [await asyncio.to_thread(self._ask, text.strip().rstrip(":")) for text, _echo in prompts]


async def measure_line(
    host: str, port: int, login: str, *, ask: Ask | None = None, known_hosts: str | None = None,
    client_keys: list[str] | None = None,
) -> LineMeasures:  # fmt: skip
    """Measure the line to a door for some 15 seconds. Unavailable or NotAllowed say why it could not be done.

    `ask` is called, in a thread, for a password or a code; without it only keys are tried.
    """
    chosen: dict[str, Any] = {"known_hosts": known_hosts} if known_hosts is not None else {}
    if client_keys is not None:
        chosen |= {"client_keys": client_keys, "agent_path": None}
    try:
        async with asyncio.timeout(CONNECT_S if ask is None else None):
            connection, _client = await asyncssh.create_connection(
                lambda: _Person(ask), host, port, username=login, compression_algs=None, config=[], **chosen
            )
    except asyncssh.HostKeyNotVerifiable as failure:
        raise NotAllowed(
            _("This server is not known here."), _("Come in once by ssh and compare its fingerprint.")
        ) from failure
    except asyncssh.PermissionDenied as failure:
        raise NotAllowed(_("The door did not let this account in.")) from failure
    except (OSError, TimeoutError, asyncssh.Error) as failure:
        raise _unavailable(str(failure)) from failure
    try:
        return await _measure(connection)
    finally:
        connection.abort()


def _unavailable(why: str) -> Unavailable:
    return Unavailable(_("The line could not be measured."), why)


async def _measure(connection: asyncssh.SSHClientConnection) -> LineMeasures:
    try:
        session = _Session()
        channel, _same = await connection.create_session(lambda: session, subsystem=SUBSYSTEM, encoding=None)
    except asyncssh.ChannelOpenError as failure:
        raise _unavailable(failure.reason) from failure
    work = asyncio.ensure_future(_work(connection, channel, session))
    gone = asyncio.ensure_future(session.gone.wait())
    await asyncio.wait([work, gone], return_when=asyncio.FIRST_COMPLETED)
    gone.cancel()
    if not work.done():
        work.cancel()
        said = session.said.decode("utf-8", "replace").strip()
        raise _unavailable(said or _("The line was cut, or is too slow to be measured in 20 seconds."))
    return work.result()


async def _work(connection: asyncssh.SSHClientConnection, channel: Any, session: _Session) -> LineMeasures:
    round_trips = await _echo(channel, session)
    ahead_s = AHEAD_S + 2 * median([seconds for seconds in round_trips if seconds is not None] or [0.0])
    down = await _stream(session, lambda size: channel.write(ask_for(size)), ahead_s)
    up = await _stream(session, lambda size: channel.write(frame(UP, bytes(size))), ahead_s)
    channel.write(frame(TCP))
    received = await session.tcp
    return LineMeasures(round_trips, down, up, read_tcp_info(connection.get_extra_info("socket")), received)


async def _echo(channel: Any, session: _Session) -> tuple[float | None, ...]:
    """Probes at their times, whether earlier ones are answered or not: a stall is met by as many as it lasts."""
    loop = asyncio.get_running_loop()
    began, sent = loop.time(), []
    for serial in range(PROBES):
        await asyncio.sleep(max(0.0, began + serial * PROBE_EVERY_S - loop.time()))
        sent.append(loop.time())
        channel.write(frame(ECHO, _SERIAL.pack(serial)))
    until = loop.time() + PROBE_PATIENCE_S
    while len(session.answered) < PROBES and loop.time() < until:  # noqa: ASYNC110 - a few looks, no event each
        await asyncio.sleep(0.02)
    return tuple(
        session.answered[serial] - at if serial in session.answered else None for serial, at in enumerate(sent)
    )


async def _stream(session: _Session, issue: Callable[[int], None], ahead_s: float) -> float:
    stream = session.stream = _Stream(asyncio.get_running_loop().time, issue, ahead_s)
    stream.begin()
    await stream.over.wait()
    session.stream = None
    return stream.bytes_s()
