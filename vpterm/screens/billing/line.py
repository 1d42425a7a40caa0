"""A line of a draft: its quantity, price and discount."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from textual.widget import Widget

from vpterm.kernel.i18n import N_, _
from vpterm.kernel.quantities import format_decimal, parse_decimal
from vpterm.practice.billing.actions import change_line
from vpterm.practice.billing.queries import LineRow
from vpterm.screens.keymap.standard import SAVE_FORM
from vpterm.screens.shell.app import PracticeApp
from vpterm.screens.shell.openers import opens
from vpterm.screens.shell.place import Place
from vpterm.screens.widgets.fields import MoneyField, QuantityField, TextField
from vpterm.screens.widgets.form import Form
from vpterm.screens.widgets.section import Line


class PercentField(TextField):
    """A percentage (`10`, `12,5`); `read()` answers a Decimal, zero when empty."""

    nothing = Decimal(0)

    def parse(self, typed: str) -> Decimal:
        """The percentage."""
        return parse_decimal(typed.removesuffix("%"), self.key)

    def show(self, value: Decimal) -> str:
        """`12,5`."""
        return format_decimal(value)


class LineForm(Place):
    """One line."""

    place = "billing.line"
    title_label = N_("Invoice line")
    actions = (SAVE_FORM,)

    def __init__(self, line: LineRow) -> None:
        super().__init__()
        self.line = line
        discount = format_decimal(line.discount_percent) if line.discount_percent else ""
        self.form = Form(
            TextField("label", _("Label"), line.label, required=True),
            QuantityField("quantity", _("Quantity"), line.quantity, required=True),
            MoneyField("unit_price", _("Price incl. VAT"), line.unit_price, required=True),
            PercentField("discount_percent", _("Discount %"), discount, width=10, hint=_("100 to offer it")),
            on_save=self.save,
        )

    def body(self) -> Iterable[Widget]:
        """For whom and by whom, then the form."""
        by = _("by {person}").format(person=self.line.practitioner_name)
        yield Line((self.line.animal_name + "  ", "text"), (by, "quiet"))
        yield self.form

    def on_mount(self) -> None:
        """The quantity, which is what one changes most."""
        self.head.show_subject(_("Line"), self.line.label)
        self.form.fields["quantity"].focus()

    async def save(self, values: dict[str, Any]) -> None:
        """F2, or Enter in the last field."""
        await change_line(self.app.context, line_id=self.line.id, **values)
        self.app.work(self.app.go_back(says=_("Saved.")))


@opens("billing.line")
async def open_form(app: PracticeApp, *, line: LineRow) -> LineForm:
    """The line as the invoice showed it."""
    return LineForm(line)
