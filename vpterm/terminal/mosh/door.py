"""The mosh door: who has proved who they are by SSH is given a mosh-server, whose line client comes back here.

A person has one mosh line at a time. The line ends with the session, and a mosh-server with its line.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from dataclasses import dataclass

from vpterm.terminal.gateway.gateway import Gateway
from vpterm.terminal.gateway.own_socket import open_own_socket
from vpterm.terminal.gateway.seat import Seat
from vpterm.terminal.identity.identity import Account
from vpterm.terminal.logs import mark
from vpterm.terminal.mosh.line import MoshLine
from vpterm.terminal.mosh.server import MoshServer, start_mosh_server
from vpterm.terminal.painting.terminal_kind import TerminalKind
from vpterm.terminal.settings import DoorSettings

_log = logging.getLogger("vpterm.terminal")

_STOP_S = 1.5
_TOLD_S = 5.0


@dataclass(frozen=True)
class Caller:
    """Somebody who has come in by SSH and asks for a mosh line. `near` is the address of ours that they reached."""

    account: Account
    kind: TerminalKind
    greeting: str
    address: str
    near: str
    colours: int


@dataclass
class _Call:
    """A mosh-server of ours: waiting for its client while it has its word, at work while it has a line."""

    caller: Caller
    word: str
    server: MoshServer | None = None
    line: MoshLine | None = None


class MoshDoor:
    """All mosh lines. `open` and `close` go with the gateway's own."""

    def __init__(self, gateway: Gateway, settings: DoorSettings, ports: tuple[int, int]) -> None:
        self._gateway, self._settings, self._ports = gateway, settings, ports
        self._listening: asyncio.Server | None = None
        self._calls: list[_Call] = []
        self._turn = asyncio.Lock()

    async def open(self) -> None:
        """Listen for line clients, on a socket of the installation."""
        loop = asyncio.get_running_loop()
        socket = open_own_socket(self._settings.mosh_path)
        self._listening = await loop.create_unix_server(lambda: MoshLine(self._begin, self._over), sock=socket)

    async def close(self) -> None:
        """Listen no more, end every mosh-server. The gateway has told the people."""
        if self._listening is not None:
            self._listening.close()
        self._settings.mosh_path.unlink(missing_ok=True)
        servers = [call.server for call in self._calls if call.server is not None]
        for server in servers:
            server.end()
        if servers:
            await asyncio.wait([asyncio.create_task(server.ended.wait()) for server in servers], timeout=_STOP_S)
        for server in servers:
            server.kill()

    async def call(self, caller: Caller) -> MoshServer:
        """Start a mosh-server for somebody. Raises MoshUnavailable."""
        async with self._turn:  # or two calls of one person at once would each find none to end
            for former in self._calls_of(caller.account.login):
                if former.line is None and former.server is not None:
                    former.server.kill()  # nobody came: its client was never told, or is gone
            call = _Call(caller, secrets.token_urlsafe(32))
            call.server = await start_mosh_server(
                address=caller.near, ports=self._ports, colours=caller.colours,
                home=self._settings.state_folder, away_s=self._settings.mosh_away_s,
                environment={"VPTERM_MOSH_SOCKET": str(self._settings.mosh_path.absolute()),
                             "VPTERM_MOSH_WORD": call.word},
                on_end=lambda: self._has_ended(call),
            )  # fmt: skip
            self._calls.append(call)
            return call.server

    def _calls_of(self, login: str) -> list[_Call]:
        return [call for call in self._calls if call.caller.account.login == login]

    def _has_ended(self, call: _Call) -> None:
        if call in self._calls:
            self._calls.remove(call)

    # --- line clients ---------------------------------------------------------------------------------

    def _begin(self, word: str, line: MoshLine, size: tuple[int, int]) -> Seat | None:
        """A line client has come: the seat of the person for whom its mosh-server was started, once."""
        call = next((call for call in self._calls if call.word and secrets.compare_digest(call.word, word)), None)
        if call is None:
            return None
        call.word = ""
        caller = call.caller
        for former in self._calls_of(caller.account.login):
            if former.line is not None and former.server is not None:  # its terminal is told why in the meantime
                asyncio.get_running_loop().call_later(_TOLD_S, former.server.end)
        call.line = line
        seat = Seat(caller.account, line, size, caller.kind, caller.greeting, origin=f"mosh {caller.address}")
        seat.pace = self._gateway.metrics.pace(None)
        came = {"staff": caller.account.staff_id, "from": mark(caller.address)}
        _log.info("staff %(staff)s has a mosh line from %(from)s", came)
        self._gateway.seat_taken(seat)
        return seat

    def _over(self, line: MoshLine, seat: Seat) -> None:
        self._gateway.seat_left(seat)
        for call in self._calls:
            if call.line is line and call.server is not None:
                call.server.expect_end()
