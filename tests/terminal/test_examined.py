"""What others say of the door: ssh-audit of its algorithms, and hydra, which is to find no password."""

import json
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.terminal.door import PASSWORD, RunningDoor, person
from tests.terminal.test_strict_doors import is_shut

pytestmark = pytest.mark.doors
WARNED, CLEAN = 2, 0  # the exit codes of ssh-audit; 3 is a failure


@contextmanager
def opened(folder: Path, **options: Any) -> Iterator[RunningDoor]:
    door = RunningDoor(folder, **options)
    try:
        yield door
    finally:
        door.close()


def audit(door: RunningDoor) -> tuple[int, set[str], set[str]]:
    """ssh-audit's verdict: its exit code, the algorithms that it fails, those that it warns of."""
    program = Path(sys.executable).with_name("ssh-audit")
    command = [str(program), "-j", "--skip-rate-test", "-p", str(door.port), "127.0.0.1"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    found = json.loads(done.stdout)
    algorithms = [each for kind in ("kex", "key", "enc", "mac") for each in found[kind]]
    assert len(algorithms) > 5
    assert found["cves"] == []
    failed, warned = (
        {each["algorithm"] for each in algorithms if each["notes"].get(level)} for level in ("fail", "warn")
    )
    return done.returncode, failed, warned


def test_ssh_audit_fails_nothing_and_warns_of_what_older_clients_need(tmp_path: Path) -> None:
    with opened(tmp_path) as door:
        older = {"curve25519-sha256", "curve25519-sha256@libssh.org"}  # no protection against quantum computers to come
        assert audit(door) == (WARNED, set(), older)


def test_ssh_audit_finds_nothing_in_the_strict_door(tmp_path: Path) -> None:
    with opened(tmp_path, strict_algorithms=True) as door:
        assert audit(door) == (CLEAN, set(), set())


def test_hydra_is_stopped_and_only_its_own_address_and_account_are(tmp_path: Path) -> None:
    if shutil.which("hydra") is None:
        pytest.skip("hydra is not installed: scripts/setup tests")
    words = tmp_path / "words"
    words.write_text("\n".join([f"guess{number}" for number in range(40)] + [PASSWORD]) + "\n")
    with opened(tmp_path, guesses_per_account=4, guesses_per_address=6, ban_s=600.0) as door:
        with person(door, "vet.lilas", extra=["-b", "127.0.0.2"]) as owner:  # a place where they are known
            owner.sees("SITE lilas")
        found = tmp_path / "found"
        hydra = ["hydra", "-I", "-l", "vet.lilas", "-P", str(words), "-t", "4", "-f", "-o", str(found)]
        guessing = subprocess.Popen(
            [*hydra, f"ssh://127.0.0.1:{door.port}"], cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        try:
            until = time.monotonic() + 60
            while not is_shut(door):
                assert time.monotonic() < until
                time.sleep(0.2)
            time.sleep(2)  # it goes on knocking
        finally:
            guessing.terminate()
            guessing.wait(10)
        assert PASSWORD not in (found.read_text() if found.exists() else "")
        assert ("vet.lilas", "127.0.0.1") not in [(login, address) for login, address, _ in door.accounts.logins]
        assert is_shut(door)  # not a word is spoken with it any more, whatever it would say
        refused = [row for login, row in door.accounts.events if login == "vet.lilas" and not row.accepted]
        assert 4 <= sum(row.method == "password" for row in refused) <= 8
        with person(door, "vet.lilas", extra=["-b", "127.0.0.4"]) as owner:  # right, from a place never seen: locked
            assert owner.ends(20) == 255
        with person(door, "vet.lilas", extra=["-b", "127.0.0.2"]) as owner:
            owner.sees("SITE lilas", 15)
        with person(door, "vet.n1", extra=["-b", "127.0.0.3"]) as neighbour:
            neighbour.sees("SITE lilas", 15)
