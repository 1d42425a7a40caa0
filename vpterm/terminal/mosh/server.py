"""One mosh-server: started with our own arguments, watched and ended by a handle of the kernel, never by a number.

mosh-server puts itself into the background, so it is nobody's child: pidfd_open(2) tells of its end.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import re
import shutil
import signal
import sys
from collections.abc import Callable
from pathlib import Path

from vpterm.kernel.errors import VptermError
from vpterm.kernel.i18n import _

_log = logging.getLogger("vpterm.terminal")

_PROGRAM = "mosh-server"
_LINE_CLIENT = Path(__file__).with_name("line_client.py")
_START_S = 10.0
_LONGEST_FAREWELL_S = 20.0  # it tells its client, who may be away, some ten times
_CONNECT = re.compile(rb"^MOSH CONNECT (\d{1,5}) ([A-Za-z0-9/+]{22})\s*$", re.MULTILINE)
_DETACHED = re.compile(rb"\[mosh-server detached, pid = (\d+)\]")


class MoshUnavailable(VptermError):  # noqa: N818 - it says what has happened
    """Nobody can come by mosh now; the other doors are open."""


def find_mosh_server() -> str:
    """Where the program is. Raises MoshUnavailable where it is not installed."""
    found = shutil.which(_PROGRAM)
    if found is None or not hasattr(os, "pidfd_open"):
        raise MoshUnavailable(
            _("vpterm: mosh is not installed on the server."),
            _("Come in by ssh; the administrator may install the package mosh."),
        )
    return found


class MoshServer:
    """A mosh-server that runs. `port` and `key` are for its client and nobody else; `ended` tells when it is gone."""

    def __init__(self, port: int, key: str, handle: int, on_end: Callable[[], None]) -> None:
        self.port, self.key = port, key
        self.ended = asyncio.Event()
        self._handle, self._on_end = handle, on_end
        self._loop = asyncio.get_running_loop()
        self._killing: asyncio.TimerHandle | None = None
        self._loop.add_reader(handle, self._has_ended)

    def end(self, within_s: float = _LONGEST_FAREWELL_S) -> None:
        """Ask it to end, which tells its client; by force when it takes too long."""
        if not self.ended.is_set() and self._killing is None:
            self._send(signal.SIGTERM)
            self._killing = self._loop.call_later(within_s, self.kill)

    def expect_end(self) -> None:
        """Its program has ended, so it will; by force when it takes too long."""
        if not self.ended.is_set() and self._killing is None:
            self._killing = self._loop.call_later(_LONGEST_FAREWELL_S, self.kill)

    def kill(self) -> None:
        """End it by force."""
        self._send(signal.SIGKILL)

    def _send(self, number: signal.Signals) -> None:
        if not self.ended.is_set():
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._handle, number)

    def _has_ended(self) -> None:
        self._loop.remove_reader(self._handle)
        os.close(self._handle)
        if self._killing is not None:
            self._killing.cancel()
        self.ended.set()
        self._on_end()


async def start_mosh_server(
    *, address: str, ports: tuple[int, int], colours: int, home: Path, away_s: float,
    environment: dict[str, str], on_end: Callable[[], None],
) -> MoshServer:  # fmt: skip
    """Start one that listens on an address of ours and shows the line client. Raises MoshUnavailable.

    It ends by itself when no client comes within a minute, or when its client has been away for `away_s` seconds.
    """
    arguments = ["new", "-i", address, "-p", f"{ports[0]}:{ports[1]}", "-c", str(colours)]
    program = [sys.executable, "-I", "-S", str(_LINE_CLIENT)]
    surroundings = {
        "PATH": os.environ.get("PATH", os.defpath), "HOME": str(home), "LC_ALL": "C.UTF-8",
        "MOSH_SERVER_NETWORK_TMOUT": str(round(away_s)), **environment,
    }  # fmt: skip
    starting = await asyncio.create_subprocess_exec(
        find_mosh_server(), *arguments, "--", *program, env=surroundings,
        stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        async with asyncio.timeout(_START_S):
            said, narrated = await starting.communicate()
    except TimeoutError:
        starting.kill()
        said = narrated = b""
    connect, detached = _CONNECT.search(said), _DETACHED.search(narrated)
    handle = _handle_of(int(detached[1])) if detached is not None else None
    if connect is None or handle is None:
        _log.error("mosh-server did not start: %(said)s", {"said": _first_line(narrated)})
        raise MoshUnavailable(
            _("vpterm: no mosh line is free now."), _("Come in by ssh, or try again in a minute."),
        )  # fmt: skip
    return MoshServer(int(connect[1]), connect[2].decode(), handle, on_end)


def _handle_of(pid: int) -> int | None:
    try:
        return os.pidfd_open(pid)
    except ProcessLookupError:
        return None


def _first_line(narrated: bytes) -> str:
    lines = narrated.decode("utf-8", "replace").strip().splitlines()
    return lines[0][:200] if lines else "nothing was said"
