"""A new release of the whole program, by the command of an administrator, under people with a note half written."""

import json
import os
import subprocess
import sys
import time
from typing import Any

import pytest

from tests.scenarios.clinic import Clinic
from tests.scenarios.keys import BACK, SAVE
from tests.scenarios.test_faults import note_of, open_note, wait_for_draft, wait_for_place, workers_of
from tests.scenarios.test_morning import go_home

pytestmark = [pytest.mark.doors, pytest.mark.timeout(400), pytest.mark.xdist_group("clinic")]


def upgrade(clinic: Clinic, *words: str) -> subprocess.CompletedProcess[str]:
    """`vpterm upgrade`, as the new release's own command."""
    return subprocess.run(
        [sys.executable, "-m", "vpterm.cli.main", "upgrade", *words],
        env={**os.environ, "VPTERM_HOME": str(clinic.folder), "LC_ALL": "C.UTF-8", "VPTERM_LANGUAGE": "en"},
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip


def status(clinic: Clinic) -> Any:
    return json.loads(upgrade(clinic, "--status", "--json").stdout)


def test_a_note_goes_on_in_the_new_release_to_the_letter(clinic: Clinic) -> None:
    vet, animal_id = open_note(clinic, "vet.lilas", skip=2)
    vet.types("Plaie de l'oreille, parage")
    vet.sees("parage")
    wait_for_draft(clinic, "Plaie de l")
    wait_for_place(clinic, "vet.lilas", "care.consultation")
    title = vet.text.splitlines()[0]
    before = workers_of(clinic, "lilas")
    done = upgrade(clinic)
    assert done.returncode == 0, done.stderr
    assert "serves already" in done.stderr or "déjà en service" in done.stderr
    assert workers_of(clinic, "lilas") == before

    done = upgrade(clinic, "--again")
    assert done.returncode == 0, done.stderr
    old, fresh = status(clinic)["generations"]
    assert (set(old["workers"]) >= set(before), old["seen"], fresh["seen"]) == (True, 1, 0)
    vet.types(" et suture")  # who is at work goes on where they are
    vet.sees("parage et suture")
    wait_for_draft(clinic, "suture")
    newcomer = clinic.come_in("asv.lilas", asks="relais")  # a session that no other story has left somewhere
    newcomer.sees("SALLE D'ATTENTE", 20)
    assert status(clinic)["generations"][-1]["seen"] == 1

    assert upgrade(clinic, "--now").returncode == 0
    vet.sees("Repris là où vous en étiez", 30)
    assert vet.text.splitlines()[0] == title
    vet.types(".")
    vet.sees("parage et suture.")
    vet.types(SAVE)
    vet.sees("Enregistré")
    assert clinic.ask(note_of(animal_id)) == [("Plaie de l'oreille, parage et suture.",)]
    vet.types(BACK)
    vet.sees("PROBLÈMES")
    go_home(vet)
    until = time.monotonic() + 60
    while len(status(clinic)["generations"]) > 1 or set(workers_of(clinic, "lilas")) & set(before):
        assert time.monotonic() < until, status(clinic)
        time.sleep(0.5)
    for somebody in (vet, newcomer):
        somebody.process.close(force=True)


def test_where_nothing_serves_one_is_told_so(clinic: Clinic) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "vpterm.cli.main", "upgrade", "--home", str(clinic.folder / "nowhere")],
        env={**os.environ, "LC_ALL": "C.UTF-8"}, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
