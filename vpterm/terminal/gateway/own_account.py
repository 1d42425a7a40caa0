"""What a person asks of the door about their own account, from within their session: logins, password, codes, keys.

A session's worker holds a site's login, which reads none of this. It asks over its wire, for the persons of its own
sessions alone, and gets what that person may see.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from vpterm.kernel.errors import NotFound, Refused
from vpterm.kernel.i18n import _, using
from vpterm.practice.staff.codes import new_totp_secret, totp_uri
from vpterm.practice.staff.rules import CodeRule, GuessLimits, check_password, check_pin
from vpterm.terminal.identity.greeting import language_of
from vpterm.terminal.identity.identity import Account, Accounts
from vpterm.terminal.identity.limits import GuessLimiter
from vpterm.terminal.identity.proving import Proving, TooManyAttempts
from vpterm.terminal.questions import answer_of

LOGINS = 60
_LONGEST = 1024
_Values = Mapping[str, str]


class OwnAccount:
    """The questions: show, password (old, new), pin (password, pin), enrol (password), confirm (code), end (code)."""

    def __init__(self, accounts: Accounts, limiter: GuessLimiter, limits: GuessLimits) -> None:
        self._accounts, self._limiter, self._limits = accounts, limiter, limits
        self._pending: dict[str, str] = {}
        self._questions: dict[str, Callable[[Account, _Values], Awaitable[dict[str, Any]]]] = {
            "show": self._show, "password": self._password, "enrol": self._enrol, "confirm": self._confirm,
            "end": self._end, "pin": self._pin,
        }  # fmt: skip

    async def answer(self, login: str, question: str, values: Mapping[str, Any]) -> dict[str, Any]:
        """The answer to a question of this person's session, refusals in their language."""
        given = {name: value for name, value in values.items() if isinstance(value, str) and len(value) <= _LONGEST}
        return await answer_of(self._answer(login, question, given))

    async def _answer(self, login: str, question: str, given: _Values) -> dict[str, Any]:
        account, known = await self._accounts.find(login), self._questions.get(question)
        with using(language_of(account)):
            if account is None or known is None:
                raise NotFound(_("This account is open no more."))
            try:
                return await known(account, given)
            except TooManyAttempts as failure:
                raise Refused(_("Too many attempts."), _("Wait ten minutes and try again.")) from failure

    async def _show(self, account: Account, given: _Values) -> dict[str, Any]:
        logins = await self._accounts.list_logins(account, LOGINS)
        keys = await self._accounts.list_keys(account)
        return {
            "logins": [[row.happened_at.isoformat(), row.address, row.method, row.accepted] for row in logins],
            "keys": [[key.line.split()[0], key.comment, key.added_at.isoformat()] for key in keys],
            "has_code": account.has_code,
            "has_pin": account.pin_hash is not None,
            "recovery_left": await self._accounts.count_recovery_codes(account),
            "may_enrol": account.policy.allows_enrolment() and not account.has_code,
            "must_have": account.policy.rule is CodeRule.REQUIRED,
        }

    async def _password(self, account: Account, given: _Values) -> dict[str, Any]:
        new = check_password(given.get("new", ""))
        await self._prove(account, given.get("old", ""), "old")
        await self._accounts.change_password(account, new)
        return {}

    async def _pin(self, account: Account, given: _Values) -> dict[str, Any]:
        """A new PIN; none when it is empty. The password proves who asks, since a PIN is what a passer-by may know."""
        pin = given.get("pin", "")
        if pin:
            check_pin(pin)
        await self._prove(account, given.get("password", ""), "password")
        await self._accounts.change_pin(account, pin)
        return {}

    async def _enrol(self, account: Account, given: _Values) -> dict[str, Any]:
        if account.has_code or not account.policy.allows_enrolment():
            raise Refused(_("Codes are not offered to you now."))
        await self._prove(account, given.get("password", ""), "password")
        secret = self._pending[account.login] = new_totp_secret()
        return {"secret": secret, "uri": totp_uri(secret, account.login)}

    async def _confirm(self, account: Account, given: _Values) -> dict[str, Any]:
        secret = self._pending.get(account.login)
        if secret is None or account.has_code:
            raise Refused(_("Begin again: this secret is not waiting any more."))
        codes = await self._accounts.enrol(account, secret, given.get("code", ""))
        self._pending.pop(account.login, None)
        return {"codes": list(codes)}

    async def _end(self, account: Account, given: _Values) -> dict[str, Any]:
        if account.policy.rule is CodeRule.REQUIRED:
            raise Refused(_("Your group asks for codes of your role."), _("A new telephone: ask the administrator."))
        if not await self._proving(account).code_is_right(given.get("code", "")):
            raise Refused(_("This code is wrong, or was used already."), field="code")
        await self._accounts.end_codes(account)
        return {}

    async def _prove(self, account: Account, password: str, field: str) -> None:
        """Who sits at an open session is not always its person."""
        if not await self._proving(account).password_is_right(password):
            raise Refused(_("The password is wrong."), field=field)

    def _proving(self, account: Account) -> Proving:
        where = f"session {account.login}"
        return Proving(self._accounts, self._limiter, self._limits, account.login, where, account)
