"""The door is killed (kill -9, or the machine's memory runs out) under a half-written note, and opened again."""

import os
import shutil
import signal
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.processes import is_alive
from tests.scenarios.clinic import Clinic
from tests.scenarios.furnished import furnish
from tests.scenarios.keys import SAVE
from tests.scenarios.test_faults import wait_for_draft, wait_for_place
from tests.scenarios.test_workstation import open_note

pytestmark = [pytest.mark.doors, pytest.mark.timeout(400)]


@pytest.fixture
def clinic() -> Iterator[Clinic]:
    """A clinic with its door open, in a home of its own."""
    home = Path(tempfile.mkdtemp(prefix="vpterm-killed-"))
    home.chmod(0o755)
    running = Clinic(home, "serve")
    try:
        furnish(home)
        running.open()
        yield running
    finally:
        running.remove()
        shutil.rmtree(home, ignore_errors=True)


def test_nothing_saved_is_lost_and_no_draft_and_not_the_place(clinic: Clinic) -> None:
    vet = clinic.come_in("vet.lilas")
    open_note(vet, "Rex")
    vet.types("Plaie de la patte")
    vet.sees("Plaie de la patte")
    vet.types(SAVE)
    vet.sees("Enregistré")
    saved = clinic.ask("SELECT note FROM record_entries")
    vet.types(" avant")
    wait_for_draft(clinic, "Plaie de la patte avant")
    wait_for_place(clinic, "vet.lilas", "care.consultation")
    assert clinic.process is not None
    family = clinic.children()
    os.kill(clinic.process.pid, signal.SIGKILL)
    clinic.process.wait(10)
    assert vet.ends(20) != 0
    clinic.open()
    assert clinic.ask("SELECT note FROM record_entries") == saved == [("Plaie de la patte",)]
    vet = clinic.come_in("vet.lilas")
    vet.sees("Plaie de la patte avant", 20)
    vet.types(" droite" + SAVE)
    until = time.monotonic() + 20
    while clinic.ask("SELECT note FROM record_entries") != [("Plaie de la patte avant droite",)]:
        assert time.monotonic() < until, vet.text
        vet.read(0.2)
    workers = [pid for pid in family if is_alive(pid) and "vpterm" in Path(f"/proc/{pid}/comm").read_text()]
    assert workers == []  # those of the killed door have ended themselves
    assert clinic.close() == 0
    vet.ends(20)
