"""Beside the timeline on a wide terminal: every weight with its change, every problem, what else is known."""

from __future__ import annotations

from rich.segment import Segment
from textual.strip import Strip

from vpterm.kernel.dates import format_date_short, paris_day
from vpterm.kernel.i18n import _
from vpterm.kernel.quantities import format_weight
from vpterm.kernel.text import fit, pad
from vpterm.practice.animals.queries import AnimalSheet, WeightRow
from vpterm.screens.shell.drawn import Drawn
from vpterm.screens.theme.look import Role

Piece = tuple[str, Role]
MOST_WEIGHTS = 14
BAR = 10


class Aside(Drawn):
    """Thirty-six columns of lines; nothing in it takes the focus."""

    can_focus = False
    DEFAULT_CSS = "Aside { width: 36; height: 1fr; margin-left: 3; }"

    def __init__(self) -> None:
        super().__init__()
        self._lines: list[list[Piece]] = []

    def show(self, sheet: AnimalSheet) -> None:
        """Another animal, or the same one anew."""
        self._lines = [*_problems(sheet), [], *_weights(sheet.weights), [], *_rest(sheet)]
        self.refresh()

    def draw(self, y: int) -> Strip:
        """One line of pieces."""
        pieces = self._lines[y] if y < len(self._lines) else []
        segments = [Segment(text, self.look.style(role)) for text, role in pieces]
        return Strip(segments).adjust_cell_length(self.size.width)


def _problems(sheet: AnimalSheet) -> list[list[Piece]]:
    lines: list[list[Piece]] = [[(_("Problems").upper(), "heading")]]
    for problem in sheet.problems:
        day = format_date_short(problem.since)
        if problem.closed_on is None:
            lines.append([(f"{day}  ", "quiet"), (fit(problem.label, 26), "waiting")])
        else:
            over = _("over on {day}").format(day=format_date_short(problem.closed_on))
            lines.append([(f"{day}  {fit(problem.label, 26)}", "quiet")])
            lines.append([(f"          {over}", "quiet")])
    return lines if sheet.problems else [*lines, [(_("none noted"), "quiet")]]


def _weights(weights: tuple[WeightRow, ...]) -> list[list[Piece]]:
    lines: list[list[Piece]] = [[(_("Weights").upper(), "heading")]]
    heaviest = max((weight.weight_g for weight in weights), default=1)
    for weight in reversed(weights[-MOST_WEIGHTS:]):
        bar = "▪" * max(round(weight.weight_g * BAR / heaviest), 1)
        day = format_date_short(paris_day(weight.measured_at))
        lines.append(
            [(f"{day}  ", "quiet"), (pad(format_weight(weight.weight_g), 9, "right"), "text"), (f"  {bar}", "rule")]
        )
    return lines if weights else [*lines, [(_("no weight yet"), "quiet")]]


def _rest(sheet: AnimalSheet) -> list[list[Piece]]:
    return [[(fit(_("Coat: {coat}").format(coat=sheet.coat), 36), "quiet")]] if sheet.coat else []
