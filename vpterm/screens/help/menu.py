"""F10: everything that can be done, by name. Arrows or letters find it, Enter does it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from vpterm.kernel.i18n import _
from vpterm.screens.keymap.registry import Action, name_of_key
from vpterm.screens.keymap.standard import keymap
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

    label: str
    explanation: str
    how: str
    target: Action | Opening | Command


def entries(app: PracticeApp) -> list[Entry]:
    """What can be done from here: the place's own actions, places and commands, actions of everywhere."""
    place = app.screen
    offered = place.available_actions() if isinstance(place, Place) else ()
    own = {action.name for action in keymap.own_actions(place.place)} if isinstance(place, Place) else set()
    found = [_of_action(action) for action in offered if action.name in own - {"back"}]
    words = {known_command.label: known_command for known_command in all_commands()}
    for known in all_openings():
        if known.label:
            how = _how_to_type(words.pop(known.label)) if known.label in words else ""
            if known.right is None or app.context.may(known.right):
                found.append(Entry(_(known.label), "", how, known))
    found += [Entry(_(label), "", _how_to_type(left), left) for label, left in words.items()]
    return found + [_of_action(action) for action in offered if action.name not in own | {"menu", "back"}]


def _how_to_type(known: Command) -> str:
    return f"> {known.words[0]} {_(known.argument) if known.argument else ''}".rstrip()


def _of_action(action: Action) -> Entry:
    explanation = _(action.explanation) if action.explanation else ""
    label = _(action.label)
    key = name_of_key(action.keys.key) if action.keys else ""
    return Entry(label[:1].upper() + label[1:], explanation, key, action)


async def show_menu(app: PracticeApp) -> None:
    """Open the menu and do what is picked."""
    lines = list(enumerate(entries(app)))
    labels, hows = (max(len(getattr(line[1], what)) for line in lines) for what in ("label", "how"))
    columns = [
        Column[tuple[int, Entry]]("", lambda line: line[1].label, labels),
        # Half a sentence explains nothing: it goes where it does not fit; F1 tells it all.
        Column[tuple[int, Entry]]("", lambda line: line[1].explanation, 36, rank=1, stretch=1, role="quiet"),
        Column[tuple[int, Entry]]("", lambda line: line[1].how, hows, stretch=0, role="key"),
    ]
    picked = await app.ask(
        PickList(
            _("Menu"),
            lines,
            columns=columns,
            identity=lambda line: line[0],
            filter_text=lambda line: f"{line[1].label} {line[1].explanation} {line[1].how}",
            width=78 if app.size.width < 110 else 100,
        )
    )
    if picked is not None:
        await _do(app, picked[1].target)


async def _do(app: PracticeApp, target: Action | Opening | Command) -> None:
    if isinstance(target, Opening):
        await app.open(target.name)
    elif isinstance(target, Command):
        await target.doer(app, "")
    elif isinstance(app.screen, Place):
        await app.screen.perform(target)
