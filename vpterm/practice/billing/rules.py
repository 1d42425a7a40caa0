"""What lines come to and what an invoice may be. Pure; the rounding itself is in kernel/money.py."""

from decimal import Decimal

from vpterm.kernel.errors import Refused
from vpterm.kernel.i18n import N_, _
from vpterm.kernel.money import Money, VatAmounts, VatRate, vat_of_line, vat_of_total

KINDS = {"invoice": N_("invoice"), "credit_note": N_("credit note")}
MAX_LINE = Money("999999.99")


def line_amounts(
    quantity: Decimal | int, unit_price: Money, vat_percent: Decimal, discount_percent: Decimal | int = 0
) -> VatAmounts:
    """Total, net and VAT of a line, by the rule of `vat_of_line`. Refused: what no line can hold, with its field."""
    if quantity != round(Decimal(quantity), 3) or not 0 < quantity <= 1_000_000:
        message = _("This quantity is too large or too fine.")
        raise Refused(message, _("Keep at most three decimals."), field="quantity")
    if not 0 <= discount_percent <= 100 or discount_percent != round(Decimal(discount_percent), 2):
        raise Refused(_("A discount lies between 0 and 100 %."), field="discount_percent")
    if not Money.zero() <= unit_price:
        raise Refused(_("A price is not below zero."), field="unit_price")
    amounts = vat_of_line(quantity, unit_price, VatRate.of(vat_percent), discount_percent)
    if amounts.total > MAX_LINE:
        raise Refused(_("This line is too large."), field="quantity")
    return amounts


def amounts_of_total(total: Money, vat_percent: Decimal) -> VatAmounts:
    """Net and VAT within a line's total, as the line itself holds them."""
    return vat_of_total(total, VatRate.of(vat_percent))


def snapshot_name(title: str, first_name: str, last_name: str) -> str:
    """The client as the document addresses them: "Mme Claire Martin"."""
    return " ".join(part for part in (title, first_name, last_name) if part)


def snapshot_address(address: str, postcode: str, town: str) -> str:
    """The address in lines, without empty ones."""
    return "\n".join(line for line in (address.strip(), f"{postcode} {town}".strip()) if line)


def check_because(because: str) -> str:
    """Why a document is credited: it must say something."""
    single = " ".join(because.split())
    if not single:
        raise Refused(_("A credit note says why."), field="because")
    return single
