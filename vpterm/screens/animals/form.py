"""The form of an animal, in the order people speak on the telephone."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from textual.screen import Screen
from textual.widget import Widget

from vpterm.kernel.dates import format_time
from vpterm.kernel.errors import Refused
from vpterm.kernel.i18n import N_, _
from vpterm.practice.animals.actions import change_animal, register_animal
from vpterm.practice.animals.queries import (
    AnimalSheet,
    BreedRow,
    SpeciesRow,
    animal_sheet,
    find_breeds,
    list_species,
)
from vpterm.practice.animals.rules import AnimalFields, sex_label
from vpterm.practice.clients.queries import ClientRow, find_client
from vpterm.practice.drafts.actions import discard_draft, keep_draft, take_draft
from vpterm.practice.drafts.queries import DraftRow
from vpterm.screens.animals.fields import BirthField, BreedField, IdentificationField, SpeciesField, birth_of
from vpterm.screens.keymap.registry import Action, Keys
from vpterm.screens.keymap.standard import SAVE_FORM
from vpterm.screens.privacy import owner
from vpterm.screens.shell.app import PracticeApp
from vpterm.screens.shell.openers import opens
from vpterm.screens.shell.place import Place
from vpterm.screens.widgets.choice import Choice, ChoiceField
from vpterm.screens.widgets.fields import TextField
from vpterm.screens.widgets.form import Form
from vpterm.screens.widgets.note import NoteField

FORM = "animals.form"
SEXES = (("F", True), ("M", True), ("F", False), ("M", False))


class AnimalForm(Place):
    """A new animal of a client, or one to change."""

    place = "animals.form"
    title_label = N_("Animal's form")
    actions = (
        SAVE_FORM,
        Action("forget", Keys("ctrl+x", ("f15",)), N_("empty"), N_("Throw away what is typed and begin anew.")),
    )

    def __init__(
        self, owner: ClientRow, sheet: AnimalSheet | None, species: list[SpeciesRow], breeds: list[BreedRow],
        draft: DraftRow | None,
    ) -> None:  # fmt: skip
        super().__init__()
        self.owner, self.sheet, self.draft = owner, sheet, draft
        self._species, self._breeds = species, breeds
        self.species = SpeciesField(
            "species_code", _("Species"), [Choice(one.code, one.name) for one in species],
            sheet.species_code if sheet else None, required=True, width=24,
        )  # fmt: skip
        self.form = Form(*self._fields(), on_save=self.save, on_draft=self.keep)

    @property
    def subject(self) -> str:
        return f"animal:{self.sheet.id}" if self.sheet else f"client:{self.owner.id}"

    def _fields(self) -> list[TextField | NoteField]:
        sheet = self.sheet
        sexes = [Choice(f"{sex}{'+' if sterilised else ''}", sex_label(sex, sterilised)) for sex, sterilised in SEXES]
        sex = f"{sheet.sex}{'+' if sheet.sterilised else ''}" if sheet and sheet.sex else None
        birth = birth_of(sheet.birth_date, sheet.birth_precision) if sheet else None
        return [
            TextField("name", _("Name"), sheet.name if sheet else "", required=True, max_length=60),
            self.species,
            BreedField("breed", _("Breed"), sheet.breed if sheet else "", breeds=self.breeds_here),
            ChoiceField("sex", _("Sex"), sexes, sex, width=24),
            BirthField("birth_date", _("Birth or age"), birth, hint=_("3 months, 2y, 06/20"), width=18),
            TextField("coat", _("Coat"), sheet.coat if sheet else "", max_length=60),
            IdentificationField("identification", _("Identification"), sheet.identification if sheet else None),
            TextField("insurance", _("Insurance"), sheet.insurance if sheet else "", max_length=60),
            TextField("alert", _("Alert"), sheet.alert if sheet else "", hint=_("shown in red on every page")),
            NoteField("note", _("Note"), sheet.note if sheet else "", height=3),
        ]

    def breeds_here(self) -> list[BreedRow]:
        """Those of the species that is chosen."""
        try:
            code = self.species.read()
        except Refused:
            code = None
        return [breed for breed in self._breeds if code is None or breed.species_code == code]

    def body(self) -> Iterable[Widget]:
        """The form alone."""
        yield self.form

    def on_mount(self) -> None:
        """A draft is back as it was typed."""
        name = owner(self.owner.spoken_name)
        if self.sheet:
            self.head.show_subject(self.sheet.name, name)
        else:
            self.head.show_subject(_("New animal"), owner(_("of {owner}").format(owner=name)))
        self._untouched = self.form.texts()
        self.form.fields["name"].focus()
        if self.draft is not None:
            self.form.restore(self.draft.values)
            when = format_time(self.draft.typed_at)
            self.say(_("What you typed at {time} is back; Ctrl+X empties the form.").format(time=when))

    async def save(self, values: dict[str, Any]) -> None:
        """A new animal opens at once; a changed one is seen on the page beneath."""
        birth, sex = values["birth_date"], values["sex"] or ""
        fields = AnimalFields(
            name=values["name"], species_code=values["species_code"], breed=values["breed"],
            sex=sex[:1], sterilised=sex.endswith("+"), birth_date=birth.date if birth else None,
            birth_precision=birth.precision if birth else "day", coat=values["coat"],
            identification=values["identification"], insurance=values["insurance"], alert=values["alert"],
            note=values["note"],
        )  # fmt: skip
        if self.sheet is None:
            animal_id = await register_animal(self.app.context, client_id=self.owner.id, **fields)
            self.app.work(self.app.replace("animals.sheet", animal_id=animal_id))
        else:
            if not sex and not self.sheet.sex:
                fields["sterilised"] = self.sheet.sterilised
            await change_animal(
                self.app.context, animal_id=self.sheet.id, seen_changed_at=self.sheet.changed_at, **fields
            )
            self.app.work(self.app.go_back(says=_("Saved.")))

    async def keep(self, texts: dict[str, str]) -> None:
        """Keep what is typed, or forget it once it is saved."""
        await keep_draft(self.app.context, form=FORM, subject=self.subject, values=texts)

    async def do_forget(self) -> None:
        """Ctrl+X."""
        self.form.restore(self._untouched)
        await discard_draft(self.app.context, form=FORM, subject=self.subject)
        self.say(_("The form is as it was."))


@opens("animals.form", right="animals.edit")
async def open_form(app: PracticeApp, *, client_id: int | None = None, animal_id: int | None = None) -> Screen[Any]:
    """A new animal of `client_id`, or the animal to change; a draft of this person about it is offered again."""
    context = app.context
    sheet = await animal_sheet(context, animal_id=animal_id) if animal_id is not None else None
    if sheet is not None:
        client_id = sheet.client_id
    if client_id is None:
        raise Refused(_("Whose animal is it?"), _("Open the client first (F3)."))
    owner = await find_client(context, client_id=client_id)
    species, breeds = await list_species(context), await find_breeds(context, limit=2000)
    subject = f"animal:{animal_id}" if animal_id is not None else f"client:{client_id}"
    return AnimalForm(owner, sheet, species, breeds, await take_draft(context, form=FORM, subject=subject))
