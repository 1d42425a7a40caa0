"""Half-filled forms: one person's, at one site, kept until saved."""

from tests.world import MORNING, Group
from vpterm.practice.drafts.actions import discard_draft, keep_draft
from vpterm.practice.drafts.queries import DraftRow, find_draft, list_drafts


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
