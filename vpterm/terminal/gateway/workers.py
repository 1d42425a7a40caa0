"""The gateway's side of a worker: its wire, its process, its heartbeat."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
import socket
from collections.abc import Callable
from typing import Literal

from vpterm.terminal.gateway.memory import memory_mib
from vpterm.terminal.gateway.nursery import WorkerUnavailable
from vpterm.terminal.settings import DoorSettings
from vpterm.terminal.wire import Frame, WireProtocol

_log = logging.getLogger("vpterm.terminal")
_LAST_S = 2.0  # how long a worker may take to end once its wire is gone


def _handle_of(pid: int) -> int | None:
    """What stands for a process and never for a later one of the same number (pidfd_open(2)); None if it is gone."""
    try:
        return os.pidfd_open(pid) if pid > 0 else None
    except OSError:
        return None


class WorkerLink:
    """One worker as the gateway sees it."""

    def __init__(
        self,
        number: int,
        site_code: str,
        on_frame: Callable[[WorkerLink, Frame], None],
        on_lost: Callable[[WorkerLink], None],
    ) -> None:
        self.number, self.site_code, self.pid = number, site_code, 0
        self.ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.lost = asyncio.Event()
        self._on_frame, self._on_lost = on_frame, on_lost
        self.wire = WireProtocol(self._take, self._end)
        self._heard_at = asyncio.get_running_loop().time()
        self.fate: Literal["silent", "greedy", "died"] = "died"
        self.was_told_to_end = False
        self._process: int | None = None
        self._beating: asyncio.Task[None] | None = None

    async def start(self, wire: socket.socket, pid: int, database_url: str, settings: DoorSettings) -> None:
        """Open the worker for its site; returns when it is ready. Raises WorkerUnavailable."""
        self.pid = pid
        self._process = _handle_of(pid)
        loop = asyncio.get_running_loop()
        await loop.create_unix_connection(lambda: self.wire, sock=wire)
        shared = {
            "concurrent_starts": settings.concurrent_starts,
            "busy_limit_s": settings.busy_limit_s,
            "sessions": settings.sessions_per_worker,
            "memory_mib": settings.worker_memory_mib,
            "nice": settings.worker_nice,
        }
        self.wire.send("worker.open", site=self.site_code, database_url=database_url, settings=shared)
        try:
            async with asyncio.timeout(20):
                await asyncio.shield(self.ready)
        except (TimeoutError, WorkerUnavailable) as error:
            self.kill()
            raise WorkerUnavailable(getattr(error, "advice", "") or "the worker does not answer") from error
        self._heard_at = loop.time()
        self._beating = loop.create_task(self._beat(settings))

    async def _beat(self, settings: DoorSettings) -> None:
        number = 0
        while True:
            number += 1
            self.wire.send("ping", number=number)
            await asyncio.sleep(settings.heartbeat_s)
            silent_s = asyncio.get_running_loop().time() - self._heard_at
            held_mib = memory_mib(self.pid) if settings.worker_memory_mib else 0
            if silent_s > settings.heartbeat_limit_s:
                self.fate = "silent"
                silence = {"pid": self.pid, "site": self.site_code, "seconds": round(silent_s)}
                _log.error("worker %(pid)s of %(site)s silent for %(seconds)s s: killed", silence)
                self.kill()
            elif held_mib > settings.worker_memory_mib:
                self.fate = "greedy"
                greed = {"pid": self.pid, "site": self.site_code, "mib": held_mib}
                _log.error("worker %(pid)s of %(site)s holds %(mib)s MiB: killed", greed)
                self.kill()

    def _take(self, frame: Frame) -> None:
        self._heard_at = asyncio.get_running_loop().time()
        if frame.kind == "worker.ready" and not self.ready.done():
            self.ready.set_result(None)
        elif frame.kind == "worker.failed" and not self.ready.done():
            self.ready.set_exception(WorkerUnavailable(frame.text("why")))
        else:
            self._on_frame(self, frame)

    def _end(self) -> None:
        if self._beating is not None:
            self._beating.cancel()
        if not self.ready.done():
            self.ready.set_exception(WorkerUnavailable("the worker ended"))
            self.ready.exception()  # it may be that nobody waits any more
        self.lost.set()
        # Without its wire a worker ends by itself. One that does not (it spoke nonsense, say) is helped.
        asyncio.get_running_loop().call_later(_LAST_S, self._let_go)
        self._on_lost(self)

    def _let_go(self) -> None:
        self.kill()
        if self._process is not None:
            os.close(self._process)
            self._process = None

    def kill(self) -> None:
        """End the process by force."""
        if self._process is not None:
            with contextlib.suppress(OSError):  # it is gone
                signal.pidfd_send_signal(self._process, signal.SIGKILL)

    async def close(self) -> None:
        """Ask the worker to end; by force after 5 seconds."""
        self.was_told_to_end = True
        self.wire.send("worker.close")
        try:
            async with asyncio.timeout(5):
                await self.lost.wait()
        except TimeoutError:
            self.kill()
