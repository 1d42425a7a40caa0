"""The program in the terminal one sits at, without a server."""

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pexpect
import pytest

from tests.world import Group
from vpterm.kernel.errors import NotAllowed, Refused
from vpterm.kernel.i18n import using
from vpterm.terminal.local import LocalLink

ROOT = Path(__file__).parents[2]
SCRIPT = (
    "from vpterm.screens.link import SessionRequest\n"
    "from vpterm.terminal.local import run_locally\n"
    "run_locally(SessionRequest('lilas', 'db-of-lilas', 1, 'vet.lilas'), 'tests.terminal.small_app:make_app')\n"
    "print('given back')\n"
)


@pytest.mark.parametrize("key", ["\x1b[21~", "\x1b[19~"])  # leave, detach
def test_the_app_runs_in_this_terminal_until_one_leaves(key: str) -> None:
    spawn: Any = pexpect.spawn
    environment = {**os.environ, "TERM": "xterm-256color", "PYTHONPATH": str(ROOT)}
    local = spawn(sys.executable, ["-c", SCRIPT], dimensions=(24, 80), env=environment, timeout=15)
    local.expect("SITE lilas vet.lilas")
    time.sleep(0.3)
    local.send("Rex")
    local.expect("x")
    local.send(key)
    local.expect("given back")
    local.expect(pexpect.EOF)
    local.close()
    assert local.exitstatus == 0


def test_a_program_that_fails_gives_the_terminal_back_and_an_exit_code() -> None:
    spawn: Any = pexpect.spawn
    environment = {**os.environ, "TERM": "xterm-256color", "PYTHONPATH": str(ROOT)}
    shell = 'stty -g; "$0" -c "$1"; echo "ended $?"; stty -g'
    local = spawn("sh", ["-c", shell, sys.executable, SCRIPT], dimensions=(24, 80), env=environment, timeout=15)
    before = local.readline().strip()
    local.expect("SITE lilas vet.lilas")
    local.send("\x1b[15~")  # F5: a programming error in a handler
    local.expect(r"the small app fails")
    local.expect(r"ended (\d+)\r\n")
    assert local.match[1] == b"1"
    assert local.readline().strip() == before
    local.close()


# Neither of these exists on Windows; asyncio and subprocess of a unix Python need none of them to be imported.
UNIX_ONLY = ("fcntl", "termios", "tty", "pty", "pwd", "grp", "resource", "syslog", "readline", "asyncssh", "uvloop")
ON_THE_WAY = f"""
import sys
for name in {UNIX_ONLY}:
    sys.modules[name] = None
import asyncio
import signal
del signal.SIGHUP, signal.SIGALRM
import vpterm.cli.main
import vpterm.cli.commands
import vpterm.terminal.local as local
import vpterm.screens.main as screens
from vpterm.screens.link import SessionRequest
from textual.app import App

async def drive(app):
    async with app.run_test() as pilot:
        for _ in range(100):  # until the home board is read; a busy machine takes its time
            await pilot.pause(0.1)
            if type(app.screen).__name__ != "Opening":
                break
        print(type(app.screen).__name__)

async def run():
    request = SessionRequest("lilas", sys.argv[1], int(sys.argv[2]), "vet.lilas", sites=("lilas",))
    App.run_async = drive
    await local._run(request, "vpterm.screens.main:make_app", local.LocalLink())

asyncio.run(run())
"""


def test_nothing_on_its_way_is_there_on_unix_only(group: Group) -> None:
    done = subprocess.run(
        [sys.executable, "-c", ON_THE_WAY, group.site_url("lilas"), str(group.ids["vet.lilas"])],
        cwd=ROOT, capture_output=True, text=True, check=False,
        # Textual's driver of unix terminals is the one part that Windows replaces by its own.
        env={**os.environ, "TEXTUAL_DRIVER": "textual.drivers.headless_driver:HeadlessDriver"},
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (0, "HomeBoard\n"), done.stderr


async def test_a_locked_screen_opens_by_the_password_alone_and_an_end_is_told() -> None:
    tried: list[str] = []

    async def prove(typed: str) -> None:
        tried.append(typed)
        if typed != "un mot de passe":
            raise NotAllowed("Wrong.")

    link = LocalLink(prove)
    assert await link.ask_door("unlock.ways", {}) == {"pin": False, "password": True}
    with pytest.raises(NotAllowed):
        await link.ask_door("unlock", {"secret": "2580"})
    assert await link.ask_door("unlock", {"secret": "un mot de passe"}) == {}
    assert tried == ["2580", "un mot de passe"]
    for question in ("sessions.own", "sessions.all", "show"):
        with pytest.raises(Refused):
            await link.ask_door(question, {})
    with using("fr"):
        link.end("alone")
    assert link.last_words.startswith("Le programme s'est arrêté")
