"""What people do with animals: register, change, death, sterilisation.

Weights and problems: health.py; new owners: transfers.py.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Unpack

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from vpterm.database.context import Context
from vpterm.kernel.errors import Conflict, ConstraintViolated, NotFound, Refused
from vpterm.kernel.i18n import _
from vpterm.kernel.identifiers import format_identification
from vpterm.practice.animals.rules import AnimalFields, checked_fields
from vpterm.practice.animals.tables import Animal, Species
from vpterm.practice.clients.actions import insert_client
from vpterm.practice.clients.rules import ClientFields
from vpterm.practice.clients.tables import Client


@dataclass(frozen=True, slots=True)
class NewAnimal:
    """An animal to register with its owner. `import_key` makes the same one be known again."""

    fields: AnimalFields
    import_key: str | None = None
    died_on: date | None = None


@dataclass(frozen=True, slots=True)
class AnimalRegistered:
    """What became of one NewAnimal: its id (and whether it is new), or why not."""

    animal_id: int | None
    new: bool = False
    refusal: Refused | None = None


@dataclass(frozen=True, slots=True)
class OwnerRegistered:
    """What became of an owner and their animals, in the order given."""

    client_id: int
    new: bool
    animals: tuple[AnimalRegistered, ...]


async def register_animal(
    context: Context, *, client_id: int, name: str, species_code: str, breed: str = "", sex: str = "",
    sterilised: bool = False, birth_date: date | None = None, birth_precision: str = "day", coat: str = "",
    identification: str = "", insurance: str = "", alert: str = "", note: str = "", import_key: str | None = None,
) -> int:  # fmt: skip
    """Add an animal to a client; answers its id.

    Refused with the field; an identification carries its diagnosis, or who has it already in the group.
    """
    context.require("animals.edit")
    fields = AnimalFields(
        name=name, species_code=species_code, breed=breed, sex=sex, sterilised=sterilised, birth_date=birth_date,
        birth_precision=birth_precision, coat=coat, identification=identification, insurance=insurance, alert=alert,
        note=note,
    )  # fmt: skip
    try:
        async with context.writing() as connection:
            return (await _insert_animal(connection, client_id, NewAnimal(fields, import_key), context.today()))[0]
    except ConstraintViolated as failure:
        raise NotFound(_("There is no such client.")) from failure


async def register_owner(
    context: Context, *, client: ClientFields, client_key: str | None = None, animals: Sequence[NewAnimal] = ()
) -> OwnerRegistered:
    """Add a client with animals in one transaction: what an import does, owner by owner.

    A client or animal whose import_key is known stays as it is. A refused animal does not keep the others out;
    a refused client does (Refused).
    """
    context.require("clients.edit")
    context.require("animals.edit")
    done: list[AnimalRegistered] = []
    async with context.writing() as connection:
        client_id, new = await insert_client(connection, client, client_key)
        for animal in animals:
            try:
                done.append(AnimalRegistered(*await _insert_animal(connection, client_id, animal, context.today())))
            except Refused as refusal:
                done.append(AnimalRegistered(None, refusal=refusal))
    return OwnerRegistered(client_id, new, tuple(done))


async def change_animal(
    context: Context, *, animal_id: int, seen_changed_at: datetime | None = None, **fields: Unpack[AnimalFields]
) -> None:
    """Change some fields. Conflict when somebody changed it after `seen_changed_at`; NotFound; Refused."""
    context.require("animals.edit")
    columns = checked_fields(fields, context.today())
    try:
        async with context.writing() as connection:
            if "species_code" in fields:
                columns["species_id"] = await _species_id(connection, fields["species_code"])
            await _update_animal(connection, animal_id, columns, seen_changed_at)
    except ConstraintViolated as failure:
        async with context.reading() as connection:
            raise await _taken(connection, columns["identification"]) from failure


async def record_death(context: Context, *, animal_id: int, died_on: date | None = None) -> None:
    """The animal died (today unless told). Refused: a day ahead, or before its birth."""
    context.require("animals.edit")
    day = died_on or context.today()
    if day > context.today():
        raise Refused(_("A death is not ahead of today."), field="died_on")
    async with context.writing() as connection:
        born = (await connection.execute(select(Animal.birth_date).where(Animal.id == animal_id))).scalar_one_or_none()
        if born is not None and day < born:
            raise Refused(_("A death is not before the birth."), field="died_on")
        await _update_animal(connection, animal_id, {"died_on": day}, None)


async def take_back_death(context: Context, *, animal_id: int) -> None:
    """The animal lives: its death was entered by mistake."""
    context.require("animals.edit")
    async with context.writing() as connection:
        await _update_animal(connection, animal_id, {"died_on": None}, None)


async def sterilise_animal(context: Context, *, animal_id: int) -> None:
    """The animal is sterilised from now on."""
    context.require("animals.edit")
    async with context.writing() as connection:
        await _update_animal(connection, animal_id, {"sterilised": True}, None)


async def _insert_animal(
    connection: AsyncConnection, client_id: int, animal: NewAnimal, today: date
) -> tuple[int, bool]:
    fields = AnimalFields(**animal.fields)
    fields.setdefault("name", "")
    columns: dict[str, Any] = checked_fields(fields, today)
    columns |= {"client_id": client_id, "import_key": animal.import_key, "died_on": animal.died_on}
    columns["species_id"] = await _species_id(connection, fields.get("species_code", ""))
    # Without the conflict clause, a number that is taken would end the transaction of a whole owner.
    statement = upsert(Animal).values(**columns).on_conflict_do_nothing().returning(Animal.id)
    animal_id = (await connection.execute(statement)).scalar_one_or_none()
    if animal_id is not None:
        return animal_id, True
    if animal.import_key is not None:
        known = await connection.execute(select(Animal.id).where(Animal.import_key == animal.import_key))
        animal_id = known.scalar_one_or_none()
    if animal_id is None:
        raise await _taken(connection, columns["identification"])
    return animal_id, False


async def _species_id(connection: AsyncConnection, code: str) -> int:
    found = (await connection.execute(select(Species.id).where(Species.code == code))).scalar_one_or_none()
    if found is None:
        raise Refused(
            _("“{code}” is not a species.").format(code=code), _("Choose one from the list (F4)."), field="species_code"
        )
    return found


async def _taken(connection: AsyncConnection, identification: str) -> Refused:
    """The refusal of a number that another animal has, with that animal and its owner."""
    statement = select(Animal.name, Client.last_name, Client.first_name, Client.town).join(
        Client, Client.id == Animal.client_id
    )
    row = (await connection.execute(statement.where(Animal.identification == identification))).one_or_none()
    number = format_identification(identification)
    if row is None:
        return Refused(_("{number} is taken.").format(number=number), field="identification")
    owner = " ".join(part for part in (row.last_name, row.first_name) if part)
    return Refused(
        _("{number} is {animal}, of {owner} ({town}).").format(
            number=number, animal=row.name, owner=owner, town=row.town or "-"
        ),
        _("If it is the same animal, transfer it; if not, read the transponder again."),
        field="identification",
    )


async def _update_animal(
    connection: AsyncConnection, animal_id: int, columns: dict[str, Any], seen_changed_at: datetime | None
) -> None:
    statement = update(Animal).where(Animal.id == animal_id).values(columns or {"name": Animal.name})
    if seen_changed_at is not None:
        statement = statement.where(Animal.changed_at == seen_changed_at)
    if (await connection.execute(statement)).rowcount:
        return
    if (await connection.execute(select(Animal.id).where(Animal.id == animal_id))).scalar_one_or_none() is None:
        raise NotFound(_("There is no such animal."))
    raise Conflict(
        _("Somebody changed this animal meanwhile."), _("Your text is kept. Look at the animal again, then save.")
    )
