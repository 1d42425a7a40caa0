"""The lines at the bottom of every place: the message line, a thin rule, the keys."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable

from rich.cells import cell_len
from rich.segment import Segment
from textual.strip import Strip

from vpterm.kernel.i18n import _
from vpterm.screens.keymap.registry import Action, name_of_key
from vpterm.screens.shell.drawn import Drawn
from vpterm.screens.theme.look import Look, Role


class Foot(Drawn):
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

    def forget_error(self) -> None:
        """Take the message away, if it tells an error."""
        if self._role == "danger":
            self.say("")

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

    def draw(self, y: int) -> Strip:
        """The message lines, then the rule, then the keys."""
        width, look, lines = self.size.width, self.look, self._lines()
        if y < len(lines):
            style = look.style("waiting" if self._busy else self._role)
            return Strip([Segment(" "), Segment(lines[y], style)]).adjust_cell_length(width)
        if y == len(lines):
            rule = [Segment(" "), Segment("─" * max(width - 2, 0), look.style("rule"))]
            return Strip(rule).adjust_cell_length(width)
        return keys_line(self._actions, look, width)


Hint = tuple[str, str]
_SHARED = ("menu", "search", "site")  # of every place: what is left of the room is theirs
_AT_END = 999


def keys_line(actions: Iterable[Action], look: Look, width: int) -> Strip:
    """The keys from left to right by their number, Esc at the right end.

    Help and the way back have their room first, then F9 and the rest of the place's own; where one of these had to
    stay out, help says that there is more: "F1 help…".
    """
    shown = sorted((action for action in actions if action.keys and action.in_footer), key=_rank)
    chosen, room = _fitting(_hints(shown), width - 2)
    own = sum(1 for _order, _hint, rank in _hints(shown) if rank <= _OWN)
    if sum(1 for _order, _hint, rank in chosen if rank <= _OWN) < own:
        chosen, room = _fitting(_hints(shown, more="…"), width - 2)
    segments = [Segment(" ")]
    for at, (order, hint, _rank_of_it) in enumerate(sorted(chosen)):
        gap = 0 if at == 0 else 2
        segments += [Segment(" " * (gap + (room if order == _AT_END else 0))), *_drawn(hint, look)]
    return Strip(segments).adjust_cell_length(width)


_OWN = 3


def _rank(action: Action) -> int:
    """What has room first."""
    if action.name in ("help", "back"):
        return ("help", "back").index(action.name)
    if action.name in _SHARED:
        return _OWN + 1 + _SHARED.index(action.name)
    return 2 if action.keys is not None and action.keys.key == "f9" else _OWN


def _fitting(hints: list[tuple[int, Hint, int]], room: int) -> tuple[list[tuple[int, Hint, int]], int]:
    """Those that fit, the most wanted first, and the cells that are left."""
    chosen: list[tuple[int, Hint, int]] = []
    for hint in hints:
        needed = _width(hint[1]) + (2 if chosen else 0)
        if needed <= room:
            room -= needed
            chosen.append(hint)
    return chosen, room


def _hints(actions: list[Action], more: str = "") -> list[tuple[int, Hint, int]]:
    """Order, text and rank of each hint; F7 and F8 share one. `more` is said with help."""
    hints: list[tuple[int, Hint, int]] = []
    by_key = {action.keys.key: action for action in actions if action.keys}
    for action in actions:
        if action.keys is None or (action.keys.key == "f8" and "f7" in by_key):
            continue
        key, label = name_of_key(action.keys.key), _(action.label)
        if action.keys.key == "f7" and "f8" in by_key:
            key, label = "F7/F8", f"{label}/{_(by_key['f8'].label)}"
        if action.name == "help":
            label += more
        number = action.keys.key[1:]
        order = _AT_END if action.name == "back" else int(number) if number.isdigit() else 90 + len(hints)
        hints.append((order, (key, label), _rank(action)))
    return hints


def _width(hint: Hint) -> int:
    return cell_len(hint[0]) + 1 + cell_len(hint[1])


def _drawn(hint: Hint, look: Look) -> list[Segment]:
    return [Segment(hint[0], look.style("key")), Segment(f" {hint[1]}", look.style("quiet"))]
