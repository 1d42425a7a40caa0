"""What a person may fetch once by a link of the browser door: a document to keep or to print.

A link holds for a short time, for one fetch, for its person, and where it was made for a page, in that browser alone.
No I/O; the clock is given.
"""

from __future__ import annotations

import secrets
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field

_MAX_KEPT_BYTES = 64 * 1024 * 1024
_MAX_KEPT = 200


@dataclass(frozen=True)
class Handout:
    """A PDF ready to be fetched by the person `login`; in the browser `login_key` (a WebLogin's), or in any: ""."""

    login: str
    login_key: str
    name: str
    content: bytes
    until: float


@dataclass
class Handouts:
    """All documents that wait; the oldest make room when they become too many."""

    last_s: float
    clock: Callable[[], float]
    _waiting: OrderedDict[str, Handout] = field(default_factory=OrderedDict)

    def offer(self, login: str, login_key: str, name: str, content: bytes) -> str:
        """Keep a document; the code of its link."""
        code = secrets.token_urlsafe(24)
        self._waiting[code] = Handout(login, login_key, name, content, self.clock() + self.last_s)
        self._forget_old()
        return code

    def take(self, code: str, login: str, login_key: str) -> Handout | None:
        """The document, once. A stranger with the link gets nothing, and takes nothing from its owner."""
        found = self._waiting.get(code)
        if found is None or found.login != login or found.login_key not in ("", login_key):
            return None
        del self._waiting[code]
        return found if found.until >= self.clock() else None

    def is_waiting(self, code: str) -> bool:
        """Whether a document has not been fetched yet."""
        return code in self._waiting

    def _forget_old(self) -> None:
        now = self.clock()
        for code in [code for code, each in self._waiting.items() if each.until < now]:
            del self._waiting[code]
        while len(self._waiting) > 1 and (
            len(self._waiting) > _MAX_KEPT
            or sum(len(each.content) for each in self._waiting.values()) > _MAX_KEPT_BYTES
        ):
            self._waiting.popitem(last=False)
