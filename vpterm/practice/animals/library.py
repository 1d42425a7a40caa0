"""The species and breeds that a new group starts with, from library.csv; the group adds its own afterwards."""

import csv
from dataclasses import dataclass
from importlib import resources

from sqlalchemy import insert, select
from sqlalchemy.dialects.postgresql import insert as upsert

from vpterm.database.context import Context
from vpterm.practice.animals.tables import Breed, Species


@dataclass(frozen=True, slots=True)
class Library:
    """What library.csv holds: species as (code, French, English, food-producing), breeds as (species code, name)."""

    species: tuple[tuple[str, str, str, bool], ...]
    breeds: tuple[tuple[str, str], ...]


def read_library() -> Library:
    """The file of the product. Its columns: kind, species, name_fr, name_en, food."""
    text = (resources.files("vpterm.practice.animals") / "library.csv").read_text("utf-8")
    rows = list(csv.DictReader(text.splitlines()))
    return Library(
        tuple(
            (row["species"], row["name_fr"], row["name_en"], row["food"] == "yes")
            for row in rows
            if row["kind"] == "species"
        ),
        tuple((row["species"], row["name_fr"]) for row in rows if row["kind"] == "breed"),
    )


async def load_library(context: Context) -> int:
    """Add the species and breeds that the group does not have yet; answers how many were added."""
    context.require("group.manage")
    library = read_library()
    async with context.writing() as connection:
        before = set(await connection.scalars(select(Species.code)))
        new = [row for row in library.species if row[0] not in before]
        if new:
            keys = ("code", "name_fr", "name_en", "food_producing")
            await connection.execute(insert(Species), [dict(zip(keys, row, strict=True)) for row in new])
        found = await connection.execute(select(Species.code, Species.id))
        ids = {row.code: row.id for row in found}
        breeds = [{"species_id": ids[code], "name": name} for code, name in library.breeds]
        statement = upsert(Breed).on_conflict_do_nothing().returning(Breed.id)
        added = (await connection.execute(statement, breeds)).all()
    return len(new) + len(added)
