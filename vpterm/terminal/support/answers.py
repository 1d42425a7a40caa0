"""What the app of a session asks and answers about support; a worker speaks for its own sessions' people alone."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any

from vpterm.kernel.errors import NotAllowed, NotFound
from vpterm.kernel.i18n import _, using
from vpterm.practice.support.queries import EventRow
from vpterm.practice.support.rules import check_grant
from vpterm.terminal.gateway.registry import OpenSession
from vpterm.terminal.identity.greeting import language_of
from vpterm.terminal.identity.identity import Account
from vpterm.terminal.questions import answer_of
from vpterm.terminal.support.visit import Visit, Why

if TYPE_CHECKING:
    from vpterm.terminal.support.desk import SupportDesk

MOST_EVENTS = 200
_Values = Mapping[str, str]
_Answer = dict[str, Any]


class Answers:
    """The questions: answer, end, give, take, seen, trail; of who may approve: waiting, approve."""

    def __init__(self, desk: SupportDesk) -> None:
        self._desk = desk
        self._questions: dict[str, Callable[[OpenSession, Account, _Values], Awaitable[_Answer]]] = {
            "answer": self._answer_request, "end": self._end, "give": self._give, "take": self._take,
            "seen": self._seen, "trail": self._trail, "waiting": self._waiting, "approve": self._approve,
        }  # fmt: skip

    async def answer(self, session: OpenSession, question: str, values: Mapping[str, Any]) -> _Answer:
        """The answer to `support.<question>`, refusals in the person's language."""
        given = {name: value for name, value in values.items() if isinstance(value, str)}
        return await answer_of(self._answered(session, question.removeprefix("support."), given))

    async def _answered(self, session: OpenSession, question: str, given: _Values) -> _Answer:
        person, known = await self._desk.accounts.find(session.login), self._questions.get(question)
        with using(language_of(person)):
            if person is None or known is None:
                raise NotFound(_("This account is open no more."))
            return await known(session, person, given)

    def _visit(self, session: OpenSession, given: _Values | None = None) -> Visit:
        """What goes on in this very session; with `given`, the request of that number and no later one."""
        visit = self._desk.visit_of(session)
        if visit is None or (given is not None and given.get("number") != str(visit.number)):
            raise NotFound(_("This request is over."))
        return visit

    async def _answer_request(self, session: OpenSession, person: Account, given: _Values) -> _Answer:
        visit = self._visit(session, given)
        if visit.glass:  # whose consent is not asked does not give it either
            raise NotFound(_("This request is over."))
        grant = None
        if given.get("reach"):
            grant = check_grant(
                reach=given["reach"], minutes=given.get("minutes", ""), sees_private=given.get("private") == "yes"
            )
        await self._desk.answer_request(visit, grant)
        return {}

    async def _end(self, session: OpenSession, person: Account, given: _Values) -> _Answer:
        if (visit := self._desk.visit_of(session)) is not None:
            self._desk.end(visit, Why.PERSON)
        return {}

    async def _give(self, session: OpenSession, person: Account, given: _Values) -> _Answer:
        await self._desk.give_keyboard(self._visit(session))
        return {}

    async def _take(self, session: OpenSession, person: Account, given: _Values) -> _Answer:
        self._desk.take_keyboard(self._visit(session))
        return {}

    async def _seen(self, session: OpenSession, person: Account, given: _Values) -> _Answer:
        self._desk.has_seen(session)
        return {}

    async def _trail(self, session: OpenSession, person: Account, given: _Values) -> _Answer:
        rows = await self._desk.journal.list_of(person.staff_id, MOST_EVENTS)
        return {"events": [_event(row) for row in rows]}

    async def _waiting(self, session: OpenSession, person: Account, given: _Values) -> _Answer:
        self._require_approver(person)
        return {"waiting": [told_of(visit) for visit in self._desk.waiting_for_approval()]}

    async def _approve(self, session: OpenSession, person: Account, given: _Values) -> _Answer:
        self._require_approver(person)
        await self.approve(given.get("number", ""), person)
        return {}

    async def approve(self, number: str, approver: Account) -> None:
        """Approve the waiting request of this number. NotFound, NotAllowed."""
        waiting = self._desk.waiting_for_approval()
        visit = next((visit for visit in waiting if str(visit.number) == number), None)
        if visit is None:
            raise NotFound(_("No such request waits."), _("See the list: vpterm support waiting"))
        await self._desk.approve(visit, approver)

    @staticmethod
    def _require_approver(person: Account) -> None:
        if not person.approves_support:
            raise NotAllowed(_("Your role does not allow this."), _("Ask a colleague who may, or the management."))


def _event(row: EventRow) -> dict[str, Any]:
    return {
        "number": row.id, "request": row.request_id, "kind": row.kind.value, "when": row.happened_at.isoformat(),
        "supporter": row.supporter, "by": row.by, "site": row.site_code, "reason": row.reason, "reach": row.reach,
        "minutes": row.minutes, "private": row.sees_private, "lasted": row.lasted_s, "detail": row.detail,
    }  # fmt: skip


def told_of(visit: Visit) -> dict[str, Any]:
    """A request that waits for a second person, as it is listed."""
    return {
        "number": visit.number, "supporter": visit.supporter.login, "name": visit.supporter.display_name,
        "person": visit.person.login, "site": visit.session.site_code, "reason": visit.reason,
        "asked": visit.asked_at.isoformat(),
    }  # fmt: skip
