"""The administrator's way in to a running gateway: a unix socket of the installation, a line of JSON each way.

Only the account that runs the gateway (and root) may ask: the socket is 0600, and the kernel says who is there.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

from vpterm.terminal.gateway.administration import PATIENCE_S, Onlooker, SessionInfo
from vpterm.terminal.gateway.gateway import Gateway
from vpterm.terminal.gateway.own_socket import is_ours, open_own_socket
from vpterm.terminal.gateway.registry import OpenSession

_LONGEST_LINE = 64 * 1024


class ControlSocket:
    """Answers administrators. `open` and `close` go with the gateway's own."""

    def __init__(self, gateway: Gateway, path: Path) -> None:
        self._gateway, self._path = gateway, path
        self._server: asyncio.Server | None = None
        self._asks: dict[str, Callable[[dict[str, Any]], Any]] = {
            "list": lambda _question: [asdict(info) for info in self._sessions()],
            "tell": self._tell,
            "end": self._end,
        }

    async def open(self) -> None:
        """Listen; a socket that a killed gateway left behind gives way."""
        socket = open_own_socket(self._path)
        self._server = await asyncio.start_unix_server(self._answer, sock=socket, limit=_LONGEST_LINE)

    async def close(self) -> None:
        """Listen no more."""
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()
        self._path.unlink(missing_ok=True)

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(PATIENCE_S):
                known = is_ours(writer.get_extra_info("socket"))
                answer = self._reply(await reader.readline()) if known else {"error": "not allowed"}
                writer.write(json.dumps(answer).encode() + b"\n")
                await writer.drain()
        except (TimeoutError, ValueError, OSError):
            pass  # who asks nonsense, or goes away, gets no answer
        finally:
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()

    def _reply(self, line: bytes) -> dict[str, Any]:
        question = json.loads(line)
        ask = self._asks.get(str(question.get("ask"))) if isinstance(question, dict) else None
        if ask is None:
            return {"error": "unknown question"}
        if "number" in question and self._gateway.registry.session(question["number"]) is None:
            return {"missing": question["number"]}
        return {"answer": ask(question)}

    def _tell(self, question: dict[str, Any]) -> None:
        self._gateway.tell_session(int(question["number"]), str(question["sentence"]))

    def _end(self, question: dict[str, Any]) -> None:
        self._gateway.end_session(int(question["number"]))

    def _sessions(self) -> list[SessionInfo]:
        return [self._info(session) for session in self._gateway.registry.list_sessions()]

    def _info(self, session: OpenSession) -> SessionInfo:
        seats = [seat for seat in self._gateway.seats if seat.session == session.number]
        typed = [seat.typed_at for seat in seats]
        left = self._gateway.registry.last_seen(session.number)
        return SessionInfo(
            session.number, session.login, session.site_code, _iso(session.opened_at),
            _iso(max([*typed, left or session.opened_at])), self._gateway.workforce.pid(session),
            tuple(
                Onlooker(seat.origin, _iso(seat.came_at), f"{seat.columns}x{seat.rows}", seat.watches)
                for seat in seats
            ),
        )  # fmt: skip


def _iso(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")
