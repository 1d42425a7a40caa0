"""Columns and feet of invoices: money has its full width, whatever else gives way."""

from __future__ import annotations

from vpterm.kernel.dates import format_date_short
from vpterm.kernel.i18n import N_, _
from vpterm.kernel.money import Money, format_money
from vpterm.kernel.quantities import format_percent, format_quantity
from vpterm.practice.billing.queries import InvoiceRow, InvoiceSheet, LineRow, ToBillRow
from vpterm.screens.privacy import owner
from vpterm.screens.theme.look import Role
from vpterm.screens.widgets.columns import Cell, Column

MONEY_WIDTH = 14  # "-999 999,99 €" and a sign


LINES: list[Column[LineRow]] = [
    Column[LineRow](N_("animal"), lambda line: line.animal_name, 9, role="quiet"),
    Column[LineRow](N_("label"), lambda line: line.label, 16, stretch=1),
    Column[LineRow](N_("by"), lambda line: line.practitioner_name, 14, rank=1, role="quiet"),
    Column[LineRow](N_("VAT"), lambda line: format_percent(line.vat_percent), 6, "right", rank=2, role="quiet"),
    Column[LineRow](N_("qty"), lambda line: format_quantity(line.quantity), 5, "right"),
    Column[LineRow](N_("price"), lambda line: format_money(line.unit_price), 11, "right"),
    Column[LineRow](N_("disc."), lambda line: _discount(line), 5, "right"),
    Column[LineRow](N_("total"), lambda line: format_money(line.total), 12, "right"),
]


def _discount(line: LineRow) -> str:
    return "-" + format_percent(line.discount_percent).replace("\u00a0", "") if line.discount_percent else ""


TO_BILL: list[Column[ToBillRow]] = [
    Column[ToBillRow](N_("client"), lambda row: owner(row.client_name), 20, stretch=1),
    Column[ToBillRow](N_("animals"), lambda row: row.animal_names, 18, stretch=1, role="quiet"),
    Column[ToBillRow]("", lambda row: _("draft") if row.invoice_id else "", 9, role="quiet"),
    Column[ToBillRow](N_("amount"), lambda row: format_money(row.amount), MONEY_WIDTH, "right"),
]

ISSUED: list[Column[InvoiceRow]] = [
    Column[InvoiceRow](N_("date"), lambda row: format_date_short(row.issued_on), 8, role="quiet"),
    Column[InvoiceRow](N_("number"), lambda row: row.number, 15),
    Column[InvoiceRow](N_("client"), lambda row: owner(row.client_name), 16, stretch=1),
    Column[InvoiceRow](N_("total"), lambda row: format_money(row.total), MONEY_WIDTH, "right"),
    Column[InvoiceRow](N_("due"), lambda row: due_cell(row.due), MONEY_WIDTH, "right"),
]


def due_cell(due: Money) -> Cell:
    """What is still to be paid; a credit stands with its sign."""
    if not due:
        return Cell(_("paid"), "quiet")
    return Cell(format_money(due), "waiting" if due > Money.zero() else "quiet")


def foot_of(sheet: InvoiceSheet) -> list[tuple[tuple[str, Role], ...]]:
    """The lines below an invoice: VAT by rate at the left, the total at the right; what is due when it is issued."""
    pieces: list[tuple[str, Role]] = []
    for row in sheet.vat_table:
        text = _("VAT {rate}: {vat} on {net}").format(
            rate=format_percent(row.rate.percent), vat=format_money(row.vat), net=format_money(row.net)
        )
        pieces.append((text + "   ", "quiet"))
    total: list[tuple[str, Role]] = [
        *pieces, ("", "text"), (_("Total incl. VAT"), "quiet"), (f"{format_money(sheet.total):>16}", "strong"),
    ]  # fmt: skip
    feet = [tuple(total)]
    if not sheet.is_draft and sheet.kind == "invoice":
        amount = f"{format_money(sheet.due):>16}"
        shown: tuple[tuple[str, Role], ...] = (
            (("", "text"), (_("Due"), "quiet"), (amount, "waiting"))
            if sheet.due
            else (("", "text"), (_("Paid"), "quiet"))
        )
        feet.append(shown)
    return feet
