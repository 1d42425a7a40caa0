"""Reads that a person waits for, written once: the text is kept, as making it anew costs more than running it.

Measured on the timeline of an animal: 5.5 ms of processor a call through SQLAlchemy, most of it spent on the
statement's objects and the key of its cache. They run on connections of their own (readers.py).
"""

from typing import Any

from sqlalchemy import BindParameter, ClauseElement
from sqlalchemy.dialects.postgresql.psycopg import PGCompiler_psycopg, PGDialect_psycopg

from vpterm.database.engine import Database
from vpterm.database.readers import Row


class _Text(PGCompiler_psycopg):
    """Writes what is the same at every run into the text: a search has fifty such constants, and two values."""

    def visit_bindparam(self, bindparam: BindParameter[Any], *given: Any, **options: Any) -> str:
        options["literal_binds"] = not bindparam.required
        return str(super().visit_bindparam(bindparam, *given, **options))  # type: ignore[no-untyped-call]


class _Dialect(PGDialect_psycopg):
    statement_compiler = _Text
    _backslash_escapes = False  # standard_conforming_strings, which SQLAlchemy would ask the server about


_DIALECT = _Dialect(paramstyle="numeric_dollar")  # type: ignore[no-untyped-call]  # $1, as the server wants it


class Written:
    """A statement as the server takes it. What varies is a bindparam without a value, given by name at each run.

    Rows come as the driver reads them: no column of it may need SQLAlchemy's own conversion (MoneyType does).
    """

    def __init__(self, statement: ClauseElement) -> None:
        compiled: Any = statement.compile(dialect=_DIALECT)
        self._text = str(compiled).encode()
        self._order: list[str] = compiled.positiontup or []

    async def rows(self, database: Database, **given: Any) -> list[Row]:
        """Run it with a value for every parameter; KeyError where one is missing or unknown."""
        if wrong := given.keys() ^ self._order:
            raise KeyError(f"parameters {sorted(wrong)}")
        return await database.rows(self._text, [given[name] for name in self._order])
