"""The line of a seat to a terminal behind a mosh-server: a unix socket to the line client (line_client.py)."""

from __future__ import annotations

import asyncio
import struct
from collections.abc import Callable
from typing import cast

from vpterm.terminal.gateway.own_socket import is_ours
from vpterm.terminal.gateway.seat import Ending, Seat
from vpterm.terminal.settings import clamp_size

_SIZE, _TYPED = struct.Struct(">cHH"), struct.Struct(">cH")
_LONGEST_WORD = 128
_PATIENCE_S = 10.0
_RESIZE_PERIOD_S = 0.1  # laying out an app costs; a dragged corner sends sizes by the hundred
_READING_S = 3.0  # the client clears its screen when it ends: last words are left for a moment


class MoshLine(asyncio.Protocol):
    """See Line. `begin(word, line, size)` gives the seat of who has this word, or nothing; `over` is told the end."""

    def __init__(
        self,
        begin: Callable[[str, MoshLine, tuple[int, int]], Seat | None],
        over: Callable[[MoshLine, Seat], None],
    ) -> None:
        self._begin, self._over = begin, over
        self._transport: asyncio.Transport | None = None
        self._seat: Seat | None = None
        self._buffer = bytearray()
        self._size = (80, 24)
        self._timers: dict[str, asyncio.TimerHandle] = {}

    # --- from the line client -------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Somebody has connected: only this installation's own programs may."""
        self._transport = cast("asyncio.Transport", transport)
        self._transport.set_write_buffer_limits(high=64 * 1024)
        if is_ours(transport.get_extra_info("socket")):
            self._later("word", _PATIENCE_S, self._transport.abort)
        else:
            self._transport.abort()

    def data_received(self, data: bytes) -> None:
        """What it sends; nonsense ends the line."""
        self._buffer += data
        if self._seat is None and not self._take_word():
            return
        while self._take_one():
            pass

    def _take_word(self) -> bool:
        first, end, rest = self._buffer.partition(b"\n")
        if not end and len(first) < _LONGEST_WORD:
            return False
        try:
            word, columns, rows = first.decode("ascii").split()
            self._size = clamp_size(int(columns), int(rows))
        except ValueError:
            word = ""
        self._cancel("word")
        self._buffer = rest
        self._seat = self._begin(word, self, self._size)
        if self._seat is None and self._transport is not None:
            self._transport.abort()
        return self._seat is not None

    def _take_one(self) -> bool:
        """The next message, if it is whole."""
        kind = bytes(self._buffer[:1])
        if kind == b"s" and len(self._buffer) >= _SIZE.size:
            _kind, columns, rows = _SIZE.unpack_from(self._buffer)
            del self._buffer[: _SIZE.size]
            self._size = clamp_size(columns, rows)
            if "size" not in self._timers:
                self._later("size", _RESIZE_PERIOD_S, self._resize)
            return True
        if kind == b"t" and len(self._buffer) >= _TYPED.size:
            end = _TYPED.size + _TYPED.unpack_from(self._buffer)[1]
            if len(self._buffer) >= end:
                typed = bytes(self._buffer[_TYPED.size : end])
                del self._buffer[:end]
                if self._seat is not None and not self._seat.is_gone:
                    self._seat.type(typed)
                return True
        elif kind not in (b"", b"s") and self._transport is not None:
            self._transport.abort()
        return False

    def _resize(self) -> None:
        if self._seat is not None and not self._seat.is_gone:
            self._seat.resize(*self._size)

    def pause_writing(self) -> None:
        """mosh-server does not keep up, which it should: it draws for itself, and its client gets what is newest."""
        if self._seat is not None:
            self._seat.hold()

    def resume_writing(self) -> None:
        """It keeps up again."""
        if self._seat is not None:
            self._seat.release()

    def connection_lost(self, exc: Exception | None) -> None:
        """The line client has ended, and so will its mosh-server."""
        self._transport = None
        for timer in self._timers.values():
            timer.cancel()
        if self._seat is not None:
            self._over(self, self._seat)

    # --- the line of the seat -------------------------------------------------------------------------

    def write(self, data: bytes) -> None:
        """See Line."""
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(data)

    def pause_reading(self) -> None:
        """See Line."""
        if self._transport is not None and not self._transport.is_closing():
            self._transport.pause_reading()

    def resume_reading(self) -> None:
        """See Line."""
        if self._transport is not None and not self._transport.is_closing():
            self._transport.resume_reading()

    def name_place(self, name: str) -> None:
        """See Line. The window is the person's own; its title stays as it is."""

    def hang_up(self, ending: Ending, message: str) -> None:
        """See Line. Who was not the one to go is left the time to read why."""
        if message:
            self.write(message.replace("\n", "\r\n").encode() + b"\r\n")
        if self._transport is not None:
            self._transport.resume_reading()  # to notice when the terminal is gone
            wished = ending in (Ending.LEFT, Ending.WAITING)
            self._later("over", 0.0 if wished else _READING_S, self._transport.close)

    def _later(self, name: str, delay_s: float, call: Callable[[], object]) -> None:
        def run() -> None:
            self._timers.pop(name, None)
            call()

        self._timers[name] = asyncio.get_running_loop().call_later(delay_s, run)

    def _cancel(self, name: str) -> None:
        if timer := self._timers.pop(name, None):
            timer.cancel()
