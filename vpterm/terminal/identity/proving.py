"""One person proving who they are at a door: guesses wait, are counted for all doors, and stop being looked at.

Which door it is (SSH, a page) is not known here.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from vpterm.practice.staff.logins import LoginMethod
from vpterm.practice.staff.rules import GuessLimits, is_address_locked, is_locked
from vpterm.terminal.identity.authority import Presented
from vpterm.terminal.identity.greeting import greeting_of
from vpterm.terminal.identity.identity import Account, Accounts, NextStep
from vpterm.terminal.identity.limits import GuessLimiter
from vpterm.terminal.logs import mark

_log = logging.getLogger("vpterm.terminal")

_MAX_PASSWORD = 1024
_MAX_CODE = 64
_MAX_GUESSES = 6  # per connection, as OpenSSH's MaxAuthTries


class TooManyAttempts(Exception):  # noqa: N818 - named for what happened, as in kernel/errors.py
    """Nobody at this address is listened to for now."""


@dataclass
class Proving:
    """`login` as typed, in small letters; `account` is there if there is such a person, proved or not."""

    accounts: Accounts
    limiter: GuessLimiter
    limits: GuessLimits
    login: str
    address: str
    account: Account | None = None
    method: LoginMethod = "password"
    tries: int = 0
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    refused: Callable[[str], None] = lambda reason: None

    async def find(self) -> None:
        """Find the account."""
        self.account = await self.accounts.find(self.login)

    @property
    def next_step(self) -> NextStep:
        """What is left to do for a person who has proved who they are by `method`."""
        return self.account.next_step(self.method) if self.account is not None else "in"

    async def password_is_right(self, password: str) -> bool:
        """Check a password. Without an account, or while guessing is stopped: false, after the same time."""

        async def check(account: Account | None) -> LoginMethod | None:
            known = account if len(password) <= _MAX_PASSWORD else None
            is_right = await self.accounts.verify_password(known, password[:_MAX_PASSWORD])
            return "password" if is_right and known is not None else None

        return await self._guess("password", check)

    async def code_is_right(self, code: str) -> bool:
        """Check a code of the telephone, or a recovery code."""

        async def check(account: Account | None) -> LoginMethod | None:
            return await self.accounts.verify_code(account, code[:_MAX_CODE]) if account is not None else None

        return await self._guess("code", check)

    async def _guess(self, kind: str, check: Callable[[Account | None], Awaitable[LoginMethod | None]]) -> bool:
        self.tries += 1
        async with self.turn:
            return await self._guess_alone(kind, check)

    async def _guess_alone(self, kind: str, check: Callable[[Account | None], Awaitable[LoginMethod | None]]) -> bool:
        if self.tries > _MAX_GUESSES or self.limiter.is_address_banned(self.address):
            self.refused("too_many_guesses")
            raise TooManyAttempts
        await asyncio.sleep(self.limiter.delay_s(self.login, self.address))
        guesses = await self.accounts.count_guesses(self.login, self.address, self.limits.within)
        if is_address_locked(guesses, self.limits):
            self.refused("too_many_guesses")
            raise TooManyAttempts
        stopped = is_locked(guesses, self.limits)
        method = await check(None if stopped else self.account)
        if method is not None:
            self.method = method
            return True
        self.limiter.failed(self.login, self.address)
        self.refused("account_banned" if stopped else f"wrong_{kind}")
        _log.info("a wrong %(kind)s from %(from)s", {"kind": kind, "from": mark(self.address)})
        await self.accounts.record_login(self.login, self.address, "locked" if stopped else kind, accepted=False)
        return False

    async def certificate_is_good(self, presented: Presented) -> bool:
        """Whether the group signed this for exactly this person and key, and has not taken it back."""
        if self.account is None or presented.logins != (self.login,):
            return False
        known = await self.accounts.find_certificate(presented.serial)
        if (
            known is None
            or known.revoked_at is not None
            or (known.staff_id, known.fingerprint) != (self.account.staff_id, presented.fingerprint)
            or known.site_codes != presented.site_codes
        ):
            return False
        narrowed = self.account.only_at(presented.site_codes)
        if not narrowed.sites and not narrowed.supports:
            return False
        self.account, self.method = narrowed, "certificate"
        return True

    async def arrive(self) -> str:
        """Note that the person is in; answers what to greet them with: when they last came in, and what happened."""
        self.limiter.succeeded(self.login, self.address)
        if self.account is None:
            return ""
        came = {"staff": self.account.staff_id, "method": self.method, "from": mark(self.address)}
        _log.info("staff %(staff)s came in by %(method)s from %(from)s", came)
        greeting = ""
        try:
            greeting = await greeting_of(self.account, self.method, self.accounts)
            await self.accounts.record_login(self.account.login, self.address, self.method, accepted=True)
        except Exception:  # who has proved who they are is let in, noted or not
            _log.exception("a login could not be noted")
        return greeting
