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
    return [(KEYBOARD.key, _("takes it back") if standing.has_keyboard else _("lends the keyboard")), *ends]


def _told(standing: SupportStanding, now: datetime) -> str:
    said = {"name": standing.name, "reason": standing.reason, "approver": standing.approver}
    if standing.phase == "asks":
        return _("! {name} (support) asks to see your screen: {reason}").format(**said)
    if standing.phase == "was_here":
        times = f"{_clock(standing.began)}-{_clock(standing.until)}"
        told = _("! {name} (support) looked in without your consent, {times}; approved by {approver}: {reason}")
        return told.format(times=times, **said)
    left = max(int((datetime.fromisoformat(standing.until) - now).total_seconds()), 0)
    minutes = _("{n} min").format(n=(left + 59) // 60)
    if standing.glass:
        told = _("! {name} (support) looks in without your consent, {minutes}; approved by {approver}: {reason}")
        return told.format(minutes=minutes, **said)
    if standing.has_keyboard:
        told = _("{name} (support) has the keyboard; your first key takes it back")
        return "! " + told.format(**said) + f" · {minutes}"
    told = {"view": _("{name} (support) looks in"), "point": _("{name} (support) looks in and points")}.get(
        standing.reach, _("{name} (support) looks in; the keyboard is yours")
    )
    names = _("names shown") if standing.sees_private else _("names masked")
    return "! " + " · ".join([told.format(**said), minutes, names])


def _clock(moment: str) -> str:
    return format_time(datetime.fromisoformat(moment).astimezone(PARIS)) if moment else ""
