"""A door for the tests: accounts in memory, a gateway on a loop of its own, and the OpenSSH client in a pty."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pexpect
import pyte

from tests.terminal.memory_accounts import MemoryAccounts
from tests.terminal.memory_journal import MemoryJournal
from tests.terminal.memory_ledger import MemoryLedger
from tests.terminal.namespace import Namespace, enter_network
from vpterm.practice.staff.rules import Role
from vpterm.terminal.identity.identity import Account, SiteAccess
from vpterm.terminal.service import Service, serve
from vpterm.terminal.settings import DoorSettings

PASSWORD = "demo"
VET = frozenset({Role.VET})
LILAS, PORT = SiteAccess("lilas", 1, "Les Lilas", VET), SiteAccess("port", 2, "Du Port", VET)
MANAGED = SiteAccess("lilas", 1, "Les Lilas", frozenset({Role.MANAGEMENT}))


def make_accounts() -> MemoryAccounts:
    """vet.lilas at one site, vet.deux at two, vet.nowhere at none; all with the same password."""
    # A cheap hash: the tests log in often.
    from argon2 import PasswordHasher

    password = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1).hash(PASSWORD)

    def account(login: str, *sites: SiteAccess, language: str = "en") -> Account:
        return Account(login, len(login), login.title(), language, sites, password)

    def support(login: str, *supports: SiteAccess) -> Account:
        return replace(account(login), supports=supports)

    broken = SiteAccess("broken", 9, "Broken")
    return MemoryAccounts(
        [
            account("vet.lilas", LILAS),
            account("asv.lilas", LILAS, language="fr"),
            account("vet.deux", LILAS, PORT),
            account("vet.port", PORT),
            replace(account("gerance", MANAGED), approves_support=True),
            account("vet.nowhere"),
            account("vet.broken", broken),
            account("vet.unmakable", LILAS),
            account("vet.unnoted", LILAS),
            support("support.lilas", LILAS),
            support("support.other", LILAS),
            support("support.port", PORT),
            *(account(f"vet.n{number}", LILAS) for number in range(10)),
        ]
    )


class RunningDoor:
    """A terminal server on its own thread and loop, as `serve` starts it."""

    def __init__(
        self, folder: Path, *, network: str | None = None, ledger: MemoryLedger | None = None, **options: Any
    ) -> None:
        """`network` names the network namespace in which the door stands, `ledger` knows recordings of before."""
        root = str(Path(__file__).parents[2])
        settings = {"port": 0, "factory": "tests.terminal.small_app:make_app", "import_paths": (root,), **options}
        self.settings = DoorSettings(state_folder=folder, **settings)
        self.folder = folder
        self.accounts = make_accounts()
        self.ledger = ledger or MemoryLedger()
        self.journal = MemoryJournal()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        if network is not None:
            self.run(enter_network(network))
        self.service: Service = self.run(
            serve(self.settings, self.accounts, self._secret, ledger=self.ledger, journal=self.journal)
        )
        self.port = self.service.port

    @staticmethod
    def _secret(site_code: str) -> str:
        return f"db-of-{site_code}"

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        """Run something on the server's loop."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(30)

    def known_hosts(self) -> Path:
        """A file of known servers that holds this one."""
        key = self.settings.host_key_path
        line = subprocess.run(["ssh-keygen", "-y", "-f", str(key)], capture_output=True, text=True, check=True).stdout
        path = self.folder / "known"
        path.write_text(f"[{self.settings.host}]:{self.port} {line}")
        return path

    def worker_pids(self, site: str) -> list[int]:
        """The workers of a site."""
        return self.service.gateway.worker_pids().get(site, [])

    def make_key(self, login: str) -> Path:
        """A fresh key pair whose public half the account holds; the path of the private half."""
        path = self.folder / f"key-{login}"
        if not path.exists():
            subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(path)], check=True)
        self.accounts.add_key(login, path.with_suffix(path.suffix + ".pub").read_text())
        return path

    def ssh_options(self, key: Path | None = None) -> list[str]:
        """Options that keep the client to this test's folder."""
        options = ["-F", "none", "-o", f"UserKnownHostsFile={self.folder}/known_hosts"]
        options += ["-o", "StrictHostKeyChecking=accept-new", "-o", "IdentityAgent=none", "-o", "LogLevel=ERROR"]
        if key is None:
            return [*options, "-o", "PreferredAuthentications=password", "-o", "NumberOfPasswordPrompts=1"]
        return [*options, "-o", "IdentitiesOnly=yes", "-i", str(key), "-o", "BatchMode=yes"]

    def close(self) -> None:
        """Stop the server and its thread."""
        self.run(self.service.close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)


class Client(pexpect.spawn):
    """A client that is never waited for: pexpect does that, for ever, with one that closed its terminal and lives."""

    def isalive(self) -> bool:
        """Whether it lives, now."""
        self.flag_eof = False
        return bool(super().isalive())  # type: ignore[no-untyped-call]  # published without types


def _hears_its_end() -> None:
    """Tests that are run under nohup pass its deafness on; what runs in a terminal hears when that is closed."""
    signal.signal(signal.SIGHUP, signal.SIG_DFL)


class Terminal:
    """A pseudo-terminal with a program in it, and what its screen shows."""

    def __init__(
        self, command: str, arguments: list[str], *, size: tuple[int, int] = (80, 24), environment: dict[str, str]
    ) -> None:
        self.columns, self.rows = size
        self.screen = pyte.Screen(*size)
        self._stream = pyte.ByteStream(self.screen)
        self.received = b""
        self.process: Any = Client(  # type: ignore[no-untyped-call]
            command, arguments, dimensions=(size[1], size[0]), env=environment, timeout=10, preexec_fn=_hears_its_end
        )

    def read(self, seconds: float = 0.05) -> None:
        """Take what has arrived and draw it."""
        with contextlib.suppress(pexpect.TIMEOUT, pexpect.EOF):
            data = self.process.read_nonblocking(65536, seconds)
            self.received += data
            self._stream.feed(data)

    @property
    def text(self) -> str:
        """The screen as text."""
        return "\n".join(self.screen.display)

    def sees(self, text: str, seconds: float = 8.0) -> None:
        """Wait until the screen shows a text; fails with the screen if it does not."""
        self._until(lambda: text in self.text, text, seconds)

    def reads(self, text: str, seconds: float = 8.0) -> None:
        """Wait for a text as a person reads it: wherever its lines are broken."""
        self._until(lambda: text in " ".join(self.text.split()), text, seconds)

    def _until(self, is_there: Callable[[], bool], text: str, seconds: float) -> None:
        until = time.monotonic() + seconds
        while not is_there():
            assert time.monotonic() < until, f"{text!r} is not on the screen:\n{self.text}\n{self.received[-300:]!r}"
            self.read()

    def types(self, keys: str) -> None:
        """Type."""
        self.process.send(keys)

    def resize(self, columns: int, rows: int) -> None:
        """Drag the corner of the window."""
        self.columns, self.rows = columns, rows
        self.screen.resize(rows, columns)
        self.process.setwinsize(rows, columns)

    def ends(self, seconds: float = 8.0) -> int:
        """Wait for the client to end; its exit status."""
        until = time.monotonic() + seconds
        while self.process.isalive():
            assert time.monotonic() < until, f"the client did not end:\n{self.text}"
            self.read()
        for _ in range(5):
            self.read(0.02)
        self.process.close()
        return int(self.process.exitstatus if self.process.exitstatus is not None else -1)


class Person(Terminal):
    """Somebody at a terminal with the OpenSSH client in it."""

    def __init__(
        self,
        door: RunningDoor,
        login: str,
        *,
        size: tuple[int, int] = (80, 24),
        key: Path | None = None,
        password: str | None = PASSWORD,
        term: str = "xterm-256color",
        extra: list[str] | None = None,
        asks: str | None = None,
        host: str = "127.0.0.1",
        place: Namespace | None = None,
    ) -> None:
        """`asks` stands behind the name of the server: the name of a session, or what support asks for.

        `place` is where the client stands, `host` where it finds the door (from a place: at the end of its line).
        """
        host = place.near if place is not None else host
        ssh = [shutil.which("ssh") or "ssh", *(["-t"] if asks is not None else []), *(extra or [])]
        whole = [*ssh, *door.ssh_options(key), "-p", str(door.port), f"{login}@{host}", *([asks] if asks else [])]
        command, *arguments = [*(place.inside() if place is not None else []), *whole]
        environment = {**os.environ, "TERM": term, "LC_ALL": "C.UTF-8"}
        environment.pop("COLORTERM", None)
        super().__init__(command, arguments, size=size, environment=environment)
        if key is None and password is not None:
            self.process.expect("[Pp]assword:|Mot de passe")
            self.process.sendline(password)

    def freezes(self) -> None:
        """The client stands still: it reads nothing and answers nothing."""
        os.kill(self.process.pid, signal.SIGSTOP)

    def thaws(self) -> None:
        """The client goes on."""
        os.kill(self.process.pid, signal.SIGCONT)

    def vanishes(self) -> None:
        """kill -9 of the client."""
        os.kill(self.process.pid, 9)
        self.process.close(force=True)


@contextlib.contextmanager
def person(door: RunningDoor, login: str, **options: Any) -> Iterator[Person]:
    """Somebody who is gone at the end of the block."""
    somebody = Person(door, login, **options)
    try:
        yield somebody
    finally:
        somebody.process.close(force=True)
