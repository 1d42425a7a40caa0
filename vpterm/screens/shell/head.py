"""The two lines on top of every place: whose site it is, what is open, the time, the person; then the double rule.

While support asks or looks in, the band that tells so stands in place of the rule: nothing else moves.
"""

from __future__ import annotations

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.geometry import Region
from textual.strip import Strip

from vpterm.kernel.dates import format_day_title
from vpterm.kernel.i18n import _, current_language
from vpterm.kernel.text import fit
from vpterm.screens.privacy import marked
from vpterm.screens.shell.drawn import Drawn
from vpterm.screens.shell.narrow import is_narrow
from vpterm.screens.shell.support_band import draw_band


class Head(Drawn):
    """`SITE NAME   what is open          Mon 24 Nov  08:42       vet.lilas`; the site's colour is the one accent."""

    can_focus = False

    def __init__(self) -> None:
        super().__init__()
        self._name = ""
        self._facts = ""
        self._clock = (0, "")  # the column and the text that were drawn; no text where there is no room for a clock

    def show_subject(self, name: str, facts: str = "") -> None:
        """Say what the place is about: `name` in bold capitals, `facts` in plain words beside it."""
        self._name, self._facts = name, facts
        self.refresh()

    def tick(self) -> bool:
        """Have the clock's cells painted, if it says another time by now. Answers whether it does."""
        at, shown = self._clock
        now = self._time()
        if not shown or shown == now:
            return False
        self.refresh(Region(at, 0, cell_len(shown), 1) if len(shown) == len(now) else Region(0, 0, self.size.width, 1))
        return True

    def _time(self) -> str:
        moment = self.app.now()
        return f"{format_day_title(moment.date(), current_language())}  {moment:%H:%M}"

    def draw(self, y: int) -> Strip:
        """Line 0 is the title, line 1 the double rule."""
        app, width, look = self.app, self.size.width, self.look
        if y == 1 and app.support.is_told:
            return draw_band(app, width)
        if y == 1:
            rule = [Segment(" "), Segment("═" * max(width - 2, 0), look.style("site")), Segment(" ")]
            return Strip(rule).adjust_cell_length(width)
        person = fit(app.person, 20)
        if app.context.session_name:  # who has several sessions must see which one this is
            person = f"{person} · {fit(app.context.session_name, 12)}"
        # The site is told by its beginning and its colour; who lies on the table needs the room.
        site = fit(app.site.name.upper(), 24 if self._name and width < 110 else 60)
        if self._name and is_narrow(width):
            site = app.site.code.upper()
        pieces: list[tuple[str, Style]] = [(site, look.style("site"))]
        if self._name:
            pieces += [("   ", look.style("text")), (self._name.upper(), marked(self._name, look.style("strong")))]
        if self._facts:
            pieces.append(("  " + self._facts, marked(self._facts, look.style("text"))))
        right: list[tuple[str, Style]] = []
        has_clock = not self._name or width >= 110
        if app.recorded:
            mark = _("recorded") if has_clock else _("REC")
            right.append((f"{look.glyph('dot')} {mark}{'   ' if has_clock else ''}", look.style("danger")))
        self._clock = (0, "")
        if has_clock:
            clock = self._time()
            timed = [(clock, look.style("text"))]
            if not is_narrow(width):
                timed += [("       ", look.style("text")), (person, look.style("quiet"))]
            self._clock = (width - 1 - sum(cell_len(text) for text, _style in timed), clock)
            right += timed
        return _line(pieces, right, width)


def _line(left: list[tuple[str, Style]], right: list[tuple[str, Style]], width: int) -> Strip:
    """Left and right parts on one line with a blank at both ends; the left gives way."""
    # A line without a right part may run up to the edge: at 80 columns every cell counts.
    end = 2 if right else 1
    room = width - end - sum(cell_len(text) for text, _style in right) - (2 if right else 0)
    segments = [Segment(" ")]
    used = 0
    for text, style in left:
        shown = fit(text, max(room - used, 0))
        segments.append(Segment(shown, style))
        used += cell_len(shown)
    gap = width - end - used - sum(cell_len(text) for text, _style in right)
    segments.append(Segment(" " * max(gap, 0)))
    segments += [Segment(text, style) for text, style in right]
    segments.append(Segment(" "))
    return Strip(segments).adjust_cell_length(width)
