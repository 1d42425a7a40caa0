"""How often a password may be guessed and how many connections one address may hold. No I/O; the clock is given.

asyncssh has no such limits of its own. IPv6 addresses count by their /64, which one customer owns whole.
"""

from __future__ import annotations

import ipaddress
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field

_MAX_REMEMBERED = 20_000
_FORGET_S = 3600.0
_FREE_GUESSES = 2
_LONGEST_DELAY_S = 4.0


def network_of(address: str) -> str:
    """What counts as one address: itself, or the /64 of an IPv6 address; text that is no address stays."""
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped is not None:
            return str(parsed.ipv4_mapped)
        return str(ipaddress.ip_network((parsed, 64), strict=False))
    return str(parsed)


@dataclass
class _Failures:
    count: int = 0
    last: float = 0.0
    banned_until: float = 0.0


@dataclass
class GuessLimiter:
    """Counts wrong guesses per account and per address; bans either for `ban_s` seconds.

    A ban of an account does not hold for an address from which its person has come in before: nobody is kept
    out of their work by a stranger who guesses at their name.
    """

    per_account: int
    per_address: int
    ban_s: float
    clock: Callable[[], float]
    _accounts: OrderedDict[str, _Failures] = field(default_factory=OrderedDict)
    _addresses: OrderedDict[str, _Failures] = field(default_factory=OrderedDict)
    _known: OrderedDict[tuple[str, str], None] = field(default_factory=OrderedDict)

    def is_address_banned(self, address: str) -> bool:
        """Whether this address may not even connect now."""
        failures = self._addresses.get(network_of(address))
        return failures is not None and failures.banned_until > self.clock()

    def is_account_banned(self, login: str, address: str) -> bool:
        """Whether passwords for this account are not looked at now, from this address."""
        failures = self._accounts.get(login)
        if failures is None or failures.banned_until <= self.clock():
            return False
        return (login, network_of(address)) not in self._known

    def delay_s(self, login: str, address: str) -> float:
        """How long to let a guess wait, in seconds: doubled with each failure, up to 4."""
        counts = [self._current(self._accounts, login), self._current(self._addresses, network_of(address))]
        excess = max(counts) - _FREE_GUESSES
        return 0.0 if excess < 0 else min(_LONGEST_DELAY_S, 0.25 * 2.0 ** min(excess, 10))

    def failed(self, login: str, address: str) -> None:
        """Note a wrong guess."""
        self._count(self._accounts, login, self.per_account)
        self._count(self._addresses, network_of(address), self.per_address)

    def succeeded(self, login: str, address: str) -> None:
        """Note that the person came in. What others at the same address got wrong stays counted."""
        self._accounts.pop(login, None)
        pair = (login, network_of(address))
        self._known[pair] = None
        self._known.move_to_end(pair)
        while len(self._known) > _MAX_REMEMBERED:
            self._known.popitem(last=False)

    def _current(self, table: OrderedDict[str, _Failures], key: str) -> int:
        failures = table.get(key)
        return failures.count if failures is not None and self.clock() - failures.last < _FORGET_S else 0

    def _count(self, table: OrderedDict[str, _Failures], key: str, limit: int) -> None:
        now = self.clock()
        failures = table.get(key)
        if failures is None or (now - failures.last > _FORGET_S and failures.banned_until <= now):
            failures = table[key] = _Failures()
        failures.count, failures.last = failures.count + 1, now
        table.move_to_end(key)
        if failures.count >= limit:
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
