"""Half-filled forms: one person's, at one site, kept until saved."""

from dataclasses import replace

from tests.world import MORNING, Group
from vpterm.practice.drafts.actions import discard_draft, keep_draft, keep_places, rename_kept, take_draft
from vpterm.practice.drafts.queries import DraftRow, find_draft, find_places, list_drafts


async def test_the_last_words_count(group: Group) -> None:
    desk = group.context("accueil.lilas")
    await keep_draft(desk, form="client", subject="new", values={"last_name": "Mar"})
    group.clock.forward(seconds=2)
    await keep_draft(desk, form="client", subject="new", values={"last_name": "Martin", "phones": ["06 12"]})
    draft = await find_draft(desk, form="client", subject="new")
    assert draft == DraftRow("client", "new", {"last_name": "Martin", "phones": ["06 12"]}, group.clock.moment)
    assert draft.typed_at > MORNING
    await discard_draft(desk, form="client", subject="new")
    await discard_draft(desk, form="client", subject="new")
    assert await find_draft(desk, form="client", subject="new") is None


async def test_a_draft_is_seen_by_its_person_at_its_site_alone(group: Group) -> None:
    here, there = group.context("vet.deux", at="lilas"), group.context("vet.deux", at="port")
    await keep_draft(here, form="note", subject="animal:1", values={"note": "lilas"})
    await keep_draft(there, form="note", subject="animal:1", values={"note": "port"})
    await keep_draft(group.context("vet.lilas"), form="note", subject="animal:1", values={"note": "anne"})
    for context, note in ((here, "lilas"), (there, "port"), (group.context("vet.lilas"), "anne")):
        assert [draft.values for draft in await list_drafts(context)] == [{"note": note}]
    await discard_draft(here, form="note", subject="animal:1")
    assert await list_drafts(here) == []
    assert len(await list_drafts(there)) == 1


async def test_drafts_are_listed_newest_first(group: Group) -> None:
    desk = group.context("accueil.lilas")
    for form, subject in (("client", "new"), ("animal", "1"), ("animal", "2")):
        group.clock.forward(minutes=1)
        await keep_draft(desk, form=form, subject=subject, values={"n": 1})
    assert [(draft.form, draft.subject) for draft in await list_drafts(desk)] == [
        ("animal", "2"), ("animal", "1"), ("client", "new"),
    ]  # fmt: skip
    assert [draft.subject for draft in await list_drafts(desk, form="client")] == ["new"]


async def test_nothing_typed_is_no_draft(group: Group) -> None:
    desk = group.context("accueil.lilas")
    await keep_draft(desk, form="client", subject="new", values={})
    assert await list_drafts(desk) == []
    for values in ({"last_name": "Mar"}, {}):
        await keep_draft(desk, form="client", subject="new", values=values)
    assert await list_drafts(desk) == []


async def test_two_sessions_of_a_person_type_into_the_same_form_and_lose_nothing(group: Group) -> None:
    desk = group.context("accueil.lilas")
    home = replace(desk, session_name="maison")
    await keep_draft(desk, form="client", subject="new", values={"last_name": "Martin"})
    await keep_draft(home, form="client", subject="new", values={"last_name": "Leroy"})
    for context, name in ((desk, "Martin"), (home, "Leroy")):
        draft = await take_draft(context, form="client", subject="new")
        assert draft is not None
        assert (draft.values, draft.session_name) == ({"last_name": name}, context.session_name)
    await discard_draft(home, form="client", subject="new")
    assert [draft.values for draft in await list_drafts(desk)] == [{"last_name": "Martin"}]


async def test_a_draft_that_another_session_left_is_found_and_ends_with_the_save(group: Group) -> None:
    desk = group.context("accueil.lilas")
    home = replace(desk, session_name="maison")
    await keep_draft(desk, form="client", subject="new", values={"last_name": "Martin"})
    taken = await take_draft(home, form="client", subject="new")
    assert taken is not None
    assert taken.values == {"last_name": "Martin"}
    await discard_draft(home, form="client", subject="new")
    assert await list_drafts(desk) == []


async def test_who_renames_a_session_finds_everything_under_the_new_name(group: Group) -> None:
    desk = group.context("accueil.lilas")
    named = replace(desk, session_name="accueil")
    await keep_draft(named, form="client", subject="new", values={"last_name": "Of last week"})
    await keep_draft(named, form="animal", subject="7", values={"name": "Rex"})
    await keep_draft(desk, form="client", subject="new", values={"last_name": "Martin"})
    await keep_places(named, places=[("clients.sheet", {"client_id": 1})])
    await keep_places(desk, places=[("clients.form", {})])
    await rename_kept(desk, name="accueil")
    drafts = {(draft.form, draft.session_name): draft.values for draft in await list_drafts(named)}
    assert drafts == {("client", "accueil"): {"last_name": "Martin"}, ("animal", "accueil"): {"name": "Rex"}}
    assert await find_places(desk) is None
    places = await find_places(named)
    assert places is not None
    assert places.places == (("clients.form", {}),)
