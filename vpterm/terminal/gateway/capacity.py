"""How much this server takes on: seats of one person, sessions in all, bytes typed at a seat."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable

from vpterm.kernel.i18n import _, using
from vpterm.terminal.gateway.registry import Registry
from vpterm.terminal.gateway.seat import Seat
from vpterm.terminal.identity.greeting import language_of
from vpterm.terminal.identity.limits import Caps, TokenBucket
from vpterm.terminal.settings import DoorSettings

_log = logging.getLogger("vpterm.terminal")


class ServerFull(Exception):  # noqa: N818 - it says what has happened
    """There are as many sessions as this server is to hold."""


class Capacity:
    """Asked when somebody comes in and when a session is to be opened."""

    def __init__(self, settings: DoorSettings, registry: Registry) -> None:
        self._settings, self._registry = settings, registry
        self._caps = Caps(settings.seats_per_person, settings.sessions)

    def admit(self, seat: Seat, seats: Iterable[Seat]) -> Seat | None:
        """Bound what a new seat may send. Answers the seat that has to go for it: the oldest of the same person."""
        seat.inflow = TokenBucket(self._settings.input_rate, self._settings.input_burst, time.monotonic)
        return self._caps.one_too_many([each for each in seats if each.account.login == seat.account.login])

    def require_room(self, site_code: str) -> None:
        """Raises ServerFull when no other session fits."""
        count = len(self._registry)
        if self._caps.is_full(count):
            _log.warning("no room for a session at %(site)s beside %(count)s", {"site": site_code, "count": count})
            raise ServerFull

    def too_many_seats(self) -> str:
        """What is read at the oldest terminal of a person as it is closed."""
        most = self._settings.seats_per_person
        return _("You have come in at more than {n} terminals: this one, the oldest, was closed.").format(n=most)

    @staticmethod
    def full(seat: Seat) -> str:
        """What the one too many reads, in their language."""
        with using(language_of(seat.account)):
            return _("The server is full: no more sessions fit. Please try again later, and tell your administrator.")
