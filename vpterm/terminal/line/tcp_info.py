"""What Linux knows of a TCP connection (tcp(7), TCP_INFO): losses that the stream itself hides."""

from __future__ import annotations

import socket
import struct
from dataclasses import asdict, dataclass
from typing import Any

# struct tcp_info of linux/tcp.h: only ever extended at its end.
_RTT_US, _RETRANSMITTED, _SEGMENTS = 68, 100, 156
_NEEDED = _SEGMENTS + 4


@dataclass(frozen=True, slots=True)
class TcpInfo:
    """One end of a connection: segments with data that it sent, those it sent again, the kernel's round trip in µs."""

    segments: int
    retransmitted: int
    rtt_us: int

    def to_json(self) -> dict[str, int]:
        """For the wire."""
        return asdict(self)


def read_tcp_info(line: Any) -> TcpInfo | None:
    """From a socket (or asyncio's stand-in); None where the system does not tell."""
    option = getattr(socket, "TCP_INFO", None)
    if option is None or line is None:
        return None
    try:
        raw: bytes = line.getsockopt(socket.IPPROTO_TCP, option, 256)
    except OSError:
        return None
    return parse_tcp_info(raw)


def parse_tcp_info(raw: bytes) -> TcpInfo | None:
    """From the bytes of a struct tcp_info; None when the kernel is too old to count segments (before 4.2)."""
    if len(raw) < _NEEDED:
        return None
    number = struct.Struct("=I").unpack_from
    return TcpInfo(number(raw, _SEGMENTS)[0], number(raw, _RETRANSMITTED)[0], number(raw, _RTT_US)[0])
