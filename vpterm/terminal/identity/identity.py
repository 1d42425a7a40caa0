"""Who may come in: what the SSH door asks of the staff accounts. Where accounts are kept is not known here."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Literal, Protocol

from vpterm.practice.staff.certificates import CertificateRow
from vpterm.practice.staff.logins import LoginMethod, LoginRow
from vpterm.practice.staff.passwords import hash_of_nobody, is_password
from vpterm.practice.staff.queries import KeyRow
from vpterm.practice.staff.rules import CodePolicy, CodeRule, Guesses

NextStep = Literal["in", "code", "enrol"]
_POLITE = 5  # of 20: they give way to keys, and are not starved by a storm of logins that are being served


@dataclass(frozen=True)
class SiteAccess:
    """A site at which a person works."""

    code: str
    site_id: int
    name: str


@dataclass(frozen=True)
class Account:
    """A person who may come in. `public_keys` are lines in OpenSSH's format; `password_hash` is argon2's."""

    login: str
    staff_id: int
    display_name: str
    language: str
    sites: tuple[SiteAccess, ...]
    password_hash: str | None
    public_keys: tuple[str, ...] = ()
    verified_keys: frozenset[str] = frozenset()  # those of which a PIN or a finger is asked
    has_code: bool = False
    policy: CodePolicy = field(default_factory=CodePolicy)

    def site(self, code: str) -> SiteAccess | None:
        """The person's access to this site, or nothing."""
        return next((site for site in self.sites if site.code == code), None)

    def only_at(self, codes: tuple[str, ...]) -> Account:
        """The same person at these sites only; at all of theirs without any."""
        return replace(self, sites=tuple(site for site in self.sites if site.code in codes)) if codes else self

    def next_step(self, method: LoginMethod) -> NextStep:
        """What is left to do for who has proved who they are in this way."""
        if method in ("code", "recovery") or (method != "password" and not self.policy.with_key):
            return "in"
        if self.has_code:
            return "code"
        return "enrol" if self.policy.rule is CodeRule.REQUIRED else "in"


class Accounts(Protocol):
    """The staff accounts as the door sees them."""

    async def find(self, login: str) -> Account | None:
        """The account of this login if it is active, or nothing."""

    async def verify_password(self, account: Account | None, password: str) -> bool:
        """Whether the password is right. Without an account: false, after the same time (`PasswordCheck`)."""

    async def verify_code(self, account: Account, code: str) -> LoginMethod | None:
        """How the person proved themselves: by a code of the telephone or a recovery code, each good once."""

    async def find_certificate(self, serial: int) -> CertificateRow | None:
        """What the group remembers of a certificate."""

    async def count_guesses(self, login: str, address: str, within: timedelta) -> Guesses:
        """Wrong guesses of late, through whichever door."""

    async def record_login(self, login: str, address: str, method: str, *, accepted: bool) -> None:
        """Note that somebody came in, or did not, from where and how."""

    async def list_logins(self, account: Account, most: int) -> Sequence[LoginRow]:
        """The newest attempts at the account, newest first."""

    async def list_keys(self, account: Account) -> Sequence[KeyRow]:
        """The person's keys."""

    async def count_recovery_codes(self, account: Account) -> int:
        """How many are left."""

    async def enrol(self, account: Account, secret: str, code: str) -> Sequence[str]:
        """Ask the person for codes from now on; the recovery codes. Raises Refused for a wrong code."""

    async def end_codes(self, account: Account) -> None:
        """Ask the person for codes no more."""

    async def change_password(self, account: Account, password: str) -> None:
        """Give the person another password. Raises Refused for one too short."""

    def now(self) -> datetime:
        """The time of the door."""


def _give_way() -> None:
    """This thread, and those that it starts, let whoever is typing go first. Only Linux knows this of a thread."""
    if sys.platform == "linux":
        with contextlib.suppress(OSError):
            thread = threading.get_native_id()
            os.setpriority(os.PRIO_PROCESS, thread, os.getpriority(os.PRIO_PROCESS, thread) + _POLITE)


class PasswordCheck:
    """Checks argon2id hashes in threads of its own: a hash costs on purpose and must not stop the door.

    An unknown login costs as much as a known one, so that its absence cannot be measured.
    """

    def __init__(self, threads: int | None = None) -> None:
        """As many at a time as fit on half of the processors: one check uses several. The others wait their turn."""
        at_once = threads or max((os.cpu_count() or 2) // 2, 1)
        self._threads = ThreadPoolExecutor(at_once, "password", initializer=_give_way)
        self._threads.submit(hash_of_nobody)

    async def matches(self, password_hash: str | None, password: str) -> bool:
        """Whether the password belongs to the hash; false for no hash, after the same time."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, is_password, password_hash, password)

    def close(self) -> None:
        """End the threads."""
        self._threads.shutdown(wait=False, cancel_futures=True)
