"""Looks at the folder of the installation and at the machine. Judges nothing."""

from __future__ import annotations

import ctypes
import importlib.metadata
import locale
import re
import resource
import shutil
import stat
import zoneinfo
from pathlib import Path

from vpterm.cli.doctor.facts import Files, Machine
from vpterm.cli.ground import Ground

_MIB = 1024 * 1024
_TERMINFO = ("/etc/terminfo", "/lib/terminfo", "/usr/share/terminfo", "/usr/lib/terminfo")
_TIME_ERROR = 5  # adjtimex(2): the clock is not synchronised
_PIN = re.compile(r"([A-Za-z0-9._-]+)(?:\[[^\]]*\])?(?:==([^;,\s]+))?")


def probe_files(standing: Ground) -> Files:
    """Permissions only; no secret is read."""
    home = standing.installation.home
    secrets = home / "secrets"
    files = sorted(secrets.glob("*.secret")) if _mode(secrets) is not None else []
    return Files(
        home=str(home),
        secrets_mode=_mode(secrets),
        open_secrets=tuple(file.name for file in files if (_mode(file) or 0) & 0o077),
        secret_count=len(files),
        host_key_mode=_mode(home / "ssh_host_ed25519_key"),
    )


def _mode(path: Path) -> int | None:
    try:
        return stat.S_IMODE(path.stat().st_mode)
    except OSError:
        return None


def probe_machine(standing: Ground) -> Machine:
    """Everything that does not need a door or a database."""
    places = [standing.installation.home]
    if standing.server and standing.installation.home.exists():
        places.append(standing.server.data_folder)
    return Machine(
        disk_free={str(place): _free_mib(place) for place in places},
        memory_available=_memory_available(),
        has_cgroup2=Path("/sys/fs/cgroup/cgroup.controllers").exists(),
        open_files=resource.getrlimit(resource.RLIMIT_NOFILE)[0],
        clock_synchronised=_is_synchronised(),
        has_time_zones=_knows_paris(),
        encoding=locale.getencoding(),
        terminals_known=tuple(name for name in ("xterm-256color", "tmux-256color", "linux") if _knows(name)),
    )


def _free_mib(place: Path) -> int:
    there = next(folder for folder in (place, *place.parents) if folder.exists())
    return shutil.disk_usage(there).free // _MIB


def _memory_available() -> int | None:
    try:
        lines = Path("/proc/meminfo").read_text("ascii").splitlines()
    except OSError:
        return None
    found = [int(line.split()[1]) // 1024 for line in lines if line.startswith("MemAvailable:")]
    return found[0] if found else None


def _is_synchronised() -> bool | None:
    """What the kernel says; asking with an empty order (modes 0) changes nothing."""
    try:
        state: int = ctypes.CDLL(None, use_errno=True).adjtimex(ctypes.create_string_buffer(512))
    except (OSError, AttributeError):
        return None
    return None if state < 0 else state != _TIME_ERROR


def _knows_paris() -> bool:
    try:
        zoneinfo.ZoneInfo("Europe/Paris")
    except zoneinfo.ZoneInfoNotFoundError:
        return False
    return True


def _knows(terminal: str) -> bool:
    return any((Path(folder) / terminal[0] / terminal).exists() for folder in _TERMINFO)


def probe_libraries() -> list[tuple[str, str | None, str | None]]:
    """The libraries that this program names: the version each is pinned to, if it is, and the one installed."""
    found = []
    for line in importlib.metadata.requires("vpterm") or []:
        match = _PIN.match(line)
        if match and ";" not in line:
            found.append((match[1], match[2], _installed(match[1])))
    return found


def _installed(name: str) -> str | None:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None
