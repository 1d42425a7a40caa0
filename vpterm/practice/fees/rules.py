"""What a fee must look like. Pure."""

import re
from decimal import Decimal

from vpterm.kernel.errors import Refused
from vpterm.kernel.i18n import N_, _
from vpterm.kernel.money import Money, VatRate, parse_money

KINDS = {"service": N_("service"), "product": N_("product"), "vaccine": N_("vaccine")}
CODE = re.compile(r"[A-Z0-9][A-Z0-9-]{0,11}")


def check_code(code: str) -> str:
    """The code in capitals: what is typed to find a fee at once."""
    wanted = code.strip().upper()
    if not CODE.fullmatch(wanted):
        raise Refused(
            _("“{code}” is no code of a fee.").format(code=code),
            _("Use 1 to 12 letters or digits, without accents; a dash inside is allowed."),
            field="code",
        )
    return wanted


def check_label(label: str) -> str:
    """The label in single spaces; Refused when empty."""
    single = " ".join(label.split())
    if not single:
        raise Refused(_("A fee needs a label."), field="label")
    return single


def check_kind(kind: str) -> str:
    if kind not in KINDS:
        raise Refused(_("“{kind}” is no kind of fee.").format(kind=kind), ", ".join(KINDS), field="kind")
    return kind


def check_price(price: Money | str) -> Money:
    """A price including VAT, zero or above."""
    amount = parse_money(price, "price") if isinstance(price, str) else price
    if amount < Money.zero():
        raise Refused(_("A price is not below zero."), field="price")
    return amount


def check_vat(percent: Decimal | int | str) -> Decimal:
    """A rate that exists in metropolitan France, in percent."""
    try:
        return VatRate.of(percent).percent
    except (ValueError, ArithmeticError) as failure:
        rates = ", ".join(rate.label() for rate in VatRate)
        raise Refused(
            _("There is no VAT of {percent} %.").format(percent=percent), rates, field="vat_percent"
        ) from failure
