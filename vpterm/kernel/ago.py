"""How long ago something was, as people say it."""

from __future__ import annotations

from datetime import datetime

from vpterm.kernel.i18n import _


def ago(moment: datetime, now: datetime) -> str:
    """ "just now", "4 min ago", "3 h ago", "2 d ago"."""
    if (now - moment).total_seconds() < 60:
        return _("just now")
    return _("{length} ago").format(length=length_of(moment, now))


def length_of(moment: datetime, now: datetime) -> str:
    """How much time lies between: "12 s", "4 min", "3 h", "2 d"; never less than two of a unit but the smallest."""
    seconds = max(int((now - moment).total_seconds()), 0)
    for unit, length in ((_("d"), 86400), ("h", 3600), ("min", 60)):
        if seconds >= 2 * length or (length == 60 and seconds >= 60):
            return f"{seconds // length} {unit}"
    return f"{seconds} s"
