"""Opening hours as people type and read them: a line a weekday, "8h30-12 14-18h30". Pure."""

import re
from collections.abc import Iterable, Sequence
from datetime import time
from itertools import groupby

from vpterm.kernel.dates import format_time, format_weekday, paris_day, parse_time
from vpterm.kernel.errors import Refused
from vpterm.kernel.i18n import _
from vpterm.kernel.text import excerpt, normalise
from vpterm.practice.agenda.rules import Hours, Span, check_hours, opening_spans

Opening = tuple[time, time]

_DASHES = re.compile(r"\s*(?:[-–—]|\bto\b|\bà\b)\s*")
_BETWEEN = re.compile(r"[\s,;/+]+(?:(?:et|and|puis)\s+)?")
_CLOSED = {"", "ferme", "fermee", "closed"}


def parse_day_hours(text: str, field: str | None = None) -> list[Opening]:
    """The openings of a day: "8h30-12 14-18h30", "9 - 12:30", "closed" or nothing. Raises Refused."""
    typed = " ".join(text.lower().split())
    if normalise(typed) in _CLOSED:
        return []
    found = []
    for piece in _BETWEEN.split(_DASHES.sub("-", typed)):
        opens, _dash, closes = piece.partition("-")
        try:
            found.append((parse_time(opens), parse_time(closes)))
        except Refused as failure:
            raise Refused(
                _("“{text}” is not an opening.").format(text=excerpt(text)),
                _("Type for instance 8:30-12 14-18:30; nothing where it is closed."),
                field,
            ) from failure
    check_hours([(1, *opening) for opening in found])
    return sorted(found)


def format_day_hours(openings: Iterable[Opening]) -> str:
    """ "08:30–12:00  14:00–18:30", which parse_day_hours reads again; "" for a closed day."""
    return "  ".join(f"{format_time(opens)}–{format_time(closes)}" for opens, closes in openings)


def hours_of(weekday: int, hours: Iterable[Hours]) -> list[Opening]:
    """The openings of one weekday (1 to 7), in order."""
    return sorted((opens, closes) for number, opens, closes in hours if number == weekday)


def format_week_hours(hours: Sequence[Hours]) -> str:
    """The week in a line: days with the same hours together, closed ones left out."""
    days = [(weekday, format_day_hours(hours_of(weekday, hours))) for weekday in range(1, 8)]
    told = []
    for shown, group in groupby(days, key=lambda day: day[1]):
        numbers = [weekday for weekday, _shown in group]
        if shown:
            ends = dict.fromkeys((numbers[0], numbers[-1]))
            names = "–".join(format_weekday(number, width="abbreviated").rstrip(".") for number in ends)
            told.append(f"{names} {shown.replace('  ', ' ')}")
    return " · ".join(told)


def is_within(span: Span, hours: Iterable[Hours]) -> bool:
    """Whether a booking lies within one opening of its day."""
    openings = opening_spans(paris_day(span.start), hours)
    return any(opening.start <= span.start and span.end <= opening.end for opening in openings)
