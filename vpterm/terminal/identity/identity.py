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
from vpterm.practice.staff.rules import CodePolicy, CodeRule, Guesses, Role, rights_of

NextStep = Literal["in", "code", "enrol"]
_POLITE = 5  # of 20: they give way to keys, and are not starved by a storm of logins that are being served


@dataclass(frozen=True)
class SiteAccess:
    """A site at which a person works."""

    code: str
    site_id: int
    name: str
    roles: frozenset[Role] = frozenset()


@dataclass(frozen=True)
class Account:
    """A person who may come in. `public_keys` are lines in OpenSSH's format; the hashes are argon2's.

    `sites` are where they work, `supports` those whose people they may ask to be let look in (support works nowhere).
    """

    login: str
    staff_id: int
    display_name: str
    language: str
    sites: tuple[SiteAccess, ...]
    password_hash: str | None
    pin_hash: str | None = None  # for locked screens; it opens no door
    public_keys: tuple[str, ...] = ()
    verified_keys: frozenset[str] = frozenset()  # those of which a PIN or a finger is asked
    has_code: bool = False
    policy: CodePolicy = field(default_factory=CodePolicy)
    supports: tuple[SiteAccess, ...] = ()
    approves_support: bool = False

    def site(self, code: str) -> SiteAccess | None:
        """The person's access to this site, or nothing."""
        return next((site for site in self.sites if site.code == code), None)

    def may(self, right: str, site_code: str) -> bool:
        """Whether the person's roles at a site hold a right."""
        site = self.site(site_code)
        return site is not None and right in rights_of(site.roles)

    def only_at(self, codes: tuple[str, ...]) -> Account:
        """The same person at these sites only; at all of theirs without any."""
        if not codes:
            return self
        sites, supports = (tuple(site for site in whole if site.code in codes) for whole in (self.sites, self.supports))
        return replace(self, sites=sites, supports=supports)

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

    async def verify_pin(self, account: Account, pin: str) -> bool:
        """Whether it is the person's PIN; false for who has none."""

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

    async def change_pin(self, account: Account, pin: str) -> None:
        """Give the person a PIN, or none (""). Raises Refused for one that is none, or too easy."""

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
