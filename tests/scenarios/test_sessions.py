"""Several sessions of one person, the locked screen and the end of a session left alone, over real SSH."""

import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.scenarios.clinic import PASSWORD, Clinic
from tests.scenarios.furnished import furnish
from tests.scenarios.keys import BACK, DOWN, ENTER, MENU, SAVE, TAB
from tests.scenarios.test_workstation import open_note
from tests.terminal.door import Person

pytestmark = [pytest.mark.doors, pytest.mark.timeout(400), pytest.mark.xdist_group("sessions")]

LOCK, PIN_FORM = "\x1bl", "\x01"


@pytest.fixture(scope="module")
def clinic() -> Iterator[Clinic]:
    clinic = Clinic(Path(tempfile.mkdtemp(prefix="vpterm-sessions-")), "serve")
    try:
        furnish(clinic.folder)
        clinic.open()
        yield clinic
    finally:
        clinic.remove()


def administer(clinic: Clinic, *words: str) -> str:
    environment = {**os.environ, "VPTERM_HOME": str(clinic.folder), "LC_ALL": "C.UTF-8"}
    command = [sys.executable, "-m", "vpterm.cli.main", *words]
    return subprocess.run(command, env=environment, check=True, timeout=90, capture_output=True, text=True).stdout


def go(person: Person) -> None:
    """Whoever it is, they are gone."""
    person.process.close(force=True)


def test_two_sessions_of_one_vet_each_keep_their_place_and_are_chosen_between(clinic: Clinic) -> None:
    desk = clinic.come_in("vet.lilas", asks="accueil", size=(110, 30))
    open_note(desk, "Rex")
    desk.types("Boite depuis hier")
    desk.sees("Boite depuis hier")
    room = clinic.come_in("vet.lilas", asks="consultation", size=(110, 30))
    room.sees("SALLE D'ATTENTE", 20)
    assert "· consultation" in room.text
    assert "Boite depuis hier" not in room.text
    listed = administer(clinic, "sessions", "list")
    assert re.search(r"vet\.lilas +lilas +accueil ", listed)
    assert re.search(r"vet\.lilas +lilas +consultation ", listed)
    go(desk)
    go(room)
    third = clinic.come_in("vet.lilas", size=(110, 30))
    third.sees("Vos sessions ouvertes", 20)
    third.sees("Flèches ou chiffre", 20)  # the whole list
    lines = [line for line in third.screen.display if re.match(r" [> ] \d  ", line)]
    assert [line.split()[1 if not line.startswith(" >") else 2] for line in lines] == ["consultation", "accueil", "une"]
    third.types(DOWN + ENTER)
    third.sees("Boite depuis hier", 20)
    third.types(SAVE)
    # Both workers' screens are lost with their worker: each session comes back to its own place.
    os.kill(next(pid for pid in clinic.children() if name_of(pid) == "vpterm:lilas"), 9)
    third.sees("Repris là où vous en étiez", 30)
    third.sees("FAIT", 30)
    go(third)
    administer(clinic, "sessions", "end", "vet.lilas")


def name_of(pid: int) -> str:
    return Path(f"/proc/{pid}/comm").read_text().strip()


def test_the_screen_locks_and_opens_on_the_same_half_written_note(clinic: Clinic) -> None:
    administer(clinic, "times", "set", "nurse", "--lock", "10m")
    nurse = clinic.come_in("asv.lilas", size=(110, 30))
    nurse.sees("SALLE D'ATTENTE", 20)
    nurse.types("compte" + ENTER)
    nurse.sees("Pas de code PIN", 20)
    nurse.types(PIN_FORM)
    nurse.sees("Nouveau code PIN")
    nurse.types(PASSWORD + TAB + "2580" + TAB + "2580" + ENTER)
    nurse.sees("Un code PIN déverrouille vos écrans", 20)
    nurse.types(BACK)
    open_note(nurse, "Nougat")
    nurse.types("Mange peu")
    nurse.sees("Mange peu")
    administer(clinic, "times", "set", "nurse", "--lock", "3s")  # in force at once, in this open session
    nurse.sees("VERROUILLÉ", 20)
    for name in ("Nougat", "NOUGAT", "Mange peu", "Leroy"):
        assert name not in nurse.text
    administer(clinic, "times", "set", "nurse", "--lock", "10m")
    assert "(locked)" in administer(clinic, "sessions", "list")
    nurse.types("1470" + ENTER)
    nurse.sees("Ce n'est pas votre code PIN", 20)
    nurse.types("2580" + ENTER)
    nurse.sees("Mange peu", 20)
    nurse.types(" depuis lundi")
    nurse.sees("Mange peu depuis lundi")
    nurse.types(LOCK)
    nurse.sees("VERROUILLÉ")
    nurse.types(BACK)  # somebody else wants the keyboard
    assert nurse.ends() == 0
    assert "Nougat" not in nurse.text
    back = clinic.come_in("asv.lilas", size=(110, 30))  # a full login is proof enough
    back.sees("Mange peu depuis lundi", 20)
    back.types(LOCK)
    back.sees("VERROUILLÉ")
    os.kill(next(pid for pid in clinic.children() if name_of(pid) == "vpterm:lilas"), 9)
    time.sleep(2)
    back.sees("VERROUILLÉ", 30)  # a worker that dies opens nothing
    assert "Mange peu" not in back.text
    back.types(PASSWORD + ENTER)
    back.sees("Mange peu depuis lundi", 30)
    go(back)


def test_a_session_left_alone_ends_keeps_what_was_typed_and_says_so_later(clinic: Clinic) -> None:
    vet = clinic.come_in("vet.deux", size=(132, 30))
    open_note(vet, "Praline")
    vet.types("Tousse la nuit")
    vet.sees("Tousse la nuit")
    administer(clinic, "times", "set", "vet", "--alone", "4s")
    vet.sees("Session terminée", 30)
    assert vet.ends() == 0
    assert "vet.deux" not in administer(clinic, "sessions", "list")
    kept = clinic.ask("SELECT field_values::text FROM form_drafts")
    assert any("Tousse la nuit" in str(values) for (values,) in kept)
    administer(clinic, "times", "set", "vet", "--alone", "14h")
    back = clinic.come_in("vet.deux", size=(132, 30))
    back.sees("sans frappe depuis longtemps", 20)
    back.sees("Tousse la nuit", 20)
    back.types(MENU)
    back.sees("Mes sessions")
    go(back)


def test_a_session_that_is_too_old_ends_too(clinic: Clinic) -> None:
    administer(clinic, "times", "set", "nurse", "--longest", "6s", "--lock", "10m")
    nurse = clinic.come_in("asv.lilas", size=(132, 30))
    nurse.sees("durée maximale atteinte", 30)
    assert nurse.ends() == 0
    administer(clinic, "times", "set", "nurse", "--longest", "24h")
