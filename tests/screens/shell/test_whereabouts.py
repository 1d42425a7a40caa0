"""After a cut a person comes back to where they were; by the real program on a real database."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest
from textual.screen import Screen

from tests.practice.patients import a_patient
from tests.screens.clinic_desk import clinic_desk
from tests.screens.driving import LILAS as SITE
from tests.screens.driving import Desk, at_desk, context, request
from tests.screens.reading import go, reads
from tests.world import Group
from vpterm.practice.drafts.actions import keep_places
from vpterm.practice.drafts.queries import find_draft, find_places
from vpterm.screens import animals as animals
from vpterm.screens import care as care
from vpterm.screens import clients as clients
from vpterm.screens.care.consultation import FORM, Consultation
from vpterm.screens.help.page import HelpPage
from vpterm.screens.shell.app import PracticeApp
from vpterm.screens.shell.openers import opens
from vpterm.screens.shell.place import Place
from vpterm.screens.shell.whereabouts import from_kept, kept_places, to_kept


class Ground(Place):
    """A home to open places from."""

    place = "test.whereabouts.home"


@opens("test.whereabouts.home")
async def open_ground(app: Any) -> Screen[Any]:
    return Ground()


HOME = "test.whereabouts.home"


async def until_kept(group: Group, names: list[str]) -> tuple[tuple[str, dict[str, Any]], ...]:
    """What is kept of the vet, once it is these places."""
    found: tuple[tuple[str, dict[str, Any]], ...] = ()
    for _ in range(100):
        kept = await find_places(group.context("vet.lilas"))
        found = kept.places if kept is not None else ()
        if [name for name, _ in found] == names:
            return found
        await asyncio.sleep(0.05)
    raise AssertionError(found)


MORNING = datetime(2026, 11, 24, 8, tzinfo=UTC)


@pytest.mark.parametrize("value", [None, True, 12, "boiterie", MORNING.date(), MORNING])
def test_what_a_place_was_opened_with_comes_back_as_it_was(value: Any) -> None:
    assert from_kept(to_kept(value)) == value


@pytest.mark.parametrize("value", [object(), [1], 1.5])
def test_what_cannot_be_kept_is_refused(value: Any) -> None:
    with pytest.raises(ValueError, match="cannot be kept"):
        to_kept(value)


@pytest.mark.parametrize("value", [1.5, [], {}, {"day": 3}, {"moment": "x"}])
def test_what_was_never_kept_is_refused(value: Any) -> None:
    with pytest.raises(ValueError, match=r"kept value|isoformat"):
        from_kept(value)


def test_no_way_leads_back_over_a_place_opened_with_a_row() -> None:
    below, between, above = Ground(), Ground(), Ground()
    below.opened_as, below.opened_with = "help.page", {"place": "a"}
    between.opened_as, between.opened_with = "help.page", {"row": object()}
    above.opened_as, above.opened_with = "help.page", {"place": "c"}
    assert kept_places([below, between, above]) == [("help.page", {"place": "a"})]
    assert kept_places([below, Ground(), above]) == [("help.page", {"place": "a"})]


@pytest.mark.parametrize("language", ["fr", "en"])
async def test_a_cut_in_a_consultation_leads_back_into_it_with_the_words_and_the_way_behind(
    group: Group, language: str
) -> None:
    client, animal = await a_patient(group)
    async with clinic_desk(group, home=HOME, language=language) as desk:
        await go(desk, "clients.sheet", client_id=client)
        await go(desk, "animals.sheet", animal_id=animal)
        await go(desk, "care.consultation", animal_id=animal)
        assert isinstance(desk.app.screen, Consultation)
        number = desk.app.screen.sheet.id
        await desk.type("Boiterie")
        await until_drafted(group, f"entry:{number}")
        kept = await until_kept(group, ["clients.sheet", "animals.sheet", "care.consultation"])
    assert kept[-1] == ("care.consultation", {"entry_id": number, "complete": False})
    async with clinic_desk(group, home=HOME, language=language, at_home=False) as desk:
        assert isinstance(desk.app.screen, Consultation)
        assert (desk.app.screen.sheet.id, desk.app.screen.note.text) == (number, "Boiterie")
        await desk.type(" antérieure")
        assert await reads(desk, "Boiterie antérieure")
        await desk.press("escape")
        await desk.press("escape")
        assert await reads(desk, "MARTIN")
        await desk.press("escape")
        assert isinstance(desk.app.screen, Ground)
        await until_kept(group, [])


async def until_drafted(group: Group, subject: str) -> None:
    for _ in range(100):
        if await find_draft(group.context("vet.lilas"), form=FORM, subject=subject):
            return
        await asyncio.sleep(0.05)
    raise AssertionError(subject)


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("fr", "! L'endroit où vous étiez ne peut plus s'ouvrir."),
        ("en", "! The place where you were cannot be opened again."),
    ],
)
async def test_what_cannot_be_opened_again_leads_home_with_a_sentence(
    group: Group, language: str, sentence: str
) -> None:
    client, _animal = await a_patient(group)
    for lost in (("clients.sheet", {"client_id": 999_999}), ("no.such.place", {}), ("clients.sheet", {"owner": 1})):
        await keep_places(group.context("vet.lilas"), places=[("clients.sheet", {"client_id": client}), lost])
        async with clinic_desk(group, home=HOME, language=language, at_home=False) as desk:
            assert isinstance(desk.app.screen, Ground)
            assert told(desk).startswith(sentence.removeprefix("! "))
            await until_kept(group, [])


def told(desk: Desk) -> str:
    assert isinstance(desk.app.screen, Place)
    return desk.app.screen.foot.message.removeprefix("! ")


async def test_the_next_morning_begins_at_home(group: Group) -> None:
    client, _animal = await a_patient(group)
    await keep_places(group.context("vet.lilas"), places=[("clients.sheet", {"client_id": client})])
    group.clock.forward(hours=13)
    async with clinic_desk(group, home=HOME, at_home=False) as desk:
        assert isinstance(desk.app.screen, Ground)
        await until_kept(group, [])


async def test_who_leaves_in_order_begins_at_home(group: Group) -> None:
    client, _animal = await a_patient(group)
    async with clinic_desk(group, home=HOME) as desk:
        await go(desk, "clients.sheet", client_id=client)
        await until_kept(group, ["clients.sheet"])
        await desk.press("ctrl+q", "enter")
        await until_kept(group, [])


async def test_nothing_of_it_holds_a_key_or_says_a_word_while_the_database_is_away() -> None:
    async with at_desk(PracticeApp(context(), request(), site=SITE, home=HOME)) as desk:
        await desk.press("f1")
        await asyncio.sleep(0.5)
        assert isinstance(desk.app.screen, HelpPage)
        assert list(desk.app.messages) == []
