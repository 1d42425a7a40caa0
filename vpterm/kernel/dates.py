"""Days, times and ages in Paris time, as screens show them; how people type them is in date_entry.py.

Days are `date`, moments are aware `datetime`; a naive datetime is an error everywhere.
"""

from datetime import date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel import Locale

from vpterm.kernel.births import BirthDate, Precision, age_text, format_birth, parse_birth, whole_months
from vpterm.kernel.date_entry import Prefer, add_months, parse_date
from vpterm.kernel.i18n import _, current_language, using
from vpterm.kernel.quantities import NO_BREAK_SPACE
from vpterm.kernel.time_entry import parse_duration, parse_time

__all__ = [
    "PARIS",
    "BirthDate",
    "Precision",
    "Prefer",
    "add_months",
    "age_text",
    "at_time",
    "day_bounds",
    "format_birth",
    "format_date",
    "format_date_long",
    "format_date_short",
    "format_day_title",
    "format_duration",
    "format_moment",
    "format_month",
    "format_time",
    "format_week",
    "format_weekday",
    "paris_day",
    "parse_birth",
    "parse_date",
    "parse_duration",
    "parse_time",
    "week_start",
    "whole_months",
]

PARIS = ZoneInfo("Europe/Paris")


@lru_cache(maxsize=16)
def _names(language: str, kind: str, width: str) -> dict[int, str]:
    locale = Locale.parse("fr" if language == "fr" else "en")
    return dict(getattr(locale, kind)["format"][width])


def _day_name(day: date, language: str, width: str) -> str:
    return _names(language, "days", width)[day.weekday()]


def _day_and_month(day: date, language: str, width: str) -> str:
    number = "1er" if language == "fr" and day.day == 1 else str(day.day)
    return f"{number} {_names(language, 'months', width)[day.month]}"


def format_date_short(day: date, language: str | None = None) -> str:
    """ "24/11/26" in both languages: a clinic in France reads the day first."""
    return day.strftime("%d/%m/%y")


def format_date(day: date, language: str | None = None) -> str:
    """ "24/11/2026": for documents, and wherever a century could be in doubt."""
    return f"{day:%d/%m}/{day.year:04}"


def format_day_title(day: date, language: str | None = None) -> str:
    """ "mar. 24 nov.", "Tue 24 Nov"."""
    spoken = language or current_language()
    return f"{_day_name(day, spoken, 'abbreviated')} {_day_and_month(day, spoken, 'abbreviated')}"


def format_date_long(day: date, language: str | None = None) -> str:
    """ "mardi 24 novembre 2026", "Tuesday 24 November 2026"."""
    spoken = language or current_language()
    return f"{_day_name(day, spoken, 'wide')} {_day_and_month(day, spoken, 'wide')} {day.year}"


def format_month(day: date, language: str | None = None) -> str:
    """ "novembre 2026"."""
    return f"{_names(language or current_language(), 'months', 'wide')[day.month]} {day.year}"


def format_week(day: date, language: str | None = None) -> str:
    """ "semaine 48", by ISO 8601."""
    with using(language or current_language()):
        return _("week {number}").format(number=day.isocalendar().week)


def format_weekday(weekday: int, language: str | None = None, *, width: str = "wide") -> str:
    """ "lundi", "Monday" for 1, as ISO 8601 counts; `abbreviated`: "lun.", "Mon"."""
    return _names(language or current_language(), "days", width)[weekday - 1]


def week_start(day: date) -> date:
    """The Monday of the week."""
    return day - timedelta(days=day.weekday())


def paris_day(moment: datetime) -> date:
    """The day it is in Paris at an aware moment."""
    return _in_paris(moment).date()


def _in_paris(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("a moment without a time zone")
    return moment.astimezone(PARIS)


def at_time(day: date, clock: time) -> datetime:
    """The moment when a clock in Paris shows this; of the two at the end of summer time, the first."""
    return datetime.combine(day, clock.replace(tzinfo=None, fold=0), tzinfo=PARIS)


def day_bounds(day: date) -> tuple[datetime, datetime]:
    """From midnight to midnight in Paris, the end excluded (23 or 25 hours when the clocks change)."""
    return at_time(day, time(0)), at_time(day + timedelta(days=1), time(0))


def format_time(moment: time | datetime, language: str | None = None) -> str:
    """ "08:42", in Paris time for a moment."""
    clock = _in_paris(moment).time() if isinstance(moment, datetime) else moment
    return f"{clock:%H:%M}"


def format_moment(moment: datetime, language: str | None = None) -> str:
    """ "24/11/26 08:42", in Paris time."""
    return f"{format_date_short(paris_day(moment), language)} {format_time(moment, language)}"


def format_duration(minutes: int, language: str | None = None) -> str:
    """ "21 min", "1 h 05": minutes below an hour, hours and minutes from there."""
    hours, rest = divmod(minutes, 60)
    if not hours:
        return f"{rest}{NO_BREAK_SPACE}min"
    return f"{hours}{NO_BREAK_SPACE}h{NO_BREAK_SPACE}{rest:02}" if rest else f"{hours}{NO_BREAK_SPACE}h"
