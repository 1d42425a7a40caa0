"""A person at an SSH client, for the benches of sessions: logs in, types, and times what comes back."""

from __future__ import annotations

import asyncio
import re
import time
from random import Random
from typing import Any

import asyncssh

_CONTROLS = re.compile(
    rb"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[()][0-9A-Za-z]|[=>78M])|[\x00-\x1f]"
)
SEARCH, DOWN, BACKSPACE = b"\x06", b"\x1b[B", b"\x7f"
FIRST_PAINT, BOARD, QUIT = b"F10", b"AGENDA", b"Quitter vpterm"
# What one does in the search, over and over: two letters, down the list, and the letters taken away.
ROUND = ((b"d", b"d"), (b"u", b"u"), (DOWN, "›".encode()), (DOWN, "›".encode()), (BACKSPACE, b""), (BACKSPACE, b""))
LETTERS = ((b"d", b"d"), (b"u", b"u"), (BACKSPACE, b""), (BACKSPACE, b""))
LOGIN_LIMIT_S, KEY_LIMIT_S = 90.0, 30.0


class _Screen(asyncssh.SSHClientSession[bytes]):
    """What has come since one began to wait, and when the text waited for was in it."""

    def __init__(self) -> None:
        self._come = b""
        self._waits: list[tuple[bytes, asyncio.Future[float]]] = []

    def data_received(self, data: bytes, datatype: int | None) -> None:
        now = time.perf_counter()
        if not self._waits:
            return
        self._come += data
        text = _CONTROLS.sub(b"", self._come)
        for wanted, found in self._waits:
            if wanted in text and not found.done():
                found.set_result(now)
        self._waits = [wait for wait in self._waits if not wait[1].done()]

    def connection_lost(self, exc: Exception | None) -> None:
        for _, found in self._waits:
            if not found.done():
                found.set_exception(ConnectionError("the session was closed"))

    @property
    def tail(self) -> str:
        """The last words that came, when something waited for did not."""
        return _CONTROLS.sub(b" ", self._come).decode(errors="replace").strip()[-120:]

    def wait_for(self, wanted: bytes) -> asyncio.Future[float]:
        """Done with the moment at which this text has come, from now on."""
        if not self._waits:
            self._come = b""
        found: asyncio.Future[float] = asyncio.get_running_loop().create_future()
        self._waits.append((wanted, found))
        return found


class NotComeIn(Exception):  # noqa: N818 - named for what happened
    """Somebody has no screen in time."""


class Person:
    """One login. `number` chooses a loopback address of its own: a server limits connections per address."""

    def __init__(
        self, number: int, port: int, login: str, key: asyncssh.SSHKey, command: str | None = None, password: str = ""
    ) -> None:
        """With a password they come in by it, and the key is left at home."""
        self._address = f"127.0.{1 + number // 200}.{1 + number % 200}"
        self._port, self._login, self._command = port, login, command
        self._proof: dict[str, Any] = (
            {"password": password, "client_keys": None} if password else {"client_keys": [key]}
        )
        self._random = Random(number)
        self._screen = _Screen()

    async def log_in(self) -> tuple[float, float]:
        """Come in; seconds from the connection's beginning to the first paint and to the whole home board.

        Raises NotComeIn with what was seen instead.
        """
        try:
            async with asyncio.timeout(LOGIN_LIMIT_S):
                return await self._log_in()
        except (TimeoutError, OSError, asyncssh.Error) as error:
            raise NotComeIn(f"{type(error).__name__} after {self._screen.tail!r}") from error

    async def _log_in(self) -> tuple[float, float]:
        began = time.perf_counter()
        first, board = self._screen.wait_for(FIRST_PAINT), self._screen.wait_for(BOARD)
        self._connection = await asyncssh.connect(
            "127.0.0.1", self._port, username=self._login, known_hosts=None, **self._proof,
            local_addr=(self._address, 0), config=[], agent_path=None, compression_algs=None,
        )  # fmt: skip
        self._channel, _ = await self._connection.create_session(
            lambda: self._screen, self._command, term_type="xterm-256color", term_size=(80, 24),
            env={"LANG": "C.UTF-8"}, encoding=None,
        )  # fmt: skip
        return await first - began, await board - began

    async def open_search(self) -> None:
        """Go from the home board to the search."""
        shown = self._screen.wait_for(b"CHERCHER")
        self._channel.write(SEARCH)
        async with asyncio.timeout(LOGIN_LIMIT_S):
            await shown

    async def type(self, keys_per_s: float, seconds: float) -> tuple[list[float], list[float]]:
        """Type at random moments; the seconds of each letter and of each step in the list until it is seen."""
        letters: list[float] = []
        steps: list[float] = []
        end = time.perf_counter() + seconds
        for number in range(1_000_000):
            await asyncio.sleep(self._random.expovariate(keys_per_s))
            key, wanted = ROUND[number % len(ROUND)]
            done = wanted == b"d" or number % len(ROUND) == 0
            if done and time.perf_counter() > end:
                break
            if not wanted:
                self._channel.write(key)
                continue
            seen = self._screen.wait_for(wanted)
            began = time.perf_counter()
            self._channel.write(key)
            async with asyncio.timeout(KEY_LIMIT_S):
                took = await seen - began
            (steps if key == DOWN else letters).append(took)
        return letters, steps

    async def type_on(self, keys_per_s: float, seconds: float) -> list[float]:
        """Type at moments chosen beforehand, seen or not what came before; each letter's seconds from its moment on."""
        due, waits = time.perf_counter(), []
        end = due + seconds
        for number in range(1_000_000):
            due += self._random.expovariate(keys_per_s)
            if due > end:
                break
            await asyncio.sleep(max(due - time.perf_counter(), 0))
            key, wanted = LETTERS[number % len(LETTERS)]
            if wanted:
                waits.append((due, self._screen.wait_for(wanted)))
            self._channel.write(key)
        async with asyncio.timeout(KEY_LIMIT_S):
            return [await seen - began for began, seen in waits]

    async def quit(self) -> None:
        """End the session from the home board: Esc, and what is chosen beforehand; until the server hangs up."""
        asked = self._screen.wait_for(QUIT)
        self._channel.write(b"\x1b")
        async with asyncio.timeout(LOGIN_LIMIT_S):
            await asked
            self._channel.write(b"\r")
            await self._channel.wait_closed()
            self._connection.close()
            await self._connection.wait_closed()

    async def hang_up(self) -> None:
        """Close the connection, if there ever was one."""
        connection = getattr(self, "_connection", None)
        if connection is not None:
            connection.abort()
