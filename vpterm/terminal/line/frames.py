"""What is said over the subsystem `vpterm-line`: small frames, a kind and a length before a body."""

from __future__ import annotations

import struct
from collections.abc import Iterator

SUBSYSTEM = "vpterm-line"
ECHO, UP, DOWN, TCP = b"E", b"U", b"D", b"T"
LONGEST_ECHO = 64
LONGEST_PIECE = 256 * 1024
_HEAD = struct.Struct(">cI")
_COUNT = struct.Struct(">I")


def frame(kind: bytes, body: bytes = b"") -> bytes:
    """A frame as it goes over the line."""
    return _HEAD.pack(kind, len(body)) + body


def ask_for(count: int) -> bytes:
    """A DOWN frame that asks for so many bytes."""
    return frame(DOWN, _COUNT.pack(count))


def asked_for(body: bytes) -> int:
    """How many bytes a DOWN frame asks for. ValueError for nonsense."""
    if len(body) != _COUNT.size or not 0 < (count := int(_COUNT.unpack(body)[0])) <= LONGEST_PIECE:
        raise ValueError("a question for an impossible number of bytes")
    return count


class FrameReader:
    """Cuts what arrives into frames."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes) -> Iterator[tuple[bytes, bytes]]:
        """Kind and body of each frame that is whole. ValueError for what is no frame."""
        self._buffer += data
        while len(self._buffer) >= _HEAD.size:
            kind, length = _HEAD.unpack_from(self._buffer)
            if kind not in (ECHO, UP, DOWN, TCP) or length > LONGEST_PIECE:
                raise ValueError("not a frame of a line's measurement")
            end = _HEAD.size + length
            if len(self._buffer) < end:
                return
            body = bytes(self._buffer[_HEAD.size : end])
            del self._buffer[:end]
            yield kind, body
