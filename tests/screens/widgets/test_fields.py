"""Fields read what people type in short forms, and show it in the usual one."""

from __future__ import annotations

from datetime import date, time
from decimal import Decimal
from typing import Any

import pytest

from tests.screens.widgets.places import desk_with
from vpterm.kernel.errors import Refused
from vpterm.kernel.money import Money
from vpterm.screens.widgets.choice import Choice, ChoiceField, matching
from vpterm.screens.widgets.fields import (
    DateField,
    MoneyField,
    PhoneField,
    QuantityField,
    TextField,
    TimeField,
    WeightField,
)
from vpterm.screens.widgets.form import Form
from vpterm.screens.widgets.note import NoteField

SPECIES = [Choice(1, "Chien", also="canin"), Choice(2, "Chat"), Choice(3, "Génisse"), Choice(4, "Cochon d'Inde")]


def _plain(text: str) -> str:
    return text.replace("\u00a0", " ").replace("\u202f", " ")


@pytest.mark.parametrize(
    ("kind", "typed", "shown", "value"),
    [
        (TextField, "  Lefèvre ", "Lefèvre", "Lefèvre"),
        (DateField, "+7", "01/12/26", date(2026, 12, 1)),
        (DateField, ".", "24/11/26", date(2026, 11, 24)),
        (TimeField, "830", "08:30", time(8, 30)),
        (MoneyField, "86,4", "86,40 €", Money("86.40")),
        (WeightField, "18,4", "18,4 kg", 18400),
        (QuantityField, "3x", "3", Decimal(3)),
        (PhoneField, "0612345678", "06 12 34 56 78", "+33612345678"),
    ],
)
async def test_short_forms_become_usual_forms(kind: type[TextField], typed: str, shown: str, value: Any) -> None:
    field = kind("field", "Champ")
    async with desk_with(field, TextField("next", "Suite")) as desk:
        await desk.type(typed)
        await desk.press("tab")
        assert _plain(field.value) == shown
        assert field.read() == value


@pytest.mark.parametrize(("language", "sentence"), [("fr", "! Champ à remplir : Nom."), ("en", "! Nom is missing.")])
async def test_a_missing_name_is_told(language: str, sentence: str) -> None:
    form = Form(TextField("name", "Nom", required=True), TextField("other", "Autre"))
    async with desk_with(form, language=language) as desk:
        await desk.press("f2")
        assert desk.sees(sentence)
        assert desk.sees("! Nom")


async def test_a_mistake_is_told_on_leaving_and_the_text_stays() -> None:
    form = Form(DateField("day", "Jour"), TextField("other", "Autre"))
    async with desk_with(form) as desk:
        desk.strike(*"31/02", "tab", *"suite")
        await desk.settle()
        assert form.texts() == {"day": "31/02", "other": "suite"}
        assert desk.sees("! Jour")
        assert desk.sees("! « 31/02 »")
        assert desk.app.screen.query_one("#body") is not None
        await desk.press("up", *["backspace"] * 5, ".", "down")
        assert form.fields["day"].text == "24/11/26"
        assert not desk.sees("!")


async def test_a_two_digit_year_shown_keeps_its_century() -> None:
    async with desk_with(TextField("name", "Nom")) as desk:
        with desk.app._context():
            field = DateField("birth", "Naissance", date(1926, 11, 24))
        assert field.value == "24/11/26"
        assert field.read() == date(1926, 11, 24)


@pytest.mark.parametrize(
    ("typed", "labels"),
    [
        ("genisse", ["Génisse"]),
        ("ch", ["Chien", "Chat"]),
        ("inde", ["Cochon d'Inde"]),
        ("canin", ["Chien"]),
        ("zèbre", []),
        ("", []),
    ],
)
def test_choices_are_found_without_accents(typed: str, labels: list[str]) -> None:
    assert [choice.label for choice in matching(SPECIES, typed)] == labels


async def test_a_few_letters_and_enter_choose() -> None:
    form = Form(ChoiceField("species", "Espèce", SPECIES), TextField("name", "Nom"))
    async with desk_with(form) as desk:
        desk.strike(*"gen", "enter", *"Blanchette")
        await desk.settle()
        assert form.read() == {"species": 3, "name": "Blanchette"}
        assert form.texts()["species"] == "Génisse"


@pytest.mark.parametrize("key", ["f4", "ctrl+o", "?"])
async def test_all_choices_are_shown_and_one_picked(key: str) -> None:
    form = Form(ChoiceField("species", "Espèce", SPECIES), TextField("name", "Nom"))
    async with desk_with(form) as desk:
        await desk.press(key)
        assert desk.sees("ESPÈCE")
        desk.strike(*"coch", "enter", "tab", *"Gribouille")
        await desk.settle()
        assert form.read() == {"species": 4, "name": "Gribouille"}


async def test_enter_where_several_fit_shows_those() -> None:
    form = Form(ChoiceField("species", "Espèce", SPECIES), TextField("name", "Nom"))
    async with desk_with(form) as desk:
        await desk.type("ch")
        await desk.press("enter")
        assert desk.sees("Chien")
        assert not desk.sees("Génisse")
        await desk.press("down", "enter")
        assert form.fields["species"].text == "Chat"


async def test_escape_from_the_choices_changes_nothing() -> None:
    form = Form(ChoiceField("species", "Espèce", SPECIES))
    async with desk_with(form) as desk:
        form.restore({"species": "Chat"})
        await desk.press("f4", "x", "escape", "escape")
        assert form.read() == {"species": 2}
        assert len(desk.app.screen_stack) == 2


async def test_what_is_no_choice_is_refused_by_name() -> None:
    field = ChoiceField("species", "Espèce", SPECIES)
    async with desk_with(field) as desk:
        await desk.type("zèbre")
        with pytest.raises(Refused) as refused:
            field.read()
        assert refused.value.field == "species"


async def test_abbreviations_expand_as_they_are_typed() -> None:
    note = NoteField("note", "Note", abbreviations={"exn": "Examen clinique normal.", "otg": "Otite externe G"})
    async with desk_with(note) as desk:
        desk.strike(*".exn", "enter", *"Puis .otg, rien d'autre .inconnu fin")
        await desk.settle()
        assert note.text == "Examen clinique normal.\nPuis Otite externe G, rien d'autre .inconnu fin"


async def test_abbreviations_can_be_picked() -> None:
    note = NoteField("note", "Note", abbreviations={"exn": "Examen clinique normal.", "otg": "Otite externe G"})
    async with desk_with(note) as desk:
        desk.strike("f4", *"otite", "enter", *", fin")
        await desk.settle()
        assert note.text == "Otite externe G, fin"


async def test_pasted_text_waits_its_turn_like_keys() -> None:
    field = TextField("name", "Nom")
    async with desk_with(field) as desk:
        from textual import events

        desk.strike("a")
        desk.app.post_message(events.Paste("bcd"))
        desk.strike("e")
        await desk.settle()
        assert field.value == "abcde"
