"""What people note of an animal between consultations: weights and lasting problems."""

from datetime import date, datetime

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from vpterm.database.context import Context
from vpterm.kernel.errors import NotFound, Refused
from vpterm.kernel.i18n import _
from vpterm.practice.animals.rules import check_weight
from vpterm.practice.animals.tables import Animal, AnimalProblem, AnimalWeight


async def record_weight(context: Context, *, animal_id: int, weight_g: int, measured_at: datetime | None = None) -> int:
    """Keep a weight in grams, measured now unless told; answers its id.

    Whether the weight surprises is asked before (rules.weight_remark). Refused: out of bounds, or ahead of now.
    """
    context.require("care.weigh")
    moment = measured_at or context.now()
    if moment > context.now():
        raise Refused(_("A weight is not measured ahead of now."), field="measured_at")
    async with context.writing() as connection:
        await _must_exist(connection, animal_id)
        statement = insert(AnimalWeight).values(
            animal_id=animal_id, weight_g=check_weight(weight_g), measured_at=moment
        )
        return (await connection.execute(statement.returning(AnimalWeight.id))).scalar_one()


async def take_back_weight(context: Context, *, weight_id: int) -> None:
    """A weight was a mistake: it leaves the curve and stays in the trail. NotFound when it is gone already."""
    context.require("care.weigh")
    async with context.writing() as connection:
        mistake = update(AnimalWeight).where(AnimalWeight.id == weight_id, AnimalWeight.removed_at.is_(None))
        if not (await connection.execute(mistake.values(removed_at=context.now()))).rowcount:
            raise NotFound(_("This weight is not there any more."))


async def open_problem(context: Context, *, animal_id: int, label: str, since: date | None = None) -> int:
    """Note a lasting problem, since today unless told; answers its id."""
    context.require("care.write")
    text = " ".join(label.split())
    if not 0 < len(text) <= 120:
        raise Refused(_("A problem is told in one line."), field="label")
    async with context.writing() as connection:
        await _must_exist(connection, animal_id)
        statement = insert(AnimalProblem).values(animal_id=animal_id, label=text, since=since or context.today())
        return (await connection.execute(statement.returning(AnimalProblem.id))).scalar_one()


async def close_problem(context: Context, *, problem_id: int) -> None:
    """The problem is over, from today on. NotFound when it is closed already."""
    context.require("care.write")
    async with context.writing() as connection:
        over = update(AnimalProblem).where(AnimalProblem.id == problem_id, AnimalProblem.closed_on.is_(None))
        if not (await connection.execute(over.values(closed_on=context.today()))).rowcount:
            raise NotFound(_("This problem is not open any more."))


async def _must_exist(connection: AsyncConnection, animal_id: int) -> None:
    if (await connection.execute(select(Animal.id).where(Animal.id == animal_id))).scalar_one_or_none() is None:
        raise NotFound(_("There is no such animal."))
