"""The fee schedule, by keys."""

from typing import Any

from textual.screen import Screen

from tests.screens.clinic_desk import clinic_desk
from tests.screens.reading import go, reads, reads_now
from tests.world import Group
from vpterm.kernel.money import Money
from vpterm.practice.fees.actions import load_base_fees
from vpterm.practice.fees.queries import price_of
from vpterm.screens import fees as fees
from vpterm.screens.shell.openers import opens
from vpterm.screens.shell.place import Place


class Home(Place):
    """A ground to open places from."""

    place = "test.fees.home"


@opens("test.fees.home")
async def open_home(app: Any) -> Screen[Any]:
    return Home()


async def test_typing_finds_and_the_management_sets_the_price_of_the_site(group: Group) -> None:
    await load_base_fees(group.management())
    async with clinic_desk(group, "gerance", home="test.fees.home") as desk:
        await go(desk, "fees.list")
        await desk.type("castration chat")
        assert await reads(desk, "CASTCT")
        assert not reads_now(desk, "CASTCNG")
        await desk.press("enter", "home", "ctrl+k")
        await desk.type("99")
        await desk.press("f2")
        assert await reads(desk, "99,00 €")
        assert await reads(desk, "Castration chat : 99,00 € sur ce site.")
    assert (await price_of(group.context("vet.lilas"), code="CASTCT")).price == Money("99")
    assert (await price_of(group.context("vet.port"), code="CASTCT")).price == Money("95")


async def test_a_vet_reads_prices_and_sets_none(group: Group) -> None:
    await load_base_fees(group.management())
    async with clinic_desk(group, home="test.fees.home", language="en") as desk:
        await go(desk, "fees.list", text="rage")
        assert await reads(desk, "VRAGE")
        await desk.press("enter")
        assert await reads(desk, "Prices are set by the management.")
