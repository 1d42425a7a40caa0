"""An animal changes hands: its record goes along, what was billed stays with whom it was billed to."""

from typing import Any

from sqlalchemy import BigInteger, Text, column, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from vpterm.database.context import Context
from vpterm.kernel.errors import NotFound, Refused
from vpterm.kernel.i18n import _
from vpterm.practice.animals.rules import check_how
from vpterm.practice.animals.tables import Animal, AnimalTransfer
from vpterm.practice.clients.tables import Client
from vpterm.practice.sites.tables import Site


async def transfer_animal(context: Context, *, animal_id: int, client_id: int, how: str) -> None:
    """Give an animal to another client (`how`: rules.HOW). Bookings to come follow it, at every site.

    Refused while a visit, a draft invoice or something not billed yet, at any site, still belongs to the owner
    before; a mistake of the file takes what is not billed yet along. NotFound: no such animal or client.
    """
    context.require("animals.edit")
    check_how(how)
    async with context.writing() as connection:
        animal = await _locked(connection, animal_id)
        if animal.client_id == client_id:
            raise Refused(_("{animal} is this client's already.").format(animal=animal.name))
        if (await connection.execute(select(Client.id).where(Client.id == client_id))).scalar_one_or_none() is None:
            raise NotFound(_("There is no such client."))
        await _require_free(connection, animal, how)
        await connection.execute(update(Animal).where(Animal.id == animal_id).values(client_id=client_id))
        await connection.execute(select(func.carry_bookings(animal_id, context.now())))
        transfer = insert(AnimalTransfer).values(
            animal_id=animal_id, from_client_id=animal.client_id, to_client_id=client_id, how=how,
            transferred_at=context.now(),
        )  # fmt: skip
        await connection.execute(transfer)


async def _locked(connection: AsyncConnection, animal_id: int) -> Any:
    owner = func.btrim(func.concat_ws(" ", Client.title, Client.last_name))
    statement = (
        select(Animal.id, Animal.name, Animal.client_id, owner.label("owner"))
        .join(Client, Client.id == Animal.client_id)
        .where(Animal.id == animal_id)
        .with_for_update(of=Animal)
    )
    found = (await connection.execute(statement)).one_or_none()
    if found is None:
        raise NotFound(_("There is no such animal."))
    return found


async def _require_free(connection: AsyncConnection, animal: Any, how: str) -> None:
    """Visits and invoices are above this noun: what holds an animal is told by a function of billing's."""
    holds = func.holds_of_animal(animal.id).table_valued(column("site_id", BigInteger), column("held_by", Text))
    statement = (
        select(holds.c.held_by, Site.name)
        .join(Site, Site.id == holds.c.site_id)
        .order_by(func.array_position(func.string_to_array("visit,draft,unbilled", ","), holds.c.held_by), Site.code)
    )
    for held_by, site in (await connection.execute(statement)).all():
        if held_by == "visit":
            raise Refused(
                _("{animal} is at the clinic at this moment ({site}).").format(animal=animal.name, site=site),
                _("End the visit first."),
            )
        if held_by == "draft":
            raise Refused(
                _("{animal} stands on a draft invoice of {owner} ({site}).").format(
                    animal=animal.name, owner=animal.owner, site=site
                ),
                _("Issue it or throw it away first."),
            )
        if how != "mistake":
            raise Refused(
                _("What was done to {animal} is not billed yet ({site}).").format(animal=animal.name, site=site),
                _("Bill it to {owner} first.").format(owner=animal.owner),
            )
