"""Brings people to their sessions, and keeps them there: the middle between the doors and the workers.

Doors (SSH, browser) give it seats; it finds or starts sessions in workers, relays, and moves seats when a site is
changed, a worker is lost or somebody comes in elsewhere. What people type is never looked at here.
"""

from __future__ import annotations

import asyncio
import itertools
import logging
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from typing import Any, Protocol

from vpterm.kernel.errors import Refused
from vpterm.kernel.i18n import _, using
from vpterm.terminal.gateway.capacity import Capacity, ServerFull
from vpterm.terminal.gateway.choosing import Choosing
from vpterm.terminal.gateway.endings import Endings
from vpterm.terminal.gateway.guests import NoSupport, Support
from vpterm.terminal.gateway.handing import KINDS as KINDS_OF_HANDING
from vpterm.terminal.gateway.handing import Handing
from vpterm.terminal.gateway.last_sites import LastSites
from vpterm.terminal.gateway.locks import Locks
from vpterm.terminal.gateway.metrics import Metrics
from vpterm.terminal.gateway.nursery import WorkerUnavailable
from vpterm.terminal.gateway.recorder import Recorder
from vpterm.terminal.gateway.registry import OpenSession, Registry
from vpterm.terminal.gateway.renewal import Renewal
from vpterm.terminal.gateway.seat import Ending, Seat
from vpterm.terminal.gateway.workers import WorkerLink
from vpterm.terminal.gateway.workforce import Workforce
from vpterm.terminal.guests import Guest
from vpterm.terminal.identity.greeting import language_of
from vpterm.terminal.identity.identity import SiteAccess
from vpterm.terminal.line.door import LineDesk
from vpterm.terminal.questions import HANDING
from vpterm.terminal.settings import DoorSettings
from vpterm.terminal.wire import Frame

_log = logging.getLogger("vpterm.terminal")
_MOST_QUESTIONS = 4  # of one session at once: each may cost a password's hash


class Answering(Protocol):
    """What answers the questions of sessions (answers.py)."""

    async def answer(self, session: OpenSession, question: str, values: Mapping[str, Any]) -> dict[str, Any]:
        """The answer to a question of this session's person, or what was refused."""


class Gateway:
    """All seats, all workers. `secrets(site_code)` gives the database address of a site's own login."""

    def __init__(self, settings: DoorSettings, secrets: Callable[[str], str]) -> None:
        self.registry = Registry(settings.sessions_per_worker)
        self.seats: dict[Seat, None] = {}  # in the order in which people came in
        self._last_sites = LastSites(settings.last_sites_path)
        self.choosing = Choosing(self.registry, self._last_sites)
        self.locks = Locks(time.monotonic)
        self.endings = Endings(settings.untold_path)
        self._settings = settings
        self.answers: Answering | None = None
        self.support: Support = NoSupport()
        self._by_viewer: dict[int, Seat] = {}
        self._numbers = itertools.count(1)
        self._opening: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._asked: Counter[int] = Counter()  # questions under way, by session
        self._tasks: set[asyncio.Task[Any]] = set()
        self.metrics = Metrics(self)
        self.workforce = Workforce(
            settings, secrets, self.registry, self.metrics, on_frame=self._take, on_lost=self._sessions_lost
        )
        self.renewal = Renewal(settings, self.workforce, self.registry, self._seats_of)
        self.recorder = Recorder(
            self.registry, self.workforce, lambda: next(self._numbers), self._is_looked_at, self.metrics
        )
        self.line_desk = LineDesk()
        self.capacity = Capacity(settings, self.registry)
        self.handing = Handing()

    async def start(self) -> None:
        """Load the screens in the fork server. Raises WorkerUnavailable with the reason if they do not load."""
        await self.workforce.start()

    async def close(self) -> None:
        """Give every terminal back, end every worker."""
        self.support.close()
        for seat in list(self.seats):
            self._dismiss(seat, Ending.STOPPED, lambda: _("The server is being stopped. Your session has been closed."))
        for task in list(self._tasks):
            task.cancel()
        await self.renewal.close()
        await self.recorder.close()
        await self.workforce.close()

    # --- seats ----------------------------------------------------------------------------------------

    def seat_taken(self, seat: Seat) -> None:
        """A person has come in: bring them to the session they want, or the one they used last."""
        if self.support.takes(seat):
            self.support.receive(seat)
            return
        self.seats[seat] = None
        seat.is_proved = self.locks.is_proved(seat.account.login, seat.proved_at)
        if (oldest := self.capacity.admit(seat, self.seats)) is not None:
            self._dismiss(oldest, Ending.TAKEN, self.capacity.too_many_seats)
        where = self.choosing.where(seat.account, seat.wanted)
        if where is None:
            self._dismiss(seat, Ending.FAILED, lambda: _("Your account is not attached to any site."))
            return
        with using(language_of(seat.account)):
            notice = f"{self.endings.untold.take(seat.account.login)} {seat.greeting}".strip()
        self._do(self.bring_in(seat, *where, notice))

    def seat_left(self, seat: Seat) -> None:
        """The connection is gone; the session waits for the person to come back."""
        seat.is_gone = True
        if self.support.lets_go(seat):
            return
        session = seat.session
        self._forget_viewer(seat)
        seat.look_away()
        self.seats.pop(seat, None)
        self._hand_over(session)

    def _hand_over(self, number: int | None) -> None:
        """Who typed is gone: the newest of those who looked on has the keyboard."""
        session = self.registry.session(number) if number is not None else None
        watching = [seat for seat in self.seats if session is not None and seat.session == session.number]
        if session is not None and watching and all(seat.watches for seat in watching):
            self._look(watching[-1], self.workforce.of(session), session.number, notice="", watches=False)

    async def bring_in(
        self, seat: Seat, site: SiteAccess, name: str, notice: str = "", *, at_home: bool = False
    ) -> None:
        """Show a seat the person's session of this name: the open one, else a new one (`at_home`: see link.py)."""
        login = seat.account.login
        await self.renewal.until_moved(login, site.code, name)
        try:
            session, worker = await self._find_or_open(seat, site, name, at_home=at_home)
        except Refused as refusal:
            said = f"{refusal.message} {refusal.advice}"
            self._dismiss(seat, Ending.FAILED, lambda: said)
            return
        except ServerFull:
            here = self.registry.session(seat.session or 0)
            if here is not None:  # who only wants to change site stays where they are
                self.workforce.send(here, "session.tell", sentence=self.capacity.full(seat))
            else:
                self._dismiss(seat, Ending.FAILED, lambda: self.capacity.full(seat))
            return
        except WorkerUnavailable as error:
            _log.error("nobody can be brought in at %(site)s: %(why)s", {"site": site.code, "why": error})
            self._dismiss(
                seat, Ending.FAILED, lambda: _("The program cannot be started now. Please try again in a moment.")
            )
            return
        if seat.is_gone:
            return
        self._last_sites.note(login, site.code)
        self.registry.note_used(session.number)
        self._make_room(seat, session)
        if seat.is_proved and self.locks.is_locked(session.number):
            self.opened(session)
            self.workforce.send(session, "session.unlock")
        before = seat.session
        with using(language_of(seat.account)):
            notice = f"{self.recorder.notice(site.code)} {notice}".strip()
        self._look(seat, worker, session.number, notice=notice, watches=False)
        self.recorder.looked_at(session, login, seat.account.staff_id)
        self._hand_over(before)

    async def _find_or_open(
        self, seat: Seat, site: SiteAccess, name: str, *, at_home: bool
    ) -> tuple[OpenSession, WorkerLink]:
        login = seat.account.login
        async with self._opening[site.code]:
            session = self.registry.find(login, site.code, name)
            if session is not None:
                return session, self.workforce.of(session)
            with using(language_of(seat.account)):
                self.choosing.check_room(login)
            self.capacity.require_room(site.code)
            worker = await self.workforce.find(site.code)
            session = self.registry.open(login, site.code, worker.number, name)
        recorded = self.recorder.policy(site.code).reason(support_looks=False)
        request = seat.request(site, name, at_home=at_home, recorded=recorded)
        worker.wire.send("session.open", session=session.number, request=request.to_json())
        return session, worker

    def _make_room(self, newcomer: Seat, session: OpenSession) -> None:
        """The newest terminal has the keyboard; the earlier ones are told, or look on."""
        for seat in [seat for seat in self.seats if seat.session == session.number and seat is not newcomer]:
            if self._settings.take_over:
                self._dismiss(seat, Ending.TAKEN, lambda: _("Your session has been taken over from another terminal."))
            else:
                self._look(seat, self.workforce.of(session), session.number, notice="", watches=True)

    def _look(
        self,
        seat: Seat,
        worker: WorkerLink,
        session: int,
        *,
        notice: str,
        watches: bool,
        guest: Guest | None = None,
    ) -> None:
        self._forget_viewer(seat)
        viewer = next(self._numbers)
        self._by_viewer[viewer] = seat
        seat.look(worker, session, viewer, notice=notice, watches=watches, guest=guest)
        self._seats_changed(session)

    def _is_looked_at(self, number: int) -> bool:
        return any(seat.session == number for seat in self.seats)

    def _forget_viewer(self, seat: Seat) -> None:
        if seat.session is not None:
            self.registry.note_seen(seat.session, seat.typed_at, seat.origin)
        if seat.viewer is not None:
            self._by_viewer.pop(seat.viewer, None)
        if seat.session is not None:
            self._seats_changed(seat.session)

    def _seats_changed(self, session: int) -> None:
        """Tell support, once whoever comes in the place of somebody has sat down."""
        asyncio.get_running_loop().call_soon(self.support.seats_changed, session)

    def show_guest(self, seat: Seat, session: OpenSession, guest: Guest) -> None:
        """Show somebody else's session to a supporter, who is no seat of it: the keyboard never falls to them."""
        self._look(seat, self.workforce.of(session), session.number, notice="", watches=True, guest=guest)

    def hide_from_guest(self, seat: Seat) -> None:
        """Not one byte more of what a worker paints reaches this terminal, nor one of what it types the session."""
        self._forget_viewer(seat)
        seat.give_back()

    def _dismiss(self, seat: Seat, ending: Ending, message: Callable[[], str]) -> None:
        self._forget_viewer(seat)
        with using(language_of(seat.account)):
            seat.close(ending, message())
        self.seats.pop(seat, None)

    def _do(self, work: Any) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception() is not None:
            _log.error("the gateway failed in a task", exc_info=task.exception())

    # --- sessions -------------------------------------------------------------------------------------

    def _sessions_lost(self, sessions: list[OpenSession]) -> None:
        """A worker is gone with its screens: bring its people into new ones, on the same connection."""
        lost = {session.number: session for session in sessions}
        for number in lost:
            self.locks.forget(number)
        for session in sessions:
            self.recorder.session_over(session)
        for seat in [seat for seat in self.seats if seat.session in lost]:
            session = lost[seat.session or 0]
            # One worker more that dies under the same person: perhaps of the place where they are.
            at_home = seat.has_restarted(asyncio.get_running_loop().time())
            notice = lambda: _("The program was restarted; saved work and drafts are kept.")  # noqa: E731
            self._start_again(seat, session, notice, at_home=at_home)

    def _start_again(self, seat: Seat, session: OpenSession, notice: Callable[[], str], *, at_home: bool) -> None:
        self._forget_viewer(seat)
        seat.look_away()
        site = seat.account.site(session.site_code)
        if site is None or not seat.may_restart(asyncio.get_running_loop().time()):
            self._dismiss(seat, Ending.FAILED, lambda: _("The program has failed several times. Please call support."))
            return
        self.metrics.session_restarted(site.code)
        with using(language_of(seat.account)):
            self._do(self.bring_in(seat, site, session.name, notice(), at_home=at_home))

    def _take(self, worker: WorkerLink, frame: Frame) -> None:
        """What a worker says. It may speak of its own sessions and viewers only."""
        if "viewer" in frame.fields:
            seat = self._by_viewer.get(frame.number("viewer"))
            if seat is None:
                self.recorder.take(worker.number, frame)
            elif seat.is_shown_by(worker):
                self._take_of_seat(seat, frame)
        elif "session" in frame.fields:
            session = self.registry.session(frame.number("session"))
            if session is not None and session.worker == worker.number:
                self._take_of_session(worker, session, frame)

    def _take_of_seat(self, seat: Seat, frame: Frame) -> None:
        if frame.kind == "viewer.output":
            seat.show(frame)
        elif frame.kind == "viewer.taken":
            seat.taken(frame.number("bytes"))
        elif frame.kind == "viewer.closed":
            self._dismiss(seat, Ending.WAITING, str)

    def _take_of_session(self, worker: WorkerLink, session: OpenSession, frame: Frame) -> None:
        seats = self._seats_of(session)
        if frame.kind == "session.ended":
            self._session_ended(session, frame.text("reason"), seats)
        elif frame.kind == "link.leave":
            self.workforce.send(session, "session.end")
            self._session_ended(session, "left", seats)  # a login from now on gets a new one
        elif frame.kind == "link.shut_out":
            self.workforce.send(session, "session.end")
            self._session_ended(session, "shut_out", seats)
        elif frame.kind == "link.detach":
            for seat in seats:
                self._dismiss(seat, Ending.WAITING, lambda: _("Your session is waiting for you."))
        elif frame.kind == "link.place":
            self.recorder.place_opened(session, frame.text("place"))
        elif frame.kind == "session.keyboard_back":
            self.support.keyboard_is_back(session)
        elif frame.kind == "link.ask" and self._asked[session.number] < _MOST_QUESTIONS:
            self._asked[session.number] += 1
            self._do(self._answer(worker, session, frame))
        elif frame.kind == "link.locked":
            self.locks.lock(session)
            self.support.end_support(session)
            for seat in seats:
                seat.is_proved = False
        elif frame.kind == "link.end" and frame.text("why") in ("alone", "longest"):
            self.workforce.send(session, "session.end")
            self._session_ended(session, frame.text("why"), seats)
        elif frame.kind in KINDS_OF_HANDING:
            self.handing.take(session, frame, seats, lambda number, said: _say(worker, session, number, said))
        elif frame.kind == "link.site":
            self.move(session, frame.text("site"), self.choosing.name_at(session, frame.text("site")))

    def move(self, session: OpenSession, site_code: str, name: str) -> None:
        """Take who types in a session to another of theirs; nobody while it is locked."""
        if self.locks.is_locked(session.number) or (site_code, name) == (session.site_code, session.name):
            return
        for seat in [seat for seat in self.seats if seat.session == session.number and not seat.watches]:
            site = seat.account.site(site_code)
            if site is not None:
                self._do(self.bring_in(seat, site, name))

    def opened(self, session: OpenSession) -> None:
        """The person of a locked session has proved who they are."""
        self.locks.open(session)
        for seat in self.seats:
            if seat.session == session.number:
                seat.is_proved, seat.proved_at = True, time.monotonic()

    async def _answer(self, worker: WorkerLink, session: OpenSession, frame: Frame) -> None:
        """A worker asks for the person of one of its own sessions, and for nobody else."""
        question, number = frame.text("question"), frame.number("number")
        try:
            if question == HANDING and not self.locks.is_locked(session.number):
                seats = [seat for seat in self.seats if seat.session == session.number]
                _say(worker, session, number, self.handing.way(session, seats))
            elif self.answers is not None:
                answer = await self.answers.answer(session, question, frame.fields["values"])
                _say(worker, session, number, answer)
        finally:
            self._asked -= Counter([session.number])

    def _session_ended(self, session: OpenSession, reason: str, seats: list[Seat]) -> None:
        if self.registry.close(session.number) is None:
            return  # its worker confirms what is known
        self.locks.forget(session.number)
        self.recorder.session_over(session)
        self.metrics.session_ended(session.site_code, reason)
        farewell = self.endings.farewell(session, reason)
        for seat in seats:
            if farewell is not None:
                self._dismiss(seat, *farewell)
            elif self.renewal.moves(session) and (site := seat.account.site(session.site_code)) is not None:
                self._bring_over(seat, site, session.name)
            else:
                notice = lambda: _("The screen failed and was opened anew; drafts are kept.")  # noqa: E731
                self._start_again(seat, session, notice, at_home=True)

    def _bring_over(self, seat: Seat, site: SiteAccess, name: str) -> None:
        """The person's session has ended in an old worker, to go on in a new one."""
        self._forget_viewer(seat)
        seat.look_away()
        with using(language_of(seat.account)):
            self._do(self.bring_in(seat, site, name, _("The program was renewed; you are where you were.")))

    def _seats_of(self, session: OpenSession) -> list[Seat]:
        return [seat for seat in self.seats if seat.session == session.number]

    def worker_pids(self) -> dict[str, list[int]]:
        """The process numbers of the workers, per site."""
        return self.workforce.pids()

    def recorded_sites(self) -> list[str]:
        """The site of every session that is recorded now."""
        return self.recorder.sites()

    def end_session(self, number: int) -> None:
        """End a session from outside; its people are told goodbye, and why. Nothing if there is no such session."""
        if self.registry.session(number) is not None:
            self.endings.come_from_outside(number)
        self._send(number, "session.end")

    def tell_session(self, number: int, sentence: str) -> None:
        """Say something to whoever looks at a session, now or when they come back."""
        self._send(number, "session.tell", sentence=sentence)

    def _send(self, number: int, kind: str, **fields: Any) -> None:
        session = self.registry.session(number)
        if session is not None:
            self.workforce.send(session, kind, **fields)


def _say(worker: WorkerLink, session: OpenSession, number: int, answer: dict[str, Any]) -> None:
    worker.wire.send("link.answered", session=session.number, number=number, answer=answer)
