"""Invoices, by keys: from the list of what waits to a number, a payment and a credit note."""

from typing import Any

import pytest
from textual.screen import Screen

from tests.practice.patients import a_patient
from tests.screens.clinic_desk import clinic_desk
from tests.screens.driving import Desk
from tests.screens.reading import go, reads
from tests.world import Group
from vpterm.kernel.money import Money
from vpterm.practice.billing.actions import add_line, prepare_invoice
from vpterm.practice.billing.issuing import issue_invoice
from vpterm.practice.billing.queries import invoice_sheet, list_invoices, list_to_bill
from vpterm.practice.care.actions import open_consultation, perform_service
from vpterm.practice.till.actions import open_till
from vpterm.practice.till.queries import payments_of_invoice
from vpterm.screens import billing as billing
from vpterm.screens import till as till
from vpterm.screens.shell.openers import opens
from vpterm.screens.shell.place import Place


class Home(Place):
    """A ground to open places from."""

    place = "test.billing.home"


@opens("test.billing.home")
async def open_home(app: Any) -> Screen[Any]:
    return Home()


async def _done(group: Group, *codes: str) -> int:
    client, animal = await a_patient(group)
    vet = group.context("vet.lilas")
    entry_id = await open_consultation(vet, animal_id=animal)
    for code in codes:
        await perform_service(vet, entry_id=entry_id, fee_code=code)
    return client


def place_of(desk: Desk) -> str:
    assert desk.app.open_place is not None
    return desk.app.open_place.place


@pytest.mark.parametrize("language", ["fr", "en"])
async def test_from_the_list_to_a_paid_invoice_without_a_mouse(group: Group, language: str) -> None:
    client = await _done(group, "CS", "RADIO1")
    desk_context = group.context("accueil.lilas")
    await open_till(desk_context, name="Accueil")
    async with clinic_desk(group, "accueil.lilas", home="test.billing.home", language=language) as desk:
        await go(desk, "billing.list")
        assert await reads(desk, "111,00 €" if language == "fr" else "€111.00")
        await desk.press("enter")
        assert place_of(desk) == "billing.invoice"
        assert await reads(desk, "18,50 €" if language == "fr" else "€18.50")
        await desk.type("2x vermcn")
        await desk.press("enter")
        assert await reads(desk, "130,60 €" if language == "fr" else "€130.60")
        await desk.press("f9", "enter")
        assert place_of(desk) == "till.payment"
        # By card: a letter, Enter over the proposed amount.
        await desk.type("c" if language == "fr" else "a")
        await desk.press("f9")
        assert place_of(desk) == "billing.invoice"
    [row] = await list_invoices(desk_context, client_id=client)
    assert (row.number, row.total, row.due) == ("L-2026-000001", Money("130.60"), Money.zero())
    assert [(paid.means, paid.amount) for paid in await payments_of_invoice(desk_context, invoice_id=row.id)] == [
        ("card", Money("130.60"))
    ]
    assert await list_to_bill(desk_context) == []


async def test_a_line_is_changed_and_removed(group: Group) -> None:
    client = await _done(group, "CS", "RADIO1")
    vet = group.context("vet.lilas")
    async with clinic_desk(group, home="test.billing.home") as desk:
        await go(desk, "billing.invoice", client_id=client)
        await desk.press("shift+tab", "home", "enter")
        assert place_of(desk) == "billing.line"
        await desk.press("down", "down")
        await desk.type("10")
        await desk.press("f2")
        assert place_of(desk) == "billing.invoice"
        assert await reads(desk, "44,10 €")
        assert await reads(desk, "-10%")
        await desk.press("down", "delete")
        invoice_id = await prepare_invoice(group.context("vet.port"), client_id=client)
        assert (await invoice_sheet(group.context("vet.port"), invoice_id=invoice_id)).lines == ()
        [waiting] = await list_to_bill(vet)
        assert waiting.invoice_id is not None
        sheet = await invoice_sheet(vet, invoice_id=waiting.invoice_id)
        assert [(line.label, line.total) for line in sheet.lines] == [("Consultation", Money("44.10"))]


async def test_a_draft_without_a_line_is_not_issued_and_can_be_discarded(group: Group) -> None:
    client, _animal = await a_patient(group)
    async with clinic_desk(group, home="test.billing.home") as desk:
        await go(desk, "billing.invoice", client_id=client)
        await desk.press("f9")
        assert await reads(desk, "Il n'y a encore rien sur ce brouillon.")
        await desk.press("ctrl+x")
        await desk.type("o")
        assert place_of(desk) == "test.billing.home"
        assert await reads(desk, "Le brouillon est jeté.")


async def test_an_issued_invoice_is_read_and_credited(group: Group) -> None:
    client = await _done(group, "CS")
    vet = group.context("vet.lilas")
    invoice_id = await prepare_invoice(vet, client_id=client)
    await issue_invoice(vet, invoice_id=invoice_id)
    async with clinic_desk(group, home="test.billing.home") as desk:
        await go(desk, "billing.invoice", invoice_id=invoice_id)
        assert await reads(desk, "Facture L-2026-000001")
        await desk.press("enter")
        assert await reads(desk, "Une facture émise ne change plus.")
        await desk.press("ctrl+e")
        await desk.type("erreur de tarif")
        await desk.press("f2")
        assert await reads(desk, "Reprise par LA-2026-000001")
        await desk.press("f9")
        assert await reads(desk, "Il ne reste rien à payer ici.")
    assert [row.amount for row in await list_to_bill(vet)] == [Money("49")]


async def test_the_front_desk_credits_nothing(group: Group) -> None:
    client = await _done(group, "CS")
    vet = group.context("vet.lilas")
    invoice_id = await prepare_invoice(vet, client_id=client)
    await issue_invoice(vet, invoice_id=invoice_id)
    async with clinic_desk(group, "accueil.lilas", home="test.billing.home") as desk:
        await go(desk, "billing.invoice", invoice_id=invoice_id)
        await desk.press("ctrl+e")
        assert place_of(desk) == "billing.invoice"
    assert len(await list_invoices(vet)) == 1


async def test_money_is_never_cut_off(group: Group) -> None:
    client, animal = await a_patient(group, last_name="Le Bihan de Kermadec-Trégastel du Plessis")
    vet = group.context("vet.lilas")
    invoice_id = await prepare_invoice(vet, client_id=client)
    await add_line(
        vet, invoice_id=invoice_id, label="Ostéosynthèse du fémur par plaque verrouillée, abord latéral",
        quantity=10, unit_price=Money("99999.99"), animal_id=animal,
    )  # fmt: skip
    for size in ((80, 24), (132, 43)):
        async with clinic_desk(group, home="test.billing.home", size=size) as desk:
            await go(desk, "billing.invoice", client_id=client)
            assert await reads(desk, "99 999,99 €")
            assert await reads(desk, "999 999,90 €")
            assert await reads(desk, "TVA 20 % : 166 666,65 € sur 833 333,25 €")
