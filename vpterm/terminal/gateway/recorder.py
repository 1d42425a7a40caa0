"""Which sessions are recorded, and since when: the policies in force, support that looks, people who are there.

A recorder is one viewer more of a session, of the session's own size, that nobody sees. It begins when somebody looks
and ends a minute after nobody does; it never holds up a session, and a recording that fails ends alone.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Coroutine, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from vpterm.kernel.errors import VptermError
from vpterm.kernel.i18n import _
from vpterm.practice.recordings.rules import Policy
from vpterm.terminal.gateway.metrics import Metrics
from vpterm.terminal.gateway.registry import OpenSession, Registry
from vpterm.terminal.gateway.workforce import Workforce
from vpterm.terminal.painting.terminal_kind import TerminalKind
from vpterm.terminal.recording.archive import Archive
from vpterm.terminal.recording.clerk import CannotRecord, Clerk
from vpterm.terminal.recording.ledger import Ledger, WrittenDown
from vpterm.terminal.recording.recording import Recording
from vpterm.terminal.wire import Frame

_log = logging.getLogger("vpterm.terminal")

ROUND_S, HOUR_S = 15.0, 3600.0
LONGEST_S = 4 * HOUR_S  # then a new recording goes on: what is closed is proved, and goes when its time is over
UNSEEN_S = 60.0
RETRY_S = 60.0


@dataclass(eq=False)
class _Running:
    session: OpenSession
    viewer: int
    recording: Recording
    opening: asyncio.Task[None] | None = None
    unseen_at: float | None = None
    place: str = ""


class Recorder:
    """All recordings of one gateway; at rest until `start`.

    `number` gives numbers of viewers, `is_looked_at` tells whether a terminal shows a session now.
    """

    def __init__(
        self,
        registry: Registry,
        workforce: Workforce,
        number: Callable[[], int],
        is_looked_at: Callable[[int], bool],
        metrics: Metrics,
    ) -> None:
        self._registry, self._workforce, self._number = registry, workforce, number
        self._is_looked_at, self._metrics = is_looked_at, metrics
        self._clerk: Clerk | None = None
        self._policies: Mapping[str, Policy] = {}
        self._running: dict[int, _Running] = {}  # by session
        self._by_viewer: dict[int, _Running] = {}
        self._staff: dict[int, int] = {}  # whose each session is
        self._supported: set[int] = set()
        self._failed_at: dict[int, float] = {}
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="recordings")
        self._tasks: set[asyncio.Task[None]] = set()
        self.failing: dict[str, str] = {}  # why recordings of a site do not work now: "disk", "database", "key"

    # --- life -----------------------------------------------------------------------------------------

    async def start(self, ledger: Ledger, archive: Archive) -> None:
        """Record from now on what is asked for. A ledger that is away keeps no door closed: it is asked again."""
        clerk = Clerk(ledger, archive, self._thread)
        try:
            await self._start(clerk)
        except VptermError as error:
            _log.warning("the recording policies cannot be read: %(why)s", {"why": type(error).__name__})
            self._do(self._start_later(clerk))

    async def _start(self, clerk: Clerk) -> None:
        policies, broken = await clerk.ledger.policies(), await clerk.list_broken()
        self._policies, self._clerk = policies, clerk
        clerk.ledger.follow(lambda: self._policies_changed(clerk))
        self._do(self._go_round(clerk, broken))

    async def _start_later(self, clerk: Clerk) -> None:
        while self._clerk is None:
            await asyncio.sleep(ROUND_S)
            with contextlib.suppress(VptermError):
                await self._start(clerk)

    async def close(self) -> None:
        """End every recording in order."""
        for running in list(self._running.values()):
            self._end(running)
        ending = {task for task in self._tasks if task.get_name() == "end of a recording"}
        if ending:
            await asyncio.wait(ending)
        for task in list(self._tasks):
            task.cancel()
        if self._clerk is not None:
            await self._clerk.ledger.stop()
        self._thread.shutdown(wait=False)

    def _do(self, work: Coroutine[Any, Any, None], name: str = "recorder") -> asyncio.Task[None]:
        task = asyncio.get_running_loop().create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._done)
        return task

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception() is not None:
            _log.error("the recorder failed in a task", exc_info=task.exception())

    async def _go_round(self, clerk: Clerk, broken: Sequence[WrittenDown]) -> None:
        """What nobody tells: sessions that nobody looks at any more, what is to be tried again, what is to go."""
        await clerk.close_broken(broken)
        loop = asyncio.get_running_loop()
        removed_at = float("-inf")
        while True:
            for session in self._registry.list_sessions():
                self._look_after(session, loop.time())
            if loop.time() - removed_at > HOUR_S:
                removed_at = loop.time()
                await self._remove_expired(clerk)
            await asyncio.sleep(ROUND_S)

    def _look_after(self, session: OpenSession, now: float) -> None:
        running = self._running.get(session.number)
        if running is None or self._is_looked_at(session.number):
            if running is not None and running.recording.age_s > LONGEST_S:
                self._end(running)
            self._review(session)
        elif running.unseen_at is None:
            running.unseen_at = now
        elif now - running.unseen_at > UNSEEN_S:
            self._end(running)

    async def _remove_expired(self, clerk: Clerk) -> None:
        try:
            count = await clerk.remove_expired()
        except VptermError as error:
            _log.warning("old recordings cannot be removed now: %(why)s", {"why": type(error).__name__})
            return
        if count:
            _log.info("%(count)s recordings were removed, their time being over", {"count": count})

    # --- what the gateway tells -----------------------------------------------------------------------

    def sites(self) -> list[str]:
        """The site of every session that is recorded now."""
        return [running.session.site_code for running in self._running.values()]

    def policy(self, site_code: str) -> Policy:
        """What is in force at a site; nothing is recorded before `start`."""
        return self._policies.get(site_code, Policy())

    def notice(self, site_code: str) -> str:
        """What a person reads as they come in, in the language of now; "" where nothing is recorded."""
        notices = {"all": _("This session is recorded."), "support": _("Recorded while support looks.")}
        return notices.get(self.policy(site_code).choice, "")

    def looked_at(self, session: OpenSession, login: str, staff_id: int) -> None:
        """A terminal of this person shows a session from now on."""
        if login == session.login:
            self._staff[session.number] = staff_id
        self._review(session)

    def support_changed(self, session: OpenSession, present: bool) -> None:
        """Support looks at a session from now on, or no more."""
        (self._supported.add if present else self._supported.discard)(session.number)
        self._mark(session, "support joins" if present else "support leaves")
        self._review(session)

    def session_over(self, session: OpenSession) -> None:
        """A session has ended, or was lost with its worker."""
        for known in (self._staff, self._failed_at):
            known.pop(session.number, None)
        self._supported.discard(session.number)
        if session.number in self._running:
            self._end(self._running[session.number])

    def take(self, worker: int, frame: Frame) -> None:
        """What a worker says of a viewer that is no seat's. It may speak of its own sessions only."""
        running = self._by_viewer.get(frame.number("viewer"))
        if running is None or running.session.worker != worker:
            return
        if frame.kind == "viewer.output":
            running.recording.paint(frame.body, whole=frame.fields["whole"])
        elif frame.kind == "viewer.size":
            running.recording.resize(frame.number("columns"), frame.number("rows"))

    def place_opened(self, session: OpenSession, place: str) -> None:
        """The session shows this place: its name, never what was opened there."""
        running = self._running.get(session.number)
        if running is not None and running.place != place:
            running.place = place
            running.recording.mark(place)

    def _mark(self, session: OpenSession, text: str) -> None:
        if session.number in self._running:
            self._running[session.number].recording.mark(text)

    # --- what is to be recorded -----------------------------------------------------------------------

    def _policies_changed(self, clerk: Clerk) -> None:
        self._do(self._read_policies(clerk))

    async def _read_policies(self, clerk: Clerk) -> None:
        try:
            policies = await clerk.ledger.policies()
        except VptermError as error:  # told again when the database is back; until then what was asked last
            _log.warning("the recording policies cannot be read: %(why)s", {"why": type(error).__name__})
            return
        changed = {code for code in policies if policies[code].choice != self.policy(code).choice}
        self._policies = policies
        for session in self._registry.list_sessions():
            if session.site_code in changed:
                self._mark(session, f"policy {self.policy(session.site_code).choice}")
                self._review(session)

    def _reason(self, session: OpenSession) -> str:
        return self.policy(session.site_code).reason(support_looks=session.number in self._supported)

    def _review(self, session: OpenSession) -> None:
        """Begin or end the recording of a session, as it must be now."""
        running, reason = self._running.get(session.number), self._reason(session)
        if running is not None and reason:
            running.unseen_at = None
        elif running is not None:
            self._end(running)
        elif reason and self._clerk is not None and self._may_begin(session):
            self._begin(session, reason, self._clerk)

    def _may_begin(self, session: OpenSession) -> bool:
        since = asyncio.get_running_loop().time() - self._failed_at.get(session.number, float("-inf"))
        is_open = self._registry.session(session.number) is not None
        return since > RETRY_S and is_open and session.number in self._staff and self._is_looked_at(session.number)

    def _begin(self, session: OpenSession, reason: str, clerk: Clerk) -> None:
        viewer = self._number()
        recording = Recording(
            f"vpterm {session.site_code}", self._thread,
            hold=lambda full: self._hold(session, viewer, full=full),
            failed=lambda error: self._fail(running, "disk", error),
        )  # fmt: skip
        running = _Running(session, viewer, recording)
        self._running[session.number] = self._by_viewer[viewer] = running
        if session.number in self._supported:
            recording.mark("support joins")
        self._workforce.send(session, "session.recorded", reason=reason)
        self._workforce.send(
            session, "viewer.attach", viewer=viewer, columns=0, rows=0, terminal=TerminalKind().to_json(), notice="",
            watches=True, guest={},
        )  # fmt: skip
        running.opening = self._do(self._open(running, reason, clerk))

    async def _open(self, running: _Running, reason: str, clerk: Clerk) -> None:
        session = running.session
        try:
            await clerk.begin(
                running.recording, site_code=session.site_code, staff_id=self._staff[session.number],
                session=session.number, reason=reason, keep_days=self.policy(session.site_code).keep_days,
            )  # fmt: skip
        except CannotRecord as error:
            running.opening = None
            self._fail(running, error.reason, error.__cause__)
        else:
            self.failing.pop(session.site_code, None)

    def _hold(self, session: OpenSession, viewer: int, *, full: bool) -> None:
        if full:
            self._metrics.recording_gap()
            _log.warning("the disk does not keep up with the recordings of %(site)s", {"site": session.site_code})
            self._workforce.send_to_worker_of(session, "viewer.pause", viewer=viewer)
        else:
            self._workforce.send_to_worker_of(session, "viewer.resume", viewer=viewer, whole=True, bytes_s=0)

    def _fail(self, running: _Running, reason: str, error: BaseException | None) -> None:
        """This recording cannot go on. People work on; the log, a metric and the doctor say it; it is tried again."""
        if self._by_viewer.get(running.viewer) is not running:
            return
        session = running.session
        said = {"site": session.site_code, "reason": reason, "error": type(error).__name__}
        _log.error("a recording of %(site)s failed: %(reason)s (%(error)s)", said)
        self._metrics.recording_failed(reason)
        self.failing[session.site_code] = reason
        self._failed_at[session.number] = asyncio.get_running_loop().time()
        self._end(running)

    def _end(self, running: _Running) -> None:
        """Look no more, and have file and row closed."""
        if self._by_viewer.pop(running.viewer, None) is None or self._clerk is None:
            return
        self._running.pop(running.session.number, None)
        self._workforce.send_to_worker_of(running.session, "viewer.detach", viewer=running.viewer)
        self._workforce.send(running.session, "session.recorded", reason="")
        self._do(self._finish(running, self._clerk), "end of a recording")

    async def _finish(self, running: _Running, clerk: Clerk) -> None:
        if running.opening is not None:
            await asyncio.wait([running.opening])
        await clerk.close(running.recording, running.session.site_code)
