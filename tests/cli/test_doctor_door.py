"""What the doctor hears at a port: doors of all kinds, a silent one, one that dies."""

import os
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.terminal.door import RunningDoor
from vpterm.cli.doctor.probe_door import probe_door
from vpterm.cli.doctor.probe_machine import probe_files, probe_libraries, probe_machine
from vpterm.cli.ground import Ground, ground
from vpterm.terminal.ssh.algorithms import OFFERED


@contextmanager
def port_that(behaves: Callable[[socket.socket], None]) -> Iterator[int]:
    """A port of loopback with somebody behind it."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            line, _address = listening.accept()
            with line:
                behaves(line)

        threading.Thread(target=serve, daemon=True).start()
        yield int(listening.getsockname()[1])


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningDoor]:
    running = RunningDoor(tmp_path_factory.mktemp("door"))
    yield running
    running.close()


@pytest.fixture
def standing(tmp_path: Path) -> Ground:
    return ground(tmp_path)


def silent(line: socket.socket) -> None:
    line.recv(1)


def dying(line: socket.socket) -> None:
    line.sendall(b"SSH-2.0-vpterm\r\n")
    line.recv(100)


def web(line: socket.socket) -> None:
    line.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")


def endless(line: socket.socket) -> None:
    line.sendall(b"SSH-2.0-vpterm\r\n" + b"\xff" * 64)
    line.recv(100)


@pytest.mark.parametrize(
    ("behaves", "heard"),
    [(silent, "?"), (dying, "SSH-2.0-vpterm"), (web, "HTTP/1.1 400 Bad Request"), (endless, "SSH-2.0-vpterm")],
)
def test_who_is_not_our_door_is_heard_out_and_offers_nothing(
    standing: Ground, behaves: Callable[[socket.socket], None], heard: str
) -> None:
    with port_that(behaves) as port:
        door = probe_door(standing, "127.0.0.1", port)
    assert (door.port_answers, door.offered) == (heard, None)
    assert (door.is_kept, door.sessions) == (False, None)


def test_nobody_at_the_port(standing: Ground) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        free = int(taken.getsockname()[1])
    assert probe_door(standing, "127.0.0.1", free).port_answers == ""


@pytest.mark.doors
def test_our_own_door_says_what_it_speaks(door: RunningDoor, standing: Ground) -> None:
    found = probe_door(standing, "127.0.0.1", door.port)
    assert found.port_answers == "SSH-2.0-vpterm"
    assert found.offered is not None
    for kind in ("host_key", "cipher", "mac", "compression"):
        assert found.offered[kind] == OFFERED[kind]
    assert set(OFFERED["kex"]) <= set(found.offered["kex"])


def test_modes_are_seen_as_they_are(standing: Ground, tmp_path: Path) -> None:
    assert probe_files(standing).secrets_mode is None
    standing.installation.prepare()
    for name in ("a", "b"):
        standing.installation.keep_secret(name, "x")
    (tmp_path / "secrets" / "b.secret").chmod(0o640)
    files = probe_files(standing)
    assert (files.secrets_mode, files.secret_count, files.open_secrets) == (0o700, 2, ("b.secret",))
    assert files.host_key_mode is None


def test_this_machine_is_seen(standing: Ground) -> None:
    machine = probe_machine(standing)
    assert machine.disk_free[str(standing.installation.home)] > 0
    assert machine.memory_available is not None
    assert machine.memory_available > 0
    assert machine.has_time_zones
    assert machine.open_files > 0
    assert machine.has_cgroup2 == os.path.exists("/sys/fs/cgroup/cgroup.controllers")
    versions = {name: (pinned, here) for name, pinned, here in probe_libraries()}
    assert versions["textual"][0] == versions["textual"][1] is not None
    assert versions["asyncssh"][0] is None
