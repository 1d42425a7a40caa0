"""Copies of invoices and receipts: counted, never taken back, kept apart by site."""

import asyncio

import psycopg
import pytest

from tests.practice.patients import a_client
from tests.world import Group
from vpterm.database import roles
from vpterm.database.context import Context
from vpterm.kernel.errors import NotAllowed, NotFound, Refused
from vpterm.kernel.money import Money
from vpterm.practice.billing.actions import add_line, prepare_invoice
from vpterm.practice.billing.issuing import credit_invoice, issue_invoice
from vpterm.practice.copies.actions import copy_invoice, copy_receipt
from vpterm.practice.till.actions import correct_payment, open_till, refund, take_payment


async def an_invoice(context: Context, *, issued: bool = True) -> tuple[int, int]:
    """A client with an invoice of 100 euros: their ids."""
    client_id = await a_client(context)
    invoice_id = await prepare_invoice(context, client_id=client_id)
    await add_line(context, invoice_id=invoice_id, label="Acte", unit_price=Money("100"))
    if issued:
        await issue_invoice(context, invoice_id=invoice_id)
    return client_id, invoice_id


async def test_the_first_is_the_original_and_every_other_is_counted(group: Group) -> None:
    desk = group.context("accueil.lilas")
    _client, invoice_id = await an_invoice(desk)
    made = [await copy_invoice(desk, invoice_id=invoice_id) for _each in range(3)]
    assert [number for _facts, number in made] == [1, 2, 3]
    facts = made[0][0]
    assert (facts.sheet.number, facts.issuer.entity_name) == ("L-2026-000001", "Cliniques des Lilas et du Port")
    assert (facts.issuer.entity_address, facts.issuer.entity_town) == ("12 rue des Lilas", "Nantes")
    other = await an_invoice(desk)
    assert (await copy_invoice(desk, invoice_id=other[1]))[1] == 1


async def test_two_desks_at_once_never_make_two_originals(group: Group) -> None:
    desk = group.context("accueil.lilas")
    _client, invoice_id = await an_invoice(desk)
    made = await asyncio.gather(*(copy_invoice(desk, invoice_id=invoice_id) for _each in range(4)))
    assert sorted(number for _facts, number in made) == [1, 2, 3, 4]


async def test_a_copy_is_never_taken_back(group: Group) -> None:
    desk = group.context("accueil.lilas")
    _client, invoice_id = await an_invoice(desk)
    await copy_invoice(desk, invoice_id=invoice_id)
    with psycopg.connect(group.url(roles.OWNER), autocommit=True) as connection:
        connection.execute("SELECT set_config('vpterm.staff', '1', false)")
        for statement in ("DELETE FROM paper_copies", "UPDATE paper_copies SET copy_number = 9"):
            with pytest.raises(psycopg.Error, match="never changed"):
                connection.execute(statement.encode())
    rows = group.cluster.ask("SELECT invoice_id, entry_id, copy_number FROM paper_copies", group.name)
    assert rows == [(invoice_id, None, 1)]


async def test_another_site_and_a_person_without_the_right_get_nothing(group: Group) -> None:
    desk = group.context("accueil.lilas")
    _client, invoice_id = await an_invoice(desk)
    with pytest.raises(NotFound):
        await copy_invoice(group.context("vet.port"), invoice_id=invoice_id)
    with pytest.raises(NotAllowed):
        await copy_invoice(group.context("support"), invoice_id=invoice_id)
    assert group.cluster.ask("SELECT count(*) FROM paper_copies", group.name) == [(0,)]


async def test_a_draft_is_no_document_and_a_credit_note_is_one(group: Group) -> None:
    desk, vet = group.context("accueil.lilas"), group.context("vet.lilas")
    _client, draft_id = await an_invoice(desk, issued=False)
    with pytest.raises(Refused, match="brouillon"):
        await copy_invoice(desk, invoice_id=draft_id)
    await issue_invoice(desk, invoice_id=draft_id)
    await credit_invoice(vet, invoice_id=draft_id, because="erreur")
    note_id = group.cluster.ask("SELECT id FROM invoices WHERE kind = 'credit_note'", group.name)[0][0]
    facts, number = await copy_invoice(desk, invoice_id=note_id)
    assert (facts.sheet.number, facts.sheet.total, number) == ("LA-2026-000001", Money("-100"), 1)
    assert facts.payments == ()


async def test_one_payment_by_two_means_has_one_receipt(group: Group) -> None:
    desk = group.context("accueil.lilas")
    await open_till(desk, name="Accueil")
    client_id, invoice_id = await an_invoice(desk)
    parts = [("card", Money("60")), ("cash", Money("15.50"))]
    card, cash = await take_payment(desk, client_id=client_id, invoice_id=invoice_id, parts=parts)
    [later] = await take_payment(
        desk, client_id=client_id, invoice_id=invoice_id, parts=[("cheque", Money("24.50"))]
    )  # fmt: skip
    facts, number = await copy_receipt(desk, entry_id=cash)
    assert [(part.id, part.means, part.amount) for part in facts.parts] == [
        (card, "card", Money("60")), (cash, "cash", Money("15.50")),
    ]  # fmt: skip
    assert (facts.total, facts.client_name, number) == (Money("75.50"), "Mme Claire Martin", 1)
    assert (await copy_receipt(desk, entry_id=card))[1] == 2  # the same paper, asked for by its other half
    facts, number = await copy_receipt(desk, entry_id=later)
    assert (facts.total, number) == (Money("24.50"), 1)


async def test_what_was_corrected_or_is_no_payment_has_no_receipt(group: Group) -> None:
    desk = group.context("accueil.lilas")
    await open_till(desk, name="Accueil")
    client_id, invoice_id = await an_invoice(desk)
    [wrong] = await take_payment(desk, client_id=client_id, invoice_id=invoice_id, parts=[("card", Money("100"))])
    undone = await correct_payment(desk, entry_id=wrong, because="mauvais moyen")
    for entry_id in (wrong, undone):
        with pytest.raises(Refused):
            await copy_receipt(desk, entry_id=entry_id)
    [deposit] = await take_payment(desk, client_id=client_id, parts=[("cash", Money("150"))], keep_as_credit=True)
    back = await refund(desk, client_id=client_id, means="cash", amount=Money("10"), because="trop versé")
    assert (await copy_receipt(desk, entry_id=deposit))[0].total == Money("150")
    assert (await copy_receipt(desk, entry_id=back))[0].total == Money("-10")
