"""The consultation, by keys."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from textual.screen import Screen

from tests.practice.patients import a_patient
from tests.screens.clinic_desk import clinic_desk
from tests.screens.reading import go, reads
from tests.world import Group
from vpterm.practice.animals.health import record_weight
from vpterm.practice.animals.queries import animal_sheet
from vpterm.practice.care.actions import finish_entry, open_consultation, perform_service, write_note
from vpterm.practice.care.queries import entry, unfinished_entries
from vpterm.practice.drafts.queries import find_draft
from vpterm.screens import billing as billing
from vpterm.screens.care.consultation import FORM, Consultation
from vpterm.screens.care.reading import EntryPage
from vpterm.screens.shell.openers import opens
from vpterm.screens.shell.place import Place


class Home(Place):
    """A ground to open places from."""

    place = "test.care.home"


@opens("test.care.home")
async def open_home(app: Any) -> Screen[Any]:
    return Home()


@pytest.mark.parametrize("language", ["fr", "en"])
async def test_a_consultation_is_written_weighed_and_finished_by_keys(group: Group, language: str) -> None:
    _client, animal = await a_patient(group)
    vet = group.context("vet.lilas")
    await record_weight(vet, animal_id=animal, weight_g=18_100, measured_at=datetime(2026, 6, 2, 8, tzinfo=UTC))
    async with clinic_desk(group, home="test.care.home", language=language) as desk:
        await go(desk, "care.consultation", animal_id=animal, reason="boiterie")
        assert await reads(desk, "MIRZA")
        assert await reads(desk, "18,1 kg (02/06/26)" if language == "fr" else "18.1 kg (02/06/26)")
        await desk.type(".exn ")
        await desk.press("shift+tab")
        await desk.type("18,4")
        await desk.press("tab", "tab")
        await desk.type("3x radio")
        assert await reads(desk, "Radiographie, première vue")
        await desk.press("down", "enter")
        await desk.type("vchppil #B4471")
        await desk.press("enter")
        assert await reads(desk, "Vaccin chien CHPPiL  lot B4471")
        # 3 x 31,00 and 75,00
        assert await reads(desk, "168,00 €" if language == "fr" else "€168.00")
        await desk.press("f2")
        [waiting] = await unfinished_entries(vet)
        sheet = await entry(vet, entry_id=waiting.entry_id)
        assert [(row.fee_code, row.quantity, row.lot) for row in sheet.services] == [
            ("RADIO2", Decimal(3), ""), ("VCHPPIL", Decimal(1), "B4471"),
        ]  # fmt: skip
        with_note = "Examen clinique normal." if language == "fr" else "Clinical examination normal."
        assert (sheet.note, sheet.reason) == (with_note, "boiterie")
        assert (await animal_sheet(vet, animal_id=animal)).weights[0].weight_g in {18_100, 18_400}
        await desk.press("f9")
        assert desk.app.open_place is not None
        assert desk.app.open_place.place == "billing.invoice"
        assert await unfinished_entries(vet) == []
        assert await reads(desk, "MME CLAIRE MARTIN")


async def test_what_was_typed_is_kept_and_offered_again(group: Group) -> None:
    _client, animal = await a_patient(group)
    vet = group.context("vet.lilas")
    async with clinic_desk(group, home="test.care.home") as desk:
        await go(desk, "care.consultation", animal_id=animal)
        await desk.type("Toux depuis deux jours")
        await desk.press("escape")
    [waiting] = await unfinished_entries(vet)
    assert (await entry(vet, entry_id=waiting.entry_id)).note == ""
    subject = f"entry:{waiting.entry_id}"
    draft = await find_draft(vet, form=FORM, subject=subject)
    assert draft is not None
    assert draft.values["note"] == "Toux depuis deux jours"
    async with clinic_desk(group, home="test.care.home") as desk:
        await go(desk, "care.consultation", animal_id=animal)
        assert await reads(desk, "Toux depuis deux jours")
        await desk.press("f2")
        assert (await entry(vet, entry_id=waiting.entry_id)).summary == "Toux depuis deux jours"
        assert await find_draft(vet, form=FORM, subject=subject) is None


async def test_words_that_were_not_taken_are_not_lost_in_silence(group: Group) -> None:
    _client, animal = await a_patient(group)
    async with clinic_desk(group, home="test.care.home") as desk:
        await go(desk, "care.consultation", animal_id=animal)
        await desk.press("tab")
        await desk.type("zzz")
        await desk.press("enter")
        assert await reads(desk, "Aucun tarif ne correspond à « zzz »")
        await desk.press("f9")
        assert isinstance(desk.app.screen, Consultation)
        assert await reads(desk, "zzz")


async def test_delete_takes_back_in_the_list_and_edits_in_the_note(group: Group) -> None:
    _client, animal = await a_patient(group)
    vet = group.context("vet.lilas")
    async with clinic_desk(group, home="test.care.home") as desk:
        await go(desk, "care.consultation", animal_id=animal)
        await desk.type("abc")
        await desk.press("home", "delete", "tab")
        await desk.type("cs")
        await desk.press("enter")
        [waiting] = await unfinished_entries(vet)
        assert len((await entry(vet, entry_id=waiting.entry_id)).services) == 1
        await desk.press("tab", "delete", "f2")
        sheet = await entry(vet, entry_id=waiting.entry_id)
        assert (sheet.services, sheet.note) == ((), "bc")


async def test_a_weight_that_surprises_is_asked_about(group: Group) -> None:
    _client, animal = await a_patient(group)
    vet = group.context("vet.lilas")
    await record_weight(vet, animal_id=animal, weight_g=18_100, measured_at=datetime(2026, 11, 2, 8, tzinfo=UTC))
    async with clinic_desk(group, home="test.care.home") as desk:
        await go(desk, "care.consultation", animal_id=animal)
        await desk.press("shift+tab")
        await desk.type("184")
        await desk.press("f2")
        await desk.press("escape")
        assert [row.weight_g for row in (await animal_sheet(vet, animal_id=animal)).weights] == [18_100]
        assert isinstance(desk.app.screen, Consultation)


async def test_an_entry_of_another_clinic_is_read_and_not_written(group: Group) -> None:
    _client, animal = await a_patient(group)
    port = group.context("vet.port")
    entry_id = await open_consultation(port, animal_id=animal, reason="otite")
    await write_note(port, entry_id=entry_id, note="Otite externe gauche\nNettoyage")
    await perform_service(port, entry_id=entry_id, fee_code="OTIC")
    for login in ("vet.lilas", "accueil.lilas"):
        async with clinic_desk(group, login, home="test.care.home") as desk:
            await go(desk, "care.consultation", entry_id=entry_id)
            assert isinstance(desk.app.screen, EntryPage)
            assert await reads(desk, "Otite externe gauche")
            assert await reads(desk, "Suspension auriculaire, flacon")
            assert await reads(desk, "Clinique du Port")
            await desk.type("xyz")
            await desk.press("f9", "f2")
    assert (await entry(port, entry_id=entry_id)).note == "Otite externe gauche\nNettoyage"


async def test_ones_own_finished_entry_is_completed(group: Group) -> None:
    _client, animal = await a_patient(group)
    vet = group.context("vet.lilas")
    entry_id = await open_consultation(vet, animal_id=animal)
    await write_note(vet, entry_id=entry_id, note="Suture")
    await finish_entry(vet, entry_id=entry_id)
    async with clinic_desk(group, home="test.care.home") as desk:
        await go(desk, "care.consultation", animal_id=animal, entry_id=entry_id)
        assert isinstance(desk.app.screen, EntryPage)
        await desk.press("f9", "enter")
        await desk.type("Points dans 12 jours")
        await desk.press("f2")
    assert (await entry(vet, entry_id=entry_id)).note == "Suture\nPoints dans 12 jours"
