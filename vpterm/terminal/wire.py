"""The framed protocol between the gateway and a worker, over a unix socket pair.

A frame is: total length (4 bytes), header length (2 bytes), a JSON header, raw bytes. Both sides check every
frame against the list of kinds below; a frame that does not fit ends the connection, never the process.
"""

from __future__ import annotations

import asyncio
import json
import logging
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, cast

_log = logging.getLogger("vpterm.terminal")

_PREFIX = struct.Struct(">IH")
_HIGH = 1024 * 1024  # bytes waiting to be read by the other end, from which everybody is held
_ROOM_S = 0.005
MAX_HEADER = 16 * 1024
MAX_BODY = 4 * 1024 * 1024

# Kind -> the fields its header must have, and their types. No kind has optional fields.
KINDS: dict[str, dict[str, type]] = {
    # gateway to worker
    "worker.open": {"site": str, "database_url": str, "settings": dict},
    "worker.close": {},
    "ping": {"number": int},
    "session.open": {"session": int, "request": dict},
    "session.end": {"session": int},
    "session.move": {"session": int},
    "session.tell": {"session": int, "sentence": str},
    "session.unlock": {"session": int},
    "session.recorded": {"session": int, "reason": str},
    "session.support": {"session": int, "standing": dict},
    "viewer.attach": {  # columns and rows 0: the session's own size, whatever it becomes ("viewer.size" tells it)
        "session": int,
        "viewer": int,
        "columns": int,
        "rows": int,
        "terminal": dict,
        "notice": str,
        "watches": bool,
        "guest": dict,  # guests.py; {} for the session's own person
    },
    "viewer.guest": {"viewer": int, "guest": dict},
    "viewer.input": {"viewer": int},
    "viewer.resize": {"viewer": int, "columns": int, "rows": int},
    "viewer.pause": {"viewer": int},
    "viewer.resume": {"viewer": int, "whole": bool, "bytes_s": int},
    "viewer.detach": {"viewer": int},
    "link.answered": {"session": int, "number": int, "answer": dict},
    # worker to gateway
    "worker.ready": {},
    "worker.failed": {"why": str},
    "pong": {"number": int, "sessions": int},
    "session.opened": {"session": int},
    "session.ended": {"session": int, "reason": str},
    "viewer.output": {"viewer": int, "whole": bool},
    "viewer.size": {"viewer": int, "columns": int, "rows": int},
    "viewer.taken": {"viewer": int, "bytes": int},
    "viewer.closed": {"viewer": int},
    "session.keyboard_back": {"session": int},
    "link.site": {"session": int, "site": str},
    "link.place": {"session": int, "place": str},
    "link.leave": {"session": int},
    "link.detach": {"session": int},
    "link.shut_out": {"session": int},
    "link.locked": {"session": int},
    "link.end": {"session": int, "why": str},
    "link.ask": {"session": int, "number": int, "question": str, "values": dict},
    "link.offer": {"session": int, "number": int, "name": str, "size": int},
    "link.piece": {"session": int, "number": int},
}


class WireError(Exception):
    """What arrived is not a frame of this protocol."""


@dataclass(frozen=True)
class Frame:
    """One message: its kind, its header fields, its raw bytes."""

    kind: str
    fields: dict[str, Any] = field(default_factory=dict)
    body: bytes = b""

    def number(self, name: str) -> int:
        """An integer field of the header."""
        value: int = self.fields[name]
        return value

    def text(self, name: str) -> str:
        """A text field of the header."""
        value: str = self.fields[name]
        return value


def encode(kind: str, body: bytes = b"", **fields: Any) -> bytes:
    """The bytes of one frame. Raises WireError if it does not fit the protocol or its limits."""
    _check(kind, fields)
    header = json.dumps({"kind": kind, **fields}, ensure_ascii=False, separators=(",", ":")).encode()
    if len(header) > MAX_HEADER or len(body) > MAX_BODY:
        raise WireError(f"a {kind} frame over the limit: {len(header)} and {len(body)} bytes")
    return _PREFIX.pack(2 + len(header) + len(body), len(header)) + header + body


def _check(kind: str, fields: dict[str, Any]) -> None:
    expected = KINDS.get(kind)
    if expected is None:
        raise WireError(f"an unknown kind of frame: {kind!r:.40}")
    if set(fields) != set(expected):
        raise WireError(f"a {kind} frame with the wrong fields: {sorted(fields)!r:.80}")
    for name, kind_of_value in expected.items():
        if type(fields[name]) is not kind_of_value:
            raise WireError(f"a {kind} frame whose {name} is {type(fields[name]).__name__}")


class FrameReader:
    """Cuts a stream of bytes into frames, whatever the pieces it arrives in."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes) -> Iterator[Frame]:
        """Take the next bytes; give each frame now complete. Raises WireError on what is no frame."""
        self._buffer += data
        while len(self._buffer) >= _PREFIX.size:
            length, header_length = _PREFIX.unpack_from(self._buffer)
            if header_length > MAX_HEADER or not header_length + 2 <= length <= 2 + MAX_HEADER + MAX_BODY:
                raise WireError(f"a frame of impossible length: {length}, {header_length}")
            end = 4 + length
            if len(self._buffer) < end:
                return
            header = bytes(self._buffer[_PREFIX.size : _PREFIX.size + header_length])
            body = bytes(self._buffer[_PREFIX.size + header_length : end])
            del self._buffer[:end]
            yield _frame(header, body)


def _frame(header: bytes, body: bytes) -> Frame:
    try:
        values = json.loads(header)
    except (ValueError, RecursionError) as error:
        raise WireError("a frame whose header is not JSON") from error
    if not isinstance(values, dict) or not isinstance(values.get("kind"), str):
        raise WireError("a frame whose header names no kind")
    kind = values.pop("kind")
    _check(kind, values)
    return Frame(kind, values, body)


class WireProtocol(asyncio.Protocol):
    """One end of the wire on an event loop.

    `on_frame` gets each frame, `on_lost` is called once when the other end is gone or talks nonsense, and
    `on_flow(False)` says that the other end does not keep up, `on_flow(True)` that it does again.
    """

    def __init__(
        self,
        on_frame: Callable[[Frame], None],
        on_lost: Callable[[], None],
        on_flow: Callable[[bool], None] = lambda flows: None,
    ) -> None:
        self._on_frame, self._on_lost, self._on_flow = on_frame, on_lost, on_flow
        self._reader = FrameReader()
        self._transport: asyncio.Transport | None = None

    @property
    def is_open(self) -> bool:
        """Whether the other end still holds its socket (a worker whose wire is open is alive)."""
        return self._transport is not None and not self._transport.is_closing()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Called by the event loop."""
        self._transport = cast("asyncio.Transport", transport)
        self._transport.set_write_buffer_limits(high=_HIGH)

    def data_received(self, data: bytes) -> None:
        """Called by the event loop; ends the connection on what is not our protocol."""
        try:
            for frame in self._reader.feed(data):
                self._give(frame)
        except WireError as error:
            _log.error("the wire is closed: %(why)s", {"why": error})
            self.close()

    def _give(self, frame: Frame) -> None:
        try:
            self._on_frame(frame)
        except Exception:  # one frame that cannot be served must not cut off everybody on this wire
            _log.exception("a %(kind)s frame could not be served", {"kind": frame.kind})

    def pause_writing(self) -> None:
        """Called by the event loop when over 1 MiB waits to be read by the other end."""
        self._on_flow(False)

    def resume_writing(self) -> None:
        """Called by the event loop when the other end has caught up."""
        self._on_flow(True)

    def connection_lost(self, exc: Exception | None) -> None:
        """Called by the event loop, once."""
        self._transport = None
        self._on_lost()

    def send(self, kind: str, body: bytes = b"", **fields: Any) -> None:
        """Send one frame; silently nothing when the other end is gone (`on_lost` has told it)."""
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(encode(kind, body, **fields))

    async def until_room(self) -> None:
        """Wait while much is queued: for what is large and has time, so that no screen is ever held for it."""
        while self._transport is not None and self._transport.get_write_buffer_size() > _HIGH // 4:  # noqa: ASYNC110
            await asyncio.sleep(_ROOM_S)  # the transport tells only of _HIGH

    def close(self) -> None:
        """Close this end after what waits has been sent."""
        if self._transport is not None:
            self._transport.close()
