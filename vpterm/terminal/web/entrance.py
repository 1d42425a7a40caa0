"""One line of the browser door: a page that has come in becomes a seat of the gateway, any other is told why not."""

from __future__ import annotations

import asyncio
import json
import logging
from typing import Any

from starlette.websockets import WebSocket, WebSocketDisconnect

from vpterm.kernel.errors import Refused
from vpterm.kernel.i18n import _, using
from vpterm.screens.session_names import check_session_name
from vpterm.terminal.gateway.choosing import Wanted
from vpterm.terminal.gateway.doorkeeper import Doorkeeper
from vpterm.terminal.gateway.seat import Ending, Seat
from vpterm.terminal.identity.greeting import language_of
from vpterm.terminal.identity.identity import Account
from vpterm.terminal.painting.terminal_kind import TerminalKind
from vpterm.terminal.settings import clamp_size
from vpterm.terminal.web.line import POLICY, Garbage, WebLine, next_message, number
from vpterm.terminal.web.logins import WebLogin, WebLogins
from vpterm.terminal.web.pages import language_wanted

_log = logging.getLogger("vpterm.terminal")

_LOGIN_OVER = "login"
_MAX_PAGE_NAME = 64


class WebEntrance:
    """Where lines of pages come in. The pages of a login are told apart by a name that each makes for itself."""

    def __init__(self, keeper: Doorkeeper, logins: WebLogins, cookie: str) -> None:
        self._keeper, self._logins, self._cookie = keeper, logins, cookie
        self._open: dict[tuple[str, str], WebLine] = {}

    async def serve(self, socket: WebSocket) -> None:
        """Carry a line until it or its seat is gone. The guard has checked whose page it is."""
        await socket.accept()
        try:
            async with asyncio.timeout(self._keeper.settings.login_grace_s):
                opening = await next_message(socket)
            await self._enter(socket, opening)
        except (Garbage, TimeoutError):
            await socket.close(POLICY)
        except WebSocketDisconnect:
            pass

    async def _enter(self, socket: WebSocket, opening: bytes | dict[str, Any]) -> None:
        if isinstance(opening, bytes) or opening.get("type") != "open":
            raise Garbage("a line begins by saying so")
        page = opening.get("page")
        if not isinstance(page, str) or not 1 <= len(page) <= _MAX_PAGE_NAME:
            raise Garbage("page")
        size = clamp_size(number(opening, "columns"), number(opening, "rows"))
        login = self._logins.find(socket.cookies.get(self._cookie, ""))
        account = await self.find(login.login) if login is not None else None
        if login is None or account is None:
            with using(language_wanted(socket.headers.get("accept-language", ""))):
                await _refuse(socket, _LOGIN_OVER, _("Your login has ended. Your session is waiting for you."))
            return
        await self._drop_former(login, page)
        is_again = opening.get("again") is True
        wanted = (login.looked_at.get(page) if is_again else None) or _wanted(opening)
        if is_again and self._is_elsewhere(account, wanted):
            with using(language_of(account)):
                words = _("Your session has been taken over from another terminal.")
            await _refuse(socket, Ending.TAKEN.value, words)
            return
        await self._sit_down(socket, login, account, page, size, wanted)

    async def find(self, login: str) -> Account | None:
        """The account of a login as it is now; nothing while the accounts cannot be read."""
        try:
            return await self._keeper.accounts.find(login)
        except Exception:  # whatever keeps the accounts must not end a request without a word
            _log.exception("the accounts cannot be read")
            return None

    async def _drop_former(self, login: WebLogin, page: str) -> None:
        """The line that this page had before, if nobody has noticed yet that it is cut."""
        former = self._open.get((login.key, page))
        if former is not None:
            former.drop()
            await former.gone.wait()

    def _is_elsewhere(self, account: Account, wanted: Wanted | None) -> bool:
        """Whether another terminal shows the session by now: a page that only had its line cut takes nothing back."""
        gateway = self._keeper.gateway
        where = gateway.choosing.where(account, wanted)
        session = gateway.registry.find(account.login, where[0].code, where[1]) if where is not None else None
        others = (seat for seat in gateway.seats if session is not None and seat.session == session.number)
        return self._keeper.settings.take_over and any(others)

    async def _sit_down(
        self, socket: WebSocket, login: WebLogin, account: Account, page: str, size: tuple[int, int],
        wanted: Wanted | None,
    ) -> None:  # fmt: skip
        line = self._open[login.key, page] = WebLine(socket, login.received.get(page, 0), login.key)
        kind = TerminalKind("truecolor", "full", language_of(account))
        origin = f"web {socket.client.host}" if socket.client else "web"
        seat = Seat(account, line, size, kind, login.greeting, origin=origin, wanted=wanted, proved_at=login.since)
        seat.pace = self._keeper.gateway.metrics.pace(None)
        seat.browser = line
        login.greeting = ""
        self._logins.line_opened(login)
        self._keeper.gateway.seat_taken(seat)
        try:
            await line.relay(seat)
        finally:
            shown = self._keeper.gateway.registry.session(seat.session) if seat.session is not None else None
            self._keeper.gateway.seat_left(seat)
            login.note_left(page, line.received, Wanted(shown.name, shown.site_code) if shown is not None else None)
            self._logins.line_closed(login)
            if line.ending in (Ending.LEFT, Ending.WAITING):  # they have gone: the next one proves who they are
                self._logins.close(login)
            if self._open.get((login.key, page)) is line:
                del self._open[login.key, page]
            line.gone.set()


def _wanted(opening: dict[str, Any]) -> Wanted | None:
    """The session that the address of the page names. Raises Garbage for what is no name."""
    name, site = opening.get("session"), opening.get("site", "")
    if name is None:
        return None
    if not isinstance(name, str) or not isinstance(site, str) or max(len(name), len(site)) > _MAX_PAGE_NAME:
        raise Garbage("session")
    try:
        return Wanted(check_session_name(name), site)
    except Refused as failure:
        raise Garbage("session") from failure


async def _refuse(socket: WebSocket, why: str, words: str) -> None:
    await socket.send_text(json.dumps({"type": "end", "why": why, "words": words}))
    await socket.close()
