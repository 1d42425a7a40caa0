"""The server's clock jumps by an hour, forward and back: sessions go on, people come in, bans last as they should."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.terminal.door import RunningDoor, person

pytestmark = pytest.mark.doors
ROOT = Path(__file__).parents[2]
PROGRAM = """
import sys, pathlib, datetime
sys.path.insert(0, sys.argv[1])
from tests.terminal.door import RunningDoor
door = RunningDoor(pathlib.Path(sys.argv[2]), guesses_per_address=3, ban_s=600.0)
door.make_key("vet.n0"), door.make_key("vet.n1")
print(door.port, flush=True)
for line in sys.stdin:
    print(datetime.datetime.now(datetime.UTC).timestamp(), flush=True)
door.close()
"""


class JumpyDoor:
    """A door in a process of its own, whose clock is ours to set; `people` is what somebody needs to come in."""

    def __init__(self, folder: Path) -> None:
        self._offset = folder / "offset"
        self.jump(0)
        environment = {
            **os.environ, "FAKETIME_TIMESTAMP_FILE": str(self._offset), "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1", "DONT_FAKE_MONOTONIC": "1", "LD_PRELOAD": str(library()),
        }  # fmt: skip
        command = [sys.executable, "-c", PROGRAM, str(ROOT), str(folder)]
        self.process = subprocess.Popen(
            command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self.people: Any = SimpleNamespace(port=int(self._read()), folder=folder)
        self.people.ssh_options = partial(RunningDoor.ssh_options, self.people)  # type: ignore[arg-type]  # the same shape

    def jump(self, hours: int) -> None:
        """The clock is so many hours from the right one from now on."""
        fresh = self._offset.with_suffix(".new")
        fresh.write_text(f"{hours:+d}h\n")
        fresh.replace(self._offset)

    def now(self) -> float:
        """What the process takes for the time."""
        assert self.process.stdin is not None
        self.process.stdin.write("?\n")
        self.process.stdin.flush()
        return float(self._read())

    def _read(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline()

    def close(self) -> None:
        """End it."""
        self.process.communicate("")


def library() -> Path:
    found = sorted(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))
    if not found or shutil.which("faketime") is None:
        pytest.skip("faketime is not installed: scripts/setup tests")
    return found[0]


@pytest.fixture
def door(tmp_path: Path) -> Iterator[JumpyDoor]:
    jumpy = JumpyDoor(tmp_path)
    yield jumpy
    jumpy.close()


def test_an_hour_forward_and_an_hour_back_disturb_nobody(door: JumpyDoor, tmp_path: Path) -> None:
    key, people = tmp_path / "key-vet.n0", door.people
    stranger = ["-b", "127.0.0.9"]
    with person(people, "vet.n0", key=key) as vet:
        vet.sees("SITE lilas")
        for _ in range(3):
            with person(people, "vet.lilas", password="wrong", extra=stranger) as guesser:
                assert guesser.ends(20) == 255
        typed = ""
        for hours in (1, -1, 0):
            door.jump(hours)
            assert abs(door.now() - (time.time() + hours * 3600)) < 5  # it does believe it
            typed += f"{hours} "
            vet.types(f"{hours} ")
            vet.sees(typed)
            with person(people, "vet.n1", key=tmp_path / "key-vet.n1") as newcomer:
                newcomer.sees("SITE lilas")
            with person(people, "vet.lilas") as newcomer:
                newcomer.sees("SITE lilas", 15)
            with person(people, "vet.lilas", password=None, extra=stranger) as guesser:
                assert guesser.ends() == 255  # the ban is of minutes that have passed, not of a clock's
        assert vet.process.isalive()
