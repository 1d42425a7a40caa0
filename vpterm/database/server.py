"""The embedded PostgreSQL of an installation: made, started and stopped here; unix socket only.

Started as an ordinary account even when root asks: PostgreSQL refuses root.
"""

import hashlib
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from vpterm.database.binaries import find_binaries
from vpterm.database.installation import Installation, database_url
from vpterm.kernel.errors import VptermError
from vpterm.kernel.i18n import _

SUPERUSER = "vpterm_server"
DATABASE = "vpterm"
START_TRIES = 20
START_LIMIT_S = 60.0
SOCKET_LIMIT = 90  # bytes; a unix socket's path may have 107, and the server adds its file's name

SETTINGS = """
listen_addresses = ''
unix_socket_permissions = 0777  # every login proves itself by SCRAM
password_encryption = 'scram-sha-256'
max_connections = 400
shared_buffers = '128MB'
log_min_messages = 'warning'
timezone = 'UTC'
lc_messages = 'C'
"""
ACCESS = "local all all scram-sha-256\n"


@dataclass(frozen=True, slots=True)
class EmbeddedServer:
    """A PostgreSQL cluster of one installation."""

    installation: Installation

    @property
    def data_folder(self) -> Path:
        return self._folder / "postgresql"

    @property
    def socket_folder(self) -> Path:
        folder = self._folder / "run"
        if len(str(folder)) <= SOCKET_LIMIT:
            return folder
        return Path("/tmp") / f"vpterm-{hashlib.sha256(str(folder).encode()).hexdigest()[:12]}"  # noqa: S108 (made with our own mode)

    @property
    def _folder(self) -> Path:
        """The installation's home; for root, when the server's account cannot reach that, its own place."""
        home = self.installation.home
        if _server_account() and not _reachable_by_all(home):
            return Path("/var/lib/vpterm-clusters") / self.installation.identity()
        return home

    def url(self, login: str, *, database: str = DATABASE) -> str:
        """The address for a login whose secret this installation holds."""
        secret = self.installation.secret(login)
        return database_url(login, secret, host=str(self.socket_folder), name=database)

    def is_running(self) -> bool:
        if not (self.data_folder / "PG_VERSION").exists():
            return False
        return self._pg_ctl("status", check=False).returncode == 0

    def is_alive(self) -> bool:
        """Whether the process that should serve exists: a look, where is_running() asks."""
        try:
            pid = int((self.data_folder / "postmaster.pid").read_text("ascii").split()[0])
            os.kill(pid, 0)
        except PermissionError:
            return True
        except (OSError, ValueError, IndexError):
            return False
        return True

    def start(self) -> None:
        """Make the cluster if it is new, start it, wait until it answers. Does nothing when it runs."""
        self.installation.prepare()
        if not (self.data_folder / "PG_VERSION").exists():
            self._initialise()
        deadline = time.monotonic() + START_LIMIT_S
        while not self._answers():
            # Asked again every time: just after a kill the dead server may still count as running.
            if not self.is_running():
                self._launch()
            elif time.monotonic() > deadline:
                raise VptermError(_("PostgreSQL does not answer."), _("See {log}.").format(log=self._log))
            else:
                time.sleep(0.1)

    def stop(self) -> None:
        """Stop at once but cleanly; connected sessions are cut, committed work is kept."""
        if self.is_running():
            self._pg_ctl("stop", "-m", "fast", "-w", "-t", "30")

    def _initialise(self) -> None:
        # A cluster half made (a kill in the middle of initdb) holds nothing yet: make it anew.
        shutil.rmtree(self.data_folder, ignore_errors=True)
        secret = self.installation.new_secret(SUPERUSER)
        for folder in (self._folder, self.data_folder):
            folder.mkdir(parents=True, exist_ok=True)
        self._give_to_server(self.data_folder, 0o700)
        initdb = str(find_binaries() / "initdb")
        with self._shown_to_server(secret) as file:
            made = self._run(
                [
                    initdb, "-D", str(self.data_folder), "-U", SUPERUSER, f"--pwfile={file}",
                    "--auth=scram-sha-256", "--encoding=UTF8", "--locale=C", "--no-instructions",
                ]
            )  # fmt: skip
        if made.returncode:
            raise VptermError(_("PostgreSQL could not make its data folder."), made.stderr.strip()[-400:])
        with (self.data_folder / "postgresql.conf").open("a") as file:
            file.write(SETTINGS)
        (self.data_folder / "pg_hba.conf").write_text(ACCESS)

    def _launch(self) -> None:
        self.socket_folder.mkdir(parents=True, exist_ok=True)
        self._give_to_server(self.socket_folder, 0o755)
        options = f"-c unix_socket_directories='{self.socket_folder}'"
        started = None
        for _attempt in range(START_TRIES):
            started = self._pg_ctl(
                "start",
                "-w",
                "-t",
                "60",
                "-l",
                str(self._log),
                "-o",
                options,
                check=False,
            )
            if started.returncode == 0:
                return
            time.sleep(0.3)  # after kill -9 the stale lock stays for a moment
        reason = (started.stderr + started.stdout).strip()[-400:] if started else ""
        raise VptermError(
            _("PostgreSQL does not start."),
            _("See {log}. {reason}").format(log=self._log, reason=reason),
        )

    def _answers(self) -> bool:
        try:
            psycopg.connect(self.url(SUPERUSER, database="postgres"), connect_timeout=3).close()
        except psycopg.OperationalError:
            return False
        return True

    @property
    def _log(self) -> Path:
        return self.data_folder / "server.log"

    def _pg_ctl(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        done = self._run([str(find_binaries() / "pg_ctl"), "-D", str(self.data_folder), *arguments])
        if check and done.returncode:
            raise VptermError(_("PostgreSQL did not obey."), done.stderr.strip()[-400:])
        return done

    @contextmanager
    def _shown_to_server(self, secret: str) -> Iterator[Path]:
        """A file that only the server's account can read, for as long as initdb needs it."""
        descriptor, name = tempfile.mkstemp()
        try:
            with os.fdopen(descriptor, "w") as file:
                file.write(secret)
            self._give_to_server(Path(name), 0o600)
            yield Path(name)
        finally:
            Path(name).unlink()

    def _run(self, command: list[str]) -> subprocess.CompletedProcess[str]:
        # A session of its own: Ctrl-C at the program's terminal must not reach the server before the program.
        return subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, cwd="/",
            start_new_session=True, env=_plain_environment(), **_server_account(),
        )  # fmt: skip

    def _give_to_server(self, folder: Path, mode: int) -> None:
        folder.chmod(mode)
        if account := _server_account():
            os.chown(folder, account["user"], account["group"])


def _plain_environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("PG")} | {"LC_ALL": "C"}


def _server_account() -> dict[str, Any]:
    """Arguments for subprocess that make it run as the account `postgres`; empty unless we are root."""
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        return {}
    import pwd

    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
    raise VptermError(_("There is no ordinary account to run PostgreSQL as."), _("Install the package postgresql."))


def _reachable_by_all(folder: Path) -> bool:
    return all((part.stat().st_mode & 0o001) for part in (folder, *folder.parents) if part.exists())
