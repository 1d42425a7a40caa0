"""What all doors share: the accounts, the gateway, and the limits of guessing and connecting, counted once."""

from __future__ import annotations

import asyncio
import logging
import time
from dataclasses import dataclass, field
from weakref import WeakValueDictionary

import asyncssh

from vpterm.terminal.gateway import Gateway
from vpterm.terminal.identity import Account, Accounts, LoginMethod
from vpterm.terminal.limits import ConnectionLimiter, GuessLimiter, network_of
from vpterm.terminal.settings import DoorSettings

_log = logging.getLogger("vpterm.terminal")

_MAX_LOGIN = 64
_MAX_PASSWORD = 1024


def as_login(typed: str) -> str:
    """A login as accounts are called, from what somebody typed."""
    return typed[:_MAX_LOGIN].strip().lower()


@dataclass
class Doorkeeper:
    """What all connections share, over whichever door."""

    settings: DoorSettings
    accounts: Accounts
    gateway: Gateway
    guesses: GuessLimiter = field(init=False)
    held: ConnectionLimiter = field(init=False)
    connections: set[asyncssh.SSHServerConnection] = field(default_factory=set)
    _asking: WeakValueDictionary[tuple[str, str], asyncio.Lock] = field(default_factory=WeakValueDictionary)

    def __post_init__(self) -> None:
        chosen = self.settings
        self.guesses = GuessLimiter(
            chosen.guesses_per_account, chosen.guesses_per_address, chosen.ban_s, time.monotonic
        )
        self.held = ConnectionLimiter(chosen.connections, chosen.connections_per_address)

    async def knows(self, account: Account | None, login: str, password: str, address: str) -> bool:
        """Whether a password is right, after the wait that earlier failures have earned; a failure is counted."""
        # One at a time: guesses made at once over many connections would all be looked at before one is counted.
        async with self._asking.setdefault((login, network_of(address)), asyncio.Lock()):
            await asyncio.sleep(self.guesses.delay_s(login, address))
            is_banned = self.guesses.is_account_banned(login, address) or self.guesses.is_address_banned(address)
            known = None if is_banned or len(password) > _MAX_PASSWORD else account
            if await self.accounts.verify_password(known, password[:_MAX_PASSWORD]) and known is not None:
                return True
            self.guesses.failed(login, address)
        _log.info("a wrong password from %s", address)
        return False

    async def has_come_in(self, account: Account, login: str, address: str, method: LoginMethod) -> None:
        """A person has proved who they are."""
        self.guesses.succeeded(login, address)
        try:
            await self.accounts.record_login(account, address, method)
        except Exception:  # who has proved who they are is let in, noted or not
            _log.exception("a login could not be noted")
