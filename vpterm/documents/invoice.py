"""An invoice or a credit note as a paper, from the rows of its issue. Pure.

What it says, and why: CGI ann. II art. 242 nonies A (parties, number, dates, lines with net unit price and rate, VAT
by rate), C. com. art. L441-9 and L441-10 (terms between businesses), CRPM art. R242-49 (who did it).
"""

from __future__ import annotations

from datetime import date
from typing import Any

from vpterm.documents.paper import LANGUAGE, Paper, addressee, duplicate, frame
from vpterm.kernel.dates import format_date
from vpterm.kernel.i18n import _, using
from vpterm.kernel.money import Money, VatRate, format_money, vat_of_total
from vpterm.kernel.quantities import format_decimal, format_percent, format_quantity
from vpterm.practice.billing.queries import InvoiceSheet, LineRow
from vpterm.practice.copies.queries import InvoiceFacts
from vpterm.practice.till.queries import JournalRow
from vpterm.practice.till.rules import KINDS, MEANS_LABELS


def invoice_paper(facts: InvoiceFacts, copy_number: int) -> Paper:
    """The document, in the language of the law. `copy_number` above 1 marks it as a duplicate."""
    sheet = facts.sheet
    if sheet.issued_at is None or sheet.issued_on is None or sheet.number is None:
        raise ValueError("a draft is no document")
    with using(LANGUAGE):
        kind = _("Invoice") if sheet.kind == "invoice" else _("Credit note")
        title = f"{kind} {sheet.number}"
        values = frame(title, facts.issuer, sheet.issued_at) | {
            "duplicate": duplicate(copy_number),
            "addressee": addressee(sheet.client_name, sheet.client_address),
            "facts": _facts(sheet, sheet.issued_on),
            "columns": _columns(),
            "lines": [_line(line, facts.performed_on.get(line.id)) for line in sheet.lines],
            "vat": _vat(sheet),
            "sums": _sums(sheet),
            "payments": [_payment(row) for row in facts.payments],
            "payments_title": _("Payments"),
            "terms": _terms(sheet),
        }
    return Paper(f"{title}.pdf", "invoice.typ", values)


def _facts(sheet: InvoiceSheet, issued_on: date) -> list[list[str]]:
    found = [[_("Issued on"), format_date(issued_on)], [_("Client no."), str(sheet.client_id)]]
    if sheet.credited_number:
        found.append([_("Takes back the invoice"), sheet.credited_number])
        found.append([_("Because"), sheet.credited_because])
    if sheet.credit_note:
        found.append([_("Taken back by"), sheet.credit_note])
    return found


def _columns() -> list[str]:
    return [
        _("Description"), _("Qty"), _("Unit price excl. VAT"), _("Disc."), _("VAT"), _("Total excl. VAT"),
        _("Total incl. VAT"),
    ]  # fmt: skip


def _line(line: LineRow, performed_on: date | None) -> dict[str, Any]:
    beside = [line.animal_name, line.practitioner_name]
    if performed_on is not None:
        beside.append(_("on {day}").format(day=format_date(performed_on)))
    net_price = vat_of_total(line.unit_price, VatRate.of(line.vat_percent)).net
    return {
        "label": line.label,
        "beside": " · ".join(text for text in beside if text),
        "cells": [
            format_quantity(line.quantity), _plain(net_price),
            format_percent(line.discount_percent) if line.discount_percent else "", format_percent(line.vat_percent),
            _plain(line.net), _plain(line.total),
        ],
    }  # fmt: skip


def _plain(amount: Money) -> str:
    """Without its sign of currency, which stands in the sums: columns stay narrow."""
    return format_decimal(amount.amount, places=2)


def _vat(sheet: InvoiceSheet) -> dict[str, Any]:
    rows = [
        [format_percent(row.rate.percent), _plain(row.net), _plain(row.vat), _plain(row.total)]
        for row in sheet.vat_table
    ]
    return {"columns": [_("VAT rate"), _("Base excl. VAT"), _("VAT amount"), _("Incl. VAT")], "rows": rows}


def _sums(sheet: InvoiceSheet) -> list[dict[str, Any]]:
    sums = [(_("Total excl. VAT"), sheet.net, False), (_("VAT"), sheet.vat, False)]
    sums.append((_("Total incl. VAT"), sheet.total, True))
    if sheet.kind == "invoice":
        if sheet.due != sheet.total:
            sums.append((_("Already paid"), sheet.total - sheet.due, False))
        label = _("To your credit") if sheet.due < Money.zero() else _("Left to pay")
        sums.append((label, abs(sheet.due), True))
    return [{"label": label, "amount": format_money(amount), "strong": strong} for label, amount, strong in sums]


def _payment(row: JournalRow) -> list[str]:
    what = _(MEANS_LABELS[row.means])
    if row.kind != "payment":
        what = f"{_(KINDS[row.kind])} ({what})"
    return [format_date(row.taken_on), what, format_money(row.amount)]


def _terms(sheet: InvoiceSheet) -> list[str]:
    if sheet.kind != "invoice":
        return []
    return [
        _("Payable on receipt, without discount for early payment. All amounts in euros."),
        _("Between businesses: a payment that is late bears interest at three times the legal rate, and a flat fee of"
          " €40 for recovery (C. com. art. L441-10, D441-5)."),
    ]  # fmt: skip
