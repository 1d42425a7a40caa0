"""Dates and times as people type them, French or English, in few keys. Formats live in dates.py."""

import calendar
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import Literal

from vpterm.kernel.errors import Refused
from vpterm.kernel.i18n import _
from vpterm.kernel.text import normalise

Prefer = Literal["nearest", "future", "past"]
Precision = Literal["day", "month", "year"]

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
_MONTHS = (
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
_UNITS = {
    "": "day", "j": "day", "d": "day", "jour": "day", "jours": "day", "day": "day", "days": "day",
    "s": "week", "sem": "week", "semaine": "week", "semaines": "week",
    "w": "week", "week": "week", "weeks": "week",
    "m": "month", "mois": "month", "month": "month", "months": "month",
    "a": "year", "an": "year", "ans": "year", "y": "year", "year": "year", "years": "year",
}  # fmt: skip
_STEP = re.compile(r"(?P<sign>[+-]?) ?(?P<count>\d{1,5}) ?(?P<unit>[a-z]*)", re.ASCII)
_AGE = re.compile(r"(\d{1,3}) ?([a-z]+)", re.ASCII)
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})", re.ASCII)
_SLASHED = re.compile(r"(\d{1,2})[/.\- ](\d{1,2})(?:[/.\- ](\d{4}|\d{2}))?", re.ASCII)
_COMPACT = re.compile(r"(\d{2})(\d{2})(\d{4}|\d{2})?", re.ASCII)
_NAMED = re.compile(r"(\d{1,2})(?:er|st|nd|rd|th)? ?([a-z]{3,})(?: ?(\d{4}|\d{2}))?", re.ASCII)
_TIME = re.compile(r"(\d{1,2})(?: ?[h:.,] ?| )?(\d{1,2})?(?: ?(am|pm))?", re.ASCII)
_DURATION = re.compile(r"(?:(\d{1,2}) ?[h:] ?)?(?:(\d{1,3}) ?(?:m|mn|min)?)?", re.ASCII)


@dataclass(frozen=True, slots=True)
class BirthDate:
    """A birth as far as it is known: `date` is the first day of the month or year when no more is known."""

    date: date
    precision: Precision


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
    typed = text.strip().lower()
    try:
        found = _read_date(typed, today, prefer)
    except (ValueError, OverflowError):
        found = None
    if found is None or not FIRST_YEAR <= found.year <= LAST_YEAR:
        raise Refused(
            _("“{text}” is not a date.").format(text=text.strip()),
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
    weekday = _by_prefix(words, _WEEKDAYS, 2)
    if weekday is not None:
        return today + timedelta(days=(weekday - today.weekday() - 1) % 7 + 1)
    return _read_numbers(typed, words, today, prefer) or _read_step(typed, today)


def _by_prefix(word: str, names: tuple[tuple[str, str], ...], least: int) -> int | None:
    """The place of the only pair with a name that begins so; None for none or several."""
    if len(word) < least:
        return None
    found = [index for index, pair in enumerate(names) if any(name.startswith(word) for name in pair)]
    return found[0] if len(found) == 1 else None


def _read_step(typed: str, today: date) -> date | None:
    """`+7`, `-1`, `+2s`, `1a`. A bare number is not a step (see `_read_numbers`)."""
    found = _STEP.fullmatch(normalise_unit(typed))
    if found is None or not (found["sign"] or found["unit"]) or found["unit"] not in _UNITS:
        return None
    count = int(found["count"]) * (-1 if found["sign"] == "-" else 1)
    return _stepped(today, count, _UNITS[found["unit"]])


def normalise_unit(typed: str) -> str:
    return " ".join(typed.split())


def _stepped(day: date, count: int, unit: str) -> date:
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
    month = _by_prefix(named[2], _MONTHS, 3) if named else None
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
        return date(_full_year(year, today.year + 20), month, day)
    found = []
    for candidate in range(
        today.year - 8, today.year + 9
    ):  # eight years hold a 29 February, even around 2100
        if month in range(1, 13) and 1 <= day <= calendar.monthrange(candidate, month)[1]:
            found.append(date(candidate, month, day))
    keep: dict[Prefer, Callable[[date], bool]] = {
        "nearest": lambda one: True,
        "future": lambda one: one >= today,
        "past": lambda one: one <= today,
    }
    return min(filter(keep[prefer], found), key=lambda one: abs(one - today))


def _full_year(typed: str, last: int) -> int:
    """Four digits as they are; two digits in the hundred years that end with `last`."""
    if len(typed) == 4:
        return int(typed)
    return last - (last - int(typed)) % 100


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
    units = [_UNITS.get(unit) for _count, unit in parts]
    if None in units:
        return None
    born = today
    for (count, _unit), unit in zip(parts, units, strict=True):
        born = _stepped(born, -int(count), unit or "day")
    if "day" in units:
        return BirthDate(born, "day")
    return BirthDate(born, "year" if units == ["year"] else "month")


def _read_year_or_month(typed: str, today: date) -> BirthDate | None:
    if re.fullmatch(r"(19|20|21)\d{2}", typed, re.ASCII):
        return BirthDate(date(int(typed), 1, 1), "year")
    numbers = re.fullmatch(r"(\d{1,2})[/.\- ](\d{4}|\d{2})", typed, re.ASCII)
    # "06/20" can only be June 2020; "06/12" is read as the sixth of December
    if numbers and (len(numbers[2]) == 4 or int(numbers[2]) > 12):
        return BirthDate(date(_full_year(numbers[2], today.year + 20), int(numbers[1]), 1), "month")
    named = re.fullmatch(r"([a-z]{3,}) ?(\d{4})", normalise(typed), re.ASCII)
    month = _by_prefix(named[1], _MONTHS, 3) if named else None
    if named and month is not None:
        return BirthDate(date(int(named[2]), month + 1, 1), "month")
    return None


def parse_time(text: str, field: str | None = None) -> time:
    """A time of day: "830", "8h30", "8:30", "8.30", "8", "14h", "2pm". Raises Refused."""
    typed = " ".join(text.strip().lower().split())
    found = _TIME.fullmatch(typed)
    if found:
        hour, minute = int(found[1]), int(found[2] or 0)
        if found[2] and re.fullmatch(r"\d{3}", typed, re.ASCII):
            hour, minute = int(typed[0]), int(typed[1:])
        if found[3] and 1 <= hour <= 12:
            hour = hour % 12 + (12 if found[3] == "pm" else 0)
        if hour < 24 and minute < 60:
            return time(hour, minute)
    raise Refused(
        _("“{text}” is not a time.").format(text=text.strip()), _("Type for instance 830, 8:30 or 14."), field
    )


def parse_duration(text: str, field: str | None = None) -> int:
    """A duration in minutes, a day at most: "20", "20 min", "1h", "1h30", "1:30". Raises Refused."""
    found = _DURATION.fullmatch(text.strip().lower())
    minutes = int(found[1] or 0) * 60 + int(found[2] or 0) if found else 0
    if not 0 < minutes <= 24 * 60:
        raise Refused(
            _("“{text}” is not a duration.").format(text=text.strip()),
            _("Type for instance 20 or 1h30."),
            field,
        )
    return minutes
