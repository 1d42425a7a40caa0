"""Clients and animals for tests of what happens to them, registered from the site that is asked."""

from sqlalchemy import insert, select
from sqlalchemy.dialects.postgresql import insert as upsert

from tests.world import Group
from vpterm.database.context import Context
from vpterm.practice.animals.tables import Animal, Species
from vpterm.practice.clients.actions import register_client
from vpterm.practice.fees.actions import load_base_fees


async def a_client(context: Context, last_name: str = "Martin") -> int:
    """A client with an address, as an invoice wants one."""
    return await register_client(
        context, title="Mme", last_name=last_name, first_name="Claire", address="8 rue du Calvaire",
        postcode="44000", town="Nantes",
    )  # fmt: skip


async def an_animal(group: Group, client_id: int, name: str = "Mirza") -> int:
    """A bitch of this client, not sterilised."""
    manager = group.management()
    async with manager.writing() as connection:
        species = {"code": "test-dog", "name_fr": "chien", "name_en": "dog"}
        await connection.execute(upsert(Species).values(species).on_conflict_do_nothing())
        species_id = await connection.scalar(select(Species.id).where(Species.code == "test-dog"))
    async with group.context("vet.lilas").writing() as connection:
        statement = insert(Animal).values(client_id=client_id, name=name, species_id=species_id, sex="F")
        return (await connection.execute(statement.returning(Animal.id))).scalar_one()


async def a_patient(group: Group, name: str = "Mirza", last_name: str = "Martin") -> tuple[int, int]:
    """Fees are loaded; a client and her animal: their ids."""
    await load_base_fees(group.management())
    client_id = await a_client(group.context("vet.lilas"), last_name)
    return client_id, await an_animal(group, client_id, name)
