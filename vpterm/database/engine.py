"""One login on one PostgreSQL: its pool of connections, transactions on them, and the readers beside it."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import psycopg
from sqlalchemy import bindparam, event, func
from sqlalchemy import select as sql_select
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DisconnectionError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from vpterm.database.failures import translated
from vpterm.database.readers import Readers, Row, is_dead

CONNECT_TIMEOUT_S = 3
POOL_TIMEOUT_S = 5
SETTINGS = " ".join(
    f"-c {setting}"
    for setting in (
        "statement_timeout=15s", "lock_timeout=5s", "idle_in_transaction_session_timeout=60s",
        "timezone=UTC", "datestyle=ISO",
    )
)  # fmt: skip
# Written once, planned once: a search is planned for longer than it runs. No plan made for values that are known.
READER_SETTINGS = "-c default_transaction_read_only=on -c plan_cache_mode=force_generic_plan -c jit=off"
SET_STAFF = sql_select(func.set_config("vpterm.staff", bindparam("staff"), True))


class Database:
    """The database as one login sees it. `url` is `postgresql://login:secret@host/name` (or ?host=/socket/folder)."""

    def __init__(self, url: str, *, connections: int = 4) -> None:
        self.url = url
        self._engine = create_async_engine(
            make_url(url).set(drivername="postgresql+psycopg"),
            pool_size=connections,
            max_overflow=connections,
            pool_timeout=POOL_TIMEOUT_S,
            connect_args={"connect_timeout": CONNECT_TIMEOUT_S, "options": SETTINGS},
        )
        # One statement, one round trip: a reading needs no BEGIN and COMMIT around it.
        self._reader = self._engine.execution_options(isolation_level="AUTOCOMMIT")
        event.listen(self._engine.sync_engine, "checkout", _renew_if_dead)
        self._readers = Readers(
            url,
            most=(connections + 1) // 2,  # they are done in milliseconds
            wait_s=POOL_TIMEOUT_S,
            connect_timeout=CONNECT_TIMEOUT_S,
            options=f"{SETTINGS} {READER_SETTINGS}",
        )

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        """A connection for statements that only read; each sees the state of its own moment."""
        try:
            async with self._reader.connect() as connection:
                yield connection
        except (SQLAlchemyError, OSError, TimeoutError) as failure:
            raise translated(failure) from failure

    async def rows(self, statement: bytes, values: Sequence[Any]) -> list[Row]:
        """What a statement reads that was written once (written.py): a quarter of the processor of `reading`."""
        try:
            return await self._readers.rows(statement, values)
        except (psycopg.Error, OSError, TimeoutError) as failure:
            raise translated(failure) from failure

    @asynccontextmanager
    async def transaction(self, *, staff_id: int) -> AsyncIterator[AsyncConnection]:
        """A transaction in which this member of staff acts; committed at the end, rolled back by an exception."""
        try:
            async with self._engine.begin() as connection:
                await connection.execute(SET_STAFF, {"staff": str(staff_id)})
                yield connection
        except (SQLAlchemyError, OSError, TimeoutError) as failure:
            raise translated(failure) from failure

    async def close(self) -> None:
        await self._readers.close()
        await self._engine.dispose()


def _renew_if_dead(connection: Any, record: Any, proxy: Any) -> None:
    """Throw an idle connection of the pool away whose server has gone."""
    if is_dead(connection.driver_connection.pgconn.socket):
        raise DisconnectionError
