"""Asks the door what it is: its banner, its first packet, its sessions, the memory of its workers. Judges nothing."""

from __future__ import annotations

import contextlib
import socket
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

from vpterm.cli.doctor.facts import OpenDoor, Recordings
from vpterm.cli.ground import Ground
from vpterm.kernel.errors import VptermError
from vpterm.terminal.gateway.administration import ask_gateway, list_sessions
from vpterm.terminal.gateway.memory import memory_mib
from vpterm.terminal.settings import DoorSettings

_PATIENCE_S = 3.0
_LONGEST_PACKET = 35_000  # RFC 4253 section 6.1
_KEXINIT = 20
# The name-lists of a KEXINIT in their order (RFC 4253 section 7.1); both directions are offered alike.
_LISTS = ("kex", "host_key", "cipher", "cipher", "mac", "mac", "compression", "compression")


def probe_door(standing: Ground, host: str, port: int) -> OpenDoor:
    """The door of this installation, and whoever answers at its port."""
    answers, offered = _ask(host, port)
    sessions: int | None = None
    memory: float | None = None
    limits: dict[str, Any] = {}
    control = DoorSettings(state_folder=standing.installation.home).control_path
    with contextlib.suppress(VptermError):
        limits = ask_gateway(control, "limits")
        found = list_sessions(control)
        sessions = len(found)
        memory = _pss_mib({each.worker_pid for each in found})
    return OpenDoor(
        is_kept=standing.has_keeper(), port=port, port_answers=answers, offered=offered,
        sessions=sessions, workers_mib=memory,
        limits=str(limits.get("kind", "")), worker_memory_mib=int(limits.get("worker_memory_mib", 0)),
    )  # fmt: skip


def probe_recordings(standing: Ground) -> Recordings | None:
    """What the gateway of this installation says of its recordings; None where nobody serves."""
    home = standing.installation.home
    with contextlib.suppress(VptermError):
        told = ask_gateway(DoorSettings(state_folder=home).control_path, "recordings")
        return Recordings(str(home / "recordings"), int(told["running"]), dict(told["failing"]))
    return None


def _ask(host: str, port: int) -> tuple[str, dict[str, tuple[str, ...]] | None]:
    """What a port says first ("" where nobody is, "?" for silence), and the algorithms it offers if it speaks SSH."""
    banner = ""
    try:
        with socket.create_connection((host, port), _PATIENCE_S) as line, line.makefile("rb") as stream:
            banner = "?"
            line.settimeout(_PATIENCE_S)
            banner = stream.readline(255).decode("ascii", "replace").strip() or "?"
            if not banner.startswith("SSH-2.0-"):
                return banner, None
            line.sendall(b"SSH-2.0-vpterm_doctor\r\n")
            return banner, read_offer(_packet(stream.read))
    except (OSError, ValueError):
        return banner, None


def _packet(take: Callable[[int], bytes]) -> bytes:
    """The payload of the first binary packet, which is not yet encrypted (RFC 4253 section 6)."""
    head = take(5)
    if len(head) < 5:
        raise ValueError("no packet")
    length, padding = struct.unpack(">IB", head)
    if not padding + 1 < length <= _LONGEST_PACKET:
        raise ValueError("no packet of SSH")
    body = take(length - 1)
    return body[: length - 1 - padding]


def read_offer(payload: bytes) -> dict[str, tuple[str, ...]]:
    """The algorithms that a KEXINIT names. ValueError for anything else."""
    if len(payload) < 17 or payload[0] != _KEXINIT:
        raise ValueError("not a KEXINIT")
    rest = payload[17:]
    offered: dict[str, tuple[str, ...]] = {}
    for kind in _LISTS:
        if len(rest) < 4:
            raise ValueError("a KEXINIT cut short")
        length = struct.unpack(">I", rest[:4])[0]
        if length > len(rest) - 4:
            raise ValueError("a KEXINIT cut short")
        names = rest[4 : 4 + length].decode("ascii", "replace")
        rest = rest[4 + length :]
        offered[kind] = tuple(dict.fromkeys([*offered.get(kind, ()), *filter(None, names.split(","))]))
    return offered


def _pss_mib(pids: set[int]) -> float | None:
    """The memory of some processes, shared pages divided fairly; None where it cannot be read.

    Only root reads that of workers, which are closed to their own account; others hear of all that is in no file.
    """
    try:
        return sum(_pss_kib(pid) for pid in pids) / 1024
    except PermissionError:
        return float(sum(memory_mib(pid) for pid in pids))
    except (OSError, StopIteration):
        return None


def _pss_kib(pid: int) -> int:
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text("ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
