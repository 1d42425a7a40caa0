"""F1: what can be done in a place and with which keys, the habits that hold everywhere, the last messages."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from textual.screen import Screen
from textual.widget import Widget

from vpterm.kernel.i18n import N_, _
from vpterm.screens.keymap.registry import EVERYWHERE, Action, name_of_key
from vpterm.screens.keymap.standard import keymap
from vpterm.screens.shell.openers import opens
from vpterm.screens.shell.place import Place
from vpterm.screens.theme.look import Role
from vpterm.screens.widgets.columns import Cell, Column
from vpterm.screens.widgets.rows import Rows

if TYPE_CHECKING:
    from vpterm.screens.shell.app import PracticeApp

HABITS = (
    (N_("type"), N_("Letters filter the list under the cursor; Backspace or Esc takes the filter away.")),
    (N_("↑ ↓ Enter"), N_("Move, and open.")),
    (N_("? or F4"), N_("All that a field accepts.")),
    (N_("dates"), N_(". today, +7 in a week, lun next Monday, 1a in a year, 24/11.")),
    (N_("amounts"), N_("86,4 or 86.4; weights 18,4 or 350 g; times 830 or 8h30.")),
    (N_("in notes"), N_(".abbr and a space writes the whole text.")),
    (N_("drafts"), N_("What is typed is kept; leaving a form loses nothing.")),
)


@dataclass(frozen=True)
class HelpLine:
    """A line of the page."""

    number: int
    key: str
    also: str
    text: str
    role: Role = "text"


def help_lines(place: str, messages: Iterable[str], width: int = 49) -> list[HelpLine]:
    """The page of a place, translated; sentences longer than `width` cells go on in the next line."""
    parts: list[tuple[str, str, str, Role]] = []
    titles = dict(keymap.places())
    own = keymap.own_actions(place) if place != EVERYWHERE else ()
    if own:
        parts.append((_(titles[place]).upper(), "", "", "heading"))
        parts += [_of(action) for action in own]
        parts.append(("", "", "", "text"))
    parts.append((_(titles[EVERYWHERE]).upper(), "", "", "heading"))
    taken = {action.name for action in own}
    parts += [_of(action) for action in keymap.own_actions(EVERYWHERE) if action.name not in taken]
    parts += [("", "", "", "text"), (_("Habits").upper(), "", "", "heading")]
    parts += [(_(key), "", _(text), "text") for key, text in HABITS]
    told = list(messages)
    if told:
        parts += [("", "", "", "text"), (_("Last messages").upper(), "", "", "heading")]
        parts += [("", "", message, "text") for message in reversed(told)]
    return [HelpLine(at, *part) for at, part in enumerate(_wrapped(parts, width))]


def _wrapped(parts: list[tuple[str, str, str, Role]], width: int) -> Iterator[tuple[str, str, str, Role]]:
    for key, also, text, role in parts:
        first, *rest = textwrap.wrap(text, width) or [""]
        yield key, also, first, role
        for line in rest:
            yield "", "", line, role


def _of(action: Action) -> tuple[str, str, str, Role]:
    names = [name_of_key(key) for key in action.keys.all] if action.keys else [name_of_key("f10")]
    return (names[0], ", ".join(names[1:]), _(action.explanation or action.label), "text")


class HelpPage(Place):
    """The page itself."""

    place = "help.page"
    title_label = N_("Help")

    def __init__(self, about: str, messages: Iterable[str], width: int) -> None:
        super().__init__()
        self._lines = help_lines(about, messages, width)
        self._about = dict(keymap.places()).get(about, "")

    def body(self) -> Iterable[Widget]:
        """One list: it scrolls, and typing filters it."""
        columns = [
            Column[HelpLine]("", lambda line: Cell(line.key, "heading"), 12),
            Column[HelpLine]("", lambda line: line.also, 11, role="quiet"),
            Column[HelpLine]("", lambda line: line.text, 30, stretch=1),
        ]
        yield Rows(
            columns,
            self._lines,
            identity=lambda line: line.number,
            filter_text=lambda line: f"{line.key} {line.also} {line.text}",
        )

    def on_mount(self) -> None:
        """The title."""
        self.head.show_subject(_("Help"), _(self._about) if self._about else "")


@opens("help.page")
async def open_help(app: PracticeApp, *, place: str = EVERYWHERE) -> Screen[Any]:
    """F1."""
    return HelpPage(place, app.messages, max(app.size.width - 31, 20))
