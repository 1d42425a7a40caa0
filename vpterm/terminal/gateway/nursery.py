"""The fork server (session/zygote.py) as the gateway sees it."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import re
import socket
import subprocess
from typing import Any

from vpterm.kernel.errors import VptermError
from vpterm.kernel.i18n import _
from vpterm.terminal.release import Release, own_dialect, own_python
from vpterm.terminal.settings import DoorSettings

_log = logging.getLogger("vpterm.terminal")
_LOADING_S = 60.0


# What a worker may know of the gateway's surroundings. Not the rest: it may hold the secrets of all sites.
_PASSED_ON = re.compile(
    r"(PATH|HOME|USER|LANG|LANGUAGE|LC_\w+|TZ|TMPDIR|VIRTUAL_ENV|PYTHON\w+|PGSSL\w+|SSL_CERT_\w+)\Z"
)


def _plain_environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if _PASSED_ON.match(name)}


OTHER_DIALECT = "its workers speak otherwise with the gateway than ours: the gateway must be restarted with it"


class WorkerUnavailable(VptermError):  # noqa: N818 - it says what has happened
    """No worker could be started; `advice` holds the reason, which is for the administrator."""

    def __init__(self, why: str) -> None:
        super().__init__(_("The program cannot be started on this server."), why)

    def __str__(self) -> str:
        return f"{self.message} ({self.advice})"


def _spawn(command: list[str], theirs: socket.socket) -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(
            command,
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
            env=_plain_environment(),
            start_new_session=True,  # Ctrl-C in the gateway's terminal is for the gateway
        )
    except OSError as error:
        raise WorkerUnavailable(f"{command[0]}: {error.strerror}") from error


class Nursery:
    """The fork server (session/zygote.py) as the gateway sees it; started anew when it has died.

    `python` is the interpreter of the environment whose release it loads; `release` is known once it is loaded.
    """

    def __init__(self, settings: DoorSettings, python: str = "") -> None:
        self._settings, self.python = settings, python or own_python()
        self.release: Release | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._socket: socket.socket | None = None
        self._reading: asyncio.Task[None] | None = None
        self._loaded: asyncio.Future[None] | None = None
        self._awaited: dict[int, asyncio.Future[int]] = {}
        self._next = 1
        self._lock = asyncio.Lock()

    @property
    def is_alive(self) -> bool:
        """Whether the fork server lives and takes orders."""
        return self._process is not None and self._process.poll() is None and self._socket is not None

    async def start(self) -> None:
        """Start the fork server and wait until the screens are loaded. Raises WorkerUnavailable."""
        async with self._lock:
            if self.is_alive:
                return
            ours, theirs = socket.socketpair()
            ours.setblocking(False)
            command = [self.python, "-P", "-m", "vpterm.terminal.session.zygote", "--socket", str(theirs.fileno())]
            command += ["--factory", self._settings.factory, *(["--log-json"] if self._settings.log_json else [])]
            for path in self._settings.import_paths:
                command += ["--path", path]
            with theirs:
                self._process = _spawn(command, theirs)
            loop = asyncio.get_running_loop()
            self._socket, self._loaded = ours, loop.create_future()
            self._reading = loop.create_task(self._read(ours, self._loaded))
            try:
                async with asyncio.timeout(_LOADING_S):
                    await self._loaded
            except TimeoutError as error:
                self._process.kill()
                raise WorkerUnavailable(f"the screens were not loaded within {_LOADING_S:.0f} s") from error

    async def _read(self, ours: socket.socket, loaded: asyncio.Future[None]) -> None:
        loop = asyncio.get_running_loop()
        buffer = b""
        why = "the fork server ended"
        try:
            while data := await loop.sock_recv(ours, 4096):
                *lines, buffer = (buffer + data).split(b"\n")
                for line in lines:
                    message = json.loads(line)
                    why = str(message.get("failed", why))
                    self._told(message, loaded)
                if loaded.done() and loaded.exception() is not None:
                    break
        except OSError as error:
            why = str(error)
        except (ValueError, RecursionError, AttributeError, LookupError, TypeError):
            why = "the fork server talks nonsense"
            _log.error("the fork server talks nonsense")
        if not loaded.done():
            loaded.set_exception(WorkerUnavailable(why))
        for future in self._awaited.values():
            if not future.done():
                future.set_exception(WorkerUnavailable(why))
        self._awaited.clear()
        ours.close()
        if self._socket is ours:
            self._socket = None

    def _told(self, message: dict[str, Any], loaded: asyncio.Future[None]) -> None:
        if "loaded" in message and not loaded.done():
            self.release = Release.from_json(message["release"])
            if self.release.dialect == own_dialect():
                loaded.set_result(None)
            else:
                loaded.set_exception(WorkerUnavailable(OTHER_DIALECT))
        elif "forked" in message:
            pid = int(message["pid"])  # first: whoever waits is told in the end, also of an answer without one
            future = self._awaited.pop(message["forked"], None)
            if future is not None and not future.done():
                future.set_result(pid)
        elif "ended" in message and message["status"] != 0:
            ended = {"pid": message["ended"], "status": message["status"]}
            _log.warning("worker %(pid)s ended with status %(status)s", ended)

    async def fork(self) -> tuple[socket.socket, int]:
        """A new worker: our end of its wire, and its process number. Raises WorkerUnavailable."""
        await self.start()
        if self._socket is None:
            raise WorkerUnavailable("the fork server ended")
        ours, theirs = socket.socketpair()
        number, self._next = self._next, self._next + 1
        future = self._awaited[number] = asyncio.get_running_loop().create_future()
        try:
            order = json.dumps({"fork": number}).encode() + b"\n"
            socket.send_fds(self._socket, [order], [theirs.fileno()])
            async with asyncio.timeout(10):
                return ours, await future
        except (OSError, WorkerUnavailable, TimeoutError) as error:
            ours.close()
            raise WorkerUnavailable(
                getattr(error, "advice", "") or str(error) or "no answer of the fork server"
            ) from error
        finally:
            theirs.close()

    async def close(self) -> None:
        """End the fork server; the workers live on until their wires close."""
        if self._socket is not None:
            with contextlib.suppress(OSError):  # it may just have died
                self._socket.shutdown(socket.SHUT_RDWR)
        if self._reading is not None:
            await asyncio.wait([self._reading], timeout=2)
        if self._process is not None:
            process = self._process
            try:
                await asyncio.to_thread(process.wait, 3)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
