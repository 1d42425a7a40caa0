"""The two servers that the benches of sessions compare: `vpterm serve`, and OpenSSH with tmux and a process each."""

from __future__ import annotations

import contextlib
import os
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import time
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import asyncssh
import psutil

from vpterm.cli.ground import Ground

ROOT = Path(__file__).parents[2]
PROGRAM = """import sys
from pathlib import Path
from vpterm.screens.link import SessionRequest
from vpterm.terminal.local import run_locally
site, staff_id, login = sys.argv[1:]
url = Path(__file__).with_name(site + ".url").read_text()
run_locally(SessionRequest(site, url, int(staff_id), login, display_name=login, sites=(site,)))
"""
SSHD = """Port {port}
ListenAddress 127.0.0.1
HostKey {folder}/host_key
AuthorizedKeysFile {folder}/authorized_keys
PidFile none
StrictModes no
UsePAM no
PasswordAuthentication no
PermitRootLogin prohibit-password
MaxStartups 300
MaxSessions 10
AcceptEnv LANG
"""
TMUX = "set -g status off\nset -g escape-time 10\nset -g default-terminal tmux-256color\n"


@dataclass(frozen=True)
class Login:
    """A member of staff who logs in, at the one site where they work."""

    login: str
    staff_id: int
    site: str


def free_port() -> int:
    """A port of loopback that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


@dataclass
class Server(ABC):
    """Something that people log in to by SSH, and its processes."""

    name: str
    folder: Path
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start, and wait until the door is open. Raises RuntimeError if it does not open."""
        with (self.folder / f"{self.port}.log").open("wb") as log:
            self.process = subprocess.Popen(self.command(), stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        until = time.monotonic() + 60
        while time.monotonic() < until and self.process.poll() is None:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.2)
        raise RuntimeError(f"{self.name} does not open: {(self.folder / f'{self.port}.log').read_text()[-500:]}")

    @abstractmethod
    def command(self) -> list[str]:
        """What is started."""

    def login_of(self, who: Login) -> str:
        """The name that one gives to SSH."""
        return who.login

    def command_of(self, who: Login) -> str | None:
        """What one asks SSH to run."""
        return None

    def processes(self) -> list[psutil.Process]:
        """Every process of the server and of its sessions; none of the database's."""
        if self.process is None:
            return []
        main = psutil.Process(self.process.pid)
        return [main, *(child for child in main.children(recursive=True) if child.name() != "postgres")]

    def stop(self) -> None:
        """End it, and its processes that have not ended by themselves in ten seconds."""
        found = self.processes()
        if self.process is not None:
            self.process.send_signal(signal.SIGTERM)
        for one in psutil.wait_procs(found, timeout=10)[1]:
            with contextlib.suppress(psutil.NoSuchProcess):
                one.kill()  # psutil looks at the time of its start: it is the one we started
        if self.process is not None:
            self.process.wait(10)


@dataclass
class Ours(Server):
    """`vpterm serve` on the installation, with the settings that everybody gets."""

    home: Path = Path()

    def command(self) -> list[str]:
        return [sys.executable, "-m", "vpterm.cli.main", "serve", "--home", str(self.home), "--port", str(self.port)]


@dataclass
class Echo(Server):
    """A server of the same library that sends each key back: the least that a key can take."""

    def command(self) -> list[str]:
        key = self.folder / "echo_key"
        if not key.exists():
            asyncssh.generate_private_key("ssh-ed25519").write_private_key(str(key))
        return [sys.executable, "-m", "tests.bench.echo", str(self.port), str(key)]


@dataclass
class Reference(Server):
    """sshd, tmux, and the same program in a process of its own per person. All of them log in as who runs the bench."""

    def prepare(self, standing: Ground, sites: Sequence[str], public_key: str) -> None:
        """Write configuration, keys and the sites' addresses where sshd and the program look."""
        self.folder.chmod(0o700)
        (self.folder / "sshd_config").write_text(SSHD.format(port=self.port, folder=self.folder))
        (self.folder / "authorized_keys").write_text(public_key)
        (self.folder / "tmux.conf").write_text(TMUX)
        (self.folder / "program.py").write_text(PROGRAM)
        for site in sites:
            (self.folder / f"{site}.url").write_text(standing.site_url(site))
        keygen = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(self.folder / "host_key")]
        subprocess.run(keygen, check=True)
        if os.geteuid() == 0:
            Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)  # sshd wants it there

    def command(self) -> list[str]:
        return [str(find_sshd()), "-D", "-e", "-f", str(self.folder / "sshd_config")]

    def login_of(self, who: Login) -> str:
        return psutil.Process().username()

    def command_of(self, who: Login) -> str | None:
        words = [sys.executable, str(self.folder / "program.py"), who.site, str(who.staff_id), who.login]
        program = f"PYTHONPATH={shlex.quote(str(ROOT))} exec {shlex.join(words)}"
        return f"exec {shlex.join([*self._tmux(), '-u', 'new-session', '-s', who.login.replace('.', '-'), program])}"

    def _tmux(self) -> list[str]:
        return [shutil.which("tmux") or "tmux", "-S", str(self.folder / "tmux"), "-f", str(self.folder / "tmux.conf")]

    def processes(self) -> list[psutil.Process]:
        found = super().processes()
        asked = subprocess.run([*self._tmux(), "display", "-p", "#{pid}"], capture_output=True, text=True, check=False)
        if asked.stdout.strip().isdigit():
            server = psutil.Process(int(asked.stdout))
            found += [server, *server.children(recursive=True)]
        return list({one.pid: one for one in found}.values())


def find_sshd() -> Path | None:
    """Debian's sshd; installed if missing and if that starts nothing: as root where packages start no service."""
    found = shutil.which("sshd", path="/usr/sbin:/usr/local/sbin:/usr/bin")
    if found is None and os.geteuid() == 0 and Path("/usr/sbin/policy-rc.d").exists() and shutil.which("apt-get"):
        install = ["apt-get", "install", "-y", "-q", "--no-install-recommends", "openssh-server"]
        subprocess.run(install, check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        found = shutil.which("sshd", path="/usr/sbin")
    return Path(found) if found else None


def pss_mib(processes: Sequence[psutil.Process]) -> float:
    """Their memory, what they share with one another counted once, in MiB."""
    total = 0
    for one in processes:
        try:
            lines = Path(f"/proc/{one.pid}/smaps_rollup").read_text("ascii").splitlines()
        except OSError:  # it has just ended
            continue
        total += sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return total / 1024


def cpu_s(processes: Sequence[psutil.Process]) -> float:
    """The processor time that they have used, in seconds."""
    total = 0.0
    for one in processes:
        try:
            used = one.cpu_times()
        except psutil.Error:
            continue
        total += used.user + used.system
    return total
