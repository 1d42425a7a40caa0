"""Times of day and durations as people type them, French or English. Formats live in dates.py."""

import re
from datetime import time

from vpterm.kernel.errors import Refused
from vpterm.kernel.i18n import _
from vpterm.kernel.text import excerpt

_TIME = re.compile(r"(\d{1,2})(?: ?[h:.,] ?| )?(\d{1,2})?(?: ?(am|pm))?", re.ASCII)
_DURATION = re.compile(r"(?:(\d{1,2}) ?[h:] ?)?(?:(\d{1,3}) ?(?:m|mn|min)?)?", re.ASCII)


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
        _("“{text}” is not a time.").format(text=excerpt(text)), _("Type for instance 830, 8:30 or 14."), field
    )


def parse_duration(text: str, field: str | None = None) -> int:
    """A duration in minutes, a day at most: "20", "20 min", "1h", "1h30", "1:30". Raises Refused."""
    found = _DURATION.fullmatch(" ".join(text.lower().split()))
    minutes = int(found[1] or 0) * 60 + int(found[2] or 0) if found else 0
    if not 0 < minutes <= 24 * 60:
        raise Refused(
            _("“{text}” is not a duration.").format(text=excerpt(text)),
            _("Type for instance 20 or 1h30."),
            field,
        )
    return minutes
