"""All workers of all sites, and the fork servers they come from. Nothing of seats."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable
from typing import Any

from vpterm.terminal.gateway.cgroups import try_cgroups
from vpterm.terminal.gateway.generations import Generation, Generations
from vpterm.terminal.gateway.metrics import Metrics
from vpterm.terminal.gateway.nursery import WorkerUnavailable
from vpterm.terminal.gateway.registry import OpenSession, Registry
from vpterm.terminal.gateway.workers import WorkerLink
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
        self.generations = Generations(settings)
        self._workers: dict[int, WorkerLink] = {}
        self._numbers = itertools.count(1)
        self._cgroups = try_cgroups()
        self._is_closing = False

    async def start(self) -> None:
        """Load the screens in the fork server. Raises WorkerUnavailable with the reason if they do not load."""
        await self.generations.current.nursery.start()

    async def close(self) -> None:
        """End every worker, then the fork servers."""
        self._is_closing = True
        await asyncio.gather(*(worker.close() for worker in list(self._workers.values())))
        await self.generations.close()

    def is_ready(self) -> bool:
        """Whether the fork server lives, so that a worker can be started."""
        return self.generations.current.nursery.is_alive

    async def find(self, site_code: str) -> WorkerLink:
        """A worker of this site with room, started if there is none. Raises WorkerUnavailable."""
        room = self._registry.find_room(site_code)
        return self._workers[room] if room is not None else await self._hire(self.generations.current, site_code)

    async def _hire(self, generation: Generation, site_code: str) -> WorkerLink:
        worker = await self.start_worker(generation, site_code)
        self._registry.add_worker(worker.number, site_code)
        if generation is not self.generations.current:  # succeeded while the worker was started
            self._registry.retire_worker(worker.number)
        return worker

    async def start_worker(self, generation: Generation, site_code: str) -> WorkerLink:
        """A worker of a generation that is on no book yet: nobody is sent to it. Raises WorkerUnavailable."""
        try:
            database_url = self._secrets(site_code)
        except (KeyError, OSError) as error:
            raise WorkerUnavailable(f"no database login for {site_code}") from error
        began = self._metrics.clock()
        wire, pid = await generation.nursery.fork()
        worker = WorkerLink(next(self._numbers), site_code, self._on_frame, self._lost)
        self._workers[worker.number] = worker
        generation.workers.add(worker)
        if self._cgroups is not None:
            self._cgroups.confine(worker.number, pid, self._settings.worker_memory_mib)
        await worker.start(wire, pid, database_url, self._settings)
        self._metrics.worker_started(began)
        return worker

    def succeed(self, fresh: Generation) -> None:
        """Have newcomers go to a fresh generation, whose workers that were started already take them."""
        for worker in self.generations.current.workers:
            self._registry.retire_worker(worker.number)
        for worker in fresh.workers:
            self._registry.add_worker(worker.number, worker.site_code)
        self.generations.succeed(fresh, self._settings.drain_s)

    def is_retired(self, session: OpenSession) -> bool:
        """Whether a session's worker is of a generation that takes nobody any more."""
        worker = self._workers.get(session.worker)
        return worker is not None and worker not in self.generations.current.workers

    def _lost(self, worker: WorkerLink) -> None:
        self._workers.pop(worker.number, None)
        self.generations.worker_lost(worker)
        if self._cgroups is not None:
            self._cgroups.clean()
        sessions = self._registry.remove_worker(worker.number)
        if self._is_closing:
            return
        if not worker.was_told_to_end:
            self._metrics.worker_lost(worker.site_code, worker.fate)
        self._on_lost(sessions)

    def limits(self) -> dict[str, Any]:
        """What holds the workers: "cgroup", beside the limits of each process, or "process" for these alone."""
        kind = "cgroup" if self._cgroups is not None else "process"
        return {"kind": kind, "worker_memory_mib": self._settings.worker_memory_mib}

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
