"""The administrator's way in to a running gateway: a unix socket of the installation, a line of JSON each way.

Only the account that runs the gateway (and root) may ask: the socket is 0600, and the kernel says who is there.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from vpterm.kernel.errors import VptermError
from vpterm.terminal.gateway.administration import PATIENCE_S, SessionInfo
from vpterm.terminal.gateway.gateway import Gateway
from vpterm.terminal.gateway.own_socket import is_ours, open_own_socket
from vpterm.terminal.gateway.sight import see

_LONGEST_LINE = 64 * 1024


class ControlSocket:
    """Answers administrators. `open` and `close` go with the gateway's own."""

    def __init__(self, gateway: Gateway, path: Path) -> None:
        self._gateway, self._path = gateway, path
        self._server: asyncio.Server | None = None
        self._others: dict[str, Callable[[dict[str, Any]], Awaitable[Any]]] = {}
        self._asks: dict[str, Callable[[dict[str, Any]], Any]] = {
            "list": lambda _question: [asdict(info) for info in self._sessions()],
            "tell": self._tell,
            "end": self._end,
            "limits": lambda _question: gateway.workforce.limits(),
            "upgrade.status": lambda _question: gateway.renewal.status(),
            "upgrade.load": self._load,
            "upgrade.switch": lambda question: gateway.renewal.switch(now=question.get("now") is True),
            "upgrade.move": lambda _question: gateway.renewal.move_all(),
            "recordings": lambda _question: {
                "running": len(gateway.recorder.sites()),
                "failing": gateway.recorder.failing,
            },
        }

    def offer(self, ask: str, answer: Callable[[dict[str, Any]], Awaitable[Any]]) -> None:
        """Have another part of the server answer this question; what it refuses is told with its advice."""
        self._others[ask] = answer

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
                answer = await self._reply(await reader.readline()) if known else {"error": "not allowed"}
                writer.write(json.dumps(answer).encode() + b"\n")
                await writer.drain()
        except (TimeoutError, ValueError, OSError):
            pass  # who asks nonsense, or goes away, gets no answer
        finally:
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()

    async def _reply(self, line: bytes) -> dict[str, Any]:
        question = json.loads(line)
        if isinstance(question, dict) and (other := self._others.get(str(question.get("ask")))) is not None:
            try:
                return {"answer": await other(question)}
            except VptermError as failure:
                return {"refused": [failure.message, failure.advice]}
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

    def _load(self, question: dict[str, Any]) -> bool:
        """Load another release; false while one is being loaded or tried."""
        if self._gateway.renewal.is_under_way:
            return False
        self._gateway.renewal.load(str(question["python"]))
        return True

    def _sessions(self) -> list[SessionInfo]:
        return [see(self._gateway, session) for session in self._gateway.registry.list_sessions()]
