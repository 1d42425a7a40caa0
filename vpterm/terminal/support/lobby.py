"""A supporter's terminal: the open sessions in plain lines, a reason, the wait for the answer, and the visit itself.

Nothing of what a session shows passes here; while they look in, this sees to what they type.
"""

from __future__ import annotations

import asyncio
import logging
import shlex
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from vpterm.kernel.ago import ago
from vpterm.kernel.errors import NotFound, Refused, VptermError
from vpterm.kernel.i18n import _, using
from vpterm.kernel.text import pad
from vpterm.practice.support.rules import Reach
from vpterm.terminal.gateway.registry import OpenSession
from vpterm.terminal.gateway.seat import Ending, Seat
from vpterm.terminal.identity.greeting import language_of
from vpterm.terminal.plain_lines import PersonLeft, PlainLines
from vpterm.terminal.support.visit import Visit, Why

if TYPE_CHECKING:
    from vpterm.terminal.support.desk import SupportDesk

_log = logging.getLogger("vpterm.terminal")

LEAVE = b"\x18"  # Ctrl+X, for as long as the supporter looks in: also while they have the keyboard
_LEAVE_WATCHING = b"\x03\x04q"
BREAK_GLASS = "--break-glass"


class Lobby:
    """One supporter. `run` until they leave."""

    def __init__(self, desk: SupportDesk, seat: Seat) -> None:
        self._desk, self._seat = desk, seat
        self._lines = PlainLines(lambda data: seat.write(data.decode()))
        self._visit: Visit | None = None
        seat.divert = self._typed

    def leave(self) -> None:
        """The terminal is gone: nothing is asked any more, and nobody looks in."""
        if self._visit is not None:
            self._desk.end(self._visit, Why.SUPPORT)
        self._lines.leave()

    def _typed(self, data: bytes) -> None:
        visit = self._visit
        if visit is None or not visit.is_here:
            self._lines.feed(data)
            return
        grant = visit.grant
        watches = grant is None or grant.reach is Reach.VIEW
        if LEAVE in data or (watches and any(key in _LEAVE_WATCHING for key in data)):
            self._desk.end(visit, Why.SUPPORT)
        elif not watches:  # who may only look types nothing, not even as far as the worker
            self._seat.pass_on(data)

    # --- from coming in to leaving --------------------------------------------------------------------

    async def run(self) -> None:
        """Until the supporter leaves; every end is told in words."""
        with using(language_of(self._seat.account)):
            try:
                await self._serve()
            except PersonLeft:
                self._desk.dismiss(self._seat, Ending.LEFT, _("Goodbye."))
            except VptermError as failure:
                self._desk.dismiss(self._seat, Ending.FAILED, f"{failure.message} {failure.advice}".strip())
            except Exception:  # a border: whatever keeps the accounts must not leave a terminal without a word
                _log.exception("a supporter could not be served")
                told = _("The accounts cannot be reached now. Please try again in a moment.")
                self._desk.dismiss(self._seat, Ending.FAILED, told)

    async def _serve(self) -> None:
        if self._seat.command:
            login, reason, glass = read_command(self._seat.command)
            told = await self._ask(self._find(login), reason, glass=glass)
            self._desk.dismiss(self._seat, Ending.LEFT, told)
            return
        self._lines.say(_("Support. You see nothing before the person says yes; everything is noted."))
        while True:
            await self._serve_once()

    async def _serve_once(self) -> None:
        sessions = await self._show_sessions()
        wanted = (
            await self._lines.ask(_("Number (! before it: without consent), Enter lists anew, q leaves:"), shown=True)
        ).strip()
        if wanted == "q":
            raise PersonLeft
        if not wanted:
            return
        try:
            session = self._pick(sessions, wanted.lstrip("! "))
            reason = await self._lines.ask(_("Why? They will read it:"), shown=True)
            self._lines.say(await self._ask(session, reason, glass=wanted.startswith("!")))
        except VptermError as failure:
            self._lines.say(f"{failure.message} {failure.advice}".strip())

    async def _show_sessions(self) -> list[OpenSession]:
        account = await self._desk.accounts.find(self._seat.account.login)
        sessions = self._desk.sessions_for(account) if account is not None else []
        names = {site.code: site.name for site in self._seat.account.supports}
        self._lines.say("")
        for session in sessions:
            person = await self._desk.accounts.find(session.login)
            name = person.display_name if person is not None else ""
            site = names.get(session.site_code, session.site_code)
            opened = ago(session.opened_at, datetime.now(UTC))
            self._lines.say(f"{session.number:>5}  {pad(session.login, 16)} {pad(name, 18)} {pad(site, 20)} {opened}")
        if not sessions:
            self._lines.say(_("No session is open where you are support."))
        return sessions

    @staticmethod
    def _pick(sessions: list[OpenSession], wanted: str) -> OpenSession:
        found = next((one for one in sessions if wanted in (str(one.number), one.login)), None)
        if found is None:
            raise NotFound(_("There is no such session in the list."))
        return found

    def _find(self, login: str) -> OpenSession:
        """The person's session where they are; if they have several, the one they typed in last."""
        sessions = [one for one in self._desk.sessions_for(self._seat.account) if one.login == login]
        manned = {seat.session: seat.typed_at for seat in self._desk.gateway.seats}
        if not sessions:
            raise NotFound(_("“{who}” has no open session here.").format(who=login))
        return max(sessions, key=lambda one: (one.number in manned, manned.get(one.number, one.opened_at)))

    # --- one request ----------------------------------------------------------------------------------

    async def _ask(self, session: OpenSession, reason: str, *, glass: bool) -> str:
        """Ask, wait, look in; answers how it ended."""
        visit = self._visit = await self._desk.ask(self._seat.account, session, reason, glass=glass)
        try:
            if not await self._answered(visit):
                return _("Refused, or not answered.") if not glass else _("Not approved.")
            if not self._desk.begin(visit, self._seat):
                return _("The session has ended.")
            return _told(await visit.over)
        finally:
            self._visit = None
            self._desk.withdraw(visit)
            if not self._seat.is_gone:
                self._lines.forget_typed()

    async def _answered(self, visit: Visit) -> bool:
        """Wait for the answer; Ctrl-C withdraws the request."""
        if visit.glass:
            told = _("Request {number} waits for a second person (vpterm support approve). Ctrl+C withdraws it.")
        else:
            told = _("Asked. No answer within a minute is a no. Ctrl+C withdraws the request.")
        self._lines.say(told.format(number=visit.number))
        left = asyncio.ensure_future(self._lines.until_left())
        answer = asyncio.ensure_future(self._desk.wait_for_answer(visit))
        try:
            await asyncio.wait((left, answer), return_when=asyncio.FIRST_COMPLETED)
            if answer.done():
                return answer.result()
            self._desk.withdraw(visit)
            if self._seat.is_gone:
                raise PersonLeft
            raise Refused(_("The request is withdrawn."))
        finally:
            left.cancel()
            answer.cancel()


def read_command(command: str) -> tuple[str, str, bool]:
    """Login, reason and whether without consent, of `attach LOGIN "REASON"`. Refused for anything else."""
    try:
        words = shlex.split(command)
    except ValueError:
        words = []
    glass = BREAK_GLASS in words
    words = [word for word in words if word != BREAK_GLASS]
    if len(words) < 3 or words[0] != "attach":
        raise Refused(
            _("Ask like this: attach LOGIN REASON."), _("Without consent: attach --break-glass LOGIN REASON.")
        )
    return words[1].lower(), " ".join(words[2:]), glass


def _told(why: Why) -> str:
    return {
        Why.PERSON: _("They ended it."),
        Why.TIME: _("The time granted is over."),
        Why.SUPPORT: _("You look in no more."),
        Why.SESSION: _("The session has ended, or is locked."),
        Why.LEFT: _("They have left the session."),
        Why.SERVER: _("The server is being stopped."),
    }[why]
