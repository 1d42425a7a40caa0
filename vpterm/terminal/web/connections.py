"""The connections of the browser door: counted together with those of SSH, and none that only waits is kept.

uvicorn has neither; its two protocols, HTTP and what a connection becomes as a WebSocket, are extended here.
"""

from __future__ import annotations

import asyncio
from typing import Any

from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from vpterm.terminal.identity.limits import ConnectionLimiter


def counted_protocols(held: ConnectionLimiter, patience_s: float) -> tuple[type[H11Protocol], type[Any]]:
    """The protocols of HTTP and of WebSockets for `uvicorn.Config`.

    A connection without a request under way is closed after at most twice `patience_s` seconds.
    """

    class CountedHttp(H11Protocol):
        _address = ""
        _is_counted = False
        _waiting: asyncio.TimerHandle | None = None
        _seen: object = None

        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn's own
            """Refuse what is too much before a word is read."""
            super().connection_made(transport)
            self._address = _address_of(transport)
            self._is_counted = held.enter(self._address)
            if self._is_counted:
                self._waiting = self.loop.call_later(patience_s, self._look_whether_it_waits)
            else:
                transport.abort()

        def connection_lost(self, exc: Exception | None) -> None:
            """The connection is gone, unless it has become a WebSocket."""
            self._stop_waiting()
            if self._is_counted:
                held.leave(self._address)
            super().connection_lost(exc)

        def handle_websocket_upgrade(self, event: Any) -> None:
            """From here on the other protocol counts it out."""
            self._stop_waiting()
            super().handle_websocket_upgrade(event)

        def _look_whether_it_waits(self) -> None:
            if self.cycle is self._seen and (self.cycle is None or self.cycle.response_complete):
                self.transport.abort()  # half a request is all that came
                return
            self._seen = self.cycle
            self._waiting = self.loop.call_later(patience_s, self._look_whether_it_waits)

        def _stop_waiting(self) -> None:
            if self._waiting is not None:
                self._waiting.cancel()
                self._waiting = None

    return CountedHttp, _counted_line(held)


def _counted_line(held: ConnectionLimiter) -> type[Any]:
    class CountedLine(WebSocketsSansIOProtocol):
        _address = ""

        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn's own
            """Remember whose line it is: a TLS transport that was aborted knows no more."""
            self._address = _address_of(transport)
            super().connection_made(transport)

        def connection_lost(self, exc: Exception | None) -> None:
            """The line is gone."""
            held.leave(self._address)
            super().connection_lost(exc)

        def keepalive_timeout(self) -> None:
            """Who answers no ping reads nothing either: waiting for the rest to be sent would take for ever."""
            super().keepalive_timeout()
            self.transport.abort()

    return CountedLine


def _address_of(transport: asyncio.Transport) -> str:
    peer = transport.get_extra_info("peername")
    return str(peer[0]) if peer else ""
