"""Who has come in by the browser door: one login per browser, known by a cookie that no script can read.

Kept in memory only, and the tokens by their hash: a login ends with the server at the latest. No I/O; the clock
is given.
"""

from __future__ import annotations

import hashlib
import secrets
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field

from vpterm.terminal.gateway.choosing import Wanted

_MAX_LOGINS = 5_000
_MAX_PER_PERSON = 20
_MAX_PAGES = 8


@dataclass
class WebLogin:
    """A browser whose person has proved who they are.

    `received` counts what each of its pages has typed, in bytes; `looked_at` is the session that each showed last.
    """

    key: str
    login: str
    since: float
    seen: float
    greeting: str = ""  # told once, on the first line
    lines: int = 0
    received: OrderedDict[str, int] = field(default_factory=OrderedDict)
    looked_at: dict[str, Wanted] = field(default_factory=dict)

    def note_left(self, page: str, count: int, session: Wanted | None) -> None:
        """A page has lost its line: note what it has typed in all, in bytes, and the session that it showed."""
        self.received[page] = count
        self.received.move_to_end(page)
        if session is not None:
            self.looked_at[page] = session
        while len(self.received) > _MAX_PAGES:
            oldest, _count = self.received.popitem(last=False)
            self.looked_at.pop(oldest, None)


@dataclass
class WebLogins:
    """All browsers that have come in. A login without an open line ends after `idle_s`, any after `longest_s`."""

    idle_s: float
    longest_s: float
    clock: Callable[[], float]
    _logins: OrderedDict[str, WebLogin] = field(default_factory=OrderedDict)

    def open(self, login: str, greeting: str = "") -> str:
        """A new login; its token is for the browser's cookie and kept nowhere else."""
        token = secrets.token_urlsafe(32)
        now = self.clock()
        self._forget_old()
        of_person = [each.key for each in self._logins.values() if each.login == login]
        for key in of_person[: max(0, len(of_person) - _MAX_PER_PERSON + 1)]:
            del self._logins[key]
        while len(self._logins) >= _MAX_LOGINS:
            self._logins.popitem(last=False)
        key = _key(token)
        self._logins[key] = WebLogin(key, login, now, now, greeting)
        return token

    def find(self, token: str) -> WebLogin | None:
        """The login of a token while it lasts."""
        found = self._logins.get(_key(token))
        if found is None or self._is_over(found):
            return None
        found.seen = self.clock()
        return found

    def close(self, login: WebLogin) -> None:
        """End a login: the browser must prove anew who sits there."""
        self._logins.pop(login.key, None)

    def line_opened(self, login: WebLogin) -> None:
        """A page of this login has a line."""
        login.lines += 1

    def line_closed(self, login: WebLogin) -> None:
        """A page of this login has lost its line; from now on the idle time runs."""
        login.lines -= 1
        login.seen = self.clock()

    def _is_over(self, login: WebLogin) -> bool:
        now = self.clock()
        return now - login.since > self.longest_s or (login.lines == 0 and now - login.seen > self.idle_s)

    def _forget_old(self) -> None:
        for key in [each.key for each in self._logins.values() if self._is_over(each)]:
            del self._logins[key]


def _key(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
