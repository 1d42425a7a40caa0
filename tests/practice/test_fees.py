"""The fee schedule: the group's base, a site's own prices, and what each choice of the group makes of them."""

from decimal import Decimal

import pytest

from tests.world import Group
from vpterm.kernel.errors import NotAllowed, NotFound, Refused
from vpterm.kernel.money import Money
from vpterm.practice.fees.actions import load_base_fees, set_fee, set_site_fee
from vpterm.practice.fees.queries import find_fees, price_of
from vpterm.practice.sharing.actions import choose_sharing


async def test_the_base_is_loaded_once_and_keeps_what_was_changed(group: Group) -> None:
    manager = group.management()
    assert await load_base_fees(manager) >= 70
    await set_fee(manager, code="CASTCT", label="Castration chat", price="99", section="Chirurgie", sterilises=True)
    await load_base_fees(manager)
    fee = await price_of(group.context("vet.lilas"), code="CASTCT")
    assert (fee.price, fee.sterilises, fee.vat_percent) == (Money("99.00"), True, Decimal(20))
    vaccine = await price_of(group.context("vet.port"), code="VCHPPIL")
    assert (vaccine.price, vaccine.kind, vaccine.own) == (Money("75.00"), "vaccine", False)


async def test_a_fee_is_found_by_its_code_and_by_the_beginnings_of_words(group: Group) -> None:
    await load_base_fees(group.management())
    vet = group.context("vet.lilas")
    assert (await find_fees(vet, text="cs"))[0].code == "CS"
    assert [fee.code for fee in await find_fees(vet, text="castr chat")] == ["CASTCT"]
    assert [fee.code for fee in await find_fees(vet, text="DETARTRAGE")] == ["DETAR"]
    assert [fee.code for fee in await find_fees(vet, text="césar vache")] == ["CESVA"]
    assert await find_fees(vet, text="zz%") == []
    assert len(await find_fees(vet, text="", limit=500)) >= 70


async def test_a_site_has_its_own_price_and_no_other_site_sees_it(group: Group) -> None:
    await load_base_fees(group.management())
    lilas, port = group.context("gerance", at="lilas"), group.context("gerance", at="port")
    await set_site_fee(lilas, code="CS", price="52")
    await set_site_fee(lilas, code="CS", price="53,50")
    fee = await price_of(lilas, code="CS")
    assert (fee.price, fee.own, fee.base_price) == (Money("53.50"), True, Money("49.00"))
    assert (await price_of(port, code="CS")).price == Money("49.00")
    with pytest.raises(Refused) as unknown:
        await set_site_fee(lilas, code="NEWFEE", price="10", label="New")
    assert unknown.value.field == "code"


async def test_the_choice_of_the_group_decides_which_prices_count(group: Group) -> None:
    manager, lilas = group.management(), group.context("gerance", at="lilas")
    await load_base_fees(manager)
    await set_site_fee(lilas, code="CS", price="52")

    await choose_sharing(manager, subject="fees", choice="shared")
    assert (await price_of(lilas, code="CS")).price == Money("49.00")
    with pytest.raises(Refused):
        await set_site_fee(lilas, code="CS", price="60")

    await choose_sharing(manager, subject="fees", choice="separate")
    assert [fee.code for fee in await find_fees(lilas, text="")] == ["CS"]
    assert (await price_of(lilas, code="CS")).price == Money("52.00")
    with pytest.raises(NotFound):
        await price_of(group.context("vet.port"), code="CS")
    with pytest.raises(Refused):
        await set_site_fee(lilas, code="OWN", price="10")
    await set_site_fee(lilas, code="OWN", price="10", label="Notre forfait", vat_percent=10)
    own = await price_of(lilas, code="OWN")
    assert (own.label, own.vat_percent, own.base_price) == ("Notre forfait", Decimal(10), None)


async def test_a_withdrawn_fee_is_not_offered_and_still_has_a_price(group: Group) -> None:
    manager, vet = group.management(), group.context("vet.lilas")
    await set_fee(manager, code="OLD", label="Ancien acte", price="10", withdrawn=True)
    assert await find_fees(vet, text="ancien") == []
    assert (await price_of(vet, code="OLD")).price == Money("10.00")


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("code", {"code": "é!"}), ("label", {"label": "  "}), ("price", {"price": "-1"}), ("price", {"price": "abc"}),
        ("kind", {"kind": "wish"}), ("vat_percent", {"vat_percent": "19.6"}),
    ],
)  # fmt: skip
async def test_what_is_no_fee_is_refused_with_its_field(group: Group, field: str, values: dict[str, str]) -> None:
    given = {"code": "A1", "label": "Acte", "price": "10", **values}
    with pytest.raises(Refused) as refusal:
        await set_fee(group.management(), **given)  # type: ignore[arg-type]
    assert refusal.value.field == field


async def test_prices_are_the_managements(group: Group) -> None:
    with pytest.raises(NotAllowed):
        await set_site_fee(group.context("vet.lilas"), code="CS", price="1")
    with pytest.raises(NotAllowed):
        await set_fee(group.context("gerance", at="lilas"), code="CS", label="Consultation", price="1")
