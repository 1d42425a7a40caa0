"""An animal gets a new owner: found by the search, taken by Enter, once it is told what will happen."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Input

from vpterm.kernel.errors import Refused
from vpterm.kernel.i18n import N_, _
from vpterm.kernel.identifiers import format_phone
from vpterm.practice.animals.queries import AnimalSheet, animal_sheet
from vpterm.practice.animals.rules import HOW
from vpterm.practice.animals.search import SearchHit, search
from vpterm.practice.animals.transfers import transfer_animal
from vpterm.screens.keymap.registry import Action, Keys
from vpterm.screens.privacy import owner as owner_name
from vpterm.screens.privacy import private
from vpterm.screens.shell.app import PracticeApp
from vpterm.screens.shell.openers import opens
from vpterm.screens.shell.place import Place
from vpterm.screens.widgets.columns import Cell, Column
from vpterm.screens.widgets.dialogs import Question
from vpterm.screens.widgets.picking import PickingField
from vpterm.screens.widgets.rows import Rows
from vpterm.screens.widgets.section import Line

LIMIT = 20
OWNERS: list[Column[SearchHit]] = [
    Column[SearchHit](N_("client"), lambda hit: Cell(owner_name(hit.name), "strong"), 20, stretch=2),
    Column[SearchHit](N_("animals"), lambda hit: ", ".join(one.name for one in hit.animals), 14, stretch=2),
    Column[SearchHit](N_("telephone"), lambda hit: private(format_phone(hit.phone) if hit.phone else ""), 16),
    Column[SearchHit](N_("town"), lambda hit: private(hit.town), 10, stretch=1, role="quiet"),
]


class OwnerField(PickingField):
    """Finds clients while one types; Enter takes the one under the cursor."""

    async def action_submit(self) -> None:
        """Enter."""
        place = self.screen
        if isinstance(place, TransferPlace):
            place.app.work(place.choose())

    def on_input_changed(self, event: Input.Changed) -> None:
        """Search at every key; the next key waits for the few milliseconds."""
        super().on_input_changed(event)
        place = self.screen
        if isinstance(place, TransferPlace):
            place.app.work(place.show_hits(event.value.strip()))


class TransferPlace(Place):
    """Type a few letters of the new owner, Enter."""

    place = "animals.transfer"
    title_label = N_("New owner")
    actions = (Action("new", Keys("ctrl+a", ("f13",)), N_("new client"), N_("Make a file for a new owner.")),)

    def __init__(self, sheet: AnimalSheet) -> None:
        super().__init__()
        self.sheet = sheet
        self.hits = Rows[SearchHit](
            OWNERS, (), identity=lambda hit: hit.client_id,
            empty=N_("A name, an animal, a telephone: type a few letters; Ctrl+A makes a new client."),
        )  # fmt: skip
        self.box = OwnerField("owner", _("New owner"), below=self.hits, hint=_("name, animal, end of a telephone"))

    def body(self) -> Iterable[Widget]:
        """Whose it is, the box, the hits."""
        owner = f"{self.sheet.owner} {self.sheet.owner_first_name}".strip()
        yield Line((owner_name(_("Now with {owner}. To whom does it go?").format(owner=owner)), "quiet"))
        yield self.box
        yield Line()
        yield self.hits

    def on_mount(self) -> None:
        """The cursor is in the box, and stays there."""
        self.head.show_subject(self.sheet.name, _("New owner"))
        self.box.focus()

    async def show_hits(self, text: str) -> None:
        """Everybody who is met, but the owner of now."""
        found = await search(self.app.context, text=text, limit=LIMIT) if text else []
        if text == self.box.value.strip():
            self.hits.set_rows([hit for hit in found if hit.client_id != self.sheet.client_id])
            self.hits.action_move(-len(found))

    async def reload(self) -> None:
        """Search again: a new client may be there."""
        await self.show_hits(self.box.value.strip())

    async def choose(self) -> None:
        """Enter: tell what will happen, and ask how it came to that."""
        hit = self.hits.current
        if hit is None:
            raise Refused(_("Choose the new owner from the list."), _("Ctrl+A makes a new client."), field="owner")
        owner = f"{hit.title} {hit.name}".strip()
        answers = {how: _(label).capitalize() for how, label in HOW.items()} | {"no": _("No, change nothing")}
        question = _("{animal} goes from {before} to {after}: how?").format(
            animal=self.sheet.name, before=self.sheet.owner, after=owner
        )
        details = _(
            "Its record and its bookings to come go along. Invoices that are issued stay with {before}."
        ).format(before=self.sheet.owner)
        how = await self.app.ask(Question(question, answers, details=details, safe="no"))
        if how is None or how == "no":
            return
        await transfer_animal(self.app.context, animal_id=self.sheet.id, client_id=hit.client_id, how=how)
        await self.app.go_back(says=_("{animal} is with {owner} now.").format(animal=self.sheet.name, owner=owner))

    async def do_new(self) -> None:
        """Ctrl+A: what is typed is the name already."""
        text = self.box.value.strip()
        await self.app.open("clients.form", last_name="" if any(sign.isdigit() for sign in text) else text)


@opens("animals.transfer", right="animals.edit")
async def open_transfer(app: PracticeApp, *, animal_id: int) -> Screen[Any]:
    """For one animal."""
    return TransferPlace(await animal_sheet(app.context, animal_id=animal_id))
