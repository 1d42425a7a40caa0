"""Days as people type them, French or English, in few keys. Births and times are next door."""

import calendar
import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Literal

from vpterm.kernel.errors import Refused
from vpterm.kernel.i18n import _
from vpterm.kernel.text import excerpt, normalise

Prefer = Literal["nearest", "future", "past"]

FIRST_YEAR, LAST_YEAR = 1900, 2199
_WEEKDAYS = (
    ("lundi", "monday"),
    ("mardi", "tuesday"),
    ("mercredi", "wednesday"),
    ("jeudi", "thursday"),
    ("vendredi", "friday"),
    ("samedi", "saturday"),
    ("dimanche", "sunday"),
)
MONTHS = (
    ("janvier", "january"),
    ("fevrier", "february"),
    ("mars", "march"),
    ("avril", "april"),
    ("mai", "may"),
    ("juin", "june"),
    ("juillet", "july"),
    ("aout", "august"),
    ("septembre", "september"),
    ("octobre", "october"),
    ("novembre", "november"),
    ("decembre", "december"),
)
_NEAR = {
    "aujourd hui": 0, "auj": 0, "today": 0,
    "demain": 1, "dem": 1, "tomorrow": 1,
    "hier": -1, "yesterday": -1,
    "apres demain": 2, "avant hier": -2,
}  # fmt: skip
UNITS = {
    "": "day", "j": "day", "d": "day", "jour": "day", "jours": "day", "day": "day", "days": "day",
    "s": "week", "sem": "week", "semaine": "week", "semaines": "week",
    "w": "week", "week": "week", "weeks": "week",
    "m": "month", "mois": "month", "month": "month", "months": "month",
    "a": "year", "an": "year", "ans": "year", "y": "year", "year": "year", "years": "year",
}  # fmt: skip
_STEP = re.compile(r"(?P<sign>[+-]?) ?(?P<count>\d{1,5}) ?(?P<unit>[a-z]*)", re.ASCII)
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})", re.ASCII)
_SLASHED = re.compile(r"(\d{1,2})[/.\- ](\d{1,2})(?:[/.\- ](\d{4}|\d{2}))?", re.ASCII)
_COMPACT = re.compile(r"(\d{2})(\d{2})(\d{4}|\d{2})?", re.ASCII)
_NAMED = re.compile(r"(\d{1,2})(?:er|st|nd|rd|th)? ?([a-z]{3,})(?: ?(\d{4}|\d{2}))?", re.ASCII)


def add_months(day: date, months: int) -> date:
    """The same day of another month, or its last day where that is shorter. Raises ValueError."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def parse_date(text: str, today: date, prefer: Prefer = "nearest", field: str | None = None) -> date:
    """A day as typed: `.`, `+7`, `-1`, `+2s`, `3m`, `1a`, `lun`, `24`, `24/11`, `24112026`, `24 nov`.

    A point is today; a weekday is the next one, never today. Without a year, the day lies nearest to today,
    or after or before it as `prefer` says. Two digits of a year mean one from 79 years ago to 20 years ahead.
    Raises Refused.
    """
    typed = " ".join(text.lower().split())
    try:
        found = _read_date(typed, today, prefer)
    except (ValueError, OverflowError):
        found = None
    if found is None or not FIRST_YEAR <= found.year <= LAST_YEAR:
        raise Refused(
            _("“{text}” is not a date.").format(text=excerpt(text)),
            _("Type for instance 24/11, 24/11/26, +7, mon, 1y or a point for today."),
            field,
        )
    return found


def _read_date(typed: str, today: date, prefer: Prefer) -> date | None:
    if typed == ".":
        return today
    words = normalise(typed)
    if words in _NEAR:
        return today + timedelta(days=_NEAR[words])
    weekday = by_prefix(words, _WEEKDAYS, 2)
    if weekday is not None:
        return today + timedelta(days=(weekday - today.weekday() - 1) % 7 + 1)
    return _read_after_weekday(words, today, prefer) or _read_plain(typed, words, today, prefer)


def _read_after_weekday(words: str, today: date, prefer: Prefer) -> date | None:
    """ "mardi 24 novembre", as the screens write it; a weekday that contradicts the day is refused."""
    name, _space, rest = words.partition(" ")
    weekday = by_prefix(name, _WEEKDAYS, 2)
    found = _read_plain(rest, rest, today, prefer) if weekday is not None and rest else None
    return found if found and found.weekday() == weekday else None


def _read_plain(typed: str, words: str, today: date, prefer: Prefer) -> date | None:
    return _read_numbers(typed, words, today, prefer) or _read_step(typed, today)


def by_prefix(word: str, names: tuple[tuple[str, str], ...], least: int) -> int | None:
    """The place of the only pair with a name that begins so; None for none or several."""
    if len(word) < least:
        return None
    found = [index for index, pair in enumerate(names) if any(name.startswith(word) for name in pair)]
    return found[0] if len(found) == 1 else None


def _read_step(typed: str, today: date) -> date | None:
    """`+7`, `-1`, `+2s`, `1a`. A bare number is not a step (see `_read_numbers`)."""
    found = _STEP.fullmatch(typed)
    if found is None or not (found["sign"] or found["unit"]) or found["unit"] not in UNITS:
        return None
    count = int(found["count"]) * (-1 if found["sign"] == "-" else 1)
    return stepped(today, count, UNITS[found["unit"]])


def stepped(day: date, count: int, unit: str) -> date:
    if unit in {"day", "week"}:
        return day + timedelta(days=count * (7 if unit == "week" else 1))
    return add_months(day, count * (12 if unit == "year" else 1))


def _read_numbers(typed: str, words: str, today: date, prefer: Prefer) -> date | None:
    iso = _ISO.fullmatch(typed)
    if iso:
        return date(int(iso[1]), int(iso[2]), int(iso[3]))
    if re.fullmatch(r"\d{1,2}", typed, re.ASCII):
        return _next_day_numbered(int(typed), today)
    found = _SLASHED.fullmatch(typed) or _COMPACT.fullmatch(typed)
    if found:
        return _completed(int(found[1]), int(found[2]), found[3], today, prefer)
    named = _NAMED.fullmatch(words)
    month = by_prefix(named[2], MONTHS, 3) if named else None
    if named and month is not None:
        return _completed(int(named[1]), month + 1, named[3], today, prefer)
    return None


def _next_day_numbered(number: int, today: date) -> date | None:
    """The next day with this number, today included; months too short for it are passed over."""
    first = today.replace(day=1)
    for ahead in range(3):
        month = add_months(first, ahead)
        if number > calendar.monthrange(month.year, month.month)[1] or number < 1:
            continue
        if month.replace(day=number) >= today:
            return month.replace(day=number)
    return None


def _completed(day: int, month: int, year: str | None, today: date, prefer: Prefer) -> date:
    if year is not None:
        return date(full_year(year, today.year + 20), month, day)
    found = []
    # eight years hold a 29 February, even around 2100
    for candidate in range(today.year - 8, today.year + 9):
        if month in range(1, 13) and 1 <= day <= calendar.monthrange(candidate, month)[1]:
            found.append(date(candidate, month, day))
    keep: dict[Prefer, Callable[[date], bool]] = {
        "nearest": lambda one: True,
        "future": lambda one: one >= today,
        "past": lambda one: one <= today,
    }
    return min(filter(keep[prefer], found), key=lambda one: abs(one - today))


def full_year(typed: str, last: int) -> int:
    """Four digits as they are; two digits in the hundred years that end with `last`."""
    if len(typed) == 4:
        return int(typed)
    return last - (last - int(typed)) % 100
