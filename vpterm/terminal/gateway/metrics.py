"""What the terminal server counts and times, for Prometheus: a registry of its own, no global one.

Labels are sites, methods and reasons from fixed lists: never a login, an address, or a text.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Literal, Protocol
from weakref import WeakKeyDictionary

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.metrics_core import GaugeMetricFamily, Metric

from vpterm.terminal.gateway.locks import Locks
from vpterm.terminal.gateway.registry import Registry

_KEY_S = (0.002, 0.004, 0.008, 0.016, 0.032, 0.064, 0.125, 0.25, 0.5, 1, 2, 5, 15)
_START_S = (0.05, 0.1, 0.2, 0.4, 0.8, 1.5, 3, 6, 12, 25)
# What a worker may say; the rest is "other".
_ENDINGS = frozenset({"left", "ended", "crashed", "busy", "failed", "moved", "alone", "longest"})
QUIET_S = 1.0  # a key that the app has taken and that has painted nothing for so long paints nothing


class Counted(Protocol):
    """What is counted when somebody asks, not when it happens: the gateway's own books."""

    registry: Registry
    seats: dict[Any, None]
    locks: Locks

    def worker_pids(self) -> dict[str, list[int]]:
        """The process numbers of the workers, per site."""

    def recorded_sites(self) -> list[str]:
        """The site of every session that is recorded now."""


class Pace:
    """The times of one seat: from its login to its first paint, and from a key to what it paints.

    The clock of a key starts when nothing was pending and stops at the next paint: keys typed meanwhile wait
    behind the first one and never restart it, so a stall is measured whole. What is typed is never looked at.
    """

    def __init__(self, metrics: Metrics, login_at: float | None) -> None:
        self._metrics, self._login_at = metrics, login_at
        self._typed_at: float | None = None
        self._untaken = 0
        self._taken_at: float | None = None

    def typed(self, count: int) -> None:
        """The terminal has sent so many bytes."""
        now = self._metrics.clock()
        self._forget_silent(now)
        if self._typed_at is None:
            self._typed_at = now
        self._untaken += count
        self._taken_at = None

    def taken(self, count: int) -> None:
        """The app has taken so many bytes."""
        self._untaken = max(0, self._untaken - count)
        if not self._untaken and self._typed_at is not None:
            self._taken_at = self._metrics.clock()

    def moved(self) -> None:
        """The seat looks at another session: nobody will say any more that the old one took something."""
        self._untaken, self._taken_at = 0, None

    def painted(self) -> None:
        """Something goes to the terminal."""
        now = self._metrics.clock()
        if self._login_at is not None:
            self._metrics.first_paint_s.observe(now - self._login_at)
            self._login_at = None
        self._forget_silent(now)
        if self._typed_at is not None:
            self._metrics.key_to_paint_s.observe(now - self._typed_at)
            self._typed_at = self._taken_at = None

    def _forget_silent(self, now: float) -> None:
        if self._taken_at is not None and now - self._taken_at > QUIET_S:
            self._metrics.silent_keys.inc()
            self._typed_at = self._taken_at = None


class Metrics:
    """All that is measured of one terminal server. `clock` gives seconds that never go back."""

    def __init__(self, counted: Counted, clock: Callable[[], float] = time.monotonic) -> None:
        self.clock = clock
        self._registry = CollectorRegistry(auto_describe=False)
        self._registry.register(_Books(counted))
        self._logins: WeakKeyDictionary[Any, float] = WeakKeyDictionary()
        self._accepted = self._counter("logins_accepted", "People who came in, by method.", "method")
        self._refused = self._counter("logins_refused", "Proofs of identity refused, by reason.", "reason")
        self._connections = self._counter("connections_refused", "Connections refused before a word.", "reason")
        self._workers_lost = self._counter("workers_lost", "Workers that ended unasked.", "site", "reason")
        self._endings = self._counter("sessions_ended", "Sessions that ended, by reason.", "site", "reason")
        self._restarts = self._counter("sessions_restarted", "Sessions begun anew for somebody there.", "site")
        self._recordings_failed = self._counter("recordings_failed", "Recordings that ended by a fault.", "reason")
        self._recording_gaps = self._counter("recording_gaps", "Times that the disk did not keep up.")
        self.silent_keys = self._counter("keys_without_paint", "Input taken by an app that painted nothing.")
        self.first_paint_s = self._histogram("login_to_paint_seconds", "Login to first byte of paint.", _START_S)
        self.key_to_paint_s = self._histogram("key_to_paint_seconds", "Input to the seat's next output.", _KEY_S)
        self._worker_start_s = self._histogram("worker_start_seconds", "Start of a worker until ready.", _START_S)

    def page(self) -> bytes:
        """Everything in Prometheus' text format (version 0.0.4)."""
        return generate_latest(self._registry)

    # --- told by the doors and the gateway, a line each ---------------------------------------------------

    def login_accepted(self, method: str, connection: object) -> None:
        """Somebody has come in on a connection; its first seat times the first paint from now."""
        self._accepted.labels(method).inc()
        if connection is not None:
            self._logins[connection] = self.clock()

    def login_refused(self, reason: str) -> None:
        """A proof of identity was refused. `reason` is one of the code's own words."""
        self._refused.labels(reason).inc()

    def connection_refused(self, *, banned: bool) -> None:
        """A connection was refused: its address is banned, or too many are open."""
        self._connections.labels("banned" if banned else "too_many").inc()

    def pace(self, connection: object) -> Pace:
        """The clock of a new seat on this connection (None: its login is not timed)."""
        login_at = self._logins.pop(connection, None) if connection is not None else None
        return Pace(self, login_at)

    def worker_started(self, began: float) -> None:
        """A worker is ready, whose start began at this moment of `clock`."""
        self._worker_start_s.observe(self.clock() - began)

    def worker_lost(self, site: str, reason: Literal["silent", "greedy", "died"]) -> None:
        """A worker is gone unasked: killed for its silence or its memory, or by itself."""
        self._workers_lost.labels(site, reason).inc()

    def session_ended(self, site: str, reason: str) -> None:
        """A session has ended. The reason comes from a worker, so only known ones become labels."""
        self._endings.labels(site, reason if reason in _ENDINGS else "other").inc()

    def session_restarted(self, site: str) -> None:
        """A session was begun anew for somebody who was there when it was lost."""
        self._restarts.labels(site).inc()

    def recording_failed(self, reason: str) -> None:
        """A recording could not begin or go on. `reason` is one of the code's own words."""
        self._recordings_failed.labels(reason).inc()

    def recording_gap(self) -> None:
        """The disk did not keep up with a recording: a piece is missing in it."""
        self._recording_gaps.inc()

    def _counter(self, name: str, text: str, *labels: str) -> Counter:
        return Counter(name, text, labels, namespace="vpterm", registry=self._registry)

    def _histogram(self, name: str, text: str, buckets: tuple[float, ...]) -> Histogram:
        return Histogram(name, text, namespace="vpterm", registry=self._registry, buckets=buckets)


class _Books:
    """Asks the gateway's books at the moment of the question: nothing to keep in step."""

    def __init__(self, counted: Counted) -> None:
        self._counted = counted

    def collect(self) -> Iterator[Metric]:
        """See prometheus_client's Collector."""
        sessions = self._counted.registry.list_sessions()
        looked_at = {seat.session for seat in self._counted.seats}
        seen = [session.site_code for session in sessions if session.number in looked_at]
        workers = [site for site, pids in self._counted.worker_pids().items() for _pid in pids]
        yield _per_site("sessions_open", "Open sessions.", (session.site_code for session in sessions))
        locked = [session.site_code for session in sessions if self._counted.locks.is_locked(session.number)]
        yield _per_site("sessions_locked", "Sessions whose screen is locked.", locked)
        yield _per_site("sessions_looked_at", "Sessions that some terminal shows.", seen)
        yield _per_site("workers", "Workers.", workers)
        yield _per_site("recordings", "Sessions that are recorded.", self._counted.recorded_sites())
        yield GaugeMetricFamily("vpterm_seats", "Terminals connected.", value=len(self._counted.seats))


def _per_site(name: str, text: str, sites: Iterable[str]) -> GaugeMetricFamily:
    family = GaugeMetricFamily(f"vpterm_{name}", text, labels=["site"])
    counts: dict[str, int] = {}
    for site in sites:
        counts[site] = counts.get(site, 0) + 1
    for site, count in sorted(counts.items()):
        family.add_metric([site], count)
    return family
