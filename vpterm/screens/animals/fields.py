"""The fields that only an animal's form has: identification with its diagnosis, birth, breed."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import TYPE_CHECKING, Any

from textual.suggester import Suggester

from vpterm.kernel.dates import BirthDate, Precision, format_birth, parse_birth
from vpterm.kernel.i18n import _
from vpterm.kernel.identifiers import check_identification, format_identification
from vpterm.kernel.text import normalise
from vpterm.practice.animals.queries import BreedRow
from vpterm.screens.widgets.choice import ChoiceField, matching
from vpterm.screens.widgets.dialogs import PickList
from vpterm.screens.widgets.fields import TextField

if TYPE_CHECKING:
    from vpterm.screens.shell.app import PracticeApp


class IdentificationField(TextField):
    """Fifteen digits or a tattoo, typed or scanned; on leaving, a number that cannot be right tells why."""

    def __init__(self, name: str, label: str, value: str | None = None, **options: Any) -> None:
        options.setdefault("width", 26)
        super().__init__(name, label, format_identification(value) if value else "", max_length=40, **options)

    def parse(self, typed: str) -> str:
        """The canonical number. Raises IdentificationRefused with the diagnosis."""
        return check_identification(typed, self.key).text

    def show(self, value: str) -> str:
        """`250 26 86 00123456`."""
        return format_identification(value)


class SpeciesField(ChoiceField):
    """Nine animals in ten are dogs and cats: a beginning that fits them means them ("chi" is no chinchilla)."""

    COMMON = ("dog", "cat")

    def parse(self, typed: str) -> Hashable:
        """The code of the species."""
        fitting = [choice.value for choice in matching(self.choices, typed) if choice.value in self.COMMON]
        exact = any(normalise(choice.label) == normalise(typed) for choice in self.choices)
        return fitting[0] if len(fitting) == 1 and not exact else super().parse(typed)


class BirthField(TextField):
    """A birth as owners tell it: `3 mois`, `2a`, `06/2020`, `12/03/19`; `read()` answers a BirthDate or None."""

    nothing = None

    def __init__(self, name: str, label: str, value: BirthDate | None = None, **options: Any) -> None:
        options.setdefault("width", 14)
        super().__init__(name, label, format_birth(value.date, value.precision) if value else "", **options)

    def parse(self, typed: str) -> BirthDate:
        """The birth, as precise as it was told."""
        app: PracticeApp = self.app  # type: ignore[assignment]
        return parse_birth(typed, app.now().date(), self.key)

    def show(self, value: BirthDate) -> str:
        """`12/03/2019`, `06/2020`, `2020`."""
        return format_birth(value.date, value.precision)


def birth_of(day: Any, precision: str) -> BirthDate | None:
    """The birth that an animal's row holds."""
    known: dict[str, Precision] = {"day": "day", "month": "month", "year": "year"}
    return BirthDate(day, known[precision]) if day is not None else None


class _FirstBreed(Suggester):
    """Shows the rest of the first breed that begins with what is typed."""

    def __init__(self, field: BreedField) -> None:
        super().__init__(use_cache=False, case_sensitive=True)
        self._field = field

    async def get_suggestion(self, value: str) -> str | None:
        wanted = normalise(value)
        for breed in self._field.breeds() if wanted else ():
            if normalise(breed.name).startswith(wanted):
                return value + breed.name[len(value) :]
        return None


class BreedField(TextField):
    """Any text; the library proposes (→ takes the proposal, F4 lists the breeds of the species)."""

    def __init__(self, name: str, label: str, value: str, *, breeds: Callable[[], Sequence[BreedRow]]) -> None:
        super().__init__(name, label, value, max_length=80)
        self.breeds = breeds
        self.suggester = _FirstBreed(self)

    def parse(self, typed: str) -> str:
        """As the library writes it, where it is the only breed that begins so."""
        wanted = normalise(typed)
        fitting = [breed.name for breed in self.breeds() if normalise(breed.name).startswith(wanted)]
        return fitting[0] if len(fitting) == 1 or normalise(fitting[0] if fitting else "") == wanted else typed

    async def show_choices(self) -> None:
        """F4."""
        app: PracticeApp = self.app  # type: ignore[assignment]
        picked = await app.ask(
            PickList(_("Breed"), self.breeds(), show=lambda breed: breed.name, identity=lambda breed: breed.id)
        )
        if picked is not None:
            self.set_text(picked.name)
