"""Animals: registering with a checked identification, weights, problems, transfer, the library."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.world import MORNING, Group
from vpterm.kernel.errors import Conflict, NotAllowed, NotFound, Refused
from vpterm.kernel.i18n import using
from vpterm.practice.animals.actions import (
    NewAnimal,
    change_animal,
    record_death,
    register_animal,
    register_owner,
    sterilise_animal,
    take_back_death,
)
from vpterm.practice.animals.health import (
    close_problem,
    open_problem,
    record_weight,
    take_back_weight,
)
from vpterm.practice.animals.library import load_library, read_library
from vpterm.practice.animals.queries import animal_sheet, client_sheet, find_breeds, list_species
from vpterm.practice.animals.rules import AnimalFields, Weighed, weight_remark
from vpterm.practice.animals.transfers import transfer_animal
from vpterm.practice.clients.actions import register_client

CHIP = "250268600123456"


async def owner(group: Group, last_name: str = "Martin") -> int:
    await load_library(group.management())
    return await register_client(
        group.context("accueil.lilas"), last_name=last_name, title="Mme", town="Nantes", phones=[("0612345678", "")]
    )


async def test_the_sheet_shows_all_that_is_known(group: Group) -> None:
    desk, client_id = group.context("accueil.lilas"), await owner(group)
    animal_id = await register_animal(
        desk, client_id=client_id, name="mirza", species_code="dog", breed="Border collie", sex="F", sterilised=True,
        birth_date=date(2020, 7, 1), birth_precision="month", identification="250 26 86 00123456",
        insurance="7781", alert="Allergie : pénicilline",
    )  # fmt: skip
    older = await record_weight(desk, animal_id=animal_id, weight_g=18_100, measured_at=MORNING - timedelta(days=30))
    newest = await record_weight(desk, animal_id=animal_id, weight_g=18_400)
    vet = group.context("vet.lilas")
    problem = await open_problem(vet, animal_id=animal_id, label=" otites à  répétition ")
    over = await open_problem(vet, animal_id=animal_id, label="boiterie", since=date(2025, 1, 2))
    await close_problem(vet, problem_id=over)
    sheet = await animal_sheet(group.context("vet.bocage"), animal_id=animal_id)
    assert (sheet.name, sheet.identification, sheet.owner, sheet.owner_phone) == (
        "Mirza", CHIP, "Mme Martin", "+33612345678",
    )  # fmt: skip
    assert [(weight.id, weight.weight_g, weight.site_id) for weight in sheet.weights] == [
        (older, 18_100, group.ids["lilas"]), (newest, 18_400, group.ids["lilas"]),
    ]  # fmt: skip
    assert sheet.weights[-1].measured_at == MORNING
    assert [(one.id, one.label, one.closed_on) for one in sheet.problems] == [
        (problem, "otites à répétition", None), (over, "boiterie", date(2026, 11, 24)),
    ]  # fmt: skip
    assert sheet.family == (animal_id,)
    with using("fr"):
        assert sheet.species == "chien"
    with using("en"):
        assert sheet.species == "dog"


async def test_a_number_that_is_taken_names_who_has_it(group: Group) -> None:
    desk, client_id = group.context("accueil.lilas"), await owner(group)
    await register_animal(desk, client_id=client_id, name="Rex", species_code="dog", identification=CHIP)
    other = await register_animal(desk, client_id=client_id, name="Nala", species_code="cat")
    # At another site too: one number, one animal, in the whole group.
    with pytest.raises(Refused) as taken:
        await register_animal(
            group.context("vet.bocage"), client_id=client_id, name="Max", species_code="dog", identification=CHIP
        )
    assert taken.value.field == "identification"
    assert "Rex" in taken.value.message
    assert "Martin" in taken.value.message
    with pytest.raises(Refused) as changed:
        await change_animal(desk, animal_id=other, identification=CHIP)
    assert "Rex" in changed.value.message
    for none in ("", "  "):
        await change_animal(desk, animal_id=other, identification=none)
    assert (await animal_sheet(desk, animal_id=other)).identification is None


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""), ("species_code", "unicorn"), ("sex", "X"), ("birth_date", date(2026, 11, 25)),
        ("birth_date", date(1800, 1, 1)), ("identification", "25026860012345"), ("alert", "x" * 201),
        ("identification", "25026860O123456"),
    ],
)  # fmt: skip
async def test_a_field_that_cannot_be_right_is_named(group: Group, field: str, value: object) -> None:
    client_id = await owner(group)
    fields = {"client_id": client_id, "name": "Rex", "species_code": "dog", field: value}
    with pytest.raises(Refused) as refused:
        await register_animal(group.context("accueil.lilas"), **fields)  # type: ignore[arg-type]
    assert refused.value.field == field


async def test_changes_meet(group: Group) -> None:
    desk, client_id = group.context("accueil.lilas"), await owner(group)
    animal_id = await register_animal(desk, client_id=client_id, name="Rex", species_code="dog")
    seen = (await animal_sheet(desk, animal_id=animal_id)).changed_at
    await change_animal(desk, animal_id=animal_id, seen_changed_at=seen, species_code="cat", breed="Européen")
    with pytest.raises(Conflict):
        await change_animal(desk, animal_id=animal_id, seen_changed_at=seen, name="Max")
    sheet = await animal_sheet(desk, animal_id=animal_id)
    assert (sheet.name, sheet.species_code, sheet.breed) == ("Rex", "cat", "Européen")
    with pytest.raises(NotFound):
        await change_animal(desk, animal_id=animal_id + 1000, name="Max")


async def test_death_sterilisation_and_a_new_owner(group: Group) -> None:
    desk, first = group.context("accueil.lilas"), await owner(group)
    second = await register_client(desk, last_name="Dubois")
    animal_id = await register_animal(
        desk, client_id=first, name="Rex", species_code="dog", birth_date=date(2020, 1, 1)
    )
    await sterilise_animal(desk, animal_id=animal_id)
    await record_death(desk, animal_id=animal_id)
    sheet = await animal_sheet(desk, animal_id=animal_id)
    assert (sheet.sterilised, sheet.died_on) == (True, date(2026, 11, 24))
    await take_back_death(desk, animal_id=animal_id)
    assert (await animal_sheet(desk, animal_id=animal_id)).died_on is None
    for day in (date(2026, 11, 25), date(2019, 12, 31)):
        with pytest.raises(Refused):
            await record_death(desk, animal_id=animal_id, died_on=day)
    await transfer_animal(desk, animal_id=animal_id, client_id=second, how="sold")
    assert (await client_sheet(desk, client_id=first)).animals == ()
    assert [animal.name for animal in (await client_sheet(desk, client_id=second)).animals] == ["Rex"]
    with pytest.raises(NotFound):
        await transfer_animal(desk, animal_id=animal_id, client_id=second + 1000, how="sold")
    with pytest.raises(NotFound):
        await sterilise_animal(desk, animal_id=animal_id + 1000)


async def test_the_clients_sheet_lists_the_living_first(group: Group) -> None:
    desk, client_id = group.context("accueil.lilas"), await owner(group)
    for name in ("Zoé", "Éclair", "Max"):
        animal_id = await register_animal(desk, client_id=client_id, name=name, species_code="cat")
        if name == "Éclair":
            await record_death(desk, animal_id=animal_id)
        else:
            await record_weight(desk, animal_id=animal_id, weight_g=4_200)
    sheet = await client_sheet(desk, client_id=client_id)
    assert [(animal.name, animal.last_weight_g) for animal in sheet.animals] == [
        ("Max", 4_200), ("Zoé", 4_200), ("Éclair", None),
    ]  # fmt: skip
    assert (sheet.client.spoken_name, sheet.last_visit) == ("Mme Martin", None)
    family = (await animal_sheet(desk, animal_id=sheet.animals[0].id)).family
    assert family == tuple(animal.id for animal in sheet.animals)
    with pytest.raises(NotFound):
        await client_sheet(desk, client_id=client_id + 1000)


async def test_a_mistaken_weight_leaves_the_curve(group: Group) -> None:
    desk, client_id = group.context("accueil.lilas"), await owner(group)
    animal_id = await register_animal(desk, client_id=client_id, name="Rex", species_code="dog")
    wrong = await record_weight(desk, animal_id=animal_id, weight_g=184_000)
    await take_back_weight(desk, weight_id=wrong)
    assert (await animal_sheet(desk, animal_id=animal_id)).weights == ()
    with pytest.raises(NotFound):
        await take_back_weight(desk, weight_id=wrong)
    for grams, moment in ((0, None), (5_000_001, None), (4_000, MORNING + timedelta(minutes=1))):
        with pytest.raises(Refused):
            await record_weight(desk, animal_id=animal_id, weight_g=grams, measured_at=moment)


async def test_an_owner_is_registered_with_the_animals_that_can_be(group: Group) -> None:
    desk, client_id = group.context("accueil.lilas"), await owner(group)
    await register_animal(desk, client_id=client_id, name="Rex", species_code="dog", identification=CHIP)
    animals = [
        NewAnimal(AnimalFields(name="Nala", species_code="cat"), "vega:1"),
        NewAnimal(AnimalFields(name="Copie", species_code="dog", identification=CHIP), "vega:2"),
        NewAnimal(AnimalFields(name="Dragon", species_code="dragon"), "vega:3"),
        NewAnimal(AnimalFields(name="Max", species_code="dog"), "vega:4"),
    ]
    for new in (True, False):
        done = await register_owner(desk, client={"last_name": "Leroy"}, client_key="vega:c1", animals=animals)
        assert done.new is new
        assert [(one.new, one.refusal and one.refusal.field) for one in done.animals] == [
            (new, None), (False, "identification"), (False, "species_code"), (new, None),
        ]  # fmt: skip
    sheet = await client_sheet(desk, client_id=done.client_id)
    assert [animal.name for animal in sheet.animals] == ["Max", "Nala"]


async def test_only_those_who_may(group: Group) -> None:
    client_id = await owner(group)
    with pytest.raises(NotAllowed):
        await register_animal(group.context("support"), client_id=client_id, name="Rex", species_code="dog")
    with pytest.raises(NotAllowed):
        await open_problem(group.context("accueil.lilas"), animal_id=1, label="otites")
    with pytest.raises(NotAllowed):
        await load_library(group.context("vet.lilas"))


async def test_the_library_is_loaded_once(group: Group) -> None:
    library = read_library()
    assert len(library.breeds) > 80
    assert await load_library(group.management()) == len(library.species) + len(library.breeds)
    assert await load_library(group.management()) == 0
    desk = group.context("accueil.lilas")
    species = await list_species(desk)
    assert [(row.code, row.name_fr) for row in species[:3]] == [("dog", "chien"), ("cat", "chat"), ("rabbit", "lapin")]
    assert {row.code for row in species if row.food_producing} >= {"horse", "cattle", "sheep", "goat", "pig", "rabbit"}
    assert [breed.name for breed in await find_breeds(desk, text="epagneul")] == [
        "Épagneul breton",
        "Épagneul français",
    ]
    assert [breed.name for breed in await find_breeds(desk, text="collie", species_code="dog")] == ["Border collie"]
    assert await find_breeds(desk, text="collie", species_code="cat") == []


NOW = datetime(2026, 11, 24, 8, tzinfo=UTC)
LAST = [Weighed(25_000, NOW - timedelta(days=400)), Weighed(20_000, NOW - timedelta(days=30))]


@pytest.mark.parametrize(
    ("weight_g", "birth", "told"),
    [
        (20_000, None, False), (23_000, None, False), (23_001, None, True), (17_000, None, False),
        (16_999, None, True), (200_000, None, True), (2_000, None, True),
        (30_000, date(2026, 6, 1), False), (16_000, date(2026, 6, 1), True), (210_000, date(2026, 6, 1), True),
    ],
)  # fmt: skip
def test_a_surprising_weight_is_asked_about(weight_g: int, birth: date | None, told: bool) -> None:
    assert bool(weight_remark(LAST, weight_g, NOW, birth)) is told


def test_the_question_says_what_is_surprising() -> None:
    with using("fr"):
        comma, change = (weight_remark(LAST, grams, NOW).replace("\u00a0", " ") for grams in (200_000, 25_000))
    assert comma == "200 kg après 20 kg : la virgule est-elle bien placée ?"
    assert change == "25 kg, soit +25 % depuis la dernière pesée (20 kg) : garder ?"
    assert weight_remark([], 200_000, NOW) == ""
    assert weight_remark([Weighed(20_000, NOW + timedelta(days=1))], 200_000, NOW) == ""
    assert weight_remark([Weighed(20_000, NOW - timedelta(days=700))], 26_000, NOW) == ""


@given(last=st.integers(1, 2_000_000), weight_g=st.integers(1, 2_000_000))
def test_within_fifteen_percent_nothing_is_asked_and_ten_times_always(last: int, weight_g: int) -> None:
    known = [Weighed(last, NOW - timedelta(days=1))]
    told = bool(weight_remark(known, weight_g, NOW))
    assert told is (abs(weight_g - last) * 100 > last * 15)
    assert weight_remark(known, last * 10, NOW) != ""
