"""Documents by keys: an invoice, its duplicate, a receipt, a report; where they go, and where none can."""

import re
from pathlib import Path
from typing import Any

import pytest
from textual.screen import Screen

from tests.documents.reading import text_of
from tests.practice.patients import a_patient
from tests.screens.clinic_desk import clinic_desk
from tests.screens.driving import Desk
from tests.screens.reading import go, reads, reads_now
from tests.world import Group
from vpterm.practice.billing.actions import prepare_invoice
from vpterm.practice.billing.issuing import issue_invoice
from vpterm.practice.care.actions import finish_entry, open_consultation, perform_service, write_note
from vpterm.practice.till.actions import open_till, take_payment
from vpterm.screens import billing as billing
from vpterm.screens import care as care
from vpterm.screens import till as till
from vpterm.screens.link import HandedOut
from vpterm.screens.shell.openers import opens
from vpterm.screens.shell.place import Place
from vpterm.terminal.local import LocalLink
from vpterm.terminal.session.textual_internals import full_frame

ADDRESS = "https://serveur.clinique.example:8443/handout/" + "Ab-_" * 8


class Home(Place):
    """A ground to open places from."""

    place = "test.printing.home"


@opens("test.printing.home")
async def open_home(app: Any) -> Screen[Any]:
    return Home()


class AtAnAddress(LocalLink):
    """A door that keeps documents at an address."""

    async def hand_out(self, file_name: str, pdf: bytes) -> HandedOut:
        return HandedOut("address", ADDRESS, 5)


@pytest.fixture
def downloads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The person's folder, as a French desktop calls it."""
    folder = tmp_path / "Téléchargements"
    folder.mkdir()
    (tmp_path / ".config").mkdir()
    (tmp_path / ".config" / "user-dirs.dirs").write_text('XDG_DOWNLOAD_DIR="$HOME/Téléchargements"\n', "utf-8")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    return folder


def kept_in(folder: Path) -> list[tuple[str, str]]:
    """Name and text of each document, in the order in which they were written."""
    files = sorted(folder.iterdir(), key=lambda path: path.stat().st_mtime_ns)
    assert {path.stat().st_mode & 0o777 for path in files} == {0o600}
    return [(path.name, text_of(path.read_bytes())) for path in files]


async def billed(group: Group) -> tuple[int, int, int]:
    """A consultation of 49.00 or so, issued: client, entry, invoice."""
    client_id, animal_id = await a_patient(group)
    vet, desk = group.context("vet.lilas"), group.context("accueil.lilas")
    entry_id = await open_consultation(vet, animal_id=animal_id, reason="boiterie")
    await write_note(vet, entry_id=entry_id, note="Repos.")
    await perform_service(vet, entry_id=entry_id, fee_code="CS")
    await finish_entry(vet, entry_id=entry_id)
    await open_till(desk, name="Accueil")
    invoice_id = await prepare_invoice(desk, client_id=client_id)
    await issue_invoice(desk, invoice_id=invoice_id)
    return client_id, entry_id, invoice_id


def footer(desk: Desk) -> str:
    return desk.lines[-1]


@pytest.mark.parametrize("language", ["fr", "en"])
async def test_an_invoice_goes_into_the_own_folder_and_the_second_is_a_duplicate(
    group: Group, downloads: Path, language: str
) -> None:
    _client, _entry, invoice_id = await billed(group)
    async with clinic_desk(group, "accueil.lilas", home="test.printing.home", language=language) as desk:
        desk.app.link = LocalLink()
        await go(desk, "billing.invoice", invoice_id=invoice_id)
        assert ("Ctrl+U imprimer" if language == "fr" else "Ctrl+U print") in footer(desk)
        await desk.press("ctrl+u")
        said = "Enregistré : " if language == "fr" else "Written: "
        assert await reads(desk, said)
        await desk.press("ctrl+u")
    (name, original), (name_of_second, again) = kept_in(downloads)
    assert (name, name_of_second) == ("Facture L-2026-000001.pdf", "Facture L-2026-000001 (2).pdf")
    assert "Facture L-2026-000001" in original  # in French, whoever prints it
    assert "DUPLICATA" not in original
    assert "DUPLICATA N° 1" in again


async def test_f9_leaves_the_footer_of_a_paid_invoice_and_still_answers(group: Group) -> None:
    client_id, _entry, invoice_id = await billed(group)
    desk_context = group.context("accueil.lilas")
    async with clinic_desk(group, "accueil.lilas", home="test.printing.home") as desk:
        await go(desk, "billing.invoice", invoice_id=invoice_id)
        assert "F9 émettre, encaisser" in footer(desk)
        due = desk.app.screen.sheet.due  # type: ignore[attr-defined]  # the page of an invoice
        await take_payment(desk_context, client_id=client_id, invoice_id=invoice_id, parts=[("card", due)])
        await desk.press("f5")
        assert "F9" not in footer(desk)
        await desk.press("f9")
        assert await reads(desk, "Il ne reste rien à payer ici.")
        await desk.press("f1")
        assert await reads(desk, "Émet le brouillon, puis encaisse.")  # the help page tells it all the same


async def test_a_payment_has_its_receipt_in_the_journal_and_on_the_account(group: Group, downloads: Path) -> None:
    client_id, _entry, invoice_id = await billed(group)
    desk_context = group.context("accueil.lilas")
    async with clinic_desk(group, "accueil.lilas", home="test.printing.home") as desk:
        desk.app.link = LocalLink()
        await go(desk, "billing.invoice", invoice_id=invoice_id)
        due = desk.app.screen.sheet.due  # type: ignore[attr-defined]  # the page of an invoice
        await take_payment(desk_context, client_id=client_id, invoice_id=invoice_id, parts=[("card", due)])
        await go(desk, "till.journal")
        await desk.press("ctrl+u")
        assert await reads(desk, "Enregistré : ")
        await go(desk, "till.account", client_id=client_id)
        await desk.press("ctrl+u")  # the cursor stands on what was paid, since nothing is left to pay
        assert await reads(desk, "Enregistré : ")
    texts = [text for _name, text in kept_in(downloads)]
    assert ["DUPLICATA N° 1" in text for text in texts] == [False, True]
    assert all("Reçu de paiement L-1" in text and "facture L-2026-000001" in text for text in texts)


async def test_a_visit_has_its_report(group: Group, downloads: Path) -> None:
    _client, entry_id, _invoice = await billed(group)
    async with clinic_desk(group, "asv.lilas", home="test.printing.home") as desk:
        desk.app.link = LocalLink()
        await go(desk, "care.consultation", entry_id=entry_id)
        await desk.press("ctrl+u")
        assert await reads(desk, "Enregistré : ")
    [(name, text)] = kept_in(downloads)
    assert name == "Compte rendu Mirza 2026-11-24.pdf"
    assert "Constatations Repos." in text


@pytest.mark.parametrize(("glyphs", "linked"), [("full", True), ("ascii", False)])
async def test_an_address_is_shown_whole_and_as_a_link_where_terminals_know_them(
    group: Group, glyphs: Any, linked: bool
) -> None:
    _client, _entry, invoice_id = await billed(group)
    async with clinic_desk(group, "accueil.lilas", home="test.printing.home", size=(100, 30)) as desk:
        desk.app.link = AtAnAddress()
        object.__setattr__(desk.app.request, "glyphs", glyphs)
        await go(desk, "billing.invoice", invoice_id=invoice_id)
        await desk.press("ctrl+u")
        assert await reads(desk, ADDRESS)
        assert await reads(desk, "avec votre identifiant : une seule fois.")
        assert await reads(desk, "Après 5 minutes, il n'y est plus.")
        assert bool(re.search(r"\x1b\]8;[^;]*;" + re.escape(ADDRESS), full_frame(desk.app))) is linked
        await desk.press("enter")
        assert not reads_now(desk, ADDRESS)


async def test_where_nothing_can_leave_nothing_is_counted(group: Group) -> None:
    _client, _entry, invoice_id = await billed(group)
    async with clinic_desk(group, "accueil.lilas", home="test.printing.home") as desk:
        await go(desk, "billing.invoice", invoice_id=invoice_id)
        await desk.press("ctrl+u")
        assert await reads(desk, "Aucun document ne peut sortir de ce terminal.")
    assert group.cluster.ask("SELECT count(*) FROM paper_copies", group.name) == [(0,)]
