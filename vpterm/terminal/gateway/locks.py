"""Which sessions are locked, and whose proof is older than their lock. The gateway's word, not a worker's. No I/O.

A worker can hide its session; only the gateway, which has heard the proof, lets it show itself again: a session that
was locked when its worker died comes back locked, and so does one that a page left alone takes up by its cookie.
"""

from __future__ import annotations

from collections.abc import Callable

from vpterm.terminal.gateway.registry import OpenSession


class Locks:
    """Kept by session and by person; `clock` is that by which seats say when their person proved who they are."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._locked: dict[int, str] = {}
        self._since: dict[str, float] = {}

    def lock(self, session: OpenSession) -> None:
        """A session has hidden itself."""
        self._locked[session.number] = session.login
        self._since[session.login] = self._clock()

    def open(self, session: OpenSession) -> None:
        """Its person has proved who they are."""
        self._locked.pop(session.number, None)
        if session.login not in self._locked.values():
            self._since.pop(session.login, None)

    def forget(self, number: int) -> None:
        """A session has ended; if it was locked, its person still has to prove who they are."""
        self._locked.pop(number, None)

    def is_locked(self, number: int) -> bool:
        """Whether a session is locked."""
        return number in self._locked

    def is_proved(self, login: str, proved_at: float) -> bool:
        """Whether what a person proved at that moment is newer than their last lock."""
        return proved_at >= self._since.get(login, proved_at)
