"""What breaks in a clinic's day: a database killed, a worker killed, the command killed; and what was lost."""

import os
import signal
import time
from pathlib import Path

import pytest

from tests.processes import is_alive
from tests.scenarios.clinic import Clinic, running_clinic
from tests.scenarios.keys import BACK, ENTER, MAIN, REFRESH, SAVE
from tests.scenarios.test_morning import find, go_home, lonely_patient
from tests.terminal.door import Person

pytestmark = [pytest.mark.doors, pytest.mark.timeout(400), pytest.mark.xdist_group("clinic")]


def open_note(clinic: Clinic, login: str, skip: int) -> tuple[Person, int]:
    """Somebody with a half-written note on the screen, and the animal's number."""
    patient = lonely_patient(clinic, skip=skip)
    person = clinic.come_in(login)
    go_home(person)
    find(person, patient)
    person.types(ENTER)
    person.sees("PROBLÈMES")
    person.types(MAIN)
    person.sees("FAIT")
    return person, patient.id


def note_of(animal_id: int) -> str:
    return f"SELECT note FROM record_entries WHERE animal_id = {animal_id} ORDER BY id DESC LIMIT 1"


def test_the_database_is_killed_under_a_half_written_note(clinic: Clinic) -> None:
    vet, animal_id = open_note(clinic, "vet.port", skip=3)
    vet.types("Dermatite, ")
    vet.sees("Dermatite,")
    postmaster = int((clinic.server.data_folder / "postmaster.pid").read_text().split()[0])
    os.kill(postmaster, signal.SIGKILL)
    vet.types("prurit modéré.")
    vet.sees("prurit modéré.", 20)
    vet.types(SAVE)
    # Either the server was already back when the note was saved, or the screen says so and the next try saves it.
    until = time.monotonic() + 60
    while "Enregistré" not in vet.text:
        assert time.monotonic() < until, vet.text
        vet.read(1.0)
        if "ne répond pas" in vet.text:
            time.sleep(1.0)
            vet.types(SAVE)
    assert "prurit modéré." in vet.text
    assert clinic.ask(note_of(animal_id)) == [("Dermatite, prurit modéré.",)]
    vet.types(REFRESH)
    vet.process.close(force=True)


def test_a_worker_is_killed_and_people_are_back_in_the_same_place_on_the_same_connection(clinic: Clinic) -> None:
    vet, animal_id = open_note(clinic, "vet.bocage", skip=4)
    vet.types("Boiterie postérieure, examen du pied")
    vet.sees("examen du pied")
    wait_for_draft(clinic, "examen du pied")
    wait_for_place(clinic, "vet.bocage", "care.consultation")
    title = vet.text.splitlines()[0]
    before = workers_of(clinic, "bocage")
    assert before
    for pid in before:
        os.kill(pid, signal.SIGKILL)
    until = time.monotonic() + 20
    while set(workers_of(clinic, "bocage")) <= set(before):
        assert time.monotonic() < until, "no new worker"
        vet.read(0.2)
    vet.sees("Repris là où vous en étiez", 20)
    # Not a key was hit: the same animal, the same half-written note, the cursor at its end.
    assert vet.text.splitlines()[0] == title
    vet.types(" droit.")
    vet.sees("examen du pied droit.")
    vet.types(SAVE)
    vet.sees("Enregistré")
    assert clinic.ask(note_of(animal_id)) == [("Boiterie postérieure, examen du pied droit.",)]
    # What was beneath is beneath again: the animal's sheet, and all the way to the home board.
    vet.types(BACK)
    vet.sees("PROBLÈMES")
    go_home(vet)
    vet.process.close(force=True)


def test_a_new_release_finds_people_where_they_were(clinic: Clinic) -> None:
    vet, _animal_id = open_note(clinic, "vet.port", skip=6)
    vet.types("Toux depuis trois jours")
    wait_for_draft(clinic, "Toux depuis")
    wait_for_place(clinic, "vet.port", "care.consultation")
    assert clinic.close(signal.SIGTERM) == 0
    vet.ends(20)
    clinic.open()
    vet = clinic.come_in("vet.port")
    vet.sees("Toux depuis trois jours", 20)
    vet.process.close(force=True)


def wait_for_place(clinic: Clinic, login: str, place: str) -> None:
    asked = f"SELECT places #>> '{{-1,0}}' FROM kept_places JOIN staff ON id = staff_id WHERE login = '{login}'"
    until = time.monotonic() + 8
    while clinic.ask(asked) != [(place,)]:
        assert time.monotonic() < until, clinic.ask(asked)
        time.sleep(0.1)


def wait_for_draft(clinic: Clinic, text: str) -> None:
    until = time.monotonic() + 8
    while not clinic.ask(f"SELECT 1 FROM form_drafts WHERE field_values::text LIKE '%{text}%'"):
        assert time.monotonic() < until
        time.sleep(0.1)


def workers_of(clinic: Clinic, code: str) -> list[int]:
    """The worker processes of a site, by the name they bear."""
    return [pid for pid in clinic.children() if comm(pid) == f"vpterm:{code}"[:15]]


def comm(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/comm").read_text().strip()
    except OSError:
        return ""


def test_two_sites_share_an_animal_and_not_a_till(clinic: Clinic) -> None:
    patient = lonely_patient(clinic, skip=5)
    vet, animal_id = open_note(clinic, "vet.deux", skip=5)
    vet.types("Vu aux Lilas.")
    vet.sees("Vu aux Lilas.")
    vet.types(SAVE)
    vet.sees("Enregistré")
    other = clinic.come_in("vet.bocage")
    go_home(other)
    find(other, patient)
    other.types(ENTER)
    other.sees("Vu aux Lilas.")
    other.sees("vet.deux")
    other.process.close(force=True)
    vet.process.close(force=True)
    assert animal_id == patient.id


def test_ctrl_c_closes_everything_and_kill_9_is_taken_up_again() -> None:
    with running_clinic() as clinic:
        counted = "SELECT (SELECT count(*) FROM clients), (SELECT count(*) FROM invoices WHERE number IS NOT NULL)"
        before = clinic.ask(counted)
        vet = clinic.come_in("vet.lilas")
        vet.sees("SALLE D'ATTENTE", 20)
        assert clinic.process is not None
        family = clinic.children()
        os.kill(clinic.process.pid, signal.SIGKILL)
        clinic.process.wait(10)
        assert vet.ends(20) != 0
        clinic.open()
        assert clinic.ask(counted) == before
        vet = clinic.come_in("vet.lilas")
        vet.sees("SALLE D'ATTENTE", 20)
        assert clinic.close() == 0
        vet.ends(20)
        assert not clinic.server.is_running()
        for pid in family:
            assert not is_alive(pid), pid
