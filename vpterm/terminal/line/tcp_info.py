"""What Linux knows of a TCP connection (tcp(7), TCP_INFO): losses that the stream itself hides."""

from __future__ import annotations

import array
import contextlib
import socket
import struct
import sys
from dataclasses import asdict, dataclass
from typing import Any

# struct tcp_info of linux/tcp.h: only ever extended at its end.
_RTT_US, _RETRANSMITTED, _MIN_RTT_US, _SEGMENTS = 68, 100, 148, 156
_NEEDED = _SEGMENTS + 4


@dataclass(frozen=True, slots=True)
class TcpInfo:
    """One end of a connection: segments with data sent, those sent again, the round trip in µs, now and at best."""

    segments: int
    retransmitted: int
    rtt_us: int
    min_rtt_us: int = 0

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
    return TcpInfo(
        number(raw, _SEGMENTS)[0], number(raw, _RETRANSMITTED)[0], number(raw, _RTT_US)[0], number(raw, _MIN_RTT_US)[0]
    )


def unconfirmed_bytes(line: Any) -> int:
    """What was given to the kernel and the other end has not confirmed (SIOCOUTQ of tcp(7)); 0 where it is not told."""
    if sys.platform != "linux" or line is None:
        return 0
    import fcntl
    import termios

    count = array.array("i", [0])
    with contextlib.suppress(OSError, ValueError):
        fcntl.ioctl(line.fileno(), termios.TIOCOUTQ, count)
    return count[0]


def best_round_trip_s(line: Any) -> float:
    """The shortest round trip that the kernel has seen, in seconds; 0 where it is not told."""
    info = read_tcp_info(line)
    return info.min_rtt_us / 1e6 if info is not None else 0.0
