"""Who may come in: what the SSH door asks of the staff accounts. Where accounts are kept is not known here."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Literal, Protocol

from vpterm.practice.staff.passwords import is_password

LoginMethod = Literal["password", "publickey"]


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

    def site(self, code: str) -> SiteAccess | None:
        """The person's access to this site, or nothing."""
        return next((site for site in self.sites if site.code == code), None)


class Accounts(Protocol):
    """The staff accounts as the door sees them."""

    async def find(self, login: str) -> Account | None:
        """The account of this login if it is active, or nothing."""

    async def verify_password(self, account: Account | None, password: str) -> bool:
        """Whether the password is right. Without an account: false, after the same time (`PasswordCheck`)."""

    async def record_login(self, account: Account, address: str, method: LoginMethod) -> None:
        """Note that this person came in, from where and how."""


class PasswordCheck:
    """Checks argon2id hashes in threads of its own: a hash costs on purpose and must not stop the door.

    An unknown login costs as much as a known one, so that its absence cannot be measured.
    """

    def __init__(self, threads: int = 2) -> None:
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="password")

    async def matches(self, password_hash: str | None, password: str) -> bool:
        """Whether the password belongs to the hash; false for no hash, after the same time."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, is_password, password_hash, password)

    def close(self) -> None:
        """End the threads."""
        self._threads.shutdown(wait=False, cancel_futures=True)
