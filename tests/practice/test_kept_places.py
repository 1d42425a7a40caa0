"""Where a person is: kept per person, site and session."""

from dataclasses import replace

from tests.world import MORNING, Group
from vpterm.practice.drafts.actions import keep_places
from vpterm.practice.drafts.queries import KeptPlacesRow, find_places

SHEET = ("clients.sheet", {"client_id": 12})
NOTE = ("care.consultation", {"entry_id": 7, "complete": False})


async def test_the_last_places_count(group: Group) -> None:
    desk = group.context("accueil.lilas")
    assert await find_places(desk) is None
    await keep_places(desk, places=[SHEET])
    group.clock.forward(minutes=2)
    await keep_places(desk, places=[SHEET, NOTE])
    kept = await find_places(desk)
    assert kept == KeptPlacesRow((SHEET, NOTE), group.clock.moment)
    assert kept.kept_at > MORNING


async def test_nowhere_is_forgotten(group: Group) -> None:
    desk = group.context("accueil.lilas")
    await keep_places(desk, places=[SHEET])
    await keep_places(desk, places=[])
    await keep_places(desk, places=[])
    assert await find_places(desk) is None


async def test_a_person_is_somewhere_at_each_site(group: Group) -> None:
    here, there = group.context("vet.deux", at="lilas"), group.context("vet.deux", at="port")
    await keep_places(here, places=[SHEET])
    await keep_places(there, places=[NOTE])
    await keep_places(group.context("vet.lilas"), places=[NOTE, SHEET])
    for context, places in ((here, (SHEET,)), (there, (NOTE,)), (group.context("vet.lilas"), (NOTE, SHEET))):
        kept = await find_places(context)
        assert kept is not None
        assert kept.places == places


async def test_two_sessions_at_one_site_each_keep_their_place(group: Group) -> None:
    desk = group.context("accueil.lilas")
    room = replace(desk, session_name="consultation")
    await keep_places(desk, places=[SHEET])
    await keep_places(room, places=[NOTE])
    for context, places in ((desk, (SHEET,)), (room, (NOTE,))):
        kept = await find_places(context)
        assert kept is not None
        assert kept.places == places
    await keep_places(room, places=[])
    assert await find_places(room) is None
    assert await find_places(desk) is not None
