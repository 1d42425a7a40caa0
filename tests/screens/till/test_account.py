"""A client's account at the desk, by keys: a deposit, a credit used, money given back."""

import pytest

from tests.practice.patients import a_client
from tests.screens.clinic_desk import clinic_desk
from tests.screens.reading import go, reads, reads_now
from tests.screens.till.test_till_places import Home
from tests.world import Group
from vpterm.database.context import Context
from vpterm.kernel.money import Money
from vpterm.practice.billing.actions import add_line, prepare_invoice
from vpterm.practice.billing.issuing import credit_invoice, issue_invoice
from vpterm.practice.billing.queries import invoice_sheet
from vpterm.practice.till.account import client_account
from vpterm.practice.till.actions import open_till, take_payment
from vpterm.practice.till.queries import payments_of_client
from vpterm.screens import billing as billing
from vpterm.screens import clients as clients
from vpterm.screens import till as till

HOME = Home.place


@pytest.fixture
async def desk_context(group: Group) -> Context:
    context = group.context("accueil.lilas")
    await open_till(context, name="Accueil")
    return context


async def _invoice(context: Context, client: int, price: str) -> int:
    invoice_id = await prepare_invoice(context, client_id=client)
    await add_line(context, invoice_id=invoice_id, label="Acte", unit_price=Money(price))
    await issue_invoice(context, invoice_id=invoice_id)
    return invoice_id


async def _keep(context: Context, client: int, amount: str, invoice: int | None = None) -> None:
    parts = [("card", Money(amount))]
    await take_payment(context, client_id=client, invoice_id=invoice, parts=parts, keep_as_credit=True)


async def _moves(context: Context, client: int) -> list[tuple[str, str, Money]]:
    return [(row.kind, row.means, row.amount) for row in await payments_of_client(context, client_id=client)]


async def test_a_deposit_in_cash_is_kept_whole_with_no_change(group: Group, desk_context: Context) -> None:
    client = await a_client(desk_context)
    async with clinic_desk(group, "accueil.lilas", home=HOME) as desk:
        await go(desk, "clients.sheet", client_id=client)
        await desk.press("ctrl+u")
        assert await reads(desk, "À jour : rien n'est dû")
        assert await reads(desk, "Rien n'a encore été encaissé ici : Ctrl+A encaisse un acompte.")
        await desk.press("f9")
        await desk.type("e")
        await desk.press("enter")
        await desk.type("80")
        assert await reads(desk, "Gardé en crédit")
        assert not reads_now(desk, "Monnaie")
        await desk.press("f9")
        assert await reads(desk, "Encaissé : 80,00 €.")
        assert await reads(desk, "en crédit 80,00 €")
        assert await reads(desk, "sur le compte")
    assert await _moves(desk_context, client) == [("payment", "cash", Money("80"))]


@pytest.mark.parametrize(
    ("language", "asked", "said", "left"),
    [
        ("fr", "Restera à payer : 20,00 €. Restera en crédit : 0,00 €.", "30,00 € du crédit règlent L-2026-000001.",
         "20,00 €"),
        ("en", "Left to pay: €20.00. Left to their credit: €0.00.", "€30.00 of the credit pay L-2026-000001.",
         "€20.00"),
    ],
)  # fmt: skip
async def test_a_credit_pays_from_the_payment_and_the_rest_is_proposed(
    group: Group, desk_context: Context, language: str, asked: str, said: str, left: str
) -> None:
    client = await a_client(desk_context)
    await _keep(desk_context, client, "30")
    invoice = await _invoice(desk_context, client, "50")
    async with clinic_desk(group, "accueil.lilas", home=HOME, language=language) as desk:
        await go(desk, "till.payment", invoice_id=invoice)
        await desk.press("ctrl+e")
        assert await reads(desk, asked)
        await desk.press("escape")
        assert await _moves(desk_context, client) == [("payment", "card", Money("30"))]
        await desk.press("ctrl+e")
        await desk.type("o" if language == "fr" else "y")
        assert await reads(desk, said)
        assert await reads(desk, left)
        await desk.press("ctrl+e")  # nothing is left to use
        await desk.type("c" if language == "fr" else "a")
        await desk.press("f9")
    assert await _moves(desk_context, client) == [
        ("payment", "card", Money("30")), ("allocation", "account", Money("-30")),
        ("allocation", "account", Money("30")), ("payment", "card", Money("20")),
    ]  # fmt: skip
    assert (await invoice_sheet(desk_context, invoice_id=invoice)).due == Money.zero()


async def test_a_credit_that_pays_all_closes_the_payment(group: Group, desk_context: Context) -> None:
    client = await a_client(desk_context)
    await _keep(desk_context, client, "80")
    invoice = await _invoice(desk_context, client, "50")
    async with clinic_desk(group, "accueil.lilas", home=HOME) as desk:
        await go(desk, "till.account", client_id=client)
        assert await reads(desk, "en crédit 30,00 €")
        assert await reads(desk, "80,00 € de crédit à utiliser")
        await desk.press("f9")
        await desk.press("ctrl+e")
        await desk.type("o")
        assert await reads(desk, "50,00 € du crédit règlent L-2026-000001.")
        assert await reads(desk, "Aucune facture ne reste à payer ici.")
        assert await reads(desk, "imputation")
    assert (await invoice_sheet(desk_context, invoice_id=invoice)).due == Money.zero()
    assert (await client_account(desk_context, client_id=client)).credit == Money("30")


async def test_the_invoice_under_the_cursor_is_paid_with_the_credit(group: Group, desk_context: Context) -> None:
    client = await a_client(desk_context)
    await _invoice(desk_context, client, "50")
    second = await _invoice(desk_context, client, "20")
    await _keep(desk_context, client, "30")
    async with clinic_desk(group, "accueil.lilas", home=HOME) as desk:
        await go(desk, "till.account", client_id=client)
        assert await reads(desk, "! doit 40,00 €")
        await desk.press("down", "ctrl+e")
        await desk.type("o")
        assert await reads(desk, "20,00 € du crédit règlent L-2026-000002.")
        assert not reads_now(desk, "F9 rembourser")
        await desk.press("ctrl+x")  # somebody who owes is given nothing back
        assert desk.app.screen.__class__.__name__ == "AccountPlace"
    assert (await invoice_sheet(desk_context, invoice_id=second)).due == Money.zero()


@pytest.mark.parametrize("language", ["fr", "en"])
async def test_what_was_credited_is_given_back_from_the_invoice_on(
    group: Group, desk_context: Context, language: str
) -> None:
    client = await a_client(desk_context)
    invoice = await _invoice(desk_context, client, "50")
    await _keep(desk_context, client, "50", invoice)
    await credit_invoice(group.context("vet.lilas"), invoice_id=invoice, because="erreur")
    async with clinic_desk(group, "accueil.lilas", home=HOME, language=language) as desk:
        await go(desk, "billing.invoice", invoice_id=invoice)
        await desk.press("f9", "ctrl+x")
        await desk.press("f2")
        assert await reads(desk, "! Moyen" if language == "fr" else "! Means")
        await desk.type("c" if language == "fr" else "a")
        await desk.press("enter")
        await desk.press("f2")
        assert await reads(desk, "! Motif" if language == "fr" else "! Why")
        await desk.type("avoir")
        await desk.press("f2")
        assert await reads(desk, "Rendu : 50,00 €." if language == "fr" else "Given back: €50.00.")
        assert await reads(desk, "À jour" if language == "fr" else "Even")
    assert (await _moves(desk_context, client))[-1] == ("refund", "card", Money("-50"))
    assert (await invoice_sheet(desk_context, invoice_id=invoice)).due == Money.zero()


async def test_more_than_the_credit_is_not_given_back(group: Group, desk_context: Context) -> None:
    client = await a_client(desk_context)
    await _keep(desk_context, client, "30")
    async with clinic_desk(group, "accueil.lilas", home=HOME) as desk:
        await go(desk, "till.account", client_id=client)
        await desk.press("ctrl+x")
        await desk.type("e")
        await desk.press("shift+tab", "home", "ctrl+k")
        await desk.type("31")
        await desk.press("tab", "tab")
        await desk.type("déménage")
        await desk.press("f2")
        assert await reads(desk, "Le client n'a que 30,00 € à son crédit.")
    assert len(await _moves(desk_context, client)) == 1


async def test_the_use_of_a_credit_is_undone_from_the_journal(group: Group, desk_context: Context) -> None:
    client = await a_client(desk_context)
    await _keep(desk_context, client, "30")
    invoice = await _invoice(desk_context, client, "50")
    async with clinic_desk(group, "accueil.lilas", home=HOME) as desk:
        await go(desk, "till.account", client_id=client)
        await desk.press("ctrl+e")
        await desk.type("o")
        await go(desk, "till.journal")
        await desk.press("home", "delete")  # the deposit itself: it has been used
        await desk.type("erreur")
        await desk.press("f2")
        assert await reads(desk, "Cet argent a été utilisé depuis.")
        await desk.press("escape", "end", "delete")
        await desk.type("autre facture")
        await desk.press("f2")
        assert await reads(desk, "Annulé : le crédit est revenu où il était.")
    assert (await invoice_sheet(desk_context, invoice_id=invoice)).due == Money("50")
    assert (await client_account(desk_context, client_id=client)).credit == Money("30")
