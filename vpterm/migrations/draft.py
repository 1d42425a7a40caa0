"""Writes the SQL of a schema from the mapped tables and their declarations: what a first migration holds.

The text it makes is stored in versions/ and never made again for a database: a migration is literal SQL.
"""

from collections.abc import Iterator
from importlib import import_module, resources

from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateIndex, CreateTable

from vpterm.database import audit as audit
from vpterm.database.tables import Table
from vpterm.database.walls import wall_statements

NOUNS = (
    "sites", "sharing", "staff", "support", "drafts", "clients", "animals", "fees", "agenda", "waiting", "care",
    "billing", "till", "copies", "recordings",
)  # fmt: skip


def load_tables() -> None:
    """Import every noun's tables, so that the metadata is whole."""
    for noun in NOUNS:
        import_module(f"vpterm.practice.{noun}.tables")


def schema_sql() -> str:
    """The whole schema as one text of SQL."""
    load_tables()
    return "\n".join(_parts()) + "\n"


def _parts() -> Iterator[str]:
    database = resources.files("vpterm.database")
    yield (database / "before.sql").read_text("utf-8")
    dialect = postgresql.dialect()  # type: ignore[no-untyped-call]
    for table in Table.metadata.sorted_tables:
        yield str(CreateTable(table).compile(dialect=dialect)).strip() + ";\n"
        for index in sorted(table.indexes, key=lambda index: str(index.name)):
            yield str(CreateIndex(index).compile(dialect=dialect)).strip() + ";\n"
    yield (database / "ground.sql").read_text("utf-8")
    yield "-- Walls: grants, row security and triggers, from what each table declares.\n"
    yield from (statement + ";" for statement in wall_statements())
    for noun in NOUNS:
        definitions = resources.files(f"vpterm.practice.{noun}") / "definitions.sql"
        if definitions.is_file():
            yield f"\n-- {noun}\n{definitions.read_text('utf-8')}"
    yield "REVOKE CREATE ON SCHEMA public FROM vpterm_functions;"


if __name__ == "__main__":
    print(schema_sql())
