"""The receipt of a payment as a paper, from the entries of the till's journal. Pure."""

from __future__ import annotations

from vpterm.documents.paper import LANGUAGE, Paper, addressee, duplicate, frame
from vpterm.kernel.dates import format_date, format_time
from vpterm.kernel.i18n import _, using
from vpterm.kernel.money import Money, format_money
from vpterm.practice.copies.queries import ReceiptFacts
from vpterm.practice.till.rules import MEANS_LABELS


def receipt_paper(facts: ReceiptFacts, copy_number: int) -> Paper:
    """What was handed over at once, or given back. `copy_number` above 1 marks it as a duplicate."""
    first = facts.parts[0]
    with using(LANGUAGE):
        number = f"{facts.issuer.invoice_prefix}-{first.sequence}"
        given_back = facts.total < Money.zero()
        kind = _("Receipt of a refund") if given_back else _("Receipt of a payment")
        title = f"{kind} {number}"
        invoices = ", ".join(dict.fromkeys(part.invoice_number for part in facts.parts if part.invoice_number))
        moment = _("{day} at {time}").format(day=format_date(first.taken_on), time=format_time(first.taken_at))
        values = frame(title, facts.issuer, first.taken_at) | {
            "duplicate": duplicate(copy_number),
            "addressee": addressee(facts.client_name, facts.client_address),
            "facts": [
                [_("Paid out on") if given_back else _("Received on"), moment],
                [_("For"), _("invoice {number}").format(number=invoices) if invoices else _("your account")],
            ],
            "parts": [[_(MEANS_LABELS[part.means]), format_money(abs(part.amount))] for part in facts.parts],
            "total": [_("Given back") if given_back else _("Received"), format_money(abs(facts.total))],
            "seal": _("Entry {sequence} of the till's journal, seal {seal}").format(
                sequence=first.sequence, seal=first.hash[:16]
            ),
        }
    return Paper(f"{title}.pdf", "receipt.typ", values)
