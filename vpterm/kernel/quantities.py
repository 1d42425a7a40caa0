"""Decimal numbers as people type and read them: quantities, percentages, weights. Money is next door.

A weight is an integer number of grams everywhere in the product.
"""

import re
from decimal import Decimal

from vpterm.kernel.errors import Refused
from vpterm.kernel.i18n import _, current_language
from vpterm.kernel.text import excerpt

NO_BREAK_SPACE = "\u00a0"
MAX_WEIGHT_G = 5_000_000
_NUMBER = re.compile(r"[+-]?((\d{1,3}( \d{3})+|\d+)([.,]\d*)?|[.,]\d+)", re.ASCII)
_WEIGHT = re.compile(r"(?P<number>[^a-z]+)(?P<unit>kg|g|t)?", re.ASCII)
_GRAMS = {"g": 1, "kg": 1000, "t": 1_000_000}


def single_spaced(text: str) -> str:
    """What was typed, with ordinary single spaces, none at the ends, and the minus sign of a keyboard."""
    return " ".join(text.split()).replace("\u2212", "-")


def parse_decimal(text: str, field: str | None = None) -> Decimal:
    """A number with a comma or a point for its decimals; spaces may group thousands. Raises Refused."""
    typed = single_spaced(text)
    if not _NUMBER.fullmatch(typed) or len(typed) > 20:
        raise Refused(
            _("“{text}” is not a number.").format(text=excerpt(text)),
            _("Type for instance 12 or 12.5."),
            field,
        )
    return Decimal(typed.replace(" ", "").replace(",", "."))


def format_decimal(value: Decimal | int, language: str | None = None, places: int | None = None) -> str:
    """The number in the manner of the language: "1 234,5" in French, "1 234.5" in English (no-break space).

    `places` fixes the decimals; without it, trailing zeros are dropped. No comma groups thousands: "1,234"
    would be read back as a little more than one.
    """
    number = Decimal(value)
    shown = f"{number:,.{places}f}" if places is not None else f"{number:,f}"
    if places is None and "." in shown:
        shown = shown.rstrip("0").rstrip(".")
    if shown.strip("-0.") == "":
        shown = shown.lstrip("-")
    # not the narrow no-break space of the CLDR: terminals disagree about its width
    shown = shown.replace(",", NO_BREAK_SPACE)
    return shown.replace(".", ",") if (language or current_language()) == "fr" else shown


def format_percent(value: Decimal, language: str | None = None) -> str:
    """A percentage given in percent: 5.5 -> "5,5 %" in French, "5.5%" in English."""
    gap = NO_BREAK_SPACE if (language or current_language()) == "fr" else ""
    return f"{format_decimal(value, language)}{gap}%"


def parse_quantity(text: str, field: str | None = None) -> Decimal:
    """A quantity above zero with three decimals at most: "3", "3x", "x3", "2,5". Raises Refused."""
    trimmed = single_spaced(text.lower().replace("×", "x")).removeprefix("x").removesuffix("x")
    value = parse_decimal(trimmed or text, field)
    if value <= 0:
        raise Refused(_("A quantity is above zero."), field=field)
    if value > 1_000_000 or value != round(value, 3):
        raise Refused(_("This quantity is too large or too fine."), _("Keep at most three decimals."), field)
    return value


def format_quantity(value: Decimal | int, language: str | None = None) -> str:
    """As short as it is true: "3", "2,5"."""
    return format_decimal(value, language)


def parse_weight_g(text: str, field: str | None = None) -> int:
    """A weight in grams; kilograms unless a unit is typed: "18,4", "350 g", "0.6t". Raises Refused."""
    matched = _WEIGHT.fullmatch(single_spaced(text.lower()))
    if matched is None:
        raise Refused(
            _("“{text}” is not a weight.").format(text=excerpt(text)),
            _("Type for instance 18.4 or 350 g."),
            field,
        )
    grams = parse_decimal(matched["number"], field) * _GRAMS[matched["unit"] or "kg"]
    if grams != int(grams):
        raise Refused(_("Weights are kept to the gram."), field=field)
    if not 0 < grams <= MAX_WEIGHT_G:
        raise Refused(_("A weight lies between 1 g and {most}.").format(most=format_weight(MAX_WEIGHT_G)), field=field)
    return int(grams)


def format_weight(weight_g: int, language: str | None = None) -> str:
    """Grams below one kilogram, kilograms from there: "350 g", "18,4 kg"; never rounded."""
    if abs(weight_g) < 1000:
        return f"{format_decimal(weight_g, language)}{NO_BREAK_SPACE}g"
    return f"{format_decimal(Decimal(weight_g) / 1000, language)}{NO_BREAK_SPACE}kg"
