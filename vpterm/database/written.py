"""Reads that a person waits for, written once: the text is kept, as making it anew costs more than running it.

Measured on the timeline of an animal: 5.5 ms of processor a call through SQLAlchemy, most of it spent on the
statement's objects and the key of its cache. They run on connections of their own (readers.py).
"""

from typing import Any

from sqlalchemy import ClauseElement
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg

from vpterm.database.engine import Database
from vpterm.database.readers import Row

_DIALECT = PGDialect_psycopg(paramstyle="numeric_dollar")  # type: ignore[no-untyped-call]  # as the server wants it: $1


class Written:
    """A statement as the server takes it. What varies is a bindparam without a value, given by name at each run.

    Rows come as the driver reads them: no column of it may need SQLAlchemy's own conversion (MoneyType does).
    """

    def __init__(self, statement: ClauseElement) -> None:
        compiled: Any = statement.compile(dialect=_DIALECT)
        self._text = str(compiled).encode()
        self._order: list[str] = compiled.positiontup or []
        self._constants = {name: bind.value for name, bind in compiled.binds.items() if not bind.required}
        self._wanted = {name for name, bind in compiled.binds.items() if bind.required}

    async def rows(self, database: Database, **given: Any) -> list[Row]:
        """Run it with a value for every parameter; KeyError where one is missing or unknown."""
        if given.keys() != self._wanted:
            raise KeyError(f"parameters {sorted(given.keys() ^ self._wanted)}")
        values = self._constants | given
        return await database.rows(self._text, [values[name] for name in self._order])
