"""Opening a locked screen: the person's PIN a few times, their password as at a door."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from vpterm.kernel.errors import Refused
from vpterm.kernel.i18n import _
from vpterm.practice.staff.rules import WRONG_PINS, GuessLimits, is_like_pin
from vpterm.terminal.gateway.gateway import Gateway
from vpterm.terminal.gateway.registry import OpenSession
from vpterm.terminal.identity.identity import Account, Accounts
from vpterm.terminal.identity.limits import GuessLimiter
from vpterm.terminal.identity.proving import Proving


class Unlocking:
    """The questions `unlock` (secret) and `unlock.ways`.

    After WRONG_PINS wrong PINs of a person, over all their sessions, only the password counts, whose guesses are
    counted as at the doors; it makes the PIN good again. Kept in memory: locked sessions end with the gateway.
    """

    def __init__(self, gateway: Gateway, accounts: Accounts, limiter: GuessLimiter, limits: GuessLimits) -> None:
        self._gateway, self._accounts, self._limiter, self._limits = gateway, accounts, limiter, limits
        self._wrong: dict[str, int] = {}
        self.questions = {"unlock": self.unlock, "unlock.ways": self.ways}

    async def ways(self, session: OpenSession, account: Account, given: Mapping[str, str]) -> dict[str, Any]:
        """What opens the screen of this person."""
        return {"pin": self._takes_pin(account), "password": account.password_hash is not None}

    def _takes_pin(self, account: Account) -> bool:
        return account.pin_hash is not None and self._wrong.get(account.login, 0) < WRONG_PINS

    async def unlock(self, session: OpenSession, account: Account, given: Mapping[str, str]) -> dict[str, Any]:
        """Open the session, if it is right."""
        secret = given.get("secret", "")
        await (self._try_pin if is_like_pin(secret) else self._try_password)(account, secret)
        self._wrong.pop(account.login, None)
        self._gateway.opened(session)
        return {}

    async def _try_pin(self, account: Account, pin: str) -> None:
        if account.pin_hash is None:
            raise Refused(_("You have no PIN."), _("The password opens."))
        if not self._takes_pin(account):
            raise Refused(_("Too many wrong PINs."), _("The password opens."))
        # Counted before it is looked at: guesses made at once must not all be looked at.
        self._wrong[account.login] = self._wrong.get(account.login, 0) + 1
        if not await self._accounts.verify_pin(account, pin):
            await self._accounts.record_login(account.login, self._where(account), "pin", accepted=False)
            left = WRONG_PINS - self._wrong[account.login]
            raise Refused(_("This is not your PIN."), _("Only the password opens now.") if left <= 0 else "")

    async def _try_password(self, account: Account, password: str) -> None:
        proving = Proving(
            self._accounts, self._limiter, self._limits, account.login, self._where(account), account,
            refused=self._gateway.metrics.login_refused,
        )  # fmt: skip
        if not await proving.password_is_right(password):
            raise Refused(_("The password is wrong."))

    @staticmethod
    def _where(account: Account) -> str:
        return f"session {account.login}"
