"""The fee schedule: typing finds, the site's own prices are marked."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from textual.widget import Widget

from vpterm.kernel.errors import NotAllowed
from vpterm.kernel.i18n import N_, _
from vpterm.kernel.money import format_money
from vpterm.kernel.quantities import format_percent
from vpterm.practice.fees.queries import FeeRow, find_fees
from vpterm.practice.fees.rules import KINDS
from vpterm.screens.shell.app import PracticeApp
from vpterm.screens.shell.commands import command
from vpterm.screens.shell.openers import opens
from vpterm.screens.shell.place import Place
from vpterm.screens.widgets.columns import Cell, Column
from vpterm.screens.widgets.rows import Rows

MOST = 1000
COLUMNS: list[Column[FeeRow]] = [
    Column[FeeRow](N_("code"), lambda fee: fee.code, 9),
    Column[FeeRow](N_("label"), lambda fee: fee.label, 28, stretch=1),
    Column[FeeRow](N_("section"), lambda fee: fee.section, 14, stretch=1, rank=1, role="quiet"),
    Column[FeeRow](N_("kind"), lambda fee: _(KINDS[fee.kind]), 8, rank=2, role="quiet"),
    Column[FeeRow](N_("VAT"), lambda fee: format_percent(fee.vat_percent), 6, "right", rank=2, role="quiet"),
    Column[FeeRow](N_("base"), lambda fee: _base(fee), 12, "right", rank=1, role="quiet"),
    Column[FeeRow]("", lambda fee: Cell(_("own"), "waiting") if fee.own else "", 6),
    Column[FeeRow](N_("price incl. VAT"), lambda fee: format_money(fee.price), 16, "right"),
]


def _base(fee: FeeRow) -> str:
    return format_money(fee.base_price) if fee.own and fee.base_price is not None else ""


class FeeList(Place):
    """One list."""

    place = "fees.list"
    title_label = N_("Fee schedule")

    def __init__(self, fees: Sequence[FeeRow], text: str) -> None:
        super().__init__()
        self.text = text
        self.list = Rows[FeeRow](
            COLUMNS, fees, identity=lambda fee: fee.code, on_open=self.open_fee, on_filter=self.find,
            empty=N_("No fee yet: the management loads the group's base."),
        )  # fmt: skip
        self.list.filter = text

    def body(self) -> Iterable[Widget]:
        """The list."""
        yield self.list

    def on_mount(self) -> None:
        """Typing finds at once."""
        self.head.show_subject(_("Fee schedule"))
        self.list.focus()

    async def find(self, text: str) -> None:
        """At every letter."""
        self.text = text
        found = await find_fees(self.app.context, text=text, limit=MOST)
        if text == self.text:
            self.list.set_rows(found)

    async def reload(self) -> None:
        """The same search again."""
        await self.find(self.text)

    async def open_fee(self, fee: FeeRow) -> None:
        """Enter: the site's own price."""
        if not self.app.context.may("fees.edit"):
            raise NotAllowed(_("Prices are set by the management."))
        await self.app.open("fees.price", fee=fee)


@opens("fees.list", label=N_("Fee schedule"))
async def open_list(app: PracticeApp, *, text: str = "") -> FeeList:
    """All fees by section, or those that fit a text."""
    return FeeList(await find_fees(app.context, text=text, limit=MOST), text)


@command("tarif", "fees", label=N_("Fee schedule"), argument=N_("words"))
async def go_to_fees(app: Any, rest: str) -> None:
    # for instance: tarif castration
    await app.open("fees.list", text=rest)
