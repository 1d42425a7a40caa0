"""Means of payment by one letter: the first of its name that no means before it has taken."""

from __future__ import annotations

from typing import Any

from vpterm.kernel.i18n import _
from vpterm.kernel.text import normalise
from vpterm.practice.till.rules import MEANS
from vpterm.screens.widgets.choice import Choice, ChoiceField


def letter_of_means() -> dict[str, str]:
    """The letter of each means in the language of the session: e(spèces), c(arte), c-h(èque)..."""
    taken: dict[str, str] = {}
    for means, label in MEANS.items():
        letters = normalise(_(label)).replace(" ", "")
        taken[means] = next(letter for letter in letters if letter not in taken.values())
    return taken


def letters() -> str:
    """ "e espèces   c carte   h chèque..." """
    return "   ".join(f"{letter} {_(MEANS[means])}" for means, letter in letter_of_means().items())


class MeansField(ChoiceField):
    """A means by its letter or its name."""

    def __init__(self, name: str, label: str, **options: Any) -> None:
        self._letters = {letter: means for means, letter in letter_of_means().items()}
        super().__init__(name, label, [Choice(means, _(label)) for means, label in MEANS.items()], width=24, **options)

    def parse(self, typed: str) -> Any:
        """A single letter is a means at once."""
        return self._letters.get(normalise(typed)) or super().parse(typed)
