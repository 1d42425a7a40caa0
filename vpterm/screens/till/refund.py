"""Money given back to a client to whose credit it stands."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from textual.widget import Widget

from vpterm.kernel.i18n import N_, _
from vpterm.kernel.money import Money, format_money
from vpterm.practice.clients.queries import ClientRow
from vpterm.practice.till.actions import refund
from vpterm.screens.keymap.standard import SAVE_FORM
from vpterm.screens.privacy import owner
from vpterm.screens.shell.app import PracticeApp
from vpterm.screens.shell.openers import opens
from vpterm.screens.shell.place import Place
from vpterm.screens.till.means import MeansField, letters
from vpterm.screens.widgets.fields import MoneyField, TextField
from vpterm.screens.widgets.form import Form
from vpterm.screens.widgets.section import Line


class Refund(Place):
    """How much, by what means, why: it stands in the journal for ever."""

    place = "till.refund"
    title_label = N_("Refund")
    actions = (SAVE_FORM,)

    def __init__(self, client: ClientRow, credit: Money) -> None:
        super().__init__()
        self.client, self.credit = client, credit
        self.form = Form(
            MoneyField("amount", _("Amount"), credit, required=True),
            MeansField("means", _("Means"), required=True),
            TextField("because", _("Why"), required=True, max_length=200, hint=_("moves away, paid twice")),
            on_save=self.save,
        )

    def body(self) -> Iterable[Widget]:
        """What there is to give back, then the form."""
        known = Line((_("To their credit"), "quiet"), ("", "text"), (f"{format_money(self.credit):>16}", "strong"))
        known.styles.max_width = 78  # an amount stands near its name, on any terminal
        yield known
        yield Line((letters(), "quiet"))
        yield Line()
        yield self.form

    def on_mount(self) -> None:
        """The means: the amount is there already."""
        self.head.show_subject(owner(self.client.name), _("Refund"))
        self.form.fields["means"].focus()

    async def save(self, values: dict[str, Any]) -> None:
        """F2, or Enter in the last field."""
        await refund(
            self.app.context, client_id=self.client.id, means=values["means"], amount=values["amount"],
            because=values["because"],
        )  # fmt: skip
        self.app.work(self.app.go_back(says=_("Given back: {amount}.").format(amount=format_money(values["amount"]))))


@opens("till.refund", right="payments.take")
async def open_refund(app: PracticeApp, *, client: ClientRow, credit: Money) -> Refund:
    """Of what the account showed."""
    return Refund(client, credit)
