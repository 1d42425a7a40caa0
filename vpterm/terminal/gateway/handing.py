"""Documents on their way from a session to its person: received from the worker in pieces, then given to the page at
the other end, or kept at an address for one fetch. A worker may hand out to the persons of its own sessions alone.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from vpterm.kernel.errors import Refused, VptermError
from vpterm.kernel.i18n import _, using
from vpterm.screens.link import MOST_DOCUMENT_BYTES
from vpterm.terminal.gateway.handouts import Handouts
from vpterm.terminal.gateway.registry import OpenSession
from vpterm.terminal.gateway.seat import Seat
from vpterm.terminal.identity.greeting import language_of
from vpterm.terminal.questions import refusal
from vpterm.terminal.wire import Frame

KINDS = frozenset({"link.offer", "link.piece"})
LAST_S = 300.0
_MOST_ARRIVING = 16
_ARRIVING_S = 30.0
_MAX_NAME = 120

Answer = Callable[[int, dict[str, Any]], None]


@dataclass
class _Arriving:
    number: int
    name: str
    size: int
    since: float
    content: bytearray = field(default_factory=bytearray)


class Handing:
    """All documents under way. `address` is that of the browser door, "" while it is closed."""

    def __init__(self, clock: Callable[[], float] = time.monotonic, last_s: float = LAST_S) -> None:
        self.address = ""
        self.kept = Handouts(last_s, clock)
        self._last_s, self._clock = last_s, clock
        self._arriving: dict[int, _Arriving] = {}  # one a session: a person prints one after the other

    def way(self, session: OpenSession, seats: Sequence[Seat]) -> dict[str, Any]:
        """The answer to whether a document could reach the session's person now."""
        seat = seat_of(session, seats)
        with using(language_of(seat.account if seat is not None else None)):
            return self._way(seat)

    def _way(self, seat: Seat | None) -> dict[str, Any]:
        if seat is None or (seat.browser is None and not self.address):
            message = _("Documents leave by the browser, and this server has no browser door.")
            return refusal(Refused(message, _("Ask the administrator to open it: vpterm serve --web-port")))
        return {}

    def take(self, session: OpenSession, frame: Frame, seats: Sequence[Seat], answer: Answer) -> None:
        """The next frame of a document. `answer` sends an answer under a number, once it is whole or refused."""
        seat = seat_of(session, seats)
        with using(language_of(seat.account if seat is not None else None)):
            try:
                arrived = self._receive(session, frame)
                if arrived is not None:
                    answer(arrived.number, self._give(session, seat, arrived))
            except VptermError as failure:
                answer(frame.number("number"), refusal(failure))

    def _receive(self, session: OpenSession, frame: Frame) -> _Arriving | None:
        """The document once its last piece has come."""
        if frame.kind == "link.offer":
            self._expect(session, frame)
            return None
        arriving = self._arriving.get(session.number)
        if arriving is None or arriving.number != frame.number("number"):
            return None  # of one that was refused or given up
        arriving.content += frame.body
        if len(arriving.content) < arriving.size:
            return None
        del self._arriving[session.number]
        if len(arriving.content) != arriving.size or not arriving.content.startswith(b"%PDF-"):
            raise Refused(_("This is no document that can be handed out."))
        return arriving

    def _expect(self, session: OpenSession, frame: Frame) -> None:
        now = self._clock()
        for number in [number for number, each in self._arriving.items() if each.since + _ARRIVING_S < now]:
            del self._arriving[number]
        size = frame.number("size")
        if not 0 < size <= MOST_DOCUMENT_BYTES:
            raise Refused(_("This document is too large to be handed out."))
        if session.number not in self._arriving and len(self._arriving) >= _MOST_ARRIVING:
            raise Refused(_("Too many documents are under way now."), _("Try again in a moment."))
        name = "".join(sign for sign in frame.text("name") if sign.isprintable() and sign not in "/\\")[:_MAX_NAME]
        self._arriving[session.number] = _Arriving(frame.number("number"), name or "document.pdf", size, now)

    def _give(self, session: OpenSession, seat: Seat | None, arrived: _Arriving) -> dict[str, Any]:
        refused = self._way(seat)
        if refused or seat is None:
            return refused
        page = seat.browser
        code = self.kept.offer(session.login, page.key if page else "", arrived.name, bytes(arrived.content))
        path = f"/handout/{code}"
        if page is not None:
            page.hand_over(path, arrived.name)
            return {"how": "page", "where": "", "minutes": 0}
        return {"how": "address", "where": self.address.rstrip("/") + path, "minutes": round(self._last_s / 60)}


def seat_of(session: OpenSession, seats: Sequence[Seat]) -> Seat | None:
    """Where the session's own person sits: a document is for nobody who looks on or helps."""
    return next((seat for seat in seats if not seat.watches and seat.account.login == session.login), None)
