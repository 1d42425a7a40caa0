"""What waits to be billed here, and the documents of the last weeks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any

from textual.widget import Widget

from vpterm.kernel.i18n import N_, _
from vpterm.kernel.money import Money, format_money
from vpterm.practice.billing.queries import InvoiceRow, ToBillRow, list_invoices, list_to_bill
from vpterm.screens.billing.columns import ISSUED, TO_BILL
from vpterm.screens.shell.app import PracticeApp
from vpterm.screens.shell.commands import command
from vpterm.screens.shell.openers import opens
from vpterm.screens.shell.place import Place
from vpterm.screens.widgets.rows import Rows
from vpterm.screens.widgets.section import Section

DAYS = 31


class BillingList(Place):
    """Two lists; Tab goes from one to the other, letters filter, Enter opens."""

    place = "billing.list"
    title_label = N_("To bill, and invoices")
    follows = frozenset({"invoices", "performed_services", "visits"})

    def __init__(self, waiting: Sequence[ToBillRow], issued: Sequence[InvoiceRow]) -> None:
        super().__init__()
        self.to_bill = Rows[ToBillRow](
            TO_BILL, waiting, identity=lambda row: row.client_id, on_open=self.open_client,
            filter_text=lambda row: f"{row.client_name} {row.animal_names}",
            empty=N_("Nothing waits to be billed: what is done in a consultation comes here."),
        )  # fmt: skip
        self.issued = Rows[InvoiceRow](
            ISSUED, issued, identity=lambda row: row.id, on_open=self.open_invoice,
            filter_text=lambda row: f"{row.number} {row.client_name}",
            empty=N_("No invoice was issued here in the last weeks."),
        )  # fmt: skip
        self.waiting_title, self.issued_title = Section(_("To bill")), Section(_("Issued"), after=True)

    def body(self) -> Iterable[Widget]:
        """What waits, then what is issued."""
        yield self.waiting_title
        yield self.to_bill
        yield self.issued_title
        yield self.issued

    def on_mount(self) -> None:
        """What waits first."""
        self.head.show_subject(_("Invoices"))
        self.to_bill.styles.height, self.issued.styles.height = "2fr", "3fr"
        self._show(self.to_bill.rows, self.issued.rows)
        (self.to_bill if self.to_bill.rows else self.issued).focus()

    def _show(self, waiting: Sequence[ToBillRow], issued: Sequence[InvoiceRow]) -> None:
        self.to_bill.set_rows(waiting)
        self.issued.set_rows(issued)
        self.waiting_title.show_count(format_money(Money.total(row.amount for row in waiting)) if waiting else "")
        unpaid = Money.total(row.due for row in issued if row.due > Money.zero())
        self.issued_title.show_count(_("unpaid: {amount}").format(amount=format_money(unpaid)) if unpaid else "")

    async def reload(self) -> None:
        """Both lists again."""
        self._show(*await read_lists(self.app))

    async def open_client(self, row: ToBillRow) -> None:
        """Enter above."""
        await self.app.open("billing.invoice", client_id=row.client_id)

    async def open_invoice(self, row: InvoiceRow) -> None:
        """Enter below."""
        await self.app.open("billing.invoice", invoice_id=row.id)


async def read_lists(app: PracticeApp) -> tuple[list[ToBillRow], list[InvoiceRow]]:
    """What waits, and the documents of the last weeks."""
    since = app.context.today() - timedelta(days=DAYS)
    return await list_to_bill(app.context), await list_invoices(app.context, since=since)


@opens("billing.list", label=N_("To bill, and invoices"), right="invoices.issue")
async def open_list(app: PracticeApp) -> BillingList:
    """Both lists, read."""
    return BillingList(*await read_lists(app))


@command("factures", "invoices", label=N_("To bill, and invoices"))
async def go_to_list(app: Any, rest: str) -> None:
    # for instance: factures
    await app.open("billing.list")
