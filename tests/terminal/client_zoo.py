"""The clients that people come in with, each in a pseudo-terminal of its own and told to trust this door alone."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.terminal.door import PASSWORD, RunningDoor, Terminal

ENVIRONMENT = {**os.environ, "TERM": "xterm-256color", "LC_ALL": "C.UTF-8"}
ENVIRONMENT.pop("COLORTERM", None)


@dataclass(frozen=True)
class Client:
    """A program; `arguments(door, login, key)` is how it is called, a key None meaning the password."""

    program: str
    arguments: Callable[[RunningDoor, str, Path | None], list[str]]


def _openssh(door: RunningDoor, login: str, key: Path | None) -> list[str]:
    return [*door.ssh_options(key), "-p", str(door.port), f"{login}@127.0.0.1"]


def _plink(door: RunningDoor, login: str, key: Path | None) -> list[str]:
    host_key = door.settings.host_key_path.with_suffix(".pub")
    printed = subprocess.run(["ssh-keygen", "-y", "-f", door.settings.host_key_path], capture_output=True, check=True)
    host_key.write_bytes(printed.stdout)
    found = subprocess.run(["ssh-keygen", "-l", "-f", host_key], capture_output=True, text=True, check=True)
    known = ["-hostkey", found.stdout.split()[1], "-no-antispoof", "-ssh", "-t"]
    if key is None:
        return [*known, "-P", str(door.port), f"{login}@127.0.0.1"]
    own = key.with_suffix(".ppk")  # PuTTY has a format of its own
    subprocess.run(["puttygen", str(key), "-o", str(own)], check=True, capture_output=True)
    return [*known, "-batch", "-i", str(own), "-P", str(door.port), f"{login}@127.0.0.1"]


def _dropbear(door: RunningDoor, login: str, key: Path | None) -> list[str]:
    known = ["-y", "-y", "-t", "-p", str(door.port)]
    if key is None:
        return [*known, f"{login}@127.0.0.1"]
    own = key.with_suffix(".dropbear")
    subprocess.run(["dropbearconvert", "openssh", "dropbear", str(key), str(own)], check=True, capture_output=True)
    return [*known, "-i", str(own), f"{login}@127.0.0.1"]


CLIENTS = {
    "OpenSSH": Client("ssh", _openssh),
    "PuTTY (plink)": Client("plink", _plink),
    "dropbear (dbclient)": Client("dbclient", _dropbear),
}


@contextlib.contextmanager
def at_client(name: str, door: RunningDoor, login: str, key: Path | None = None) -> Iterator[Terminal]:
    """Somebody who has come in by this client, by the key or the password; gone at the end of the block."""
    client = CLIENTS[name]
    if shutil.which(client.program) is None:
        pytest.skip(f"{client.program} is not installed: scripts/setup tests")
    environment = {**ENVIRONMENT, "HOME": str(door.folder)}  # what they know of hosts stays with the test
    somebody = Terminal(client.program, client.arguments(door, login, key), environment=environment)
    try:
        if key is None:
            somebody.process.expect("[Pp]assword:")
            somebody.process.sendline(PASSWORD)
        yield somebody
    finally:
        somebody.process.close(force=True)
