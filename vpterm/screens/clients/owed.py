"""What a client owes, on their page: in a few words, and (where the group shows it) invoice by invoice elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from vpterm.kernel.dates import format_date_short
from vpterm.kernel.i18n import N_, _
from vpterm.kernel.money import Money, format_money
from vpterm.practice.billing.elsewhere import InvoiceElsewhere
from vpterm.practice.billing.queries import Balance
from vpterm.screens.widgets.columns import Cell, Column


@dataclass(frozen=True, slots=True)
class Owed:
    """A line: an invoice open at another site, or what stands there to the client's credit."""

    site_name: str
    number: str
    issued_on: date | None
    amount: Money


ELSEWHERE: list[Column[Owed]] = [
    Column[Owed](N_("site"), lambda one: one.site_name, 20, stretch=1),
    Column[Owed](N_("invoice"), lambda one: one.number or _("in credit"), 16),
    Column[Owed](N_("date"), lambda one: format_date_short(one.issued_on) if one.issued_on else "", 8, role="quiet"),
    Column[Owed](N_("left to pay"), lambda one: Cell(format_money(one.amount), "waiting"), 14, "right"),
]


def owed_elsewhere(balance: Balance, invoices: Sequence[InvoiceElsewhere]) -> list[Owed]:
    """Site by site, so that the lines of each come to the sum that is shown of it; none without invoices to show."""
    lines = []
    for site in balance.elsewhere if invoices else ():
        own = [one for one in invoices if one.site_code == site.site_code]
        lines += [Owed(site.site_name, one.number, one.issued_on, one.due) for one in own]
        credit = site.amount - Money.total(one.due for one in own)
        if credit:
            lines.append(Owed(site.site_name, "", None, credit))
    return lines


def owed_here(balance: Balance) -> str:
    """ "! owes 24,00 €", what stands to their credit, or "" for a client who is even."""
    if balance.here > Money.zero():
        return _("! owes {amount}").format(amount=format_money(balance.here))
    if balance.here < Money.zero():
        return _("in credit {amount}").format(amount=format_money(-balance.here))
    return ""


def sums_elsewhere(balance: Balance) -> str:
    """A sum a site, where that is all the group shows."""
    return "   ".join(f"{other.site_name} {format_money(other.amount)}" for other in balance.elsewhere)
