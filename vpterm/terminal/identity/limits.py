"""How long a guess waits, which addresses may not even connect, how much one may hold and type. No I/O.

asyncssh has no such limits of its own. IPv6 addresses count by their /64, which one customer owns whole. This is the
memory of one door, asked before the database; what holds for all doors is counted there (practice/staff/logins.py).
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from vpterm.practice.staff.rules import network_of

S = TypeVar("S")

_MAX_REMEMBERED = 20_000
_FORGET_S = 3600.0
_FREE_GUESSES = 2
_LONGEST_DELAY_S = 4.0


@dataclass
class _Failures:
    count: int = 0
    last: float = 0.0
    banned_until: float = 0.0


@dataclass
class GuessLimiter:
    """Counts wrong guesses per account and per address; bans an address for `ban_s` seconds."""

    per_address: int
    ban_s: float
    clock: Callable[[], float]
    _accounts: OrderedDict[str, _Failures] = field(default_factory=OrderedDict)
    _addresses: OrderedDict[str, _Failures] = field(default_factory=OrderedDict)

    def is_address_banned(self, address: str) -> bool:
        """Whether this address may not even connect now."""
        failures = self._addresses.get(network_of(address))
        return failures is not None and failures.banned_until > self.clock()

    def delay_s(self, login: str, address: str) -> float:
        """How long to let a guess wait, in seconds: doubled with each failure, up to 4."""
        counts = [self._current(self._accounts, login), self._current(self._addresses, network_of(address))]
        excess = max(counts) - _FREE_GUESSES
        return 0.0 if excess < 0 else min(_LONGEST_DELAY_S, 0.25 * 2.0 ** min(excess, 10))

    def failed(self, login: str, address: str) -> None:
        """Note a wrong guess."""
        self._count(self._accounts, login, None)
        self._count(self._addresses, network_of(address), self.per_address)

    def succeeded(self, login: str, address: str) -> None:
        """Note that the person came in. What others at the same address got wrong stays counted."""
        self._accounts.pop(login, None)

    def _current(self, table: OrderedDict[str, _Failures], key: str) -> int:
        failures = table.get(key)
        return failures.count if failures is not None and self.clock() - failures.last < _FORGET_S else 0

    def _count(self, table: OrderedDict[str, _Failures], key: str, limit: int | None) -> None:
        now = self.clock()
        failures = table.get(key)
        if failures is None or (now - failures.last > _FORGET_S and failures.banned_until <= now):
            failures = table[key] = _Failures()
        failures.count, failures.last = failures.count + 1, now
        table.move_to_end(key)
        if limit is not None and failures.count >= limit:
            failures.count, failures.banned_until = _FREE_GUESSES, now + self.ban_s
        while len(table) > _MAX_REMEMBERED:
            table.popitem(last=False)


@dataclass
class ConnectionLimiter:
    """Counts open connections, in all and per address."""

    total: int
    per_address: int
    _open: dict[str, int] = field(default_factory=dict)

    def enter(self, address: str) -> bool:
        """Count a new connection in, or refuse it."""
        network = network_of(address)
        held = self._open.get(network, 0)
        if held >= self.per_address or sum(self._open.values()) >= self.total:
            return False
        self._open[network] = held + 1
        return True

    def leave(self, address: str) -> None:
        """Count a connection out that was counted in."""
        network = network_of(address)
        held = self._open.get(network, 0) - 1
        if held > 0:
            self._open[network] = held
        else:
            self._open.pop(network, None)


@dataclass(frozen=True)
class Caps:
    """How many seats (terminals that show something) a person has at once, and how many sessions there are in all."""

    seats_per_person: int
    sessions: int

    def one_too_many(self, seats: Sequence[S]) -> S | None:
        """Of all seats of a person, oldest first, the one that has to go; None if they may stay."""
        return seats[0] if len(seats) > self.seats_per_person else None

    def is_full(self, sessions: int) -> bool:
        """Whether there is no room for another session beside so many."""
        return sessions >= self.sessions


class TokenBucket:
    """Bytes that may pass: `rate` a second, and `burst` at once by whoever was quiet before."""

    def __init__(self, rate: float, burst: float, clock: Callable[[], float]) -> None:
        self._rate, self._burst, self._clock = rate, burst, clock
        self._left, self._at = burst, clock()

    def take(self, count: int) -> float:
        """So many bytes have come. Answers how many seconds to take no more, 0.0 for none."""
        now = self._clock()
        self._left = min(self._burst, self._left + (now - self._at) * self._rate) - count
        self._at = now
        return max(0.0, -self._left / self._rate)
