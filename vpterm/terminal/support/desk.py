"""The gateway's support: who asks whom, who looks in now, until when. Not a byte is shown before it is granted.

What happens is written into the trail first, and does not happen where it cannot be; an end waits for nothing.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from vpterm.kernel.errors import NotAllowed, NotFound, Refused
from vpterm.kernel.i18n import _
from vpterm.practice.support.rules import (
    ANSWER_WITHIN,
    APPROVE_WITHIN,
    ASK_AGAIN_AFTER,
    Grant,
    Happening,
    Reach,
    check_reason,
)
from vpterm.screens.link import SupportStanding
from vpterm.terminal.gateway.gateway import Gateway
from vpterm.terminal.gateway.guests import Listener
from vpterm.terminal.gateway.registry import OpenSession
from vpterm.terminal.gateway.seat import Ending, Seat
from vpterm.terminal.identity.identity import Account, Accounts
from vpterm.terminal.support.answers import Answers
from vpterm.terminal.support.journal import Journal
from vpterm.terminal.support.lobby import Lobby
from vpterm.terminal.support.visit import Visit, Why

_log = logging.getLogger("vpterm.terminal")


@dataclass(frozen=True)
class Patience:
    """How long is waited for what; shorter in tests."""

    answer: timedelta = ANSWER_WITHIN
    approval: timedelta = APPROVE_WITHIN
    again: timedelta = ASK_AGAIN_AFTER
    minute: timedelta = timedelta(minutes=1)  # how long a granted minute is


class SupportDesk:
    """See Support (gateway/guests.py). One supporter at a time in a session: one pointer, one other keyboard."""

    def __init__(
        self,
        gateway: Gateway,
        accounts: Accounts,
        journal: Journal,
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.gateway, self.accounts, self.journal, self.clock = gateway, accounts, journal, clock
        self.listeners: list[Listener] = []
        self.patience = Patience()
        self.answers = Answers(self)
        self._visits: dict[int, Visit] = {}  # by the number of the session: asked for, or under way
        self._unseen: dict[tuple[str, str], Visit] = {}  # without consent, over; the person has not seen it yet
        self._refused: dict[tuple[str, str], datetime] = {}
        self._lobbies: dict[Seat, Lobby] = {}
        self._tasks: set[asyncio.Task[Any]] = set()

    # --- terminals of support -------------------------------------------------------------------------

    def takes(self, seat: Seat) -> bool:
        """Who works nowhere and supports somewhere; or who says so by a command."""
        return bool(seat.account.supports) and (bool(seat.command) or not seat.account.sites)

    def receive(self, seat: Seat) -> None:
        """Show the list of sessions, or ask for the one that the command names."""
        self._lobbies[seat] = Lobby(self, seat)
        self.do(self._lobbies[seat].run())

    def lets_go(self, seat: Seat) -> bool:
        """Its request is withdrawn, its visit ends."""
        lobby = self._lobbies.pop(seat, None)
        if lobby is not None:
            lobby.leave()
        return lobby is not None

    def dismiss(self, seat: Seat, ending: Ending, message: str = "") -> None:
        """Close a supporter's terminal."""
        self._lobbies.pop(seat, None)
        seat.close(ending, message)

    def do(self, work: Coroutine[Any, Any, Any]) -> None:
        """Do something beside the gateway's work."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception() is not None:
            _log.error("support failed in a task", exc_info=task.exception())

    def close(self) -> None:
        """The server ends: every visit, then every terminal."""
        for visit in list(self._visits.values()):
            self.end(visit, Why.SERVER)
        for seat in list(self._lobbies):
            self.dismiss(seat, Ending.STOPPED, _("The server is being stopped."))

    # --- asking ---------------------------------------------------------------------------------------

    def sessions_for(self, supporter: Account) -> list[OpenSession]:
        """The open sessions whose people this supporter may ask."""
        codes = {site.code for site in supporter.supports}
        sessions = self.gateway.registry.list_sessions()
        return [one for one in sessions if one.site_code in codes and one.login != supporter.login]

    async def ask(self, supporter: Account, session: OpenSession, reason: str, *, glass: bool = False) -> Visit:
        """Put a request on the person's screen (glass: before a second person). Refused, NotAllowed, Unavailable."""
        reason = check_reason(reason)
        supporter = await self._still(supporter)
        person = await self.accounts.find(session.login)
        if person is None or session not in self.sessions_for(supporter):
            raise NotAllowed(_("This session is not yours to look into."))
        self._check_room(supporter, session, glass=glass)
        visit = Visit(session, supporter, person, reason, glass, self.clock())
        self._visits[session.number] = visit  # from here on nobody else asks
        try:
            await self.note(visit, Happening.GLASS_ASKED if glass else Happening.ASKED, supporter)
        except BaseException:  # raised again: what is not noted is not granted
            self._forget(visit)
            raise
        self.tell(session)
        return visit

    def _check_room(self, supporter: Account, session: OpenSession, *, glass: bool) -> None:
        if session.number in self._visits:
            raise Refused(_("Support is asking there already, or looks in."), _("Try again later."))
        if glass:
            return
        if not self._is_manned(session.number):
            raise Refused(_("Nobody sits at this session who could be asked."))
        refused = self._refused.get((supporter.login, session.login))
        if refused is not None and self.clock() - refused < self.patience.again:
            raise Refused(_("You were refused just now."), _("Call them, and ask again in a minute."))

    async def _still(self, supporter: Account) -> Account:
        """The supporter as the accounts know them now."""
        account = await self.accounts.find(supporter.login)
        if account is None or not account.supports:
            raise NotAllowed(_("You are no support here any more."))
        return account

    async def wait_for_answer(self, visit: Visit) -> bool:
        """Whether it was granted; no answer is a no."""
        patience = self.patience.approval if visit.glass else self.patience.answer
        try:
            async with asyncio.timeout(patience.total_seconds()):
                return await asyncio.shield(visit.answered) is not None
        except TimeoutError:
            # An answer that is being written down at this moment is in time.
            if visit.is_answering:
                return await visit.answered is not None
            lapsed = Happening.GLASS_LAPSED if visit.glass else Happening.LAPSED
            self._close_request(visit, lapsed, visit.supporter)
            return False

    def withdraw(self, visit: Visit) -> None:
        """The supporter has gone before the answer."""
        if visit.is_open:
            self._close_request(visit, Happening.WITHDRAWN, visit.supporter)

    def _close_request(self, visit: Visit, kind: Happening, by: Account) -> None:
        if visit.answered.done():
            return
        visit.answered.set_result(None)
        self._forget(visit)
        self.do(self.note(visit, kind, by))
        self.tell(visit.session)

    async def answer_request(self, visit: Visit, grant: Grant | None) -> None:
        """The person grants, or refuses (None). The first answer counts; what cannot be noted is not granted."""
        if not visit.is_open or visit.is_answering:
            raise NotFound(_("This request is over."))
        if grant is None:
            self._refused[visit.supporter.login, visit.person.login] = self.clock()
            self._close_request(visit, Happening.REFUSED, visit.person)
            return
        await self._accept(visit, grant, Happening.GRANTED, visit.person)

    async def approve(self, visit: Visit, approver: Account) -> None:
        """A second person approves a visit without consent: it is for looking alone, and names stay masked."""
        if not approver.approves_support or approver.staff_id in (visit.supporter.staff_id, visit.person.staff_id):
            raise NotAllowed(_("Somebody else of the management has to approve this."))
        if not visit.glass or not visit.is_open or visit.is_answering:
            raise NotFound(_("This request is over."))
        visit.approver = approver.display_name
        await self._accept(visit, Grant(Reach.VIEW), Happening.GLASS_APPROVED, approver)

    async def _accept(self, visit: Visit, grant: Grant, kind: Happening, by: Account) -> None:
        visit.is_answering, visit.grant = True, grant
        try:
            await self.note(visit, kind, by)
        except BaseException:  # raised again: what is not noted is not granted
            visit.grant = None
            raise
        finally:
            visit.is_answering = False
        if not visit.answered.done():  # nobody left meanwhile
            visit.answered.set_result(grant)

    # --- looking in -----------------------------------------------------------------------------------

    def begin(self, visit: Visit, seat: Seat) -> bool:
        """Show the session to the supporter for the time granted; false when it is over already."""
        grant, session = visit.grant, visit.session
        if grant is None or self._visits.get(session.number) is not visit or not self._is_there(session):
            self.end(visit, Why.SESSION)
            return False
        visit.began_at = self.clock()
        visit.until = visit.began_at + grant.minutes * self.patience.minute
        seconds = (visit.until - visit.began_at).total_seconds()
        visit.timer = asyncio.get_running_loop().call_later(seconds, self.end, visit, Why.TIME)
        visit.seat = seat
        self.tell(session)  # first the person sees that somebody looks in, then somebody does
        self.gateway.show_guest(seat, session, visit.guest(visit.began_at))
        self._notify(session, present=True)
        return True

    def _notify(self, session: OpenSession, *, present: bool) -> None:
        for listener in list(self.listeners):
            try:
                listener(session, present)
            except Exception:  # a border: whoever listens must not keep support in, or out
                _log.exception("who listens to support failed")

    def end(self, visit: Visit, why: Why) -> None:
        """Nothing more reaches the supporter, from this moment on."""
        if visit.over.done():
            return
        if not visit.answered.done():
            visit.answered.set_result(None)
        seat, visit.seat = visit.seat, None
        if seat is not None:
            self.gateway.hide_from_guest(seat)
        if visit.timer is not None:
            visit.timer.cancel()
        visit.over.set_result(why)
        self._forget(visit)
        if seat is not None:
            self._was_here(visit, why)
        else:
            self.do(self.note(visit, Happening.WITHDRAWN, visit.supporter, detail=why.value))
        self.tell(visit.session)

    def _was_here(self, visit: Visit, why: Why) -> None:
        if visit.glass:
            self._unseen[visit.person.login, visit.session.site_code] = visit
        by = visit.person if why in (Why.PERSON, Why.LEFT) else visit.supporter
        kind = Happening.GLASS_ENDED if visit.glass else Happening.ENDED
        self.do(self.note(visit, kind, by, detail=why.value))
        self._notify(visit.session, present=False)

    def _forget(self, visit: Visit) -> None:
        if self._visits.get(visit.session.number) is visit:
            del self._visits[visit.session.number]

    def end_support(self, session: OpenSession) -> None:
        """See Support."""
        if (visit := self._visits.get(session.number)) is not None:
            self.end(visit, Why.SESSION)

    def seats_changed(self, number: int) -> None:
        """See Support. Who let somebody look in and leaves takes them along; without consent there was nobody."""
        visit = self._visits.get(number)
        session = self.gateway.registry.session(number)
        if visit is not None and session is None:
            self.end(visit, Why.SESSION)
        elif visit is not None and not visit.glass and not self._is_manned(number):
            self.end(visit, Why.LEFT)
        elif session is not None and (session.login, session.site_code) in self._unseen:
            self.tell(session)

    # --- the keyboard ---------------------------------------------------------------------------------

    async def give_keyboard(self, visit: Visit) -> None:
        """The person lets the supporter type."""
        if visit.grant is None or visit.grant.reach is not Reach.TYPE or not visit.is_here:
            raise Refused(_("Typing was not granted."))
        if not visit.has_keyboard:
            await self.note(visit, Happening.KEYBOARD_GIVEN, visit.person)
            self._keyboard(visit, is_theirs=True)

    def take_keyboard(self, visit: Visit) -> None:
        """The person has the keyboard again, at once."""
        if visit.has_keyboard:
            self._keyboard(visit, is_theirs=False)
            self.do(self.note(visit, Happening.KEYBOARD_TAKEN, visit.person))

    def keyboard_is_back(self, session: OpenSession) -> None:
        """See Support."""
        if (visit := self._visits.get(session.number)) is not None:
            self.take_keyboard(visit)

    def _keyboard(self, visit: Visit, *, is_theirs: bool) -> None:
        visit.has_keyboard = is_theirs
        seat = visit.seat
        if seat is not None and seat.viewer is not None:
            guest = visit.guest(self.clock()).to_json()
            self.gateway.workforce.of(visit.session).wire.send("viewer.guest", viewer=seat.viewer, guest=guest)
        self.tell(visit.session)

    # --- what is known --------------------------------------------------------------------------------

    def visit_of(self, session: OpenSession) -> Visit | None:
        """What goes on in a session."""
        return self._visits.get(session.number)

    def waiting_for_approval(self) -> list[Visit]:
        """The requests without consent that wait for a second person, oldest first."""
        return [visit for visit in self._visits.values() if visit.glass and visit.is_open]

    def has_seen(self, session: OpenSession) -> None:
        """The person has read that somebody looked in without their consent."""
        if self._unseen.pop((session.login, session.site_code), None) is not None:
            self.tell(session)

    def tell(self, session: OpenSession) -> None:
        """Have the person's app show how things stand."""
        unseen = self._unseen.get((session.login, session.site_code))
        visit = self._visits.get(session.number) or unseen
        standing = visit.standing() if visit is not None else SupportStanding()
        if standing.phase == "none" and unseen is not None:
            standing = unseen.standing()
        current = self.gateway.registry.session(session.number)
        if current is not None:
            self.gateway.workforce.send(current, "session.support", standing=standing.to_json())

    def _is_manned(self, number: int) -> bool:
        return any(seat.session == number for seat in self.gateway.seats)

    def _is_there(self, session: OpenSession) -> bool:
        return self.gateway.registry.session(session.number) == session

    async def note(self, visit: Visit, kind: Happening, by: Account, *, detail: str = "") -> None:
        """Write a line of the trail; the first of a request gives it its number."""
        number = await self.journal.note(by.staff_id, visit.event(kind, self.clock(), detail=detail))
        visit.number = visit.number or number

    async def answer(self, session: OpenSession, question: str, values: Mapping[str, Any]) -> dict[str, Any]:
        """See Support."""
        return await self.answers.answer(session, question, values)
