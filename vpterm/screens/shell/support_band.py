"""The band that tells of support: in place of the double rule of every place, and on the same line over a question."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from vpterm.kernel.dates import PARIS, format_time
from vpterm.kernel.i18n import _
from vpterm.kernel.text import display_width, fit
from vpterm.screens.keymap.registry import name_of_key
from vpterm.screens.keymap.standard import KEYBOARD, SUPPORT
from vpterm.screens.link import SupportStanding
from vpterm.screens.shell.drawn import Drawn

if TYPE_CHECKING:
    from vpterm.screens.shell.app import PracticeApp


class Band(Drawn):
    """The band over a question, on the very line on which the place beneath shows it."""

    can_focus = False

    def draw(self, y: int) -> Strip:
        """One line."""
        return draw_band(self.app, self.size.width)


def draw_band(app: PracticeApp, width: int) -> Strip:
    """The line that tells who of support is there, how long yet, and the keys; as wide as the screen."""
    standing, look = app.support.standing, app.look
    style = look.style("danger" if standing.glass else "waiting") + Style(reverse=True)
    keys = "  ".join(f"{name_of_key(key)} {label}" for key, label in _keys(standing))
    room = max(width - display_width(keys) - 4, 0)
    told = fit(_told(standing, app.now()), room)
    gap = " " * (width - display_width(told) - display_width(keys) - 2)
    return Strip([Segment(f" {told}{gap}{keys} ", style)]).adjust_cell_length(width)


def _keys(standing: SupportStanding) -> list[tuple[str, str]]:
    if standing.phase == "asks":
        return [(SUPPORT.key, _("answers"))]
    if standing.phase == "was_here":
        return [(SUPPORT.key, _("seen"))]
    ends = [(SUPPORT.key, _("ends it"))]
    if standing.reach != "type":
        return ends
    return [(KEYBOARD.key, _("takes it back") if standing.has_keyboard else _("lends it")), *ends]


def _told(standing: SupportStanding, now: datetime) -> str:
    """What matters most comes first: a narrow terminal cuts the end."""
    said = {"name": standing.name, "reason": standing.reason, "approver": standing.approver}
    if standing.phase == "asks":
        return "! " + _("{name} (support) asks to see your screen: {reason}").format(**said)
    if standing.phase == "was_here":
        times = f"{_clock(standing.began)}-{_clock(standing.until)}"
        told = _("Without your consent · {name} (support) looked in {times} · approved by {approver}: {reason}")
        return "! " + told.format(times=times, **said)
    left_s = max(int((datetime.fromisoformat(standing.until) - now).total_seconds()), 0)
    said["minutes"] = _("{n} min").format(n=(left_s + 59) // 60)
    if standing.glass:
        told = _("Without your consent · {name} (support) looks in · {minutes} · approved by {approver}: {reason}")
        return "! " + told.format(**said)
    names = _("names shown") if standing.sees_private else _("names masked")
    return "! " + " · ".join([_("Support: {name} · {minutes}").format(**said), _reach(standing), names])


def _reach(standing: SupportStanding) -> str:
    if standing.has_keyboard:
        return _("types: your first key takes the keyboard back")
    return {"view": _("looks in"), "point": _("points")}.get(standing.reach, _("may type"))


def _clock(moment: str) -> str:
    return format_time(datetime.fromisoformat(moment).astimezone(PARIS)) if moment else ""
