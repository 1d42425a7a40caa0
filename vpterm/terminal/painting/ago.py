"""How long ago something was, as people say it."""

from __future__ import annotations

from datetime import datetime

from vpterm.kernel.i18n import _


def ago(moment: datetime, now: datetime) -> str:
    """ "just now", "4 min ago", "3 h ago", "2 d ago"."""
    seconds = int((now - moment).total_seconds())
    if seconds < 60:
        return _("just now")
    for unit, length in (("min", 60), ("h", 3600), (_("d"), 86400)):
        if seconds < {"min": 2 * 3600, "h": 2 * 86400}.get(unit, seconds + 1):
            return _("{count} {unit} ago").format(count=seconds // length, unit=unit)
    return ""
