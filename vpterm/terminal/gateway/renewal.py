"""A new release, while people work: newcomers go to workers of the new one, the old ones are drained.

Nobody is thrown out. Who works in an old worker goes on there, and moves when they leave, detach, change site or lose
their line for a moment; who is still there at the end is moved, with place and drafts, in a pause of their typing.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from vpterm.terminal.gateway.generations import Generation
from vpterm.terminal.gateway.nursery import WorkerUnavailable
from vpterm.terminal.gateway.registry import OpenSession, Registry
from vpterm.terminal.gateway.seat import Seat
from vpterm.terminal.gateway.workers import WorkerLink
from vpterm.terminal.gateway.workforce import Workforce
from vpterm.terminal.release import own_release
from vpterm.terminal.settings import DoorSettings

_log = logging.getLogger("vpterm.terminal")

Phase = Literal["idle", "loading", "loaded", "trying", "failed"]
_LOOK_S = 0.5
_MOVE_S = 15.0  # a session ends within 7 s, by force where it must
_AT_ONCE = 2  # each move mounts an app: the others have the rest of the machine
_PAUSE = timedelta(seconds=2)  # who has not typed for so long is not in the middle of a word
_LONGEST_WAIT = timedelta(seconds=60)  # for such a pause
_RETRY_S = 30.0
_LOADED_FOR_S = 600.0  # a release that was loaded and not switched to within this time is given up


class Renewal:
    """Loads a release, switches to it, drains what came before. `seats_of(session)` gives who looks at a session."""

    def __init__(
        self,
        settings: DoorSettings,
        workforce: Workforce,
        registry: Registry,
        seats_of: Callable[[OpenSession], list[Seat]],
    ) -> None:
        self._settings, self._workforce, self._registry, self._seats_of = settings, workforce, registry, seats_of
        self.own = own_release()
        self.phase: Phase = "idle"
        self.why = ""
        self._candidate: Generation | None = None
        self._giving_up: asyncio.TimerHandle | None = None
        self._draining: asyncio.Task[None] | None = None
        self._tasks: set[asyncio.Task[Any]] = set()
        self._moving: set[int] = set()
        self._unseen: dict[int, float] = {}
        self._closing: set[WorkerLink] = set()
        self._turns = asyncio.Semaphore(_AT_ONCE)
        self._not_before = 0.0

    # --- a release comes ------------------------------------------------------------------------------

    @property
    def is_under_way(self) -> bool:
        """Whether a release is being loaded or tried."""
        return self.phase in ("loading", "trying")

    def load(self, python: str) -> None:
        """Load the release of an interpreter's environment beside the one that serves; nobody is sent there yet."""
        self._drop_candidate()
        self._do(self._load(self._workforce.generations.prepare(python)))

    async def _load(self, candidate: Generation) -> None:
        self.phase, self.why, self._candidate = "loading", "", candidate
        try:
            await candidate.nursery.start()
        except WorkerUnavailable as error:
            await self._fail(candidate, error.advice)
            return
        self.phase = "loaded"
        self._giving_up = asyncio.get_running_loop().call_later(_LOADED_FOR_S, self._drop_candidate)

    def switch(self, *, now: bool = False) -> None:
        """Send newcomers to what was loaded, once a worker of it has opened at every site where people are."""
        if self.phase != "loaded" or self._candidate is None:
            return
        self._do(self._switch(self._candidate, now=now))

    async def _switch(self, candidate: Generation, *, now: bool) -> None:
        self.phase = "trying"
        if self._giving_up is not None:
            self._giving_up.cancel()
        busiest = Counter(session.site_code for session in self._registry.list_sessions()).most_common()
        try:
            for site_code, _count in busiest:
                await self._workforce.start_worker(candidate, site_code)
        except WorkerUnavailable as error:
            await self._fail(candidate, error.advice)
            return
        self._workforce.succeed(candidate)
        self.phase, self._candidate = "idle", None
        _log.info(
            "newcomers go to release %(code)s", {"code": candidate.nursery.release and candidate.nursery.release.code}
        )
        if now:
            self.move_all()
        self._begin_to_drain()

    async def _fail(self, candidate: Generation, why: str) -> None:
        self.phase, self.why, self._candidate = "failed", why, None
        _log.error("the new release does not serve: %(why)s", {"why": why})
        await candidate.discard()

    def _drop_candidate(self) -> None:
        candidate, self._candidate = self._candidate, None
        if self._giving_up is not None:
            self._giving_up.cancel()
        if candidate is not None:
            self.phase = "idle"
            self._do(candidate.discard())

    # --- people move ----------------------------------------------------------------------------------

    def move_all(self) -> None:
        """Move now whoever is still in an older release, in their next pause of typing."""
        for generation in self._workforce.generations.retired:
            generation.moves_at = datetime.now(UTC)

    def moves(self, session: OpenSession) -> bool:
        """Whether a session is on its way out of an older release."""
        return session.number in self._moving

    async def until_moved(self, login: str, site_code: str, name: str) -> None:
        """Wait while the person's session of this name is being moved; it is gone then, its drafts kept."""
        session = self._registry.find(login, site_code, name)
        if session is not None and self.moves(session):
            await self._until_gone(session)

    def _begin_to_drain(self) -> None:
        if self._draining is None or self._draining.done():
            self._draining = self._do(self._drain())

    async def _drain(self) -> None:
        while self._workforce.generations.retired:
            for generation in self._workforce.generations.retired:
                for worker in list(generation.workers):
                    self._look_after(generation, worker)
            await asyncio.sleep(min(_LOOK_S, self._settings.drain_unseen_s))
        self._unseen.clear()

    def _look_after(self, generation: Generation, worker: WorkerLink) -> None:
        sessions = self._registry.sessions_of(worker.number)
        if not sessions and worker not in self._closing:
            self._closing.add(worker)
            self._do(self._end(worker))
        for session in sessions:
            if session.number not in self._moving and self._is_due(session, generation.moves_at):
                self._moving.add(session.number)
                self._do(self._move(session))

    async def _end(self, worker: WorkerLink) -> None:
        await worker.close()
        self._closing.discard(worker)

    def _is_due(self, session: OpenSession, moves_at: datetime | None) -> bool:
        loop_now, now = asyncio.get_running_loop().time(), datetime.now(UTC)
        seats = self._seats_of(session)
        if not seats:
            since = self._unseen.setdefault(session.number, loop_now)
            return loop_now - since >= self._settings.drain_unseen_s
        self._unseen.pop(session.number, None)
        if moves_at is None or now < moves_at or loop_now < self._not_before:
            return False
        return now - max(seat.typed_at for seat in seats) > _PAUSE or now - moves_at > _LONGEST_WAIT

    async def _move(self, session: OpenSession) -> None:
        try:
            async with self._turns:
                if self._seats_of(session):
                    await self._workforce.find(session.site_code)  # nobody leaves before there is where to go
                self._workforce.send(session, "session.move")
                async with asyncio.timeout(_MOVE_S):
                    await self._until_gone(session)
        except WorkerUnavailable as error:
            self._not_before = asyncio.get_running_loop().time() + _RETRY_S
            _log.error("people of %(site)s stay in the old release: %(why)s", {"site": session.site_code, "why": error})
        except TimeoutError:
            _log.warning("session %(session)s does not move yet", {"session": session.number})
        finally:
            self._moving.discard(session.number)

    async def _until_gone(self, session: OpenSession) -> None:
        """Wait until a session is off the books, or is not moved any more."""
        # The books tell nobody, and are changed at several ends: look again.
        while self._registry.session(session.number) is session and self.moves(session):  # noqa: ASYNC110
            await asyncio.sleep(_LOOK_S / 10)

    # --- the rest -------------------------------------------------------------------------------------

    def status(self) -> dict[str, Any]:
        """What an administrator reads: the phase, the gateway's own release, every generation with its people."""
        current = self._workforce.generations.current.nursery.release
        return {
            "phase": self.phase,
            "why": self.why,
            "gateway": self.own.to_json(),
            "gateway_is_older": current is not None and current.gateway != self.own.gateway,
            "generations": [self._describe(generation) for generation in self._workforce.generations],
        }

    def _describe(self, generation: Generation) -> dict[str, Any]:
        sessions = [session for worker in generation.workers for session in self._registry.sessions_of(worker.number)]
        return {
            "number": generation.number,
            "release": generation.nursery.release.to_json() if generation.nursery.release else {},
            "python": generation.nursery.python,
            "began_at": generation.began_at.isoformat(timespec="seconds"),
            "retired_at": _iso(generation.retired_at),
            "moves_at": _iso(generation.moves_at),
            "workers": sorted(worker.pid for worker in generation.workers),
            "sessions": len(sessions),
            "seen": sum(bool(self._seats_of(session)) for session in sessions),
        }

    async def close(self) -> None:
        """Stop what is under way; the workforce ends its own workers."""
        for task in list(self._tasks):
            task.cancel()
        if self._candidate is not None:
            await self._candidate.discard()

    def _do(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)
        return task

    def _done(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception() is not None:
            _log.error("the renewal failed in a task", exc_info=task.exception())


def _iso(moment: datetime | None) -> str:
    return moment.isoformat(timespec="seconds") if moment is not None else ""
