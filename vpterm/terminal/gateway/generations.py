"""The generations of workers: each comes from a fork server of its own, loaded from one release.

The newest takes newcomers; an older one is retired: it keeps the people it has until they have moved (renewal.py).
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from vpterm.terminal.gateway.nursery import Nursery
from vpterm.terminal.gateway.workers import WorkerLink
from vpterm.terminal.settings import DoorSettings


@dataclass(eq=False)
class Generation:
    """One fork server, and the workers that came from it.

    `retired_at`: since when it takes nobody; `moves_at`: when those are moved who have not moved by themselves.
    """

    number: int
    nursery: Nursery
    workers: set[WorkerLink] = field(default_factory=set)
    began_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    retired_at: datetime | None = None
    moves_at: datetime | None = None

    async def discard(self) -> None:
        """End a generation that nobody was sent to."""
        await asyncio.gather(*(worker.close() for worker in list(self.workers)))
        await self.nursery.close()


class Generations:
    """The generations that still have workers, oldest first; the last one is that of newcomers."""

    def __init__(self, settings: DoorSettings) -> None:
        self._settings = settings
        self._numbers = itertools.count(1)
        self._closing: set[asyncio.Task[None]] = set()
        self._all = [self.prepare("")]

    def prepare(self, python: str) -> Generation:
        """A generation to be, of the release in an interpreter's environment ("": the gateway's own)."""
        return Generation(next(self._numbers), Nursery(self._settings, python))

    @property
    def current(self) -> Generation:
        """The one that takes newcomers."""
        return self._all[-1]

    @property
    def retired(self) -> list[Generation]:
        """Those that take nobody any more, oldest first."""
        return self._all[:-1]

    def __iter__(self) -> Iterator[Generation]:
        return iter(list(self._all))

    def succeed(self, fresh: Generation, drain_s: float) -> None:
        """Have newcomers go to a fresh generation from now on; the others are moved after `drain_s`."""
        self.current.retired_at = datetime.now(UTC)
        self.current.moves_at = self.current.retired_at + timedelta(seconds=drain_s)
        self._all.append(fresh)
        self._let_go()

    def worker_lost(self, worker: WorkerLink) -> None:
        """A worker is gone; a retired generation without workers goes with its last one."""
        for generation in self._all:
            generation.workers.discard(worker)
        self._let_go()

    def _let_go(self) -> None:
        for generation in [each for each in self.retired if not each.workers]:
            self._all.remove(generation)
            task = asyncio.get_running_loop().create_task(generation.nursery.close())
            self._closing.add(task)
            task.add_done_callback(self._closing.discard)

    async def close(self) -> None:
        """End every fork server."""
        await asyncio.gather(*(generation.nursery.close() for generation in self._all), *self._closing)
