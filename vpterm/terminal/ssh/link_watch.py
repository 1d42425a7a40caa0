"""Has the kernel ask whether the other end of a connection is still there: for nothing, where SSH's own question costs.

A keepalive of SSH is a packet enciphered, answered and deciphered in Python: of 500 people at rest it took more than
all their sessions together.
"""

from __future__ import annotations

import socket
from typing import Any

# Of clients that the kernel cannot see: stopped ones, and those behind a jump host that lives on.
SSH_TIMES = 8


def watch_link(connection: Any, interval_s: float, missed: int) -> None:
    """Drop a TCP connection (asyncio's) whose other end says nothing for `interval_s` and `missed` questions more."""
    end: socket.socket | None = connection.get_extra_info("socket")
    if end is None or end.family not in (socket.AF_INET, socket.AF_INET6):
        return
    seconds = max(round(interval_s), 1)
    end.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in (
        ("TCP_KEEPIDLE", seconds),  # macOS calls it TCP_KEEPALIVE
        ("TCP_KEEPALIVE", seconds),
        ("TCP_KEEPINTVL", seconds),
        ("TCP_KEEPCNT", missed),
        ("TCP_USER_TIMEOUT", 1000 * seconds * (missed + 1)),  # what was sent and is never confirmed
    ):
        option = getattr(socket, name, None)
        if option is not None:
            end.setsockopt(socket.IPPROTO_TCP, option, value)
