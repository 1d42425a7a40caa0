"""Works: what a key sets going (loading, saving). While one is under way, later keys wait; see gate.py.

And what goes on in the background, for which no key waits.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

SAY_BUSY_AFTER_S = 0.1
MAY_CANCEL_AFTER_S = 2.0
LEAVING_WAITS_S = 2.0


class Works:
    """The tasks begun by keys. A work that waits for a person's answer does not hold the keys back.

    `on_busy(stage, can_cancel)` is told 1 after 0.1 s, 2 after 2 s, 0 at the end; whether Esc may give it up.
    `on_failure(error)` is told what a work raised; `asyncio.CancelledError` when Esc gave it up.
    """

    def __init__(self, on_busy: Callable[[int, bool], None], on_failure: Callable[[BaseException], None]) -> None:
        self._on_busy = on_busy
        self._on_failure = on_failure
        self._tasks: set[asyncio.Task[None]] = set()
        self._waiting: set[asyncio.Task[Any]] = set()
        self._cancellable: set[asyncio.Task[Any]] = set()
        self._timers: list[asyncio.TimerHandle] = []
        self._stage = 0
        self._changed = asyncio.Event()

    def start(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Run `work` as a task of its own, so that no screen stops painting meanwhile."""
        task = asyncio.create_task(self._run(work))
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        self._watch_time()
        return task

    async def _run(self, work: Coroutine[Any, Any, None]) -> None:
        # From Python 3.12 on, Textual in a local terminal has tasks begin before `start` is told of them.
        if (task := asyncio.current_task()) is not None:
            self._tasks.add(task)
        try:
            await work
        except (Exception, asyncio.CancelledError) as error:  # a border: the session outlives any work
            self._on_failure(error)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        self._waiting.discard(task)
        self._cancellable.discard(task)
        self._update()

    @property
    def is_idle(self) -> bool:
        """Whether nothing but a person is being waited for."""
        return self._tasks <= self._waiting

    @property
    def is_current(self) -> bool:
        """Whether the caller runs inside a work."""
        return asyncio.current_task() in self._tasks

    async def until_idle(self) -> None:
        """Wait until `is_idle`."""
        while not self.is_idle:
            self._changed.clear()
            await self._changed.wait()

    def wait_for_person(self, task: asyncio.Task[Any] | None, *, waiting: bool) -> None:
        """Let keys through while `task` waits for an answer; hold them again once it has come."""
        if task is not None:
            (self._waiting.add if waiting else self._waiting.discard)(task)
        self._update()

    def let_cancel(self, *, allowed: bool) -> None:
        """Say that the current work may (a load) or may not (a save) be given up by Esc."""
        task = asyncio.current_task()
        if task is not None:
            (self._cancellable.add if allowed else self._cancellable.discard)(task)

    def cancel_by_key(self) -> bool:
        """Esc while keys wait: give up the loads that have lasted too long. False: the key waits like any other."""
        going = self._going_loads()
        if self._stage < 2 or not going:
            return False
        for task in going:
            task.cancel()
        return True

    def _going_loads(self) -> list[asyncio.Task[None]]:
        return [task for task in self._tasks if task in self._cancellable and task not in self._waiting]

    def close(self) -> None:
        """End everything: the app is closing."""
        for timer in self._timers:
            timer.cancel()
        for task in self._tasks:
            task.cancel()

    def _update(self) -> None:
        self._changed.set()
        self._watch_time()

    def _watch_time(self) -> None:
        if self.is_idle:
            for timer in self._timers:
                timer.cancel()
            self._timers = []
            if self._stage:
                self._reach(0)
        elif not self._timers:
            loop = asyncio.get_running_loop()
            delays = ((SAY_BUSY_AFTER_S, 1), (MAY_CANCEL_AFTER_S, 2))
            self._timers = [loop.call_later(delay, self._reach, stage) for delay, stage in delays]

    def _reach(self, stage: int) -> None:
        self._stage = stage
        self._on_busy(stage, bool(self._going_loads()))


class Background:
    """Tasks that no key waits for (keeping a draft). `on_failure(error)` is told what one of them raised."""

    def __init__(self, on_failure: Callable[[BaseException], None]) -> None:
        self._on_failure = on_failure
        self._tasks: set[asyncio.Task[None]] = set()

    def start(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Run `work` beside everything else."""
        task = asyncio.create_task(self._run(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _run(self, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except Exception as error:  # a border: the session outlives what goes on beside it
            self._on_failure(error)

    async def finish(self) -> None:
        """Wait for all of them but the caller, LEAVING_WAITS_S at most."""
        others = self._tasks - {asyncio.current_task()}
        if others:
            await asyncio.wait(others, timeout=LEAVING_WAITS_S)
