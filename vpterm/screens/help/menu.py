"""F10: everything that can be done, by name. Arrows or letters find it, Enter does it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from vpterm.kernel.i18n import _
from vpterm.screens.keymap.registry import Action, name_of_key
from vpterm.screens.shell.commands import Command, all_commands
from vpterm.screens.shell.openers import Opening, all_openings
from vpterm.screens.shell.place import Place
from vpterm.screens.widgets.columns import Column
from vpterm.screens.widgets.dialogs import PickList

if TYPE_CHECKING:
    from vpterm.screens.shell.app import PracticeApp


@dataclass(frozen=True)
class Entry:
    """A line of the menu and what it stands for."""

    kind: str
    label: str
    how: str
    target: Action | Opening | Command

    @property
    def identity(self) -> str:
        """Unique in the menu."""
        return f"{self.kind} {self.label}"


def entries(app: PracticeApp) -> list[Entry]:
    """What the person can do from here: actions of the place, places, commands."""
    found: list[Entry] = []
    place = app.screen
    if isinstance(place, Place):
        for action in place.available_actions():
            if action.name not in {"menu", "back"}:
                key = name_of_key(action.keys.key) if action.keys else ""
                label = _(action.explanation or action.label)
                found.append(Entry(_("here"), f"{_(action.label).capitalize()} · {label}", key, action))
    for known in all_openings():
        if known.label and (known.right is None or app.context.may(known.right)):
            found.append(Entry(_("go to"), _(known.label), "", known))
    for known_command in all_commands():
        how = f"> {known_command.words[0]} {_(known_command.argument) if known_command.argument else ''}".rstrip()
        found.append(Entry(_("type"), _(known_command.label), how, known_command))
    return found


async def show_menu(app: PracticeApp) -> None:
    """Open the menu and do what is picked."""
    columns = [
        Column[Entry]("", lambda entry: entry.kind, 8, role="quiet"),
        Column[Entry]("", lambda entry: entry.label, 30, stretch=1),
        Column[Entry]("", lambda entry: entry.how, 16, role="quiet"),
    ]
    picked = await app.ask(
        PickList(
            _("Menu"),
            entries(app),
            columns=columns,
            identity=lambda entry: entry.identity,
            filter_text=lambda entry: f"{entry.label} {entry.how}",
            width=78,
        )
    )
    if picked is not None:
        await _do(app, picked.target)


async def _do(app: PracticeApp, target: Action | Opening | Command) -> None:
    if isinstance(target, Opening):
        await app.open(target.name)
    elif isinstance(target, Command):
        await target.doer(app, "")
    elif isinstance(app.screen, Place):
        await app.screen.perform(target)
