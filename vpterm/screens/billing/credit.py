"""A credit note: why the whole invoice is taken back."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from textual.widget import Widget

from vpterm.kernel.i18n import N_, _
from vpterm.kernel.money import format_money
from vpterm.practice.billing.issuing import credit_invoice
from vpterm.practice.billing.queries import InvoiceSheet
from vpterm.screens.keymap.standard import SAVE_FORM
from vpterm.screens.privacy import owner
from vpterm.screens.shell.app import PracticeApp
from vpterm.screens.shell.openers import opens
from vpterm.screens.shell.place import Place
from vpterm.screens.widgets.fields import TextField
from vpterm.screens.widgets.form import Form
from vpterm.screens.widgets.section import Line


class CreditForm(Place):
    """One field: the reason stands on the document."""

    place = "billing.credit"
    title_label = N_("Credit note")
    actions = (SAVE_FORM,)

    def __init__(self, sheet: InvoiceSheet) -> None:
        super().__init__()
        self.sheet = sheet
        self.form = Form(TextField("because", _("Why"), required=True, max_length=200), on_save=self.save)

    def body(self) -> Iterable[Widget]:
        """What is taken back, then why."""
        what = _("Takes {number} of {total} back, whole; what was done can be billed anew.").format(
            number=self.sheet.number, total=format_money(self.sheet.total)
        )
        yield Line((what, "text"))
        yield self.form

    def on_mount(self) -> None:
        """Whose."""
        self.head.show_subject(_("Credit note"), owner(self.sheet.client_name))

    async def save(self, values: dict[str, Any]) -> None:
        """F2 or Enter."""
        number = await credit_invoice(self.app.context, invoice_id=self.sheet.id, because=values["because"])
        self.app.work(self.app.go_back(says=_("Credit note {number} is issued.").format(number=number)))


@opens("billing.credit", right="invoices.credit")
async def open_form(app: PracticeApp, *, sheet: InvoiceSheet) -> CreditForm:
    """For the invoice as it was shown."""
    return CreditForm(sheet)
