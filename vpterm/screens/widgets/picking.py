"""Fields with a list below them: arrows move in the list, Enter takes its line. One of them finds patients."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from textual.binding import Binding, BindingType
from textual.widgets import Input

from vpterm.kernel.i18n import N_, _
from vpterm.kernel.identifiers import format_phone
from vpterm.practice.animals.search import SearchHit, search
from vpterm.screens.privacy import owner, private
from vpterm.screens.widgets.columns import Cell, Column
from vpterm.screens.widgets.fields import TextField
from vpterm.screens.widgets.rows import Rows

if TYPE_CHECKING:
    from vpterm.screens.shell.app import PracticeApp


class PickingField(TextField):
    """`PickingField("when", _("When"), below=rows)`: up and down move in `below`, Enter takes its line.

    Subclasses write `take(row)` and say with `offers` whether the list is theirs now. With nothing to take,
    arrows and Enter do what they do in any field.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "pick(-1)", show=False),
        Binding("down", "pick(1)", show=False),
        Binding("pageup", "pick(-8)", show=False),
        Binding("pagedown", "pick(8)", show=False),
    ]

    def __init__(self, name: str, label: str, value: str = "", *, below: Rows[Any], **options: Any) -> None:
        super().__init__(name, label, value, **options)
        self.below = below
        below.on_focus()  # the line that Enter takes is to be seen although the cursor is in the field
        below.can_focus = False

    @property
    def offers(self) -> bool:
        """Whether Enter would take a line now."""
        return bool(self.below.rows)

    def take(self, row: Any) -> None:
        """Take the line over into the field."""
        raise NotImplementedError

    def action_pick(self, by: int) -> None:
        """Up and down."""
        if self.offers:
            self.below.action_move(by)
        elif by < 0:
            self.screen.focus_previous()
        else:
            self.screen.focus_next()

    async def action_submit(self) -> None:
        """Enter: take the line, then go on."""
        if self.offers and self.below.current is not None:
            self.take(self.below.current)
        await super().action_submit()


@dataclass(frozen=True, slots=True)
class Patient:
    """Who comes: an animal with its client, a client alone, or a caller in words (`client_id` None)."""

    client_id: int | None
    client_name: str
    phone: str = ""
    town: str = ""
    animal_id: int | None = None
    animal: str = ""
    dead: bool = False

    @property
    def key(self) -> Hashable:
        return (self.client_id, self.animal_id)

    @property
    def label(self) -> str:
        """ "Rex (Dubois Paul)"."""
        return f"{self.animal} ({self.client_name})" if self.animal else self.client_name


def patients_of(hits: list[SearchHit], *, clients: bool) -> list[Patient]:
    """One line an animal, the one that was met first; `clients` adds a line for each client alone."""
    found = []
    for hit in hits:
        found += [
            Patient(hit.client_id, hit.name, hit.phone, hit.town, animal.id, animal.name, animal.dead)
            for animal in hit.animals
        ]
        if clients:
            found.append(Patient(hit.client_id, hit.name, hit.phone, hit.town))
    return found


PATIENTS: list[Column[Patient]] = [
    Column[Patient](N_("animal"), lambda one: _animal(one), 16, stretch=1),
    Column[Patient](N_("client"), lambda one: _client(one), 20, stretch=2),
    Column[Patient](N_("telephone"), lambda one: private(format_phone(one.phone) if one.phone else ""), 14),
    Column[Patient](N_("town"), lambda one: private(one.town), 12, stretch=1, rank=1, role="quiet"),
]


def _animal(one: Patient) -> Cell:
    if one.dead:
        return Cell(_("{animal} (dead)").format(animal=one.animal), "quiet")
    return Cell(one.animal or "–", "text" if one.animal else "quiet")


def _client(one: Patient) -> str:
    known = one.client_id is not None
    return owner(one.client_name if known else _("“{text}”, without a file").format(text=one.client_name))


class PatientField(PickingField):
    """Finds clients and animals while one types; `patient` is who was taken, None while the text is only words.

    `clients` offers clients without an animal, `callers` the words themselves. `on_patient` is told who it is,
    None when it is nobody again.
    """

    def __init__(
        self, name: str, label: str, *, below: Rows[Patient], clients: bool, callers: bool,
        on_patient: Callable[[Patient | None], None] | None = None, **options: Any,
    ) -> None:  # fmt: skip
        super().__init__(name, label, below=below, **options)
        self.patient: Patient | None = None
        self._on_patient = on_patient
        self._clients, self._callers = clients, callers
        self._searched = ""

    @property
    def offers(self) -> bool:
        """Only while nobody is taken."""
        return self.patient is None and bool(self.below.rows)

    def take(self, row: Patient) -> None:
        """Take a patient; a caller stays words."""
        if row.client_id is None:
            self.below.set_rows([])
            return
        self._know(row)
        self._searched = row.label
        self.set_text(row.label)

    def _know(self, patient: Patient | None) -> None:
        self.patient = patient
        if self._on_patient is not None:
            self._on_patient(patient)

    def on_input_changed(self, event: Input.Changed) -> None:
        """Search at every key; the next key waits for the few milliseconds."""
        super().on_input_changed(event)
        if self.patient is not None and event.value != self.patient.label:
            self._know(None)
        if self.patient is None and event.value.strip() != self._searched:
            self._searched = event.value.strip()
            app: PracticeApp = self.app  # type: ignore[assignment]
            app.work(self._search(self._searched))

    async def _search(self, text: str) -> None:
        app: PracticeApp = self.app  # type: ignore[assignment]
        found = patients_of(await search(app.context, text=text, limit=12), clients=self._clients) if text else []
        if self._callers and text:
            found.append(Patient(None, text))
        if text == self._searched:
            self.below.set_rows(found)
            self.below.action_move(-len(found))
