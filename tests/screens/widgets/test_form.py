"""Forms: Enter goes on, F2 saves, what is typed is kept as a draft."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.screens.widgets.places import desk_with
from vpterm.kernel.errors import Unavailable
from vpterm.screens.widgets.fields import TextField
from vpterm.screens.widgets.form import Form
from vpterm.screens.widgets.note import NoteField
from vpterm.screens.widgets.section import Section


class Keeper:
    """Keeps drafts as a noun would; may be away, may be slow."""

    def __init__(self) -> None:
        self.drafts: list[dict[str, str]] = []
        self.saved: list[dict[str, Any]] = []
        self.is_away = False
        self.delay_s = 0.0

    async def keep(self, texts: dict[str, str]) -> None:
        await asyncio.sleep(self.delay_s)
        if self.is_away:
            raise Unavailable("La base ne répond pas.")
        self.drafts.append(texts)

    async def save(self, values: dict[str, Any]) -> None:
        self.saved.append(values)


def form_of(keeper: Keeper) -> Form:
    return Form(
        TextField("last_name", "Nom"),
        Section("Adresse"),
        TextField("town", "Ville"),
        NoteField("note", "Note", height=3),
        on_save=keeper.save,
        on_draft=keeper.keep,
    )


@pytest.fixture
def keeper(monkeypatch: pytest.MonkeyPatch) -> Keeper:
    monkeypatch.setattr("vpterm.screens.widgets.form.DRAFT_AFTER_S", 0.05)
    monkeypatch.setattr("vpterm.screens.widgets.form.TRY_DRAFT_AGAIN_AFTER_S", 0.1)
    return Keeper()


async def test_enter_goes_on_and_f2_saves_from_anywhere(keeper: Keeper) -> None:
    async with desk_with(form_of(keeper)) as desk:
        desk.strike(*"Leroy", "enter", *"Nantes", "enter", *"Le matin.", "enter", *"Ou le soir.", "f2")
        await desk.settle()
    assert keeper.saved == [{"last_name": "Leroy", "town": "Nantes", "note": "Le matin.\nOu le soir."}]


async def test_labels_and_fields_line_up(keeper: Keeper) -> None:
    async with desk_with(form_of(keeper)) as desk:
        await desk.type("Leroy")
        await desk.press("down")
        await desk.type("Nantes")
        assert desk.lines[2].startswith(" Nom      Leroy")
        assert desk.lines[3].startswith(" ADRESSE")
        assert desk.lines[4].startswith(" Ville    Nantes")


async def test_what_is_typed_is_kept_soon_and_forgotten_after_saving(keeper: Keeper) -> None:
    async with desk_with(form_of(keeper)) as desk:
        await desk.type("Le")
        await asyncio.sleep(0.15)
        await desk.settle()
        assert keeper.drafts == [{"last_name": "Le", "town": "", "note": ""}]
        await desk.press("f2")
        await asyncio.sleep(0.1)
        assert keeper.drafts[1:] == [{}]


async def test_leaving_keeps_the_draft_at_once(keeper: Keeper, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("vpterm.screens.widgets.form.DRAFT_AFTER_S", 60)
    async with desk_with(form_of(keeper)) as desk:
        await desk.type("Dup")
        await desk.press("f1")
        assert keeper.drafts == [{"last_name": "Dup", "town": "", "note": ""}]


async def test_nothing_typed_is_no_draft(keeper: Keeper) -> None:
    async with desk_with(form_of(keeper)) as desk:
        await desk.press("down", "f1", "escape")
        await asyncio.sleep(0.1)
    assert keeper.drafts == []


async def test_a_slow_draft_holds_no_key_and_the_last_word_counts(keeper: Keeper) -> None:
    keeper.delay_s = 0.2
    form = form_of(keeper)
    async with desk_with(form) as desk:
        await desk.type("Le")
        await asyncio.sleep(0.1)
        await desk.type("roy")
        assert form.texts()["last_name"] == "Leroy"
        assert keeper.drafts == []
        await asyncio.sleep(0.6)
        assert keeper.drafts[-1]["last_name"] == "Leroy"


async def test_a_draft_that_cannot_be_kept_is_told_and_tried_again(keeper: Keeper) -> None:
    keeper.is_away = True
    async with desk_with(form_of(keeper)) as desk:
        await desk.type("Le")
        await asyncio.sleep(0.15)
        assert desk.sees("! Le brouillon n'est pas encore enregistré : La base ne répond pas.")
        keeper.is_away = False
        await asyncio.sleep(0.3)
        assert keeper.drafts == [{"last_name": "Le", "town": "", "note": ""}]


async def test_a_draft_is_put_back(keeper: Keeper) -> None:
    form = form_of(keeper)
    async with desk_with(form) as desk:
        form.restore({"last_name": "Garnier", "note": "Deux\nlignes", "gone": "champ d'avant"})
        await desk.settle()
        assert desk.sees("Garnier")
        assert form.texts() == {"last_name": "Garnier", "town": "", "note": "Deux\nlignes"}
        await desk.press("f2")
        await asyncio.sleep(0.05)
        assert keeper.drafts == [{}]


async def test_a_slow_save_says_so_and_later_keys_wait(keeper: Keeper) -> None:
    async def slow(values: dict[str, Any]) -> None:
        await asyncio.sleep(0.3)
        keeper.saved.append(values)

    async with desk_with(Form(TextField("name", "Nom"), on_save=slow)) as desk:
        desk.strike("a", "f2", "b")
        await asyncio.sleep(0.2)
        assert desk.sees("Un instant…")
        await desk.settle()
        assert keeper.saved == [{"name": "a"}]
        assert desk.sees("ab")
