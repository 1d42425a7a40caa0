"""All workers of all sites, and the fork server they come from. Nothing of seats."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable
from typing import Any

from vpterm.terminal.gateway.metrics import Metrics
from vpterm.terminal.gateway.registry import OpenSession, Registry
from vpterm.terminal.gateway.workers import Nursery, WorkerLink, WorkerUnavailable
from vpterm.terminal.settings import DoorSettings
from vpterm.terminal.wire import Frame


class Workforce:
    """Finds a worker with room, or starts one. `secrets(site_code)` gives the database address of a site's own login.

    `on_frame` is told what workers say, `on_lost` which worker is gone with which sessions (not while closing).
    """

    def __init__(
        self,
        settings: DoorSettings,
        secrets: Callable[[str], str],
        registry: Registry,
        metrics: Metrics,
        *,
        on_frame: Callable[[WorkerLink, Frame], None],
        on_lost: Callable[[list[OpenSession]], None],
    ) -> None:
        self._settings, self._secrets, self._registry, self._metrics = settings, secrets, registry, metrics
        self._on_frame, self._on_lost = on_frame, on_lost
        self._nursery = Nursery(settings)
        self._workers: dict[int, WorkerLink] = {}
        self._numbers = itertools.count(1)
        self._is_closing = False

    async def start(self) -> None:
        """Load the screens in the fork server. Raises WorkerUnavailable with the reason if they do not load."""
        await self._nursery.start()

    async def close(self) -> None:
        """End every worker, then the fork server."""
        self._is_closing = True
        await asyncio.gather(*(worker.close() for worker in list(self._workers.values())))
        await self._nursery.close()

    def is_ready(self) -> bool:
        """Whether the fork server lives, so that a worker can be started."""
        return self._nursery.is_alive

    async def find(self, site_code: str) -> WorkerLink:
        """A worker of this site with room, started if there is none. Raises WorkerUnavailable."""
        room = self._registry.find_room(site_code)
        return self._workers[room] if room is not None else await self._hire(site_code)

    async def _hire(self, site_code: str) -> WorkerLink:
        try:
            database_url = self._secrets(site_code)
        except (KeyError, OSError) as error:
            raise WorkerUnavailable(f"no database login for {site_code}") from error
        began = self._metrics.clock()
        wire, pid = await self._nursery.fork()
        worker = WorkerLink(next(self._numbers), site_code, self._on_frame, self._lost)
        self._workers[worker.number] = worker
        await worker.start(wire, pid, database_url, self._settings)
        self._registry.add_worker(worker.number, site_code)
        self._metrics.worker_started(began)
        return worker

    def _lost(self, worker: WorkerLink) -> None:
        self._workers.pop(worker.number, None)
        sessions = self._registry.remove_worker(worker.number)
        if not self._is_closing:
            self._metrics.worker_lost(worker.site_code, silent=worker.was_silent)
            self._on_lost(sessions)

    def of(self, session: OpenSession) -> WorkerLink:
        """The worker that holds an open session."""
        return self._workers[session.worker]

    def send(self, session: OpenSession, kind: str, **fields: Any) -> None:
        """Say something to a session's worker about that session; nothing if the worker is gone."""
        self.send_to_worker_of(session, kind, session=session.number, **fields)

    def send_to_worker_of(self, session: OpenSession, kind: str, /, **fields: Any) -> None:
        """Say something to a session's worker about one of its viewers; nothing if the worker is gone."""
        worker = self._workers.get(session.worker)
        if worker is not None:
            worker.wire.send(kind, **fields)

    def pid(self, session: OpenSession) -> int:
        """The process number of a session's worker; 0 if it is gone."""
        worker = self._workers.get(session.worker)
        return worker.pid if worker is not None else 0

    def pids(self) -> dict[str, list[int]]:
        """The process numbers of the workers, per site."""
        pids: dict[str, list[int]] = {}
        for worker in self._workers.values():
            pids.setdefault(worker.site_code, []).append(worker.pid)
        return pids
