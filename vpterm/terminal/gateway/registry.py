"""Which sessions are open, for whom, at which site, under which name, in which worker. Plain bookkeeping, no I/O."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime


@dataclass(frozen=True)
class OpenSession:
    """A session that lives in a worker. `name` tells those of one person at one site apart."""

    number: int
    login: str
    site_code: str
    worker: int
    opened_at: datetime = field(compare=False)
    name: str = ""


@dataclass(frozen=True)
class LastSeen:
    """When and from where somebody typed last in a session that nobody looks at any more."""

    typed_at: datetime
    origin: str


@dataclass
class _Room:
    site_code: str
    sessions: set[int] = field(default_factory=set)
    is_retired: bool = False


class Registry:
    """The gateway's memory of sessions and workers. A worker holds one site's sessions, up to a number."""

    def __init__(self, sessions_per_worker: int) -> None:
        self._sessions_per_worker = sessions_per_worker
        self._next = 1
        self._sessions: dict[int, OpenSession] = {}
        self._by_person: dict[tuple[str, str, str], int] = {}
        self._workers: dict[int, _Room] = {}
        self._last_seen: dict[int, LastSeen] = {}
        self._uses = itertools.count(1)
        self._used: dict[int, int] = {}

    def find(self, login: str, site_code: str, name: str = "") -> OpenSession | None:
        """The person's open session of this name at a site."""
        number = self._by_person.get((login, site_code, name))
        return None if number is None else self._sessions[number]

    def session(self, number: int) -> OpenSession | None:
        """An open session by its number."""
        return self._sessions.get(number)

    def list_sessions(self) -> list[OpenSession]:
        """All open sessions, oldest first."""
        return sorted(self._sessions.values(), key=lambda session: session.number)

    def __len__(self) -> int:
        return len(self._sessions)

    def list_of(self, login: str) -> list[OpenSession]:
        """The open sessions of a person, the one used last first."""
        own = [session for session in self._sessions.values() if session.login == login]
        return sorted(own, key=lambda session: -self._used[session.number])

    def last_seen(self, number: int) -> LastSeen | None:
        """When the last of those who looked at a session typed there before leaving; nothing if nobody left."""
        return self._last_seen.get(number)

    def note_seen(self, number: int, moment: datetime, origin: str = "") -> None:
        """Somebody has left a session, where they typed last at this moment."""
        if number in self._sessions:
            self._last_seen[number] = LastSeen(moment, origin)

    def note_used(self, number: int) -> None:
        """Somebody comes to look at a session."""
        if number in self._sessions:
            self._used[number] = next(self._uses)

    def open(self, login: str, site_code: str, worker: int, name: str = "") -> OpenSession:
        """Note a new session in a worker of that site."""
        room = self._workers[worker]
        if room.site_code != site_code or (login, site_code, name) in self._by_person:
            raise ValueError(f"{login} cannot have a session of {site_code} in worker {worker}")
        session = OpenSession(self._next, login, site_code, worker, datetime.now(UTC), name)
        self._next += 1
        self._sessions[session.number] = session
        self._by_person[login, site_code, name] = session.number
        self._used[session.number] = next(self._uses)
        room.sessions.add(session.number)
        return session

    def rename(self, number: int, name: str) -> OpenSession:
        """Give a session another name, which no other of the person has at that site (ValueError)."""
        session = self._sessions[number]
        if (session.login, session.site_code, name) in self._by_person:
            raise ValueError(f"{session.login} has a session {name!r} at {session.site_code} already")
        del self._by_person[session.login, session.site_code, session.name]
        self._by_person[session.login, session.site_code, name] = number
        self._sessions[number] = replace(session, name=name)
        return self._sessions[number]

    def close(self, number: int) -> OpenSession | None:
        """Forget a session that has ended; gives what it was, or nothing if it was forgotten already."""
        session = self._sessions.pop(number, None)
        self._last_seen.pop(number, None)
        self._used.pop(number, None)
        if session is not None:
            del self._by_person[session.login, session.site_code, session.name]
            self._workers[session.worker].sessions.discard(number)
        return session

    def add_worker(self, worker: int, site_code: str) -> None:
        """Note a new worker."""
        self._workers[worker] = _Room(site_code)

    def retire_worker(self, worker: int) -> None:
        """A worker keeps the sessions it has, and gets no other."""
        if worker in self._workers:
            self._workers[worker].is_retired = True

    def sessions_of(self, worker: int) -> list[OpenSession]:
        """The sessions of a worker, oldest first."""
        room = self._workers.get(worker)
        return [self._sessions[number] for number in sorted(room.sessions)] if room is not None else []

    def remove_worker(self, worker: int) -> list[OpenSession]:
        """Forget a worker that is gone; gives the sessions lost with it."""
        lost = self.sessions_of(worker)
        for session in lost:
            self.close(session.number)
        self._workers.pop(worker, None)
        return lost

    def find_room(self, site_code: str) -> int | None:
        """The fullest worker of a site that has room: the emptier ones can then fall empty."""
        rooms = [
            (len(room.sessions), -worker)
            for worker, room in self._workers.items()
            if room.site_code == site_code and not room.is_retired and len(room.sessions) < self._sessions_per_worker
        ]
        return -max(rooms)[1] if rooms else None
