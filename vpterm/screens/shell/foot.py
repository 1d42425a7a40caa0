"""The lines at the bottom of every place: the message line, a thin rule, the keys."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable
from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip
from textual.widget import Widget

from vpterm.kernel.i18n import _
from vpterm.screens.keymap.registry import Action, name_of_key
from vpterm.screens.theme.look import Look, Role

if TYPE_CHECKING:
    from vpterm.screens.shell.app import PracticeApp


class Foot(Widget):
    """Message, rule, keys. A message that is too long for one line takes two or three, never an ellipsis."""

    can_focus = False

    def __init__(self, actions: Iterable[Action]) -> None:
        super().__init__()
        self._actions = tuple(actions)
        self._message = ""
        self._role: Role = "text"
        self._busy = ""

    @property
    def message(self) -> str:
        """What the message line says now."""
        return self._busy or self._message

    def say(self, message: str, *, is_error: bool = False) -> None:
        """Put `message` on the line until the next one; an error has a `!` before it."""
        self._message = f"! {message}" if is_error else message
        self._role = "danger" if is_error else "text"
        self._resize_to_message()

    def say_busy(self, message: str) -> None:
        """Say that something is under way, over the message; "" ends it."""
        self._busy = message
        self._resize_to_message()

    def show_actions(self, actions: Iterable[Action]) -> None:
        """Change the keys shown."""
        self._actions = tuple(actions)
        self.refresh()

    def _lines(self) -> list[str]:
        return textwrap.wrap(self.message, max(self.size.width - 2, 20), max_lines=4) or [""]

    def _resize_to_message(self) -> None:
        height = len(self._lines()) + 2
        if self.styles.height is None or self.styles.height.value != height:
            self.styles.height = height
        self.refresh()

    def on_resize(self) -> None:
        """A narrower terminal may need a second line."""
        self._resize_to_message()

    def render_line(self, y: int) -> Strip:
        """The message lines, then the rule, then the keys."""
        app: PracticeApp = self.app  # type: ignore[assignment]
        width, look, lines = self.size.width, app.look, self._lines()
        if y < len(lines):
            style = look.style("waiting" if self._busy else self._role)
            return Strip([Segment(" "), Segment(lines[y], style)]).adjust_cell_length(width)
        if y == len(lines):
            rule = [Segment(" "), Segment("─" * max(width - 2, 0), look.style("rule"))]
            return Strip(rule).adjust_cell_length(width)
        return keys_line(self._actions, look, width)


def keys_line(actions: Iterable[Action], look: Look, width: int) -> Strip:
    """The keys from left to right by their number, Esc at the right end; what does not fit stands in F1 and F10."""
    shown = [action for action in actions if action.keys and action.in_footer]
    back = [action for action in shown if action.name == "back"]
    hints = _hints([action for action in shown if action.name != "back"])
    end = [(name_of_key("escape"), _(back[0].label))] if back else []
    room = width - 2 - sum(_width(hint) + 2 for hint in end)
    chosen: list[tuple[int, tuple[str, str]]] = []
    for order, hint in hints:
        if _width(hint) + 2 > room:
            continue
        room -= _width(hint) + 2
        chosen.append((order, hint))
    segments = [Segment(" ")]
    for _order, hint in sorted(chosen, key=lambda entry: entry[0]):
        segments += [*_drawn(hint, look), Segment("  ")]
    for hint in end:
        segments += [Segment(" " * (room + 2)), *_drawn(hint, look)]
    return Strip(segments).adjust_cell_length(width)


def _hints(actions: list[Action]) -> list[tuple[int, tuple[str, str]]]:
    """Order and text of each hint, the most wanted first; F7 and F8 share one."""
    hints: list[tuple[int, tuple[str, str]]] = []
    keys = {action.keys.key for action in actions if action.keys}
    for action in actions:
        if action.keys is None or (action.keys.key == "f8" and "f7" in keys):
            continue
        key, label = name_of_key(action.keys.key), _(action.label)
        if action.keys.key == "f7" and "f8" in keys:
            other = next(a for a in actions if a.keys and a.keys.key == "f8")
            key, label = "F7/F8", f"{label}/{_(other.label)}"
        number = action.keys.key[1:]
        hints.append((int(number) if number.isdigit() else 90 + len(hints), (key, label)))
    return hints


def _width(hint: tuple[str, str]) -> int:
    return cell_len(hint[0]) + 1 + cell_len(hint[1])


def _drawn(hint: tuple[str, str], look: Look) -> list[Segment]:
    quiet: Style = look.style("quiet")
    return [Segment(hint[0], look.style("key")), Segment(f" {hint[1]}", quiet)]
