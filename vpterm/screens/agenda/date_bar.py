"""The line below a day, where another day is typed."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from textual import on
from textual.containers import Horizontal
from textual.widget import Widget
from textual.widgets import Input, Static

from vpterm.kernel.i18n import _
from vpterm.screens.widgets.fields import TextField


class DateLine(TextField):
    """Esc empties it and goes back to the list."""

    def __init__(self, on_leave: Callable[[], None]) -> None:
        super().__init__("day", "", hint=_("a day: . for today, +7, mon, w+1, 24/12"))
        self._leave = on_leave

    def step_back(self) -> bool:
        """True while something is typed."""
        had = bool(self.value)
        self.set_text("")
        self._leave()
        return had


class DateBar(Horizontal):
    """`on_typed(text)` at Enter, `on_leave()` at Esc."""

    def __init__(self, *, on_typed: Callable[[str], None], on_leave: Callable[[], None]) -> None:
        super().__init__()
        self._on_typed = on_typed
        self.line = DateLine(on_leave)
        self.styles.height, self.styles.margin = 1, (1, 0, 0, 0)

    def compose(self) -> Iterable[Widget]:
        """The label and the line."""
        label = Static(_("Go to: "), markup=False, classes="label")
        label.styles.width = "auto"
        yield label
        yield self.line

    def begin(self, character: str) -> None:
        """Somebody types on a list: it goes here."""
        self.line.focus()
        self.line.insert_text_at_cursor(character)

    @on(Input.Submitted)
    def _typed(self, message: Input.Submitted) -> None:
        message.stop()
        self._on_typed(message.value)
