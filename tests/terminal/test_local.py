"""The program in the terminal one sits at, without a server."""

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pexpect
import pytest

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


def test_it_imports_nothing_that_only_unix_has() -> None:
    check = (
        "import sys\n"
        "for name in ('asyncssh', 'pwd', 'vpterm.terminal.worker', 'vpterm.terminal.zygote'):\n"
        "    sys.modules[name] = None\n"
        "import vpterm.terminal.local\n"
    )
    subprocess.run([sys.executable, "-c", check], check=True, cwd=ROOT)
