"""One page of the browser door at work: its WebSocket is the line of a seat. Bytes both ways, JSON beside them.

A browser takes everything that is sent and keeps it, so the page says what it has drawn: that is what a slow one
is recognised by. It also learns what has arrived of its typing, and sends the rest again after a cut line.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections import deque
from typing import Any

from starlette.websockets import WebSocket, WebSocketDisconnect

from vpterm.terminal.gateway.backlog import Backlog
from vpterm.terminal.gateway.seat import Ending, Seat
from vpterm.terminal.settings import clamp_size

MAX_MESSAGE = 64 * 1024
_ROUND_TRIP_S = 0.2  # of a page: a browser tells no more of its line
_RESIZE_PERIOD_S = 0.1  # laying out an app costs; a dragged corner sends sizes by the hundred
POLICY = 1008  # RFC 6455 section 7.4.1: a message that violates what was agreed


class Garbage(Exception):  # noqa: N818  (named for what came)
    """What no page of ours sends."""


def number(message: dict[str, Any], name: str) -> int:
    """A count in a message. Raises Garbage for anything else."""
    value = message.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 2**53:
        raise Garbage(name)
    return value


async def next_message(socket: WebSocket) -> bytes | dict[str, Any]:
    """What the page sends next: what was typed, or a message. Raises Garbage, WebSocketDisconnect."""
    raw = await socket.receive()
    if raw["type"] != "websocket.receive":
        raise WebSocketDisconnect
    if raw.get("bytes") is not None:
        return bytes(raw["bytes"])
    try:
        message = json.loads(raw["text"])
    except (ValueError, RecursionError) as failure:
        raise Garbage("no JSON") from failure
    if not isinstance(message, dict):
        raise Garbage("no object")
    return message


class WebLine:
    """A Line (gateway/seat.py) over a WebSocket that has been accepted. `received` is what the page had typed before.

    `ending` is why the seat was closed, if it was; `gone` is for whoever waits until nothing more is carried. It is the
    Browser of its seat too; `key` is that of the page's login.
    """

    def __init__(self, socket: WebSocket, received: int, key: str) -> None:
        self._socket, self._received, self.key = socket, received, key
        self._seat: Seat | None = None
        self._ahead: deque[bytes | dict[str, Any]] = deque()
        self._queued = self._undrawn = 0
        self._backlog: Backlog | None = None
        self._wake = asyncio.Event()
        self._may_read = asyncio.Event()
        self._may_read.set()
        self._size = (0, 0)
        self._resizing: asyncio.TimerHandle | None = None
        self._owes_beat = False
        self._dropped = asyncio.Event()
        self.ending: Ending | None = None
        self.gone = asyncio.Event()

    @property
    def received(self) -> int:
        """What the page has typed so far, in bytes."""
        return self._received

    async def relay(self, seat: Seat) -> None:
        """Carry both ways until the page or the seat is gone."""
        backlog = self._backlog = Backlog(seat, lambda: self._undrawn, lambda: _ROUND_TRIP_S)
        self._tell({"type": "opened", "received": self._received})
        tasks = [asyncio.create_task(work) for work in (self._read(seat), self._write(), self._dropped.wait())]
        try:
            done, _pending = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        except Garbage:
            await self._socket.close(POLICY)
        except WebSocketDisconnect:
            pass
        finally:
            backlog.close()
            if self._resizing is not None:
                self._resizing.cancel()
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    def drop(self) -> None:
        """The page has another line by now."""
        self._dropped.set()

    # --- from the page --------------------------------------------------------------------------------

    async def _read(self, seat: Seat) -> None:
        while True:
            await self._may_read.wait()
            message = await next_message(self._socket)
            if seat.is_gone:
                continue
            if isinstance(message, bytes):
                self._received += len(message)
                seat.type(message)
            else:
                self._take(seat, message)

    def _take(self, seat: Seat, message: dict[str, Any]) -> None:
        kind = message.get("type")
        if kind == "drawn":
            self._drawn(number(message, "bytes"))
        elif kind == "size":
            self._size = clamp_size(number(message, "columns"), number(message, "rows"))
            if self._resizing is None:
                self._resizing = asyncio.get_running_loop().call_later(_RESIZE_PERIOD_S, self._resize, seat)
        elif kind == "beat":
            self._owes_beat = True  # one answer for any number that came meanwhile
            self._wake.set()
        else:
            raise Garbage("type")

    def _drawn(self, count: int) -> None:
        self._undrawn = max(self._queued, self._undrawn - count)
        if self._backlog is not None:
            self._backlog.settle()

    def _resize(self, seat: Seat) -> None:
        self._resizing = None
        if not seat.is_gone:
            seat.resize(*self._size)

    # --- to the page ----------------------------------------------------------------------------------

    async def _write(self) -> None:
        while self._ahead or self.ending is None:
            await self._wake.wait()
            self._wake.clear()
            while self._ahead:
                piece = self._ahead.popleft()
                if isinstance(piece, bytes):
                    await self._socket.send_bytes(piece)  # waits while the browser does not read
                    self._queued -= len(piece)
                else:
                    await self._socket.send_text(json.dumps(piece))
            if self._owes_beat:
                self._owes_beat = False
                await self._socket.send_text(json.dumps({"type": "beat", "received": self._received}))
        with contextlib.suppress(RuntimeError):
            await self._socket.close()

    def _tell(self, message: dict[str, Any]) -> None:
        self._ahead.append(message)
        self._wake.set()

    # --- the line of the seat -------------------------------------------------------------------------

    def write(self, data: bytes) -> None:
        """See Line."""
        self._ahead.append(data)
        self._queued += len(data)
        self._undrawn += len(data)
        self._wake.set()
        if self._backlog is not None:
            self._backlog.wrote(len(data))

    def pause_reading(self) -> None:
        """See Line."""
        self._may_read.clear()

    def resume_reading(self) -> None:
        """See Line."""
        self._may_read.set()

    def name_place(self, name: str) -> None:
        """See Line."""
        self._tell({"type": "place", "name": name})

    def hand_over(self, path: str, name: str) -> None:
        """See Browser."""
        self._tell({"type": "handout", "path": path, "name": name})

    def hang_up(self, ending: Ending, message: str) -> None:
        """See Line."""
        self._tell({"type": "end", "why": ending.value, "words": message})
        self.ending = ending
        self.resume_reading()  # to notice when the page is gone
