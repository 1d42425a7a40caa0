"""The vet in a browser: found by keys, a note half written, the line cut, the session taken over by SSH and back."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.scenarios.clinic import PASSWORD, Clinic
from tests.scenarios.test_morning import lonely_patient
from tests.terminal.browser import CHROMIUM, Page, chromium
from tests.terminal.cable import Cable

pytestmark = [
    pytest.mark.doors,
    pytest.mark.timeout(300),
    pytest.mark.xdist_group("clinic"),
    pytest.mark.skipif(not CHROMIUM, reason="no Chromium here; `make test` installs it where it can"),
]


@pytest.fixture
def tab() -> Iterator[Page]:
    """An empty browser with the window of a laptop."""
    with chromium() as page:
        page.resize(1366, 650)
        yield page


def test_a_note_survives_the_line_and_the_door(clinic: Clinic, tab: Page, tmp_path: Path) -> None:
    patient = lonely_patient(clinic, skip=7)
    cable = Cable(clinic.web_port)
    tab.comes_in(cable.address, "vet.port", PASSWORD)
    go_home(tab)
    tab.press("F1")
    tab.says("AIDE")
    tab.press("Escape")
    tab.says("SALLE D'ATTENTE")
    find_and_consult(tab, patient.name_key[:12], patient.last_name)
    tab.types("Gêne à l'appui, ")
    tab.press("@", text="@", code="Digit0")  # AltGr as Linux tells it
    tab.composes(["^"], "ô")
    tab.says("@ô")
    tab.pastes(" collé d'ailleurs :\nà revoir")
    tab.says("Gêne à l'appui, @ô collé d'ailleurs :")
    tab.says("à revoir")
    cable.pull()
    tab.says("La liaison est coupée.")
    tab.types(" lundi")
    cable.plug()
    tab.says("à revoir lundi")
    tab.resize(390, 780, scale=3, is_phone=True)
    tab.says("à revoir lundi")
    tab.picture(tmp_path / "phone.png")
    vet = clinic.come_in("vet.port")
    vet.sees("à revoir lundi", 20)
    tab.says("Votre session a été reprise depuis un autre terminal.")
    vet.types(" matin")
    vet.sees("lundi matin")
    tab.resize(1366, 650)
    tab.press("Enter")  # « Continuer ici »
    tab.says("lundi matin")
    assert vet.ends() == 0
    tab.press("F2")
    tab.says("Enregistré")
    cable.close()
    saved = clinic.ask(f"SELECT note FROM record_entries WHERE animal_id = {patient.id} ORDER BY id DESC LIMIT 1")
    assert saved == [("Gêne à l'appui, @ô collé d'ailleurs :\nà revoir lundi matin",)]


def go_home(tab: Page) -> None:
    """Esc, place by place, until the home board stands there; never once too often."""
    tab.says("F1 aide", 30)
    until = time.monotonic() + 20
    while True:
        time.sleep(1.0)
        if "SALLE D'ATTENTE" in tab.words:
            return
        assert time.monotonic() < until, tab.words
        tab.press("Escape")


def find_and_consult(tab: Page, typed: str, last_name: str) -> None:
    """F3, a few letters, Enter, Enter, F9."""
    tab.press("F3")
    tab.types(typed)
    tab.says(last_name)
    tab.press("Enter")
    tab.says("ANIMAUX")
    tab.press("Enter")
    tab.says("PROBLÈMES")
    tab.press("F9")
    tab.says("FAIT")
