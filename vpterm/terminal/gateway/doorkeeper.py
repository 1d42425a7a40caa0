"""What all doors share: the accounts, the gateway, and the limits of guessing and connecting, counted once."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from datetime import timedelta
from weakref import WeakValueDictionary

import asyncssh

from vpterm.practice.staff.rules import GuessLimits, network_of
from vpterm.terminal.gateway.gateway import Gateway
from vpterm.terminal.identity.authority import Authority
from vpterm.terminal.identity.identity import Accounts
from vpterm.terminal.identity.limits import ConnectionLimiter, GuessLimiter
from vpterm.terminal.identity.proving import Proving
from vpterm.terminal.settings import DoorSettings

_MAX_LOGIN = 64


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
    limits: GuessLimits = field(init=False)
    authority: Authority = field(init=False)
    held: ConnectionLimiter = field(init=False)
    connections: set[asyncssh.SSHServerConnection] = field(default_factory=set)
    _turns: WeakValueDictionary[tuple[str, str], asyncio.Lock] = field(default_factory=WeakValueDictionary)

    def __post_init__(self) -> None:
        chosen = self.settings
        self.guesses = GuessLimiter(chosen.guesses_per_address, chosen.ban_s, time.monotonic)
        self.limits = GuessLimits(
            chosen.guesses_per_account, chosen.guesses_per_address, timedelta(seconds=chosen.ban_s)
        )
        self.authority = Authority(chosen.state_folder)
        self.held = ConnectionLimiter(chosen.connections, chosen.connections_per_address)

    def proving(self, login: str, address: str, *, tries: int = 0) -> Proving:
        """Somebody at an address begins to prove that they are `login` (as_login)."""
        # One at a time: guesses made at once over many connections would all be looked at before one is counted.
        turn = self._turns.setdefault((login, network_of(address)), asyncio.Lock())
        return Proving(
            self.accounts, self.guesses, self.limits, login, address, tries=tries, turn=turn,
            refused=self.gateway.metrics.login_refused,
        )  # fmt: skip
