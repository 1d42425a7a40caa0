"""The question of support, opened by the person's own key: refuse, or grant so much, for so long, with names or not.

No letter answers it, and what one types on by mistake (Enter) refuses.
"""

from __future__ import annotations

from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Static

from vpterm.kernel.i18n import N_, _
from vpterm.practice.support.rules import MINUTES, REACH_LABELS, USUAL_MINUTES
from vpterm.screens.keymap.registry import Action
from vpterm.screens.keymap.standard import BACK
from vpterm.screens.link import SupportStanding
from vpterm.screens.shell.place import Dialog
from vpterm.screens.widgets.columns import Column
from vpterm.screens.widgets.rows import Rows
from vpterm.screens.widgets.section import Line

_REFUSED: tuple[str, str] = ("", N_("Refuse"))


class SupportRequest(Dialog[dict[str, str]]):
    """Answers what was granted (reach, minutes, private), {} for no, None for Esc: not yet."""

    place = "support.request"
    actions: ClassVar[tuple[Action, ...]] = (Action("back", BACK, N_("later"), N_("Answer later, within the minute.")),)

    def __init__(self, asked: SupportStanding) -> None:
        super().__init__()
        self._asked = asked
        self._minutes, self._sees_private = USUAL_MINUTES, False
        answers = [_REFUSED, *((reach.value, label) for reach, label in REACH_LABELS.items())]
        columns = [Column[tuple[str, str]]("", lambda answer: _(answer[1]).capitalize(), 10, stretch=1)]
        self.choices = Rows(columns, answers, identity=lambda answer: answer[0], on_open=self._picked)
        self.terms = Line()

    def compose(self) -> ComposeResult:
        """Who, why; the answers; for how long and with what; the keys."""
        with Vertical(classes="card"):
            yield Static(_("{name}, support, asks to see your screen.").format(name=self._asked.name), markup=False)
            yield Static(_("Because: {reason}").format(reason=self._asked.reason), markup=False)
            yield Static("")
            yield self.choices
            yield Static("")
            yield self.terms
            hint = _("Left and right: how long. Space: names and amounts. Enter answers; Esc: later.")
            yield Static(hint, markup=False, classes="hint")

    def on_mount(self) -> None:
        """The cursor stands on no."""
        self.choices.styles.height = len(self.choices.rows)
        self._show_terms()

    def _show_terms(self) -> None:
        names = _("owners' names and amounts shown") if self._sees_private else _("owners' names and amounts masked")
        minutes = _("{n} min").format(n=self._minutes)
        self.terms.show((f"{minutes} · ", "strong"), (names, "danger" if self._sees_private else "text"))

    def on_key(self, event: events.Key) -> None:
        """The terms; every other letter does nothing."""
        if event.key in ("left", "right"):
            at = MINUTES.index(self._minutes) + (1 if event.key == "right" else -1)
            self._minutes = MINUTES[min(max(at, 0), len(MINUTES) - 1)]
        elif event.key == "space":
            self._sees_private = not self._sees_private
        else:
            return
        event.stop()
        self._show_terms()

    async def _picked(self, answer: tuple[str, str]) -> None:
        private = "yes" if self._sees_private else "no"
        granted = {"reach": answer[0], "minutes": str(self._minutes), "private": private}
        self.answer(granted if answer[0] else {})
