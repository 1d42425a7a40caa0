"""Reads about animals, and the sheets that show animals with their owner. The search is next door."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any

from sqlalchemy import ARRAY, BigInteger, ColumnElement, bindparam, column, func, select, table, union_all

from vpterm.database.context import Context
from vpterm.database.written import Written
from vpterm.kernel.errors import NotFound
from vpterm.kernel.i18n import _, current_language
from vpterm.kernel.text import normalise
from vpterm.practice.animals.rules import Weighed
from vpterm.practice.animals.tables import Animal, AnimalProblem, AnimalWeight, Breed, Species
from vpterm.practice.clients.queries import CLIENT_COLUMNS, ClientRow, client_of_row
from vpterm.practice.clients.tables import Client, ClientPhone

# The record belongs to care, above; the day of the last visit is all that is read of it here.
_ENTRIES = table("record_entries", column("animal_id"), column("happened_at"))
MOST_WEIGHTS = 60


@dataclass(frozen=True, slots=True)
class SpeciesRow:
    """A species of the group's library."""

    id: int
    code: str
    name_fr: str
    name_en: str
    food_producing: bool

    @property
    def name(self) -> str:
        """In the language of the session."""
        return self.name_fr if current_language() == "fr" else self.name_en


@dataclass(frozen=True, slots=True)
class BreedRow:
    """A breed of the group's library."""

    id: int
    species_code: str
    name: str


@dataclass(frozen=True, slots=True)
class WeightRow(Weighed):
    """A weight of the curve, with the site that measured it (None: the group's management)."""

    id: int
    site_id: int | None


@dataclass(frozen=True, slots=True)
class ProblemRow:
    """A lasting problem."""

    id: int
    label: str
    since: date
    closed_on: date | None


@dataclass(frozen=True, slots=True)
class AnimalRow:
    """An animal in a list of its owner's. `last_weight_g` and `last_seen` are None where there is none."""

    id: int
    name: str
    species_code: str
    species_fr: str
    species_en: str
    breed: str
    sex: str
    sterilised: bool
    birth_date: date | None
    birth_precision: str
    identification: str | None
    alert: str
    died_on: date | None
    last_weight_g: int | None
    last_seen: datetime | None

    @property
    def species(self) -> str:
        """In the language of the session."""
        return self.species_fr if current_language() == "fr" else self.species_en


@dataclass(frozen=True, slots=True)
class ClientSheet:
    """A client with telephones, contacts and animals (the living first, by name). `last_visit` of any of them."""

    client: ClientRow
    animals: tuple[AnimalRow, ...]

    @property
    def last_visit(self) -> datetime | None:
        return max((animal.last_seen for animal in self.animals if animal.last_seen), default=None)


@dataclass(frozen=True, slots=True)
class AnimalSheet:
    """All that the head of an animal's page shows; its timeline is in practice/care.

    weights are in order of time, at most the last sixty; problems are the open ones, then the closed;
    family are the ids of the owner's animals in the order of the client's sheet, this one among them.
    """

    id: int
    name: str
    species_code: str
    species_fr: str
    species_en: str
    food_producing: bool
    breed: str
    sex: str
    sterilised: bool
    birth_date: date | None
    birth_precision: str
    coat: str
    identification: str | None
    insurance: str
    alert: str
    note: str
    died_on: date | None
    changed_at: datetime
    client_id: int
    owner_title: str
    owner_last_name: str
    owner_first_name: str
    owner_town: str
    owner_alert: str
    owner_phone: str
    weights: tuple[WeightRow, ...]
    problems: tuple[ProblemRow, ...]
    family: tuple[int, ...]

    @property
    def species(self) -> str:
        """In the language of the session."""
        return self.species_fr if current_language() == "fr" else self.species_en

    @property
    def owner(self) -> str:
        """ "Mme Martin", as one speaks of them."""
        return f"{self.owner_title} {self.owner_last_name}".strip()


_ORDER = (Animal.died_on.isnot(None), Animal.name_key, Animal.id)
_LAST_WEIGHT = (
    select(AnimalWeight.weight_g)
    .where(AnimalWeight.animal_id == Animal.id, AnimalWeight.removed_at.is_(None))
    .order_by(AnimalWeight.measured_at.desc(), AnimalWeight.id.desc())
    .limit(1)
    .scalar_subquery()
)
_LAST_SEEN = select(func.max(_ENTRIES.c.happened_at)).where(_ENTRIES.c.animal_id == Animal.id).scalar_subquery()
_ANIMALS = select(
    Animal.id, Animal.name, Species.code.label("species_code"), Species.name_fr.label("species_fr"),
    Species.name_en.label("species_en"), Animal.breed, Animal.sex, Animal.sterilised, Animal.birth_date,
    Animal.birth_precision, Animal.identification, Animal.alert, Animal.died_on,
    _LAST_WEIGHT.label("last_weight_g"), _LAST_SEEN.label("last_seen"),
).join(Species, Species.id == Animal.species_id)  # fmt: skip


async def list_animals(context: Context, *, client_id: int) -> list[AnimalRow]:
    """The animals of a client: the living by name, then the dead."""
    statement = _ANIMALS.where(Animal.client_id == client_id).order_by(*_ORDER)
    async with context.reading() as connection:
        return [AnimalRow(**row) for row in (await connection.execute(statement)).mappings()]


async def client_sheet(context: Context, *, client_id: int) -> ClientSheet:
    """A client with all animals. NotFound when there is none."""
    async with context.reading() as connection:
        found = await connection.execute(select(*CLIENT_COLUMNS).where(Client.id == client_id))
        row = found.mappings().one_or_none()
        if row is None:
            raise NotFound(_("There is no such client."))
        statement = _ANIMALS.where(Animal.client_id == client_id).order_by(*_ORDER)
        animals = tuple(AnimalRow(**animal) for animal in (await connection.execute(statement)).mappings())
    return ClientSheet(client_of_row(row), animals)


async def animal_sheet(context: Context, *, animal_id: int) -> AnimalSheet:
    """The animal with this number, in one statement. NotFound when there is none."""
    row = next(iter(await _sheet().rows(context.database, animal=animal_id)), None)
    if row is None:
        raise NotFound(_("There is no such animal."))
    weights = (WeightRow(grams, datetime.fromisoformat(at), key, site) for key, grams, at, site in row["weights"] or ())
    problems = (
        ProblemRow(key, label, date.fromisoformat(since), date.fromisoformat(closed) if closed else None)
        for key, label, since, closed in row["problems"] or ()
    )
    made = {
        "weights": tuple(sorted(weights, key=lambda weight: (weight.measured_at, weight.id))),
        "problems": tuple(sorted(problems, key=lambda problem: (problem.closed_on is not None, problem.since))),
        "family": tuple(row["family"]),
    }
    return AnimalSheet(**{**row, **made})


@cache
def _sheet() -> Written:
    """The whole sheet of one `animal`."""
    phone = (
        select(ClientPhone.number).where(ClientPhone.client_id == Client.id)
        .order_by(ClientPhone.position, ClientPhone.id).limit(1).scalar_subquery()
    )  # fmt: skip
    return Written(
        select(
            Animal.id, Animal.name, Species.code.label("species_code"), Species.name_fr.label("species_fr"),
            Species.name_en.label("species_en"), Species.food_producing, Animal.breed, Animal.sex, Animal.sterilised,
            Animal.birth_date, Animal.birth_precision, Animal.coat, Animal.identification, Animal.insurance,
            Animal.alert, Animal.note, Animal.died_on, Animal.changed_at, Animal.client_id,
            Client.title.label("owner_title"), Client.last_name.label("owner_last_name"),
            Client.first_name.label("owner_first_name"), Client.town.label("owner_town"),
            Client.alert.label("owner_alert"), func.coalesce(phone, "").label("owner_phone"),
            _weights().label("weights"), _problems().label("problems"), _family().label("family"),
        )
        .join(Species, Species.id == Animal.species_id)
        .join(Client, Client.id == Animal.client_id)
        .where(Animal.id == bindparam("animal", type_=BigInteger))
    )  # fmt: skip


def _weights() -> ColumnElement[Any]:
    last = (
        select(AnimalWeight.id, AnimalWeight.weight_g, AnimalWeight.measured_at, AnimalWeight.created_site)
        .where(AnimalWeight.animal_id == Animal.id, AnimalWeight.removed_at.is_(None))
        .order_by(AnimalWeight.measured_at.desc(), AnimalWeight.id.desc())
        .limit(MOST_WEIGHTS)
        .correlate(Animal)
        .subquery()
    )
    line = func.jsonb_build_array(last.c.id, last.c.weight_g, last.c.measured_at, last.c.created_site)
    return select(func.jsonb_agg(line)).scalar_subquery()


def _problems() -> ColumnElement[Any]:
    line = func.jsonb_build_array(AnimalProblem.id, AnimalProblem.label, AnimalProblem.since, AnimalProblem.closed_on)
    return select(func.jsonb_agg(line)).where(AnimalProblem.animal_id == Animal.id).scalar_subquery()


def _family() -> ColumnElement[Any]:
    kin = Animal.__table__.alias("kin")
    members = (
        select(kin.c.id).where(kin.c.client_id == Animal.client_id)
        .order_by(kin.c.died_on.isnot(None), kin.c.name_key, kin.c.id)
    )  # fmt: skip
    return func.array(members.correlate(Animal).scalar_subquery(), type_=ARRAY(BigInteger))


async def list_species(context: Context) -> list[SpeciesRow]:
    """All species, in the order of the library."""
    statement = select(Species.id, Species.code, Species.name_fr, Species.name_en, Species.food_producing)
    async with context.reading() as connection:
        return [SpeciesRow(**row) for row in (await connection.execute(statement.order_by(Species.id))).mappings()]


async def find_breeds(context: Context, *, text: str = "", species_code: str = "", limit: int = 20) -> list[BreedRow]:
    """Breeds of which a word begins with the text, without accents; those that begin with it come first."""
    statement = select(Breed.id, Species.code.label("species_code"), Breed.name).join(
        Species, Species.id == Breed.species_id
    )
    if species_code:
        statement = statement.where(Species.code == species_code)
    async with context.reading() as connection:
        breeds = [BreedRow(**row) for row in (await connection.execute(statement)).mappings()]
    wanted = normalise(text)
    keys = {breed.id: normalise(breed.name) for breed in breeds}
    met = [breed for breed in breeds if f" {keys[breed.id]}".find(f" {wanted}") >= 0]
    return sorted(met, key=lambda breed: (not keys[breed.id].startswith(wanted), keys[breed.id]))[:limit]


async def known_imports(context: Context, *, client_keys: Sequence[str], animal_keys: Sequence[str]) -> frozenset[str]:
    """Those of the import keys that a client or an animal already has."""
    clients = select(Client.import_key).where(Client.import_key.in_(client_keys))
    animals = select(Animal.import_key).where(Animal.import_key.in_(animal_keys))
    async with context.reading() as connection:
        found = await connection.scalars(union_all(clients, animals))
        return frozenset(key for key in found if key is not None)
