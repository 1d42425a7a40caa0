"""A role is taken away by the administrator's command while its holder is at work over SSH."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.scenarios.clinic import Clinic
from tests.scenarios.furnished import furnish
from tests.scenarios.test_workstation import open_note

pytestmark = [pytest.mark.doors, pytest.mark.timeout(300)]


@pytest.fixture
def clinic() -> Iterator[Clinic]:
    clinic = Clinic(Path(tempfile.mkdtemp(prefix="vpterm-rights-")), "serve")
    try:
        furnish(clinic.folder)
        clinic.open()
        yield clinic
    finally:
        clinic.remove()


def administer(clinic: Clinic, *words: str) -> None:
    environment = {**os.environ, "VPTERM_HOME": str(clinic.folder), "LC_ALL": "C.UTF-8"}
    subprocess.run([sys.executable, "-m", "vpterm.cli.main", *words], env=environment, check=True, timeout=90)


def test_who_is_sent_away_is_told_and_keeps_the_words(clinic: Clinic) -> None:
    vet, other = clinic.come_in("vet.deux", size=(132, 24)), clinic.come_in("vet.lilas")
    open_note(vet, "Rex")
    other.sees("SALLE D'ATTENTE", 20)
    vet.types("Boite depuis hier")
    vet.sees("Boite depuis hier")
    administer(clinic, "staff", "role", "vet.deux", "lilas", "vet", "--end")
    vet.sees("Vous n'exercez plus sur ce site", 20)
    assert vet.ends() == 1
    assert "SALLE D'ATTENTE" in other.text
    kept = clinic.ask("SELECT field_values::text FROM form_drafts")
    assert any("Boite depuis hier" in str(values) for (values,) in kept)
    administer(clinic, "staff", "role", "vet.deux", "lilas", "vet")
    back = clinic.come_in("vet.deux")
    back.sees("CLINIQUE DES LILAS", 20)
    administer(clinic, "staff", "end", "vet.deux")
    back.sees("Vous n'exercez plus sur ce site", 20)
    for person in (back, other):
        person.process.close(force=True)
