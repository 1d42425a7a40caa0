"""What an open session looks like from outside: who, where, since when, from which terminals. Never what it shows."""

from __future__ import annotations

from datetime import datetime

from vpterm.terminal.gateway.administration import Onlooker, SessionInfo
from vpterm.terminal.gateway.gateway import Gateway
from vpterm.terminal.gateway.registry import OpenSession


def see(gateway: Gateway, session: OpenSession) -> SessionInfo:
    """A session as its administrator, or its own person, sees it."""
    seats = [seat for seat in gateway.seats if seat.session == session.number]
    left = gateway.registry.last_seen(session.number)
    typed = [seat.typed_at for seat in seats] + [left.typed_at if left is not None else session.opened_at]
    return SessionInfo(
        session.number, session.login, session.site_code, _iso(session.opened_at), _iso(max(typed)),
        gateway.workforce.pid(session),
        tuple(
            Onlooker(seat.origin, _iso(seat.came_at), f"{seat.columns}x{seat.rows}", seat.watches) for seat in seats
        ),
        session.name, gateway.locks.is_locked(session.number), left.origin if left is not None else "",
    )  # fmt: skip


def _iso(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")
