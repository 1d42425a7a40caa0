"""The one registry of actions: which key does what, and in which place. No widget lives here."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from vpterm.kernel.i18n import N_, _

EVERYWHERE = "*"


@dataclass(frozen=True)
class Keys:
    """A key and the others that do the same, in Textual's spelling (`f9`, `ctrl+s`, `escape`)."""

    key: str
    alternatives: tuple[str, ...]

    @property
    def all(self) -> tuple[str, ...]:
        """The key and its alternatives, the one to show first."""
        return (self.key, *self.alternatives)


@dataclass(frozen=True)
class Action:
    """Something a person can do in a place; `do_<name>` of the screen does it.

    `label` (a word or two, for the footer) and `explanation` (a sentence, for the help page) are English
    msgids marked with `N_`. Without `keys` the action stands in the menu only.
    """

    name: str
    keys: Keys | None
    label: str
    explanation: str = ""
    in_footer: bool = True


class Keymap:
    """The actions of every place. A place inherits the actions of `EVERYWHERE` and may take one over by name."""

    def __init__(self) -> None:
        self._actions: dict[str, dict[str, Action]] = {EVERYWHERE: {}}
        self._titles: dict[str, str] = {EVERYWHERE: N_("Everywhere")}

    def add(self, place: str, *actions: Action, title: str | None = None) -> None:
        """Declare the actions of `place`; the last word counts, so that a reloaded module declares twice in peace."""
        self._actions.setdefault(place, {}).update({action.name: action for action in actions})
        if title:
            self._titles[place] = title

    def places(self) -> Iterator[tuple[str, str]]:
        """Every place with its title (a msgid)."""
        for place in self._actions:
            yield place, self._titles.get(place, place)

    def own_actions(self, place: str) -> tuple[Action, ...]:
        """What is declared for this place alone, in order."""
        return tuple(self._actions.get(place, {}).values())

    def actions(self, place: str, *, everywhere: bool = True) -> tuple[Action, ...]:
        """All that can be done in `place`: its own actions first, then those of everywhere."""
        own = self._actions.get(place, {})
        if not everywhere or place == EVERYWHERE:
            return tuple(own.values())
        rest = (action for name, action in self._actions[EVERYWHERE].items() if name not in own)
        return (*own.values(), *rest)

    def find(self, key: str, place: str, *, everywhere: bool = True) -> Action | None:
        """The action that `key` does in `place`, or None: then the key belongs to the focused widget."""
        for action in self.actions(place, everywhere=everywhere):
            if action.keys and key in action.keys.all:
                return action
        return None

    def faults(self) -> list[str]:
        """What is wrong with the declarations, in sentences: a key meaning two things, an action with one key only."""
        found = []
        for place in self._actions:
            meaning: dict[str, str] = {}
            for action in self.actions(place):
                if action.keys is None:
                    continue
                if not action.keys.alternatives:
                    found.append(f"{place}: {action.name} has no alternative to {action.keys.key}")
                for key in action.keys.all:
                    if key in meaning:
                        found.append(f"{place}: {key} means {meaning[key]} and {action.name}")
                    meaning[key] = action.name
        return found


_NAMES = {
    "escape": N_("Esc"),
    "enter": N_("Enter"),
    "ctrl+@": N_("Ctrl+Space"),
    "delete": N_("Del"),
    "insert": N_("Ins"),
    "question_mark": "?",
    "up": "↑",
    "down": "↓",
    "left": "←",
    "right": "→",
    "tab": "Tab",
    "plus": "+",
    "minus": "-",
}


def name_of_key(key: str) -> str:
    """How a key is written on screen: `ctrl+s` is "Ctrl+S", `escape` is "Échap" in French."""
    if key in _NAMES:
        return _(_NAMES[key])
    return "+".join(part.upper() if len(part) <= 3 and part != "alt" else part.capitalize() for part in key.split("+"))
