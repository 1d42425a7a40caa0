"""The site's own price of a fee."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from textual.widget import Widget

from vpterm.kernel.i18n import N_, _
from vpterm.kernel.money import format_money
from vpterm.practice.fees.actions import set_site_fee
from vpterm.practice.fees.queries import FeeRow
from vpterm.screens.keymap.standard import SAVE_FORM
from vpterm.screens.shell.app import PracticeApp
from vpterm.screens.shell.openers import opens
from vpterm.screens.shell.place import Place
from vpterm.screens.widgets.fields import MoneyField
from vpterm.screens.widgets.form import Form
from vpterm.screens.widgets.section import Line


class PriceForm(Place):
    """One amount."""

    place = "fees.price"
    title_label = N_("Price at this site")
    actions = (SAVE_FORM,)

    def __init__(self, fee: FeeRow) -> None:
        super().__init__()
        self.fee = fee
        self.form = Form(MoneyField("price", _("Price incl. VAT"), fee.price, required=True), on_save=self.save)

    def body(self) -> Iterable[Widget]:
        """What it is, the price of the group, the field."""
        base = self.fee.base_price
        told = _("The group's price: {price}").format(price=format_money(base)) if base is not None else ""
        yield Line((f"{self.fee.code}  {self.fee.label}", "strong"), ("", "text"), (told, "quiet"))
        yield self.form

    def on_mount(self) -> None:
        """Where it counts."""
        self.head.show_subject(_("Price at this site"), self.fee.label)

    async def save(self, values: dict[str, Any]) -> None:
        """F2 or Enter."""
        await set_site_fee(self.app.context, code=self.fee.code, price=values["price"])
        said = _("{label}: {price} at this site.").format(label=self.fee.label, price=format_money(values["price"]))
        self.app.work(self.app.go_back(says=said))


@opens("fees.price", right="fees.edit")
async def open_form(app: PracticeApp, *, fee: FeeRow) -> PriceForm:
    """The fee as the list showed it."""
    return PriceForm(fee)
