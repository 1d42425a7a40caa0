"""Opens tables for a bulk load by their owner, inside one transaction, and closes them as they were."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from psycopg import AsyncConnection, sql

Connection = AsyncConnection[tuple[Any, ...]]
_TRIGGERS = """
SELECT c.relname, t.tgname, t.tgenabled FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
WHERE c.oid = ANY (%s::regclass[]) AND NOT t.tgisinternal
"""
_FORCED = "SELECT relname FROM pg_class WHERE oid = ANY (%s::regclass[]) AND relforcerowsecurity"
_REFERENCES = """
SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
WHERE conrelid = ANY (%s::regclass[]) AND contype = 'f' ORDER BY 1, 2
"""
_INDEXES = """
SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index i
WHERE indrelid = ANY (%s::regclass[]) AND NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conindid = i.indexrelid)
ORDER BY 1
"""
_ENABLED = {"O": "ENABLE", "A": "ENABLE ALWAYS", "R": "ENABLE REPLICA", "D": "DISABLE"}


@asynccontextmanager
async def unguarded(connection: Connection, tables: Sequence[str]) -> AsyncIterator[None]:
    """No trigger, no forced row security, no foreign key and no plain index on these tables meanwhile.

    Row by row they would cost hours at a million clients; made anew at the end, foreign keys and indexes are
    checked over the whole table. The caller's transaction is the net: broken off, everything is as before, and
    nobody else sees the tables open. Tables of money are refused: they are never written around their guards.
    """
    if set(tables) & {"invoices", "invoice_lines", "invoice_series", "till_entries", "till_closings", "till_chains"}:
        raise ValueError("tables of money are never opened")
    names = [list(tables)]
    triggers = await _rows(connection, _TRIGGERS, names)
    forced = await _rows(connection, _FORCED, names)
    references = await _rows(connection, _REFERENCES, names)
    indexes = await _rows(connection, _INDEXES, names)
    for table in tables:
        await _run(connection, "ALTER TABLE {} DISABLE TRIGGER USER", table)
    for (table,) in forced:
        await _run(connection, "ALTER TABLE {} NO FORCE ROW LEVEL SECURITY", table)
    for table, name, _definition in references:
        await _run(connection, "ALTER TABLE {} DROP CONSTRAINT {}", table, name)
    for name, _definition in indexes:
        await _run(connection, "DROP INDEX {}", name)
    yield
    for _name, definition in indexes:
        await connection.execute(sql.SQL(definition))
    for table, name, definition in references:
        await connection.execute(_named("ALTER TABLE {} ADD CONSTRAINT {} ", table, name) + sql.SQL(definition))
    for table, name, enabled in triggers:
        await _run(connection, f"ALTER TABLE {{}} {_ENABLED[_text(enabled)]} TRIGGER {{}}", table, name)
    for (table,) in forced:
        await _run(connection, "ALTER TABLE {} FORCE ROW LEVEL SECURITY", table)


def _text(value: Any) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)


async def _rows(connection: Connection, statement: str, parameters: Sequence[Any]) -> list[tuple[Any, ...]]:
    return await (await connection.execute(statement.encode(), parameters)).fetchall()


def _named(statement: str, *names: str) -> sql.Composed:
    return sql.SQL(statement).format(*map(sql.Identifier, names))


async def _run(connection: Connection, statement: str, *names: str) -> None:
    await connection.execute(_named(statement, *names))
