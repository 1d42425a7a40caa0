"""The classic clinic: one PostgreSQL reached by TCP on loopback, and workstations that run the program."""

import asyncio
import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pexpect
import psycopg
import pytest

from tests.practice.clinic_day import admit_patients, open_clinic
from tests.processes import is_alive
from tests.terminal.door import Terminal
from tests.world import Clock, Cluster, Group
from vpterm.database import roles
from vpterm.database.installation import database_url
from vpterm.practice.staff.actions import set_password

PASSWORD = "demo"
DATABASE = "classic"
PEOPLE = ("vet.lilas", "asv.lilas", "accueil.lilas", "vet.deux")


class ClassicClinic:
    """The server of a clinic, its patients, and the address that a workstation of Lilas is given."""

    def __init__(self) -> None:
        self.host = free_address()
        self.cluster = Cluster.start()
        self.home = Path(tempfile.mkdtemp(prefix="vpterm-workstation-"))
        self._listen()
        asyncio.run(self.cluster.make_template())
        self.cluster.new_database(DATABASE)
        self.group = Group(self.cluster, DATABASE, Clock(datetime.now(UTC)))
        asyncio.run(self._fill())

    def _listen(self) -> None:
        server = self.cluster.server
        self.cluster.as_superuser(f"ALTER SYSTEM SET listen_addresses = '{self.host}'")
        with (server.data_folder / "pg_hba.conf").open("a") as file:
            file.write("host all all 127.0.0.0/8 scram-sha-256\n")
        server.stop()
        server.start()

    async def _fill(self) -> None:
        for login in PEOPLE:
            staff_id = self.group.ids[login]
            await set_password(self.group.management(), staff_id=staff_id, password=PASSWORD, any_length=True)
        await admit_patients(self.group, await open_clinic(self.group))
        await self.group.close()

    @property
    def url(self) -> str:
        """The address of Lilas' own login, by TCP."""
        login = roles.site_login("lilas")
        return database_url(login, self.cluster.installation.secret(login), host=self.host, name=DATABASE)

    def ask(self, statement: str) -> list[tuple[object, ...]]:
        """What the database holds, seen by its superuser."""
        return self.cluster.ask(statement, DATABASE)

    def remove(self) -> None:
        self.cluster.stop()
        shutil.rmtree(self.home, ignore_errors=True)


def free_address() -> str:
    """A loopback address of this very process, since all PostgreSQLs want one port; only Linux has more than one."""
    own = os.getpid()
    for address in (f"127.77.{own >> 8 & 255}.{own & 255}", "127.0.0.1"):
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind((address, 5432))
            return address
    pytest.skip("every loopback address has a PostgreSQL already")


class Workstation(Terminal):
    """`vpterm run` in the terminal of a workstation, started by a shell as people do."""

    def __init__(
        self, clinic: ClassicClinic, login: str, *, password: str = PASSWORD, url: str | None = "",
        term: str = "xterm-256color", size: tuple[int, int] = (80, 24), home: Path | None = None,
        comes_back: bool = False,
    ) -> None:  # fmt: skip
        """`comes_back`: to the place where they were cut off; else to the home board, whatever the story before."""
        if not comes_back:
            with contextlib.suppress(psycopg.OperationalError):  # of a server that is away on purpose
                clinic.ask("DELETE FROM kept_places RETURNING staff_id")
        environment = {**os.environ, "VPTERM_HOME": str(home or clinic.home), "TERM": term, "LC_ALL": "C.UTF-8"}
        for name in ("COLORTERM", "NO_COLOR", "VPTERM_DATABASE_URL"):
            environment.pop(name, None)
        if url is not None:
            environment["VPTERM_DATABASE_URL"] = url or clinic.url
        # The shell says what the terminal was like before and after, and how the program ended.
        script = 'stty -g >&2; "$0" -m vpterm.cli.main run --login "$1"; echo "ended $?"; stty -g; echo over'
        super().__init__("sh", ["-c", script, sys.executable, login], size=size, environment=environment)
        self.modes_before = self._line()
        self.process.expect("Password")
        self.process.sendline(password)

    def _line(self) -> str:
        return str(self.process.readline().decode().strip())

    def ended(self, seconds: float = 15.0) -> tuple[int, str]:
        """The exit code of the program and the modes of the terminal after it."""
        self.sees("over", seconds)
        lines = [line.strip() for line in self.received.decode(errors="replace").splitlines()]
        at = max(number for number, line in enumerate(lines) if "ended " in line)
        return int(lines[at].rpartition("ended ")[2]), lines[at + 1]

    @property
    def program(self) -> int:
        """The process of the program itself, below the shell."""
        found = subprocess.run(
            ["ps", "-o", "pid=", "--ppid", str(self.process.pid)], capture_output=True, text=True, check=True
        ).stdout.split()
        assert len(found) == 1, found
        return int(found[0])

    def kill(self, how: signal.Signals) -> None:
        os.kill(self.program, how)

    def window_is_closed(self) -> None:
        """The terminal goes away under the program, as when its window is closed."""
        program = self.program
        with contextlib.suppress(pexpect.ExceptionPexpect):  # the shell ends after its program, and is not waited for
            self.process.close(force=False)
        wait_until_gone(program)


def wait_until_gone(pid: int, seconds: float = 10.0) -> None:
    """Until a process has ended by itself."""
    until = time.monotonic() + seconds
    while is_alive(pid):
        assert time.monotonic() < until, f"{pid} still runs"
        time.sleep(0.05)


@contextlib.contextmanager
def classic_clinic() -> Iterator[ClassicClinic]:
    """A clinic of workstations, gone at the end of the block."""
    clinic = ClassicClinic()
    try:
        yield clinic
    finally:
        clinic.remove()
