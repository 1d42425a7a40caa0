"""The demo group, started as a newcomer starts it, and people who come in with the OpenSSH client."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg

from tests.terminal.door import Person
from vpterm.database.installation import Installation
from vpterm.database.server import SUPERUSER, EmbeddedServer

PASSWORD = "demo"


class Clinic:
    """`vpterm demo` running in a home of its own."""

    def __init__(self, folder: Path | None = None, command: str = "demo") -> None:
        self.command = command
        self.folder = folder or Path(tempfile.mkdtemp(prefix="vpterm-clinic-"))
        self.folder.chmod(0o755)
        self.server = EmbeddedServer(Installation(self.folder))
        self.port, self.web_port = free_port(), free_port()
        self.process: subprocess.Popen[str] | None = None

    def open(self, seconds: float = 180.0) -> None:
        """Run the command and wait until the door answers."""
        log = (self.folder / "demo.log").open("a")
        doors = ["--port", str(self.port), "--web-port", str(self.web_port)]
        self.process = subprocess.Popen(
            [sys.executable, "-m", "vpterm.cli.main", self.command, *doors],
            env={**os.environ, "VPTERM_HOME": str(self.folder), "LC_ALL": "C.UTF-8"},
            stdout=log, stderr=log, stdin=subprocess.DEVNULL, text=True, start_new_session=True,
        )  # fmt: skip
        until = time.monotonic() + seconds
        while not self.answers():
            assert self.process.poll() is None, (self.folder / "demo.log").read_text()
            assert time.monotonic() < until, (self.folder / "demo.log").read_text()
            time.sleep(0.2)

    def answers(self) -> bool:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1) as connection:
            return connection.recv(4) == b"SSH-"
        return False

    def close(self, how: signal.Signals = signal.SIGINT) -> int:
        """End it by a signal; its exit code."""
        assert self.process is not None
        self.process.send_signal(how)
        return self.process.wait(60)

    def ssh_options(self, key: Path | None = None) -> list[str]:
        """Options that keep the client to this clinic's folder."""
        options = ["-F", "none", "-o", f"UserKnownHostsFile={self.folder}/known_hosts"]
        options += ["-o", "StrictHostKeyChecking=accept-new", "-o", "IdentityAgent=none", "-o", "LogLevel=ERROR"]
        return [*options, "-o", "PreferredAuthentications=password", "-o", "NumberOfPasswordPrompts=1"]

    def come_in(
        self, login: str, *, size: tuple[int, int] = (80, 24), term: str = "xterm-256color", asks: str | None = None
    ) -> Person:
        """Somebody at a terminal, after the password; `asks`: see Person."""
        options = {"size": size, "password": PASSWORD, "term": term, "asks": asks}
        return Person(self, login, **options)  # type: ignore[arg-type]  # the same shape

    def ask(self, statement: str) -> list[tuple[object, ...]]:
        """What the database really holds, seen by its superuser; waits for a server that is just coming back."""
        until = time.monotonic() + 30
        while True:
            try:
                with psycopg.connect(self.server.url(SUPERUSER), autocommit=True) as connection:
                    return list(connection.execute(statement.encode()).fetchall())
            except psycopg.OperationalError:
                if time.monotonic() > until:
                    raise
                time.sleep(0.2)

    def children(self) -> list[int]:
        """The processes of the door, workers included, found below the command."""
        assert self.process is not None
        found, ahead = [], [self.process.pid]
        while ahead:
            parent = ahead.pop()
            with contextlib.suppress(OSError):
                below = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
                found += [int(pid) for pid in below]
                ahead += [int(pid) for pid in below]
        return found

    def remove(self) -> None:
        """Stop what still runs."""
        if self.process is not None and self.process.poll() is None:
            self.close(signal.SIGTERM)
        self.server.stop()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def running_clinic() -> Iterator[Clinic]:
    """The demo group at work, gone at the end of the block."""
    clinic = Clinic()
    try:
        clinic.open()
        yield clinic
    finally:
        clinic.remove()
