"""The till's journal of a day, and the correction of an entry made by mistake."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any

from textual.widget import Widget

from vpterm.documents.paper import Paper
from vpterm.documents.receipt import receipt_paper
from vpterm.kernel.date_entry import parse_date
from vpterm.kernel.dates import format_date_long, format_time
from vpterm.kernel.errors import Refused
from vpterm.kernel.i18n import N_, _
from vpterm.kernel.money import Money, format_money
from vpterm.practice.copies.actions import copy_receipt
from vpterm.practice.till.actions import correct_payment
from vpterm.practice.till.queries import JournalRow, journal
from vpterm.practice.till.rules import KINDS, MEANS_LABELS
from vpterm.screens.keymap.registry import Action
from vpterm.screens.keymap.standard import DELETE, NEXT, PREVIOUS, PRINT, SAVE_FORM
from vpterm.screens.privacy import owner, private
from vpterm.screens.shell.app import PracticeApp
from vpterm.screens.shell.commands import command
from vpterm.screens.shell.handing import hand_out
from vpterm.screens.shell.openers import opens
from vpterm.screens.shell.place import Place
from vpterm.screens.widgets.columns import Cell, Column
from vpterm.screens.widgets.fields import TextField
from vpterm.screens.widgets.form import Form
from vpterm.screens.widgets.rows import Rows
from vpterm.screens.widgets.section import Line

ENTRIES: list[Column[JournalRow]] = [
    Column[JournalRow](N_("time"), lambda row: format_time(row.taken_at), 5, role="quiet"),
    Column[JournalRow](N_("what"), lambda row: _what(row), 12),
    Column[JournalRow](N_("means"), lambda row: _(MEANS_LABELS[row.means]) if row.means else "", 11),
    Column[JournalRow](N_("client"), lambda row: owner(row.client_name), 10, stretch=1),
    Column[JournalRow](N_("invoice"), lambda row: row.invoice_number, 15, role="quiet"),
    Column[JournalRow](N_("by"), lambda row: row.author_login, 14, rank=1, role="quiet"),
    Column[JournalRow](
        N_("remark"), lambda row: private("" if row.kind == "closing" else row.remark), 20, rank=2, stretch=1
    ),
    Column[JournalRow](N_("amount"), lambda row: format_money(row.amount), 13, "right"),
]


def _what(row: JournalRow) -> Cell:
    return Cell(_("corrected"), "waiting") if row.corrected else Cell(_(KINDS[row.kind]))


class Journal(Place):
    """One day. Nothing of it changes: a mistake is undone by an entry of the opposite amount."""

    place = "till.journal"
    title_label = N_("Journal of the till")
    actions = (
        Action("correct", DELETE, N_("correct"), N_("Undo an entry by its opposite, with a reason.")),
        Action("print", PRINT, N_("receipt"), N_("The receipt of the payment under the cursor.")),
        Action("before", PREVIOUS, N_("day before"), N_("The day before."), False),
        Action("after", NEXT, N_("day after"), N_("The day after."), False),
    )

    def __init__(self, day: date, entries: Sequence[JournalRow]) -> None:
        super().__init__()
        self.day, self.entries = day, entries
        self.list = Rows[JournalRow](
            ENTRIES, entries, identity=lambda row: row.id, on_open=self.open_entry,
            filter_text=lambda row: f"{row.client_name} {row.invoice_number} {row.remark}",
            role_of=lambda row: "quiet" if row.kind == "closing" else None,
            empty=N_("Nothing was taken on this day."),
        )  # fmt: skip
        self.total = Line()

    def body(self) -> Iterable[Widget]:
        """The entries and their sum."""
        yield self.list
        yield self.total

    def on_mount(self) -> None:
        """The last entry, which is the one that was wrong."""
        self._show()
        self.list.focus()
        self.list.action_move(len(self.entries))

    def _show(self) -> None:
        self.head.show_subject(_("Till"), format_date_long(self.day))
        self.list.set_rows(self.entries)
        total = Money.total(row.amount for row in self.entries)
        self.total.show((_("Total of the day"), "quiet"), ("", "text"), (f"{format_money(total):>16}", "strong"))

    async def reload(self) -> None:
        """The same day again."""
        self.entries = await journal(self.app.context, day=self.day)
        self._show()

    async def open_entry(self, row: JournalRow) -> None:
        """Enter: the invoice that was paid."""
        if row.invoice_id is None:
            raise Refused(_("This entry is not of an invoice."))
        await self.app.open("billing.invoice", invoice_id=row.invoice_id)

    async def do_correct(self) -> None:
        """Del."""
        row = self.list.current
        if row is None or row.kind not in {"payment", "refund", "allocation"}:
            raise Refused(_("Only a payment or a refund is corrected."), _("Enter the payment anew."))
        if row.corrected:
            raise Refused(_("This entry is corrected already."))
        await self.app.open("till.correction", entry=row)

    async def do_print(self) -> None:
        """Ctrl+U."""
        row = self.list.current
        if row is None:
            raise Refused(_("Only a payment or a refund has a receipt."))
        await print_receipt(self.app, row.id)

    async def do_before(self) -> None:
        """F7."""
        await self._go(-1)

    async def do_after(self) -> None:
        """F8."""
        await self._go(1)

    async def _go(self, days: int) -> None:
        self.day += timedelta(days=days)
        await self.reload()


async def print_receipt(app: PracticeApp, entry_id: int) -> None:
    """The receipt of the payment to which an entry belongs."""

    async def paper() -> Paper:
        return receipt_paper(*await copy_receipt(app.context, entry_id=entry_id))

    await hand_out(app, paper)


class Correction(Place):
    """Why an entry is undone."""

    place = "till.correction"
    title_label = N_("Correction")
    actions = (SAVE_FORM,)

    def __init__(self, entry: JournalRow) -> None:
        super().__init__()
        self.entry = entry
        self.form = Form(TextField("because", _("Why"), required=True, max_length=200), on_save=self.save)

    def body(self) -> Iterable[Widget]:
        """What is undone, then why."""
        what = _("Undoes {amount}, {means}, {client}, by an entry of the opposite amount.").format(
            amount=format_money(self.entry.amount),
            means=_(MEANS_LABELS[self.entry.means]),
            client=self.entry.client_name,
        )
        yield Line((what, "text"))
        yield self.form

    def on_mount(self) -> None:
        """Whose."""
        self.head.show_subject(_("Correction"), owner(self.entry.client_name))

    async def save(self, values: dict[str, Any]) -> None:
        """F2 or Enter."""
        await correct_payment(self.app.context, entry_id=self.entry.id, because=values["because"])
        done = _("Corrected. Enter the right payment from the invoice.")
        if self.entry.kind == "allocation":
            done = _("Undone: the credit is where it was before.")
        self.app.work(self.app.go_back(says=done))


@opens("till.journal", label=N_("Journal of the till"), right="payments.take")
async def open_journal(app: PracticeApp, *, day: date | None = None) -> Journal:
    """Today, or another day."""
    wanted = day or app.context.today()
    return Journal(wanted, await journal(app.context, day=wanted))


@opens("till.correction", right="payments.take")
async def open_correction(app: PracticeApp, *, entry: JournalRow) -> Correction:
    """For the entry as the journal showed it."""
    return Correction(entry)


@command("journal", label=N_("Journal of the till"), argument=N_("day"))
async def go_to_journal(app: Any, rest: str) -> None:
    # for instance: journal 24/11
    day = parse_date(rest, today=app.context.today()) if rest else None
    await app.open("till.journal", day=day)
