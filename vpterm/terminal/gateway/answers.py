"""What sessions ask the door, and who answers: their person's account, their sessions, the lock, support, the group's.

A question comes from a worker, for one of its own sessions. Who asks is the person for whom the gateway opened that
session; from behind a locked screen only the lock is answered.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from vpterm.kernel.errors import NotFound, Refused
from vpterm.kernel.i18n import _, using
from vpterm.practice.staff.rules import GuessLimits
from vpterm.terminal.gateway.all_sessions import AllSessions
from vpterm.terminal.gateway.gateway import Gateway
from vpterm.terminal.gateway.own_account import OwnAccount
from vpterm.terminal.gateway.own_sessions import OwnSessions
from vpterm.terminal.gateway.registry import OpenSession
from vpterm.terminal.gateway.unlocking import Unlocking
from vpterm.terminal.identity.greeting import language_of
from vpterm.terminal.identity.identity import Account, Accounts
from vpterm.terminal.identity.limits import GuessLimiter
from vpterm.terminal.identity.proving import TooManyAttempts
from vpterm.terminal.questions import answer_of

_LONGEST = 1024
Question = Callable[[OpenSession, Account, Mapping[str, str]], Awaitable[dict[str, Any]]]


class Answers:
    """All questions of sessions; what is none of the named ones is one about the person's own account."""

    def __init__(self, gateway: Gateway, accounts: Accounts, limiter: GuessLimiter, limits: GuessLimits) -> None:
        self._gateway, self._accounts = gateway, accounts
        self._account = OwnAccount(accounts, limiter, limits)
        self._unlocking = Unlocking(gateway, accounts, limiter, limits)
        self._questions: dict[str, Question] = {
            **OwnSessions(gateway).questions,
            **AllSessions(gateway).questions,
            **self._unlocking.questions,
        }

    async def answer(self, session: OpenSession, question: str, values: Mapping[str, Any]) -> dict[str, Any]:
        """The answer to a question of a session, refusals in the language of its person."""
        known = self._questions.get(question)
        if self._gateway.locks.is_locked(session.number) and question not in self._unlocking.questions:
            return await answer_of(self._refuse(session))
        if question.startswith("support."):
            return await self._gateway.support.answer(session, question, values)
        if known is None:
            return await self._account.answer(session.login, question, values)
        given = {name: value for name, value in values.items() if isinstance(value, str) and len(value) <= _LONGEST}
        return await answer_of(self._answer(session, known, given))

    async def _answer(self, session: OpenSession, known: Question, given: Mapping[str, str]) -> dict[str, Any]:
        account = await self._accounts.find(session.login)
        with using(language_of(account)):
            if account is None:
                raise NotFound(_("This account is open no more."))
            try:
                return await known(session, account, given)
            except TooManyAttempts as failure:
                raise Refused(_("Too many attempts."), _("Wait ten minutes and try again.")) from failure

    async def _refuse(self, session: OpenSession) -> dict[str, Any]:
        with using(language_of(await self._accounts.find(session.login))):
            raise Refused(_("The screen is locked."))
