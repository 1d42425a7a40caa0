"""A tiny HTTP answer on loopback: GET /metrics for Prometheus, GET /health for whoever watches. Nothing else."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Awaitable, Callable

from vpterm.terminal.gateway.metrics import Metrics

LOOPBACK = "127.0.0.1"
_PATIENCE_S = 5.0
_LONGEST_REQUEST = 8 * 1024
_MOST_AT_ONCE = 8
_TEXT, _JSON = "text/plain; version=0.0.4; charset=utf-8", "application/json"

Check = Callable[[], Awaitable[bool]]


class MetricsDoor:
    """Listens on loopback only. /health is 200 when every check says yes, else 503 with the names of those that do not.

    A check that raises or does not answer in time says no.
    """

    def __init__(self, metrics: Metrics, checks: dict[str, Check], *, patience_s: float = _PATIENCE_S) -> None:
        self._metrics, self._checks, self._patience_s = metrics, checks, patience_s
        self._server: asyncio.Server | None = None
        self._places = asyncio.Semaphore(_MOST_AT_ONCE)
        self._asking = asyncio.Lock()

    async def open(self, port: int) -> None:
        """Listen. OSError if the port is taken; port 0 takes a free one."""
        self._server = await asyncio.start_server(self._serve, LOOPBACK, port, limit=_LONGEST_REQUEST)

    @property
    def port(self) -> int:
        """The port really listened on; 0 when closed."""
        return int(self._server.sockets[0].getsockname()[1]) if self._server is not None else 0

    async def close(self) -> None:
        """Listen no more."""
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()
            self._server = None

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with self._places, asyncio.timeout(self._patience_s * 2):
                head = await reader.readuntil(b"\r\n\r\n")
                status, kind, body = await self._answer(head.split(b"\r\n", 1)[0])
                writer.write(
                    f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n"
                    "Cache-Control: no-store\r\nConnection: close\r\n\r\n".encode()
                    + body
                )
                await writer.drain()
        except (TimeoutError, OSError, EOFError, asyncio.LimitOverrunError):
            pass  # who asks nonsense, or goes away, gets no answer
        finally:
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()

    async def _answer(self, request: bytes) -> tuple[str, str, bytes]:
        method, _, rest = request.partition(b" ")
        path = rest.partition(b" ")[0].partition(b"?")[0]
        if method == b"GET" and path == b"/metrics":
            return "200 OK", _TEXT, self._metrics.page()
        if method == b"GET" and path == b"/health":
            failing = await self.failing()
            status = "503 Service Unavailable" if failing else "200 OK"
            return status, _JSON, json.dumps({"healthy": not failing, "failing": failing}).encode() + b"\n"
        return "404 Not Found", _TEXT, b"not found\n"

    async def failing(self) -> list[str]:
        """The names of the checks that do not say yes. One question at a time, however many ask."""
        async with self._asking:
            answers = await asyncio.gather(*(self._passes(check) for check in self._checks.values()))
        return [name for name, passes in zip(self._checks, answers, strict=True) if not passes]

    async def _passes(self, check: Check) -> bool:
        try:
            async with asyncio.timeout(self._patience_s):
                return await check()
        except Exception:  # whatever is broken behind a check is what /health is there to say
            return False
