"""The medical record: entries of all sites, changed only where they were written; what was done and its effects."""

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import func, insert, select, update

from tests.practice.patients import a_patient, an_animal
from tests.world import Group
from vpterm.database.context import Context
from vpterm.kernel.errors import NotAllowed, NotFound, Refused, VptermError
from vpterm.practice.animals.tables import Animal, AnimalWeight
from vpterm.practice.care.actions import finish_entry, open_consultation, perform_service, remove_service, write_note
from vpterm.practice.care.queries import entry, timeline, unfinished_entries
from vpterm.practice.care.rules import summary_of
from vpterm.practice.care.tables import PerformedService, RecordEntry
from vpterm.practice.waiting.actions import check_in
from vpterm.practice.waiting.tables import Visit


async def _state(context: Context, visit_id: int) -> str:
    async with context.reading() as connection:
        return str(await connection.scalar(select(Visit.state).where(Visit.id == visit_id)))


async def test_a_consultation_goes_from_the_waiting_room_to_the_desk(group: Group) -> None:
    _client, animal = await a_patient(group)
    vet = group.context("vet.lilas")
    visit = await check_in(vet, animal_id=animal, reason="boiterie")
    entry_id = await open_consultation(vet, animal_id=animal)
    assert await _state(vet, visit) == "in_consultation"
    assert await open_consultation(vet, animal_id=animal, visit_id=visit) == entry_id
    await write_note(vet, entry_id=entry_id, note="\n- Boiterie postérieure droite\nTiroir négatif.\n")
    await perform_service(vet, entry_id=entry_id, fee_code="CS")
    await perform_service(vet, entry_id=entry_id, fee_code="RADIO2", quantity=3)
    [waiting] = await unfinished_entries(vet)
    assert (waiting.entry_id, waiting.animal_name, waiting.client_name) == (entry_id, "Mirza", "Mme Martin")
    await finish_entry(vet, entry_id=entry_id)
    assert await _state(vet, visit) == "to_bill"
    sheet = await entry(vet, entry_id=entry_id)
    assert (sheet.reason, sheet.summary, sheet.visit_id) == ("boiterie", "Boiterie postérieure droite", visit)
    assert [(done.label, done.quantity, done.practitioner_name) for done in sheet.services] == [
        ("Consultation", Decimal(1), "Anne Rousseau"),
        ("Radiographie, vue supplémentaire", Decimal(3), "Anne Rousseau"),
    ]
    assert await unfinished_entries(vet) == []


async def test_each_person_has_one_unfinished_entry_of_an_animal(group: Group) -> None:
    _client, animal = await a_patient(group)
    vet, other = group.context("vet.lilas"), group.context("vet.deux", at="lilas")
    first = await open_consultation(vet, animal_id=animal)
    assert await open_consultation(vet, animal_id=animal) == first
    assert await open_consultation(vet, animal_id=animal, kind="call") != first
    assert await open_consultation(other, animal_id=animal) != first
    await finish_entry(vet, entry_id=first)
    assert await open_consultation(vet, animal_id=animal) != first


async def test_an_unfinished_entry_of_yesterday_is_not_the_visit_of_today(group: Group) -> None:
    _client, animal = await a_patient(group)
    vet = group.context("vet.lilas")
    yesterday = await open_consultation(vet, animal_id=animal)
    group.clock.forward(days=1)
    visit = await check_in(vet, animal_id=animal)
    today = await open_consultation(vet, animal_id=animal, visit_id=visit)
    assert today != yesterday
    assert {row.entry_id for row in await unfinished_entries(vet)} == {yesterday, today}


async def test_the_timeline_shows_all_sites_with_author_and_site(group: Group) -> None:
    _client, animal = await a_patient(group)
    other_animal = await an_animal(group, _client, "Rex")
    lilas, port = group.context("vet.lilas"), group.context("vet.port")
    entry_id = await open_consultation(port, animal_id=animal, reason="vaccin")
    await write_note(port, entry_id=entry_id, note="Examen normal")
    await perform_service(port, entry_id=entry_id, fee_code="VCHPPIL", lot="B4471")
    await finish_entry(port, entry_id=entry_id)
    await open_consultation(lilas, animal_id=other_animal, reason="ailleurs")
    group.clock.forward(hours=1)
    async with lilas.writing() as connection:
        await connection.execute(
            insert(AnimalWeight).values(animal_id=animal, weight_g=18_400, measured_at=group.clock())
        )
    rows = await timeline(lilas, animal_id=animal)
    assert [(row.kind, row.site_code, row.author_login, row.text) for row in rows] == [
        ("weight", "lilas", "vet.lilas", ""),
        ("consultation", "port", "vet.port", "Examen normal"),
        ("vaccine", "port", "vet.port", "Vaccin chien CHPPiL"),
    ]
    assert (rows[0].weight_g, rows[2].lot, rows[2].quantity) == (18_400, "B4471", Decimal(1))
    assert [row.kind for row in await timeline(lilas, animal_id=animal, limit=1)] == ["weight"]
    older = await timeline(lilas, animal_id=animal, before=group.clock())
    assert [row.kind for row in older] == ["consultation", "vaccine"]


async def test_an_entry_is_changed_only_where_it_was_written(group: Group) -> None:
    _client, animal = await a_patient(group)
    lilas, port = group.context("vet.lilas"), group.context("vet.port")
    entry_id = await open_consultation(port, animal_id=animal)
    service = await perform_service(port, entry_id=entry_id, fee_code="CS")
    for attempt in (
        write_note(lilas, entry_id=entry_id, note="x"),
        perform_service(lilas, entry_id=entry_id, fee_code="CS"),
        finish_entry(lilas, entry_id=entry_id),
    ):
        with pytest.raises(Refused):
            await attempt
    with pytest.raises(NotFound):
        await remove_service(lilas, service_id=service)
    # Past the actions, by plain statements under the site's own login: row security and triggers.
    async with lilas.writing() as connection:
        for table in (RecordEntry, PerformedService):
            changed = await connection.execute(update(table).values(changed_by=1))
            assert changed.rowcount == 0
    for site in ("lilas", "port"):
        with pytest.raises(VptermError):
            async with lilas.writing() as connection:
                await connection.execute(
                    insert(PerformedService).values(
                        entry_id=entry_id, animal_id=animal, site_id=group.ids[site], fee_code="CS", label="x",
                        practitioner_id=lilas.staff_id, performed_at=func.now(),
                    )
                )  # fmt: skip
    assert len((await entry(lilas, entry_id=entry_id)).services) == 1


async def test_a_finished_entry_is_its_authors(group: Group) -> None:
    _client, animal = await a_patient(group)
    vet, colleague = group.context("vet.lilas"), group.context("vet.deux", at="lilas")
    entry_id = await open_consultation(vet, animal_id=animal)
    await write_note(colleague, entry_id=entry_id, note="Vu à deux")
    await finish_entry(vet, entry_id=entry_id)
    with pytest.raises(Refused):
        await write_note(colleague, entry_id=entry_id, note="Après coup")
    await write_note(vet, entry_id=entry_id, note="Vu à deux.\nComplément.")
    assert (await entry(vet, entry_id=entry_id)).summary == "Vu à deux."


async def test_a_sterilisation_and_a_death_change_the_animal_and_can_be_taken_back(group: Group) -> None:
    _client, animal = await a_patient(group)
    vet = group.context("vet.lilas")

    async def card() -> tuple[bool, date | None]:
        async with vet.reading() as connection:
            row = (await connection.execute(select(Animal.sterilised, Animal.died_on).where(Animal.id == animal))).one()
        return row.sterilised, row.died_on

    entry_id = await open_consultation(vet, animal_id=animal, kind="surgery")
    first = await perform_service(vet, entry_id=entry_id, fee_code="OVCN")
    again = await perform_service(vet, entry_id=entry_id, fee_code="PYOM")
    death = await perform_service(vet, entry_id=entry_id, fee_code="EUTCN")
    assert await card() == (True, vet.today())
    await remove_service(vet, service_id=again)
    await remove_service(vet, service_id=death)
    assert await card() == (True, None)
    await remove_service(vet, service_id=first)
    assert await card() == (False, None)
    with pytest.raises(NotFound):
        await remove_service(vet, service_id=first)
    assert (await entry(vet, entry_id=entry_id)).services == ()


async def test_what_cannot_be_written_is_refused(group: Group) -> None:
    _client, animal = await a_patient(group)
    vet = group.context("vet.lilas")
    entry_id = await open_consultation(vet, animal_id=animal)
    with pytest.raises(NotFound):
        await perform_service(vet, entry_id=entry_id, fee_code="NOSUCH")
    with pytest.raises(NotFound):
        await perform_service(vet, entry_id=entry_id, fee_code="CS", practitioner_id=999_999)
    for quantity in (0, -1, Decimal("0.0001"), 10_000_000):
        with pytest.raises(Refused) as refusal:
            await perform_service(vet, entry_id=entry_id, fee_code="CS", quantity=quantity)
        assert refusal.value.field == "quantity"
    with pytest.raises(NotFound):
        await open_consultation(vet, animal_id=999_999)
    with pytest.raises(NotFound):
        await open_consultation(vet, animal_id=animal, visit_id=999_999)
    with pytest.raises(NotAllowed):
        await open_consultation(group.context("accueil.lilas"), animal_id=animal)


@pytest.mark.parametrize(
    ("note", "summary"),
    [
        ("", ""),
        ("\n \n- Vaccin annuel\nRAS", "Vaccin annuel"),
        ("mot " * 60, "mot " * 28 + "mot…"),
    ],
)
def test_the_summary_is_the_first_line_that_says_something(note: str, summary: str) -> None:
    assert summary_of(note) == summary
    assert len(summary_of(note)) <= 120
