"""Staff accounts that live in memory, for doors without a database: they note who came in and who did not."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from vpterm.kernel.errors import Refused
from vpterm.kernel.i18n import _
from vpterm.practice.staff.certificates import CertificateRow
from vpterm.practice.staff.codes import new_recovery_codes, step_of_code
from vpterm.practice.staff.logins import GUESSED, LoginMethod, LoginRow
from vpterm.practice.staff.queries import KeyRow
from vpterm.practice.staff.rules import Guesses, check_pin, network_of
from vpterm.terminal.identity.identity import Account, PasswordCheck


class MemoryAccounts:
    """See Accounts. `totp` holds secret and last step by login, `recovery` what is left, `certificates` by serial."""

    def __init__(self, accounts: list[Account]) -> None:
        self._accounts = {account.login: account for account in accounts}
        self._check = PasswordCheck()
        self.events: list[tuple[str, LoginRow]] = []
        self.totp: dict[str, tuple[str, int]] = {}
        self.recovery: dict[str, list[str]] = {}
        self.certificates: dict[int, CertificateRow] = {}
        self.is_away = False

    @property
    def logins(self) -> list[tuple[str, str, str]]:
        """Who came in, from where, how."""
        return [(login, row.address, row.method) for login, row in self.events if row.accepted]

    def change(self, login: str, **changes: object) -> None:
        """Make an account another one."""
        self._accounts[login] = replace(self._accounts[login], **changes)  # type: ignore[arg-type]

    def add_key(self, login: str, line: str) -> None:
        """Give an account a public key."""
        self.change(login, public_keys=(line,))

    def now(self) -> datetime:
        """See Accounts."""
        return datetime.now(UTC)

    async def find(self, login: str) -> Account | None:
        """See Accounts."""
        await asyncio.sleep(0)
        if login == "vet.away" or self.is_away:
            raise ConnectionError("the accounts are away")
        account = self._accounts.get(login)
        return replace(account, has_code=login in self.totp) if account is not None else None

    async def verify_password(self, account: Account | None, password: str) -> bool:
        """See Accounts."""
        return await self._check.matches(account.password_hash if account else None, password)

    async def verify_pin(self, account: Account, pin: str) -> bool:
        """See Accounts."""
        return await self._check.matches(account.pin_hash, pin)

    async def verify_code(self, account: Account, code: str) -> LoginMethod | None:
        """See Accounts."""
        secret, last = self.totp[account.login]
        step = step_of_code(secret, code, self.now())
        if step is not None and step > last:
            self.totp[account.login] = (secret, step)
            return "code"
        left = self.recovery.get(account.login, [])
        if code in left:
            left.remove(code)
            return "recovery"
        return None

    async def find_certificate(self, serial: int) -> CertificateRow | None:
        """See Accounts."""
        return self.certificates.get(serial)

    async def count_guesses(self, login: str, address: str, within: timedelta) -> Guesses:
        """See Accounts."""
        since, network = self.now() - within, network_of(address)
        opened = max((row.happened_at for whose, row in self.events if whose == login and row.accepted), default=since)
        wrong = [
            (whose, row)
            for whose, row in self.events
            if row.happened_at > since and not row.accepted and row.method in GUESSED
        ]
        return Guesses(
            sum(whose == login and row.happened_at > opened for whose, row in wrong),
            sum(network_of(row.address) == network for _, row in wrong),
            any(whose == login and row.accepted and row.address == address for whose, row in self.events),
        )

    async def record_login(self, login: str, address: str, method: str, *, accepted: bool) -> None:
        """See Accounts."""
        await asyncio.sleep(0)
        if login == "vet.unnoted":
            raise ConnectionError("the accounts are away")
        self.events.append((login, LoginRow(self.now(), address, method, accepted)))

    async def list_logins(self, account: Account, most: int) -> Sequence[LoginRow]:
        """See Accounts."""
        return [row for login, row in reversed(self.events) if login == account.login][:most]

    async def list_keys(self, account: Account) -> Sequence[KeyRow]:
        """See Accounts."""
        lines = self._accounts[account.login].public_keys
        return [KeyRow(number, line, "", False, self.now()) for number, line in enumerate(lines)]

    async def count_recovery_codes(self, account: Account) -> int:
        """See Accounts."""
        return len(self.recovery.get(account.login, []))

    async def enrol(self, account: Account, secret: str, code: str) -> Sequence[str]:
        """See Accounts."""
        step = step_of_code(secret, code, self.now())
        if step is None:
            raise Refused(_("This is not the code of now."), field="code")
        self.totp[account.login] = (secret, step)
        self.recovery[account.login] = new_recovery_codes()
        return list(self.recovery[account.login])

    async def end_codes(self, account: Account) -> None:
        """See Accounts."""
        self.totp.pop(account.login, None)
        self.recovery.pop(account.login, None)

    async def change_password(self, account: Account, password: str) -> None:
        """See Accounts."""
        from argon2 import PasswordHasher

        cheap = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
        self.change(account.login, password_hash=cheap.hash(password))

    async def change_pin(self, account: Account, pin: str) -> None:
        """See Accounts."""
        from argon2 import PasswordHasher

        cheap = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
        self.change(account.login, pin_hash=cheap.hash(check_pin(pin)) if pin else None)
