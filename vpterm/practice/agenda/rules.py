"""Time as the agenda counts it: opening hours, what is free between bookings, slots, what people type. Pure.

Moments are aware; days and opening hours are the clinic's own (Europe/Paris), whatever the clocks do that day.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

from vpterm.kernel.dates import at_time, paris_day, parse_date, parse_time
from vpterm.kernel.errors import Refused
from vpterm.kernel.i18n import N_, _

STEP_MIN = 15  # slots are proposed at the quarters of an hour, and wherever a gap begins
SHORTEST_MIN, LONGEST_MIN = 5, 600  # of a booking, in minutes; the reasons' CHECK says the same
LONGEST_CLOSED_DAYS = 366
HORIZON_DAYS = 180  # how far ahead a free slot is looked for

RESOURCE_KINDS = {
    "practitioner": N_("practitioner"),
    "room": N_("room"),
    "theatre": N_("operating theatre"),
}
Hours = tuple[int, time, time]


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """From `start` to `end`, the end excluded; aware moments."""

    start: datetime
    end: datetime

    @property
    def minutes(self) -> int:
        """Minutes that really pass (an opening over the end of summer time is an hour longer)."""
        # In UTC: Python subtracts the clocks, not the moments, of two times in the same zone.
        return int((self.end.astimezone(UTC) - self.start.astimezone(UTC)).total_seconds() // 60)

    def overlaps(self, other: "Span") -> bool:
        return self.start < other.end and other.start < self.end


def span_of(starts_at: datetime, minutes: int) -> Span:
    """The span that begins then and lasts so many minutes, in UTC."""
    start = starts_at.astimezone(UTC)
    return Span(start, start + timedelta(minutes=minutes))


def opening_spans(day: date, hours: Iterable[Hours]) -> list[Span]:
    """The openings of this weekday as moments in UTC, in order; one that the change of clocks swallows is left out."""
    spans = (
        Span(at_time(day, opens_at).astimezone(UTC), at_time(day, closes_at).astimezone(UTC))
        for weekday, opens_at, closes_at in hours
        if weekday == day.isoweekday()
    )
    return sorted(span for span in spans if span.start < span.end)


def free_spans(openings: Iterable[Span], busy: Iterable[Span]) -> list[Span]:
    """What is left of the openings once the busy spans are taken out, in order; busy spans may overlap."""
    taken = sorted(busy)
    free = []
    for opening in sorted(openings):
        start = opening.start
        for span in taken:
            if span.end <= start or span.start >= opening.end:
                continue
            if span.start > start:
                free.append(Span(start, span.start))
            start = max(start, span.end)
        if start < opening.end:
            free.append(Span(start, opening.end))
    return free


def slots(free: Iterable[Span], duration_min: int, *, from_: datetime) -> Iterator[datetime]:
    """Starts at which `duration_min` fit into the free spans, none before `from_`: each gap's start, then the quarters.

    From the middle of a gap the first start is the next five minutes.
    """
    for gap in free:
        start = gap.start
        if start < from_:
            start = rounded_up(from_.astimezone(UTC), SHORTEST_MIN)
        while start + timedelta(minutes=duration_min) <= gap.end:
            yield start
            start = rounded_up(start + timedelta(minutes=1), STEP_MIN)


def rounded_up(moment: datetime, minutes: int = SHORTEST_MIN) -> datetime:
    """The same moment on the next mark of so many minutes of the clock."""
    # Offsets of Paris are whole hours, so quarters in UTC are quarters on the wall.
    past = timedelta(minutes=moment.minute % minutes, seconds=moment.second, microseconds=moment.microsecond)
    return moment if not past else moment - past + timedelta(minutes=minutes)


def check_hours(hours: Sequence[Hours]) -> list[Hours]:
    """Opening hours in order of the week; Refused when one ends before it begins or two of a day overlap."""
    ordered = sorted(hours)
    for weekday, opens_at, closes_at in ordered:
        if not 1 <= weekday <= 7 or opens_at >= closes_at:
            raise Refused(
                _("These opening hours end before they begin."),
                _("Give a weekday from 1 to 7, a beginning and a later end."),
                field="hours",
            )
    for before, after in pairwise(ordered):
        if before[0] == after[0] and after[1] < before[2]:
            raise Refused(_("Two openings of the same day overlap."), field="hours")
    return ordered


def check_kind(kind: str) -> str:
    if kind not in RESOURCE_KINDS:
        raise Refused(_("“{kind}” cannot be booked.").format(kind=kind), ", ".join(RESOURCE_KINDS), field="kind")
    return kind


def check_duration(minutes: int) -> int:
    if not SHORTEST_MIN <= minutes <= LONGEST_MIN:
        raise Refused(
            _("A booking lasts from {least} to {most} minutes.").format(least=SHORTEST_MIN, most=LONGEST_MIN),
            field="duration_min",
        )
    return minutes


def check_name(name: str) -> str:
    """The name without spaces at its ends; Refused when nothing is left."""
    if not (kept := " ".join(name.split())):
        raise Refused(_("A name is needed."), field="name")
    return kept


def check_note(note: str) -> str:
    """What time is closed for, without spaces at its ends; Refused when nothing is left."""
    if not (kept := " ".join(note.split())):
        raise Refused(_("Say what the time is closed for."), _("For instance: leave, surgery, meeting."), field="note")
    return kept


def check_start(starts_at: datetime, now: datetime) -> datetime:
    """The moment itself. Earlier today is fine (it is written down afterwards), another day is not."""
    if starts_at.tzinfo is None:
        raise ValueError("a moment without a time zone")
    if paris_day(starts_at) < paris_day(now):
        raise Refused(_("This day is over."), _("Choose today or a later day."), field="starts_at")
    return starts_at


def check_closed(span: Span) -> Span:
    """A leave of several days is one span; Refused when it ends before it begins, or lasts over a year."""
    if span.start >= span.end:
        raise Refused(_("This ends before it begins."), field="ends_at")
    if span.end - span.start > timedelta(days=LONGEST_CLOSED_DAYS):
        raise Refused(_("At most a year can be closed at once."), field="ends_at")
    return span


def parse_when(text: str, today: date, field: str | None = None) -> tuple[date, time | None]:
    """A day, a time, or both: "+7", "lun 10h30", "24/11 830", ". 15h", "14h" (today). Raises Refused.

    Four digits alone are a day when they can be one ("2411"), else a time ("1430").
    """
    typed = " ".join(text.split())
    try:
        return parse_date(typed, today, prefer="future"), None
    except Refused:
        head, _space, tail = typed.rpartition(" ")
    try:
        clock = parse_time(tail)
        return (parse_date(head, today, prefer="future") if head else today), clock
    except Refused as failure:
        raise Refused(
            _("“{text}” is neither a day nor a time.").format(text=typed),
            _("Type for instance +7, mon 10:30, 24/11 or a point for today."),
            field,
        ) from failure
