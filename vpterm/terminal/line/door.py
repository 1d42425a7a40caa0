"""The door's side of `vpterm doctor line`: answers a bounded echo and a bounded stream to somebody who has come in.

The client asks for every byte, so nothing waits here. At most 20 seconds and 16 MiB each way, one at a time per
account and two in all: a measurement must not become the load that it looks for.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any

from vpterm.kernel.i18n import _
from vpterm.terminal.line.frames import DOWN, ECHO, LONGEST_ECHO, TCP, UP, FrameReader, asked_for, frame
from vpterm.terminal.line.tcp_info import read_tcp_info

LIMIT_S = 20.0
LIMIT_BYTES = 16 * 1024 * 1024
AT_ONCE = 2
ENDED, REFUSED = 0, 2


class LineMeter:
    """One measurement on one channel. `over` is called once, when it has ended."""

    def __init__(self, channel: Any, over: Callable[[], None], *, limit_s: float = LIMIT_S) -> None:
        self._channel, self._over = channel, over
        self._reader = FrameReader()
        self._taken = self._given = 0
        self._is_open = True
        self._ending = asyncio.get_running_loop().call_later(limit_s, self._end, ENDED)

    def take(self, data: bytes) -> None:
        """What the client sends; too much of it, or nonsense, ends the measurement."""
        self._taken += len(data)
        if self._taken > LIMIT_BYTES:
            self._end(ENDED)
            return
        try:
            for kind, body in self._reader.feed(data):
                if self._is_open:
                    self._answer(kind, body)
        except ValueError:
            self._end(REFUSED)

    def _answer(self, kind: bytes, body: bytes) -> None:
        if kind == UP:
            self._give(frame(UP))
        elif kind == DOWN:
            self._give(frame(DOWN, bytes(asked_for(body))))
        elif kind == TCP:
            info = read_tcp_info(self._channel.get_extra_info("socket"))
            self._give(frame(TCP, json.dumps(info.to_json() if info is not None else None).encode()))
        elif kind == ECHO:
            if len(body) > LONGEST_ECHO:
                raise ValueError("too long an echo")
            self._give(frame(ECHO, body))

    def _give(self, data: bytes) -> None:
        self._given += len(data)
        if self._given > LIMIT_BYTES:
            self._end(ENDED)
        else:
            self._channel.write(data)

    def _end(self, status: int) -> None:
        if self._is_open and not self._channel.is_closing():
            self._channel.exit(status)
        self.close()

    def close(self) -> None:
        """It is over, or the channel is gone."""
        if self._is_open:
            self._is_open = False
            self._ending.cancel()
            self._over()


class LineDesk:
    """Who is measuring now."""

    def __init__(self) -> None:
        self._measuring: set[str] = set()

    def open(self, login: str, channel: Any) -> LineMeter | None:
        """Begin a measurement; refuse it in words when this account or the door has enough of them."""
        if login in self._measuring or len(self._measuring) >= AT_ONCE:
            said = _("vpterm: another measurement is under way; try again in half a minute.")
            channel.write_stderr(said.encode() + b"\r\n")
            channel.exit(REFUSED)
            return None
        self._measuring.add(login)
        return LineMeter(channel, lambda: self._measuring.discard(login))
