"""When somebody would like to come, as one says it: "s+1 matin", "jeu aprem", "lun 10h30". Pure."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from vpterm.kernel.dates import PARIS, at_time, day_bounds, week_start
from vpterm.kernel.errors import Refused
from vpterm.kernel.i18n import _
from vpterm.kernel.text import excerpt, normalise
from vpterm.practice.agenda.rows import ReasonRow, ResourceRow
from vpterm.practice.agenda.rules import parse_when


class Part(StrEnum):
    """A part of the day."""

    MORNING = "morning"
    AFTERNOON = "afternoon"
    EVENING = "evening"

    def holds(self, moment: datetime) -> bool:
        """Whether something that begins then is of this part, by the clinic's clock."""
        first, last = _BETWEEN[self]
        return first <= moment.astimezone(PARIS).time() < last


SHORTEST_NAME = 3  # letters that may mean a reason or a colleague
LONGEST_WISH = 5  # words
_BETWEEN = {
    Part.MORNING: (time(0), time(12)),
    Part.AFTERNOON: (time(12), time.max),
    Part.EVENING: (time(17), time.max),
}
# "am" is left out: English mornings, but the afternoon in many a French appointment book.
_PARTS = {
    "matin": Part.MORNING, "matinee": Part.MORNING, "mat": Part.MORNING, "morning": Part.MORNING,
    "apres midi": Part.AFTERNOON, "aprem": Part.AFTERNOON, "apm": Part.AFTERNOON, "ap": Part.AFTERNOON,
    "afternoon": Part.AFTERNOON, "aft": Part.AFTERNOON,
    "soir": Part.EVENING, "soiree": Part.EVENING, "evening": Part.EVENING, "eve": Part.EVENING,
}  # fmt: skip
_WEEK = re.compile(
    r"\b(?:(?:s|sem|semaine|w|week) ?(?P<sign>\+)? ?(?P<count>\d{1,2})"
    r"|(?P<next>(?:la )?(?:sem|semaine) pro(?:chaine)?|next week)"
    r"|(?P<this>cette (?:sem|semaine)|this week))(?= |$)",
    re.ASCII,
)


@dataclass(frozen=True, slots=True)
class Wish:
    """From a day on, or until another; at a time, or in a part of the day."""

    day: date
    until: date | None = None
    clock: time | None = None
    part: Part | None = None

    @property
    def starts_at(self) -> datetime:
        """The first moment that it means."""
        return at_time(self.day, self.clock) if self.clock else day_bounds(self.day)[0]

    @property
    def is_narrow(self) -> bool:
        """Whether it leaves times out that come later."""
        return self.until is not None or self.part is not None


def parse_wish(text: str, today: date, field: str | None = None) -> Wish:
    """A day, a time, both, or less: "+7", "lun 10h30", "s+1" (next week), "s49", "jeu matin", "mar s+1 aprem".

    Raises Refused.
    """
    typed = " ".join(text.split())
    try:
        return _plain(typed, today)
    except Refused as failure:
        advice = _("Type for instance +7, mon 10:30, 24/11, w+1 morning or a point for today.")
        refusal = Refused(_("“{text}” is neither a day nor a time.").format(text=excerpt(typed)), advice, field)
        refusal.__cause__ = failure
    rest, part = _without_part(typed.lower())
    try:
        rest, monday = _without_week(rest, today)
        if monday is None:
            found = _plain(rest, today) if rest or part is None else Wish(today)
            return Wish(found.day, None, found.clock, part)
        if not rest:
            return Wish(max(monday, today), monday + timedelta(days=6), None, part)
        # A weekday is the next one: counted from the Sunday before, it is that of the week meant.
        found = _plain(rest, monday - timedelta(days=1))
    except (Refused, ValueError):
        raise refusal from None
    return Wish(found.day, found.day, found.clock, part)


def _plain(text: str, today: date) -> Wish:
    day, clock = parse_when(text, today)
    return Wish(day, None, clock)


def _without_part(text: str) -> tuple[str, Part | None]:
    words = re.sub(r"\bapr[eè]s midi\b", "apres-midi", text).split()
    at = next((at for at, word in enumerate(words) if normalise(word) in _PARTS), None)
    if at is None:
        return text, None
    return " ".join(words[:at] + words[at + 1 :]), _PARTS[normalise(words[at])]


def _without_week(text: str, today: date) -> tuple[str, date | None]:
    """The rest, and the Monday of the week meant; ValueError for a week that no year has."""
    found = _WEEK.search(text)
    if found is None:
        return text, None
    rest = f"{text[: found.start()]} {text[found.end() :]}".strip()
    if found["count"] is None or found["sign"]:
        ahead = int(found["count"]) if found["count"] else 1 if found["next"] else 0
        return rest, week_start(today) + timedelta(weeks=ahead)
    number, year = int(found["count"]), today.isocalendar().year
    monday = date.fromisocalendar(year, number, 1)
    return rest, monday if monday >= week_start(today) else date.fromisocalendar(year + 1, number, 1)


@dataclass(frozen=True, slots=True)
class Request:
    """What somebody asks for on the telephone, in one line; "" and None where they did not say."""

    reason_id: int | None = None
    reason: str = ""
    resource_id: int | None = None
    when: str = ""
    who: str = ""


def parse_request(text: str, today: date, reasons: Sequence[ReasonRow], resources: Sequence[ResourceRow]) -> Request:
    """ "vac rou s+1 matin mirza": reason, with whom, when and who, in any order; what fits nothing is who comes.

    Three letters are enough for a name that no other of its list shares. A beginning that fits several reasons
    stands in `reason` as typed.
    """
    words = text.split()
    when, words = _when_in(words, today)
    reason_id, reason, resource_id, who = None, "", None, []
    for word in words:
        fitting = _fitting(word, [(row.id, row.name) for row in reasons]) if not (reason_id or reason) else []
        with_whom = _fitting(word, [(row.id, row.name) for row in resources]) if resource_id is None else []
        if len(fitting) == 1:
            reason_id = fitting[0]
        elif len(with_whom) == 1:
            resource_id = with_whom[0]
        elif fitting:
            reason = word
        else:
            who.append(word)
    return Request(reason_id, reason, resource_id, when, " ".join(who))


def _when_in(words: list[str], today: date) -> tuple[str, list[str]]:
    """The longest run of words that says when, and the words around it."""
    for first, last in _runs(len(words)):
        said = " ".join(words[first:last])
        try:
            parse_wish(said, today)
        except Refused:
            continue
        return said, words[:first] + words[last:]
    return "", words


def _runs(count: int) -> Iterator[tuple[int, int]]:
    for length in range(min(count, LONGEST_WISH), 0, -1):
        for first in range(count - length + 1):
            yield first, first + length


def _fitting(word: str, names: Sequence[tuple[int, str]]) -> list[int]:
    wanted = normalise(word)
    if len(wanted) < SHORTEST_NAME:
        return [number for number, name in names if normalise(name) == wanted]
    return [number for number, name in names if any(part.startswith(wanted) for part in normalise(name).split())]
