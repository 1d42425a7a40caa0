"""Money in euros, exact to the cent, and the VAT of a line. No float ever; no invoices here."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import Enum
from typing import Self

from vpterm.kernel.errors import Refused
from vpterm.kernel.i18n import _, current_language
from vpterm.kernel.quantities import NO_BREAK_SPACE, format_decimal, format_percent, single_spaced
from vpterm.kernel.text import excerpt

CENT = Decimal("0.01")
MAX_TYPED = Decimal("9999999.99")
_AMOUNT = re.compile(r"(?P<sign>[+-]?)(?P<whole>\d{1,3}(?: \d{3})+|\d*)(?:[.,](?P<cents>\d{0,2}))?", re.ASCII)
_GROUPED = re.compile(r"[+-]?\d{1,3}((,\d{3})+\.|(\.\d{3})+,)\d{2}", re.ASCII)


@dataclass(frozen=True, slots=True, order=True, init=False, repr=False)
class Money:
    """Euros with two decimals, from a Decimal, an int or a string. Raises TypeError, ValueError."""

    amount: Decimal

    def __init__(self, amount: Decimal | int | str) -> None:
        if isinstance(amount, (float, bool)) or not isinstance(amount, (Decimal, int, str)):
            raise TypeError(f"money is never made from {type(amount).__name__}")
        try:
            exact = Decimal(amount)
            rounded = exact.quantize(CENT)
        except ArithmeticError as error:
            raise ValueError(f"not an amount: {amount!r}") from error
        if exact != rounded:
            raise ValueError(f"finer than a cent: {amount!r}")
        object.__setattr__(self, "amount", rounded + 0)  # + 0 turns -0.00 into 0.00

    @classmethod
    def zero(cls) -> Self:
        return cls(0)

    @classmethod
    def rounded(cls, amount: Decimal) -> Self:
        """To the nearest cent, half away from zero: a credit note is the exact opposite of its invoice."""
        return cls(amount.quantize(CENT, ROUND_HALF_UP))

    @classmethod
    def from_cents(cls, cents: int) -> Self:
        return cls(Decimal(cents).scaleb(-2))

    @classmethod
    def total(cls, amounts: Iterable["Money"]) -> "Money":
        """The sum, zero for none. As sum(), with a type that says Money."""
        return cls(sum((money.amount for money in amounts), Decimal(0)))

    @property
    def cents(self) -> int:
        return int(self.amount.scaleb(2))

    def __add__(self, other: "Money") -> "Money":
        return Money(self.amount + other.amount) if isinstance(other, Money) else NotImplemented

    def __radd__(self, other: int) -> "Money":
        return self if other == 0 else NotImplemented  # sum() starts from the integer 0

    def __sub__(self, other: "Money") -> "Money":
        return Money(self.amount - other.amount) if isinstance(other, Money) else NotImplemented

    def __neg__(self) -> "Money":
        return Money(-self.amount)

    def __abs__(self) -> "Money":
        return Money(abs(self.amount))

    def __mul__(self, count: int) -> "Money":
        return Money(self.amount * count) if type(count) is int else NotImplemented

    __rmul__ = __mul__

    def __bool__(self) -> bool:
        return self.amount != 0

    def __str__(self) -> str:
        return str(self.amount)

    def __repr__(self) -> str:
        return f"Money({str(self.amount)!r})"

    def times(self, factor: Decimal) -> "Money":
        """The product, to the nearest cent, half up."""
        return Money.rounded(self.amount * factor)

    def split(self, parts: int) -> tuple["Money", ...]:
        """`parts` amounts that differ by a cent at most and sum to this one; the larger first."""
        if parts < 1:
            raise ValueError("at least one part")
        sign = -1 if self.amount < 0 else 1
        each, left = divmod(abs(self.cents), parts)
        return tuple(Money.from_cents(sign * (each + (index < left))) for index in range(parts))


class VatRate(Enum):
    """The rates of metropolitan France, in percent (CGI art. 278, 278-0 bis, 278 bis, 279, 281 octies)."""

    NORMAL = Decimal("20")
    INTERMEDIATE = Decimal("10")
    REDUCED = Decimal("5.5")
    PARTICULAR = Decimal("2.1")
    NONE = Decimal("0")

    @property
    def percent(self) -> Decimal:
        return self.value

    @classmethod
    def of(cls, percent: Decimal | int | str) -> "VatRate":
        """The rate with this percentage. Raises ValueError for one that does not exist."""
        return cls(Decimal(percent))

    def label(self, language: str | None = None) -> str:
        """ "5,5 %" in French, "5.5%" in English."""
        return format_percent(self.value, language)


@dataclass(frozen=True, slots=True)
class VatAmounts:
    """What a line, or all lines of one rate, come to: `net` + `vat` = `total`, always."""

    rate: VatRate
    net: Money
    vat: Money
    total: Money


def vat_of_line(
    quantity: Decimal | int, unit_price: Money, rate: VatRate, discount_percent: Decimal | int = 0
) -> VatAmounts:
    """Net, VAT and total of a line whose unit price is told incl. VAT.

    Consumers are told prices incl. VAT (arrêté du 3 décembre 1987, art. 1), so the total is what was told:
    quantity x unit price x (1 - discount), rounded to the cent. The taxable base is the price without the
    tax, after the discount (CGI art. 266 and 267): net = total / (1 + rate), and the VAT is what is left.
    Each rounding is to the nearest cent, half up (BOI-TVA-DECLA; verify the paragraph). `discount_percent`
    lies in 0..100; ValueError otherwise. A negative quantity gives the exact opposite.
    """
    discount = Decimal(discount_percent)
    if not 0 <= discount <= 100:
        raise ValueError(f"a discount lies between 0 and 100 percent: {discount}")
    total = unit_price.times(Decimal(quantity) * (100 - discount) / 100)
    return vat_of_total(total, rate)


def vat_of_total(total: Money, rate: VatRate) -> VatAmounts:
    """Net and VAT within a total told incl. VAT, by the rule of `vat_of_line`."""
    net = Money.rounded(total.amount * 100 / (100 + rate.percent))
    return VatAmounts(rate, net, total - net, total)


def vat_table(lines: Iterable[VatAmounts]) -> tuple[VatAmounts, ...]:
    """Totals per rate, the highest first: the sums of the rounded lines, so that lines and foot agree."""
    by_rate: dict[VatRate, list[VatAmounts]] = {}
    for line in lines:
        by_rate.setdefault(line.rate, []).append(line)
    return tuple(
        VatAmounts(
            rate,
            Money.total(line.net for line in found),
            Money.total(line.vat for line in found),
            Money.total(line.total for line in found),
        )
        for rate, found in sorted(by_rate.items(), key=lambda item: -item[0].percent)
    )


def parse_money(text: str, field: str | None = None) -> Money:
    """An amount as typed at a desk: "86,4", "1 234.50", "-3", "12,5 €", "€12". Raises Refused when in doubt.

    "1,234.50" and "1.234,50" leave no doubt; "1,234" could be either, and is refused.
    """
    bare = re.sub(r"^([+-]?) ?€ ?|(?<=[\d.,]) ?€$", r"\1", single_spaced(text), count=1)
    if _GROUPED.fullmatch(bare):
        bare = re.sub(r"[.,](?=\d{3})", "", bare)
    found = _AMOUNT.fullmatch(bare)
    if found is None or not (found["whole"] or found["cents"]):
        raise Refused(
            _("“{text}” is not an amount.").format(text=excerpt(text)),
            _("Type for instance 86.40 or 1234.5."),
            field,
        )
    value = Decimal(f"{found['sign']}{found['whole'].replace(' ', '') or 0}.{found['cents'] or 0}")
    if abs(value) > MAX_TYPED:
        raise Refused(_("This amount is too large."), field=field)
    return Money(value)


def format_money(money: Money, language: str | None = None) -> str:
    """ "1 234,56 €" in French, with ordinary no-break spaces; "€1,234.56" in English."""
    if (language or current_language()) == "fr":
        return f"{format_decimal(money.amount, 'fr', places=2)}{NO_BREAK_SPACE}€"
    return f"{'-' if money.amount < 0 else ''}€{abs(money.amount):,.2f}"
