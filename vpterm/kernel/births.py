"""Births as far as they are known, and ages as a vet says them. Import from dates.py."""

import re
from dataclasses import dataclass
from datetime import date
from typing import Literal

from vpterm.kernel.date_entry import MONTHS, UNITS, add_months, by_prefix, full_year, parse_date, stepped
from vpterm.kernel.errors import Refused
from vpterm.kernel.i18n import _, current_language, ngettext, using
from vpterm.kernel.text import normalise

Precision = Literal["day", "month", "year"]
_AGE = re.compile(r"(\d{1,3}) ?([a-z]+)", re.ASCII)


@dataclass(frozen=True, slots=True)
class BirthDate:
    """A birth as far as it is known: `date` is the first day of the month or year when no more is known."""

    date: date
    precision: Precision


def parse_birth(text: str, today: date, field: str | None = None) -> BirthDate:
    """A birth as owners tell it: an age ("2a", "3 mois", "1a6m", "6s"), "2020", "06/2020", "06/20", or a day.

    Raises Refused when it cannot be read, lies ahead of `today` (a year mistyped, so no other century is
    guessed), or more than 150 years back.
    """
    typed = " ".join(text.strip().lower().split())
    try:
        found = _read_age(typed, today) or _read_year_or_month(typed, today)
    except (ValueError, OverflowError):
        found = None
    if found is None:
        found = BirthDate(parse_date(text, today, prefer="past", field=field), "day")
    if not today.year - 150 <= found.date.year or found.date > today:
        raise Refused(_("A birth is not ahead of today, nor 150 years back."), field=field)
    return found


def _read_age(typed: str, today: date) -> BirthDate | None:
    parts = _AGE.findall(typed)
    if not parts or _AGE.sub("", typed).strip():
        return None
    units = [UNITS.get(unit) for _count, unit in parts]
    if None in units:
        return None
    born = today
    for (count, _unit), unit in zip(parts, units, strict=True):
        born = stepped(born, -int(count), unit or "day")
    if "day" in units:
        return BirthDate(born, "day")
    return BirthDate(born, "year" if units == ["year"] else "month")


def _read_year_or_month(typed: str, today: date) -> BirthDate | None:
    if re.fullmatch(r"(19|20|21)\d{2}", typed, re.ASCII):
        return BirthDate(date(int(typed), 1, 1), "year")
    numbers = re.fullmatch(r"(\d{1,2})[/.\- ](\d{4}|\d{2})", typed, re.ASCII)
    # "06/20" can only be June 2020; "06/12" is read as the sixth of December
    if numbers and (len(numbers[2]) == 4 or int(numbers[2]) > 12):
        return BirthDate(date(full_year(numbers[2], today.year + 20), int(numbers[1]), 1), "month")
    named = re.fullmatch(r"([a-z]{3,}) ?(\d{4})", normalise(typed), re.ASCII)
    month = by_prefix(named[1], MONTHS, 3) if named else None
    if named and month is not None:
        return BirthDate(date(int(named[2]), month + 1, 1), "month")
    return None


def format_birth(birth: date, precision: Precision, language: str | None = None) -> str:
    """As precise as it is known: "24/11/2020", "11/2020", "2020"."""
    if precision == "day":
        return f"{birth:%d/%m}/{birth.year:04}"
    return f"{birth:%m}/{birth.year:04}" if precision == "month" else f"{birth.year:04}"


def age_text(birth: date, today: date, language: str | None = None) -> str:
    """How a vet says an age: "5 jours", "7 semaines", "4 mois", "1 an 3 mois", "6 ans"; "" before birth."""
    days = (today - birth).days
    if days < 0:
        return ""
    with using(language or current_language()):
        months = whole_months(birth, today)
        if days < 14:
            return ngettext("{n} day", "{n} days", days).format(n=days)
        if months < 3:
            return ngettext("{n} week", "{n} weeks", days // 7).format(n=days // 7)
        years, rest = divmod(months, 12)
        parts = []
        if years:
            parts.append(ngettext("{n} year", "{n} years", years).format(n=years))
        if rest:
            parts.append(ngettext("{n} month", "{n} months", rest).format(n=rest))
        return " ".join(parts)


def whole_months(start: date, end: date) -> int:
    """Full months from `start` to `end`; from a 31st, a month is over on the last day of a month."""
    months = (end.year - start.year) * 12 + end.month - start.month
    return months - (add_months(start, months) > end)
