"""Real clients at the door: each comes in by password and by key, types, is resized, leaves its session and finds it.

mosh has tests of its own (test_mosh.py), and so has Chromium (test_web_browser.py).
"""

import time
from pathlib import Path
from typing import Any

import paramiko
import pyte
import pytest

from tests.terminal.client_zoo import CLIENTS, at_client
from tests.terminal.door import PASSWORD, RunningDoor, Terminal
from tests.terminal.test_doors import F8, F10, gives_the_terminal_back

pytestmark = pytest.mark.doors
# The sequences that each sends for F4: xterm's, and what PuTTY's window sends.
F4 = {"PuTTY (plink)": "\x1b[14~"}


@pytest.mark.parametrize("name", CLIENTS)
def test_a_client_of_the_clinics(door: RunningDoor, name: str) -> None:
    login = f"vet.n{list(CLIENTS).index(name)}"
    with at_client(name, door, login) as vet:
        works(vet, F4.get(name, "\x1bOS"))
        vet.types(F8)
        assert vet.ends() == 0
        assert gives_the_terminal_back(vet.received)
    with at_client(name, door, login, door.make_key(login)) as vet:
        vet.sees("Crème à l'œil …")
        vet.types(F10)
        assert vet.ends() == 0
    assert [how for who, _address, how in door.accounts.logins if who == login] == ["password", "publickey"]


def works(vet: Terminal, f4: str) -> None:
    """Everything that a client has to carry both ways."""
    vet.sees("SITE lilas")
    vet.sees("size 80x24.")
    vet.types("Crème à l'œil …")
    vet.sees("Crème à l'œil …")
    vet.types(f4)
    vet.sees("F4")
    vet.types("\x1b1")
    vet.sees("ALT-1")
    vet.resize(100, 30)
    vet.sees("size 100x30.")
    assert b"38;5;" in vet.received  # the colours of its TERM


class Library:
    """A program that comes in by paramiko, with the screen that it draws for itself."""

    def __init__(self, door: RunningDoor, login: str, key: Path | None = None) -> None:
        library: Any = paramiko  # published without types
        self.client = library.SSHClient()
        self.client.load_host_keys(str(door.known_hosts()))
        self.client.connect(
            "127.0.0.1", door.port, login, password=None if key else PASSWORD, look_for_keys=False, allow_agent=False,
            key_filename=str(key) if key else None, timeout=10,
        )  # fmt: skip
        self.screen = pyte.Screen(80, 24)
        self._stream = pyte.ByteStream(self.screen)
        self.shell = self.client.invoke_shell("xterm-256color", 80, 24)
        self.shell.settimeout(0.1)

    def sees(self, text: str) -> None:
        until = time.monotonic() + 8
        while text not in "\n".join(self.screen.display):
            assert time.monotonic() < until, self.screen.display
            try:
                self._stream.feed(self.shell.recv(65_536))
            except TimeoutError:
                continue


def test_a_program_that_uses_paramiko(door: RunningDoor) -> None:
    vet = Library(door, "vet.n8")
    vet.sees("SITE lilas")
    vet.shell.sendall("Crème à l'œil …\x1bOS".encode())
    vet.sees("Crème à l'œil …")
    vet.sees("F4")
    vet.screen.resize(30, 100)
    vet.shell.resize_pty(100, 30)
    vet.sees("size 100x30.")
    vet.client.close()
    vet = Library(door, "vet.n8", door.make_key("vet.n8"))
    vet.sees("Crème à l'œil …")
    vet.shell.sendall(F10.encode())
    assert vet.shell.recv_exit_status() == 0
    vet.client.close()
    assert [how for who, _address, how in door.accounts.logins if who == "vet.n8"] == ["password", "publickey"]
