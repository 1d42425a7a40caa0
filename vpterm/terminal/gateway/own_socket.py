"""A unix socket that only this installation's own programs may speak to: 0600, and the kernel says who is there."""

from __future__ import annotations

import os
import socket
import struct
from pathlib import Path

from vpterm.terminal.gateway.administration import within_reach

_CREDENTIALS = struct.Struct("3i")  # pid, uid, gid: unix(7), SO_PEERCRED


def open_own_socket(path: Path) -> socket.socket:
    """A socket bound to `path`; one that a killed gateway left behind gives way. Raises OSError."""
    path.unlink(missing_ok=True)
    before = os.umask(0o177)
    try:
        listening = socket.socket(socket.AF_UNIX)
        try:
            with within_reach(path) as near:
                listening.bind(near)
        except OSError:
            listening.close()
            raise
    finally:
        os.umask(before)
    listening.setblocking(False)
    return listening


def is_ours(peer: socket.socket) -> bool:
    """Whether the account at the other end is the one that runs the gateway, or root."""
    _pid, uid, _gid = _CREDENTIALS.unpack(peer.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size))
    return uid in (0, os.geteuid())
