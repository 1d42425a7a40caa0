"""Payment and closing, by keys."""

from typing import Any

import pytest
from textual.screen import Screen

from tests.practice.patients import a_client
from tests.screens.clinic_desk import clinic_desk
from tests.screens.reading import go, reads
from tests.world import Group
from vpterm.database.context import Context
from vpterm.kernel.i18n import using
from vpterm.kernel.money import Money
from vpterm.practice.billing.actions import add_line, prepare_invoice
from vpterm.practice.billing.issuing import issue_invoice
from vpterm.practice.billing.queries import client_balance
from vpterm.practice.till.actions import open_till, take_payment
from vpterm.practice.till.queries import list_closings, list_tills, payments_of_invoice
from vpterm.screens import till as till
from vpterm.screens.shell.openers import opens
from vpterm.screens.shell.place import Place
from vpterm.screens.till.means import letter_of_means


class Home(Place):
    """A ground to open places from."""

    place = "test.till.home"


@opens("test.till.home")
async def open_home(app: Any) -> Screen[Any]:
    return Home()


async def _issued(context: Context, price: str = "86.40") -> tuple[int, int]:
    client = await a_client(context)
    invoice_id = await prepare_invoice(context, client_id=client)
    await add_line(context, invoice_id=invoice_id, label="Acte", unit_price=Money(price))
    await issue_invoice(context, invoice_id=invoice_id)
    return client, invoice_id


async def _paid(context: Context, invoice_id: int) -> list[tuple[str, Money]]:
    return [(row.means, row.amount) for row in await payments_of_invoice(context, invoice_id=invoice_id)]


async def test_several_means_and_change_on_the_cash(group: Group) -> None:
    desk_context = group.context("accueil.lilas")
    await open_till(desk_context, name="Accueil")
    _client, invoice_id = await _issued(desk_context)
    async with clinic_desk(group, "accueil.lilas", home="test.till.home") as desk:
        await go(desk, "till.payment", invoice_id=invoice_id)
        assert await reads(desk, "86,40 €")
        await desk.type("h")
        await desk.press("enter", "home", "ctrl+k")
        await desk.type("50")
        await desk.press("enter")
        assert await reads(desk, "36,40 €")
        await desk.type("e")
        await desk.press("enter", "home", "ctrl+k")
        await desk.type("50")
        assert await reads(desk, "13,60 €")
        await desk.press("f9")
        assert await reads(desk, "Rendre 13,60 €.")
    assert await _paid(desk_context, invoice_id) == [("cheque", Money("50")), ("cash", Money("36.40"))]


async def test_too_much_by_card_is_asked_about(group: Group) -> None:
    desk_context = group.context("accueil.lilas")
    await open_till(desk_context, name="Accueil")
    client, invoice_id = await _issued(desk_context)
    async with clinic_desk(group, "accueil.lilas", home="test.till.home") as desk:
        await go(desk, "till.payment", invoice_id=invoice_id)
        await desk.press("f9")
        assert await reads(desk, "Par quel moyen ?")
        await desk.type("c")
        await desk.press("enter", "home", "ctrl+k")
        await desk.type("100")
        await desk.press("f9", "escape")
        assert await _paid(desk_context, invoice_id) == []
        await desk.press("f9")
        await desk.type("o")
    assert await _paid(desk_context, invoice_id) == [("card", Money("100"))]
    assert (await client_balance(desk_context, client_id=client)).here == Money("-13.60")


async def test_an_amount_is_taken_off_the_list_again(group: Group) -> None:
    desk_context = group.context("accueil.lilas")
    await open_till(desk_context, name="Accueil")
    _client, invoice_id = await _issued(desk_context, "10")
    async with clinic_desk(group, "accueil.lilas", home="test.till.home") as desk:
        await go(desk, "till.payment", invoice_id=invoice_id)
        await desk.type("h")
        await desk.press("enter", "enter")
        assert await reads(desk, "Le compte y est : F9 encaisse.")
        await desk.press("tab", "tab", "delete", "shift+tab", "shift+tab")
        await desk.type("carte")
        await desk.press("f9")
    assert await _paid(desk_context, invoice_id) == [("card", Money("10"))]


async def test_the_first_payment_of_a_site_opens_its_till(group: Group) -> None:
    desk_context = group.context("accueil.lilas")
    _client, invoice_id = await _issued(desk_context, "10")
    async with clinic_desk(group, "accueil.lilas", home="test.till.home") as desk:
        task = desk.app.work(desk.app._open("till.payment", {"invoice_id": invoice_id}))
        await desk.settle()
        assert not task.done()
        await desk.type("o")
        assert [row.name for row in await list_tills(desk_context)] == ["Accueil"]
        assert await reads(desk, "À payer")


async def test_a_mistake_is_corrected_from_the_journal(group: Group) -> None:
    desk_context = group.context("accueil.lilas")
    await open_till(desk_context, name="Accueil")
    client, invoice_id = await _issued(desk_context)
    await take_payment(desk_context, client_id=client, invoice_id=invoice_id, parts=[("cash", Money("86.40"))])
    async with clinic_desk(group, "accueil.lilas", home="test.till.home") as desk:
        await go(desk, "till.journal")
        await desk.press("delete")
        await desk.type("c'était la carte")
        await desk.press("f2")
        assert await reads(desk, "-86,40 €")
        assert await reads(desk, "corrigé")
        await desk.press("home", "delete")
        assert await reads(desk, "Cette écriture est déjà corrigée.")
        await desk.press("f7")
        assert await reads(desk, "lundi 23 novembre 2026")
        assert await reads(desk, "Rien n'a été encaissé ce jour.")
    assert await _paid(desk_context, invoice_id) == [("cash", Money("86.40")), ("cash", Money("-86.40"))]


@pytest.mark.parametrize("language", ["fr", "en"])
async def test_the_count_is_blind_and_the_difference_is_shown_after(group: Group, language: str) -> None:
    desk_context = group.context("accueil.lilas")
    await open_till(desk_context, name="Accueil")
    client, invoice_id = await _issued(desk_context)
    parts = [("cash", Money("36.40")), ("card", Money("50"))]
    await take_payment(desk_context, client_id=client, invoice_id=invoice_id, parts=parts)
    async with clinic_desk(group, "accueil.lilas", home="test.till.home", language=language) as desk:
        await go(desk, "till.closing")
        for amount in ("36,40", "50,00", "86,40", "36.40", "50.00", "86.40"):
            assert amount not in desk.text
        await desk.type("36")
        await desk.press("f9")
        assert await reads(desk, "-0,40 €" if language == "fr" else "-€0.40")
        assert await reads(desk, "86,40 €" if language == "fr" else "€86.40")
        await desk.press("f9")
    [closing] = await list_closings(desk_context)
    assert (closing.total, closing.cash_counted) == (Money("86.40"), Money("36"))


async def test_without_a_count_one_is_asked(group: Group) -> None:
    desk_context = group.context("accueil.lilas")
    await open_till(desk_context, name="Accueil")
    async with clinic_desk(group, "accueil.lilas", home="test.till.home") as desk:
        await go(desk, "till.closing")
        await desk.press("f9", "escape")
        assert await reads(desk, "Le jour reste ouvert.")
        assert await list_closings(desk_context) == []
        await desk.press("f9")
        await desk.type("o")
    assert [row.cash_counted for row in await list_closings(desk_context)] == [None]


@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_means_has_a_letter_of_its_own(language: str) -> None:
    with using(language):
        letters = letter_of_means()
    assert len(set(letters.values())) == len(letters)
    assert letters["cash"] == {"fr": "e", "en": "c"}[language]
