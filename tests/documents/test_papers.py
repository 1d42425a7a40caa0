"""Papers as PDF: what the law wants on them, duplicates, the same bytes for the same rows, no session that waits."""

import asyncio
import time
from datetime import UTC, datetime
from io import BytesIO

import pytest
from pypdf import PdfReader

from tests.documents.reading import pages_of, text_of
from tests.practice.patients import a_patient
from tests.world import Group
from vpterm.documents.invoice import invoice_paper
from vpterm.documents.paper import Paper
from vpterm.documents.press import press
from vpterm.documents.receipt import receipt_paper
from vpterm.documents.report import report_paper
from vpterm.kernel.errors import Unavailable
from vpterm.kernel.i18n import using
from vpterm.kernel.money import Money
from vpterm.practice.animals.health import record_weight
from vpterm.practice.animals.queries import animal_sheet
from vpterm.practice.billing.actions import add_line, prepare_invoice
from vpterm.practice.billing.issuing import credit_invoice, issue_invoice
from vpterm.practice.care.actions import finish_entry, open_consultation, perform_service, write_note
from vpterm.practice.care.queries import entry
from vpterm.practice.copies.queries import invoice_facts, receipt_facts
from vpterm.practice.sites.queries import my_site
from vpterm.practice.till.actions import open_till, take_payment


async def consulted(group: Group) -> tuple[int, int, int]:
    """A consultation with a radiograph, the day before: client, animal, entry."""
    client_id, animal_id = await a_patient(group)
    vet = group.context("vet.lilas")
    group.clock.forward(days=-1)
    entry_id = await open_consultation(vet, animal_id=animal_id, reason="boiterie")
    await record_weight(vet, animal_id=animal_id, weight_g=18_400)
    await write_note(vet, entry_id=entry_id, note="Gêne à l'appui, #2 *sévère*\nÀ revoir.")
    for code in ("CS", "RADIO1"):
        await perform_service(vet, entry_id=entry_id, fee_code=code)
    await finish_entry(vet, entry_id=entry_id)
    group.clock.forward(days=1)
    return client_id, animal_id, entry_id


async def issued(group: Group, client_id: int) -> int:
    desk = group.context("accueil.lilas")
    invoice_id = await prepare_invoice(desk, client_id=client_id)
    await issue_invoice(desk, invoice_id=invoice_id)
    return invoice_id


async def test_an_invoice_says_what_the_law_wants(group: Group) -> None:
    client_id, _animal, _entry = await consulted(group)
    invoice_id = await issued(group, client_id)
    desk = group.context("accueil.lilas")
    await open_till(desk, name="Accueil")
    await take_payment(desk, client_id=client_id, invoice_id=invoice_id, parts=[("card", Money("100"))])
    with using("en"):  # the person's language; the paper has the law's
        paper = invoice_paper(await invoice_facts(desk, invoice_id=invoice_id), 1)
    assert paper.file_name == "Facture L-2026-000001.pdf"
    said = text_of(await press(paper))
    for wanted in (
        "Clinique des Lilas", "1 place du Marché", "02 40 00 00 00",
        "Cliniques des Lilas et du Port, SELARL, 12 rue des Lilas, 44000 Nantes",
        "SIRET 732 829 320 00074", "TVA intracommunautaire FR44732829320",
        "Mme Claire Martin", "8 rue du Calvaire", "44000 Nantes",
        "Facture L-2026-000001", "Émise le 24/11/2026", f"Client n° {client_id}",
        "Mirza · Anne Rousseau · le 23/11/2026",
        "PU HT", "Taux", "Base HT", "20 % 92,50 18,50 111,00",
        "Total TTC 111,00 €", "Déjà réglé 100,00 €", "Reste à payer 11,00 €",
        "Règlements 24/11/2026 carte 100,00 €", "L441-10", "page 1 sur 1",
    ):  # fmt: skip
        assert wanted in said, f"{wanted!r} is missing:\n{said}"
    assert "Duplicata" not in said


async def test_a_duplicate_says_so_and_a_credit_note_names_its_invoice(group: Group) -> None:
    client_id, _animal, _entry = await consulted(group)
    invoice_id = await issued(group, client_id)
    desk = group.context("accueil.lilas")
    again = text_of(await press(invoice_paper(await invoice_facts(desk, invoice_id=invoice_id), 3)))
    assert "DUPLICATA N° 2" in again
    await credit_invoice(group.context("vet.lilas"), invoice_id=invoice_id, because="erreur de client")
    note_id = group.cluster.ask("SELECT id FROM invoices WHERE kind = 'credit_note'", group.name)[0][0]
    note = text_of(await press(invoice_paper(await invoice_facts(desk, invoice_id=note_id), 1)))
    for wanted in ("Avoir LA-2026-000001", "Annule la facture L-2026-000001", "erreur de client", "-111,00 €"):
        assert wanted in note
    assert "Reste à payer" not in note
    original = text_of(await press(invoice_paper(await invoice_facts(desk, invoice_id=invoice_id), 4)))
    assert "Annulée par l'avoir LA-2026-000001" in original.replace("’", "'")


async def test_a_receipt_has_its_parts_and_the_seal_of_the_journal(group: Group) -> None:
    client_id, _animal, _entry = await consulted(group)
    invoice_id = await issued(group, client_id)
    desk = group.context("accueil.lilas")
    await open_till(desk, name="Accueil")
    parts = [("card", Money("60")), ("cash", Money("51"))]
    first, _second = await take_payment(desk, client_id=client_id, invoice_id=invoice_id, parts=parts)
    facts = await receipt_facts(desk, entry_id=first)
    paper = receipt_paper(facts, 2)
    assert paper.file_name == "Reçu de paiement L-1.pdf"
    said = text_of(await press(paper)).replace("’", "'")
    for wanted in (
        "Reçu de paiement L-1", "DUPLICATA N° 1", "Reçu le 24/11/2026 à 08:42", "Pour facture L-2026-000001",
        "carte 60,00 €", "espèces 51,00 €", "Reçu 111,00 €", f"empreinte {facts.parts[0].hash[:16]}",
    ):  # fmt: skip
        assert wanted in said, f"{wanted!r} is missing:\n{said}"


async def test_a_report_tells_the_visit_and_what_somebody_typed_is_no_markup(group: Group) -> None:
    _client, animal_id, entry_id = await consulted(group)
    vet = group.context("vet.lilas")
    sheet = await animal_sheet(vet, animal_id=animal_id)
    paper = report_paper(await entry(vet, entry_id=entry_id), sheet, await my_site(vet))
    assert paper.file_name == "Compte rendu Mirza 2026-11-23.pdf"
    said = text_of(await press(paper)).replace("’", "'")
    for wanted in (
        "Compte rendu de la visite", "Consultation, lundi 23 novembre 2026 à 08:42", "Anne Rousseau", "boiterie",
        "Gêne à l'appui, #2 *sévère* À revoir.", "Poids 18,4 kg",
    ):  # fmt: skip
        assert wanted in said, f"{wanted!r} is missing:\n{said}"


async def test_the_same_rows_make_the_same_bytes_dated_as_the_row(group: Group) -> None:
    client_id, _animal, _entry = await consulted(group)
    facts = await invoice_facts(group.context("accueil.lilas"), invoice_id=await issued(group, client_id))
    once, again = await press(invoice_paper(facts, 1)), await press(invoice_paper(facts, 1))
    assert once == again
    about = PdfReader(BytesIO(once)).metadata
    assert about is not None
    assert about.title == "Facture L-2026-000001"
    assert about.creation_date == datetime(2026, 11, 24, 8, 42, tzinfo=UTC)


async def test_a_long_invoice_goes_on_with_its_head_on_every_page(group: Group) -> None:
    client_id, _animal = await a_patient(group, last_name="Łukaszewicz-d’Œuf")
    desk = group.context("accueil.lilas")
    invoice_id = await prepare_invoice(desk, client_id=client_id)
    for number in range(60):
        await add_line(desk, invoice_id=invoice_id, label=f"Acte {number} « précis »", unit_price=Money("10"))
    await issue_invoice(desk, invoice_id=invoice_id)
    pdf = await press(invoice_paper(await invoice_facts(desk, invoice_id=invoice_id), 1))
    said = text_of(pdf)
    assert pages_of(pdf) == 3
    assert said.count("Total HT") == 3 + 1  # the head of each page, and the sum
    assert "page 3 sur 3" in said
    assert "Łukaszewicz-d’Œuf" in said
    assert "Acte 59 « précis »" in said


async def test_pressing_never_holds_the_loop(group: Group) -> None:
    client_id, _animal, _entry = await consulted(group)
    facts = await invoice_facts(group.context("accueil.lilas"), invoice_id=await issued(group, client_id))
    pressing = asyncio.gather(*(press(invoice_paper(facts, number)) for number in range(1, 5)))
    longest, before = 0.0, time.perf_counter()
    while not pressing.done():
        await asyncio.sleep(0.005)
        longest, before = max(longest, time.perf_counter() - before), time.perf_counter()
    assert [pdf[:5] for pdf in await pressing] == [b"%PDF-"] * 4
    assert longest < 0.1


async def test_a_paper_that_cannot_be_set_is_told_in_words() -> None:
    with pytest.raises(Unavailable, match="n'a pas pu être fabriqué"):
        await press(Paper("x.pdf", "no-such-template.typ", {}))
