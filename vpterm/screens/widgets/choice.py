"""A field that takes one of several choices: a few letters without accents are enough, F4 or ? shows them all."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from textual import events
from textual.suggester import Suggester

from vpterm.kernel.errors import Refused
from vpterm.kernel.i18n import _
from vpterm.kernel.text import normalise
from vpterm.screens.widgets.dialogs import PickList
from vpterm.screens.widgets.fields import TextField

if TYPE_CHECKING:
    from vpterm.screens.shell.app import PracticeApp


@dataclass(frozen=True)
class Choice:
    """One choice: the value a form hands out, the label shown (translated), words that also find it."""

    value: Hashable
    label: str
    also: str = ""


def matching(choices: Sequence[Choice], typed: str) -> list[Choice]:
    """The choices that `typed` may mean: the very label, else labels that begin so, else that hold every word."""
    wanted = normalise(typed)
    if not wanted:
        return []
    labels = [(choice, normalise(choice.label)) for choice in choices]
    words = wanted.split()
    return (
        [choice for choice, label in labels if label == wanted]
        or [choice for choice, label in labels if label.startswith(wanted)]
        or [choice for choice, label in labels if all(word in f"{label} {normalise(choice.also)}" for word in words)]
    )


class _FirstMatch(Suggester):
    """Shows the rest of the first label that begins with what is typed."""

    def __init__(self, field: ChoiceField) -> None:
        super().__init__(use_cache=False, case_sensitive=True)
        self._field = field

    async def get_suggestion(self, value: str) -> str | None:
        found = matching(self._field.choices, value)
        if found and normalise(found[0].label).startswith(normalise(value)):
            return value + found[0].label[len(value) :]
        return None


class ChoiceField(TextField):
    """`ChoiceField("species", _("Species"), [Choice(1, "Chien"), ...], value=1)`; `read()` answers the choice's value.

    Typed letters that fit one choice are completed on leaving; Enter where several fit shows those.
    """

    nothing = None

    def __init__(
        self, name: str, label: str, choices: Sequence[Choice], value: Hashable | None = None, **options: Any
    ) -> None:
        self.choices = tuple(choices)
        text = next((choice.label for choice in choices if choice.value == value), "")
        super().__init__(name, label, text, **options)
        self.suggester = _FirstMatch(self)

    def parse(self, typed: str) -> Hashable:
        """The one choice that fits."""
        return self._one(typed).value

    def show(self, value: Hashable) -> str:
        """The label."""
        return next(choice.label for choice in self.choices if choice.value == value)

    def _one(self, typed: str) -> Choice:
        found = matching(self.choices, typed)
        if len(found) == 1 or (found and normalise(found[0].label) == normalise(typed)):
            return found[0]
        if found:
            raise Refused(_("“{text}” fits several choices.").format(text=typed), _("F4 shows them."), self.key)
        raise Refused(_("“{text}” is not among the choices.").format(text=typed), _("F4 shows them all."), self.key)

    def set_value(self, value: Hashable | None) -> None:
        """Choose by value; None empties the field."""
        self.set_text("" if value is None else self.show(value))

    def set_choices(self, choices: Sequence[Choice]) -> None:
        """Offer other choices (breeds, once the species is known)."""
        self.choices = tuple(choices)

    async def show_choices(self) -> None:
        """F4 or ?: pick from the list; what is typed filters it at first."""
        app: PracticeApp = self.app  # type: ignore[assignment]
        found = matching(self.choices, self.value)
        shown = found if len(found) > 1 else self.choices
        current = found[0].value if len(found) == 1 else None
        picked = await app.ask(
            PickList(
                self.label,
                shown,
                show=lambda choice: choice.label,
                identity=lambda choice: choice.value,
                filter_text=lambda choice: f"{choice.label} {choice.also}",
                current=current,
            )
        )
        if picked is not None:
            self.set_text(picked.label)

    async def on_key(self, event: events.Key) -> None:
        """`?` asks for the choices; Enter does where several fit."""
        app: PracticeApp = self.app  # type: ignore[assignment]
        is_open_question = event.key == "enter" and len(matching(self.choices, self.value)) > 1
        if is_open_question:
            is_open_question = self.tidy() is not None
        if event.character == "?" or is_open_question:
            event.stop()
            event.prevent_default()
            app.work(self.show_choices())
