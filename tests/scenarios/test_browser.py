"""The vet in a browser: a note half written, the line cut, SSH and back; a telephone; a document, there and by SSH."""

import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.documents.reading import text_of
from tests.scenarios.clinic import PASSWORD, Clinic
from tests.scenarios.test_morning import lonely_patient
from tests.terminal.browser import CHROMIUM, CTRL, Page, chromium, tap
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


def test_a_telephone_looks_up_a_client_with_fingers(clinic: Clinic, tab: Page, tmp_path: Path) -> None:
    patient = lonely_patient(clinic, skip=5)
    tab.resize(390, 780, scale=3, is_phone=True)
    tab.comes_in(f"http://127.0.0.1:{clinic.web_port}/", "vet.port", PASSWORD)
    go_home(tab)
    tab.picture(tmp_path / "home.png")
    tap(tab, "#keys [data-keys=f3]")
    tab.says("CHERCHER")
    tab.types(patient.name_key[:12])
    tab.says(patient.last_name)
    tab.press("Enter")
    tab.says("ANIMAUX")
    tab.picture(tmp_path / "client.png")
    tap(tab, "#place-keys [data-keys=F9]")  # what the foot of this place offers
    tab.says("RENDEZ-VOUS")
    tap(tab, "#keys [data-keys=escape]")
    tab.says("ANIMAUX")
    tab.press("Enter")
    tab.says("PROBLÈMES")
    tab.picture(tmp_path / "animal.png")


def test_an_invoice_is_saved_from_the_browser_and_waits_at_an_address_for_ssh(
    clinic: Clinic, tab: Page, tmp_path: Path
) -> None:
    tab.comes_in(f"http://127.0.0.1:{clinic.web_port}/", "vet.lilas", PASSWORD)
    go_home(tab)
    tab.types("factures")
    tab.press("Enter")
    tab.says("ÉMISES")
    tab.press("Tab")
    tab.press("ArrowDown")
    tab.press("Enter")
    tab.says("Émise le")
    tab.call("Browser.setDownloadBehavior", behavior="allow", downloadPath=str(tmp_path))
    tab.press("u", CTRL)
    tab.becomes("document.activeElement && document.activeElement.id", "print", 30)
    tab.picture(tmp_path / "card.png")
    tab.press("Tab")
    tab.press("Enter")
    until = time.monotonic() + 20
    while not (saved := list(tmp_path.glob("Facture L-*.pdf"))) or list(tmp_path.glob("*.crdownload")):
        assert time.monotonic() < until, list(tmp_path.iterdir())
        time.sleep(0.1)
    said = text_of(saved[0].read_bytes())
    assert saved[0].stem in said
    assert "SIRET" in said
    assert "DUPLICATA" not in said
    vet = clinic.come_in("vet.lilas", size=(110, 30))
    vet.sees("Émise le", 20)
    vet.types("\x15")
    vet.sees("à ouvrir dans votre navigateur".capitalize(), 20)
    address = re.search(r"http://127\.0\.0\.1:\d+/handout/[\w-]+", vet.text)
    assert address is not None
    assert re.search(rb"\x1b\]8;[^;]*;" + re.escape(address.group().encode()), vet.received)
    vet.types("\r")
    of_this = "SELECT invoice_id FROM paper_copies ORDER BY id DESC LIMIT 1"
    counted = clinic.ask(f"SELECT copy_number FROM paper_copies WHERE invoice_id = ({of_this}) ORDER BY id")
    assert counted == [(1,), (2,)]
    tab.call("Page.navigate", url=address.group())  # this browser has come in already
    tab.becomes("document.contentType", "application/pdf", 20)
    vet.types("\x1b")
    vet.sees("ÉMISES")  # reading the document has taken nothing from this terminal


def go_home(tab: Page) -> None:
    """Esc, place by place, until the home board stands there and stays; never once too often."""
    tab.says("F1 aide", 30)
    until, seen = time.monotonic() + 30, 0
    while seen < 2:  # who was elsewhere sees it for a moment before they are brought back there
        time.sleep(1.0)
        if "SALLE D'ATTENTE" in tab.words:
            seen += 1
            continue
        assert time.monotonic() < until, tab.words
        seen = 0
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
