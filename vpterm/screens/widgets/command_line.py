"""The `>` line of the home board: typed commands, as each noun registers them (shell/commands.py)."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.widgets import Input, Static

from vpterm.screens.shell.commands import do_line
from vpterm.screens.shell.place import Place
from vpterm.screens.widgets.fields import TextField

if TYPE_CHECKING:
    from vpterm.screens.shell.app import PracticeApp


class _Line(TextField):
    """Arrows up and down bring earlier lines back."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "earlier(-1)", show=False),
        Binding("down", "earlier(1)", show=False),
    ]

    def __init__(self) -> None:
        super().__init__("command", "")
        self.earlier: list[str] = []
        self._at = 0

    def action_earlier(self, by: int) -> None:
        """Another line of before."""
        lines = [*self.earlier, ""]
        self._at = min(max(self._at + by, 0), len(lines) - 1)
        self.set_text(lines[self._at])

    def remember(self, line: str) -> None:
        """Keep a line that was done."""
        self.earlier = [*[other for other in self.earlier if other != line], line][-50:]
        self._at = len(self.earlier)

    def step_back(self) -> bool:
        """Esc empties the line first."""
        had = bool(self.value)
        self.set_text("")
        return had


class CommandLine(Horizontal, can_focus=False):
    """`> cli dupont`. A line that cannot be done stays, so that it can be mended."""

    def __init__(self) -> None:
        super().__init__()
        self.line = _Line()

    def compose(self) -> ComposeResult:
        """The prompt and the line."""
        yield Static(">", classes="prompt", markup=False)
        yield self.line

    @on(Input.Changed)
    def _changed(self) -> None:
        """An error about the line is over when the line is another."""
        if isinstance(self.screen, Place):
            self.screen.forget_error()

    @on(Input.Submitted)
    def _submitted(self, message: Input.Submitted) -> None:
        message.stop()
        app: PracticeApp = self.app  # type: ignore[assignment]
        if message.value.strip():
            app.work(self._do(message.value))

    async def _do(self, typed: str) -> None:
        await do_line(self.app, typed)
        self.line.remember(typed.strip())
        self.line.set_text("")
