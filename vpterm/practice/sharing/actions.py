"""Reading and changing the sharing matrix. A change takes effect at the next statement of every open session."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from vpterm.database.context import Context
from vpterm.database.engine import Database
from vpterm.practice.sharing.rules import SUBJECTS, check_choice
from vpterm.practice.sharing.tables import SharingChoice


@dataclass(frozen=True, slots=True)
class MatrixRow:
    """One subject as it is in force, since when."""

    subject: str
    choice: str
    changed_at: datetime


async def list_matrix(database: Database) -> list[MatrixRow]:
    """The matrix in force, in the order of SUBJECTS."""
    columns = (SharingChoice.subject, SharingChoice.choice, SharingChoice.changed_at)
    async with database.reading() as connection:
        rows = {row.subject: MatrixRow(*row) for row in await connection.execute(select(*columns))}
    return [rows[subject] for subject in SUBJECTS if subject in rows]


async def choose_sharing(context: Context, *, subject: str, choice: str) -> None:
    """Set what the group shares on a subject; logged in the audit trail. Refused: an unknown subject or choice."""
    context.require("group.manage")
    check_choice(subject, choice)
    async with context.writing() as connection:
        values = {"subject": subject, "choice": choice}
        statement = insert(SharingChoice).values(values)
        await connection.execute(
            statement.on_conflict_do_update(index_elements=[SharingChoice.subject], set_={"choice": choice})
        )
