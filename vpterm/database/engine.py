"""One login on one PostgreSQL: its pool of connections, and transactions on them."""

import select
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy import bindparam, event, func
from sqlalchemy import select as sql_select
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DisconnectionError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from vpterm.database.failures import translated

CONNECT_TIMEOUT_S = 3
SETTINGS = " ".join(
    f"-c {setting}"
    for setting in (
        "statement_timeout=15s", "lock_timeout=5s", "idle_in_transaction_session_timeout=60s",
        "timezone=UTC", "datestyle=ISO",
    )
)  # fmt: skip
SET_STAFF = sql_select(func.set_config("vpterm.staff", bindparam("staff"), True))


class Database:
    """The database as one login sees it. `url` is `postgresql://login:secret@host/name` (or ?host=/socket/folder)."""

    def __init__(self, url: str, *, connections: int = 4) -> None:
        self.url = url
        self._engine = create_async_engine(
            make_url(url).set(drivername="postgresql+psycopg"),
            pool_size=connections,
            max_overflow=connections,
            pool_timeout=5,
            connect_args={"connect_timeout": CONNECT_TIMEOUT_S, "options": SETTINGS},
        )
        # One statement, one round trip: a reading needs no BEGIN and COMMIT around it.
        self._reader = self._engine.execution_options(isolation_level="AUTOCOMMIT")
        event.listen(self._engine.sync_engine, "checkout", _renew_if_dead)

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        """A connection for statements that only read; each sees the state of its own moment."""
        try:
            async with self._reader.connect() as connection:
                yield connection
        except (SQLAlchemyError, OSError, TimeoutError) as failure:
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
        await self._engine.dispose()


def _renew_if_dead(connection: Any, record: Any, proxy: Any) -> None:
    """Throw an idle connection away whose server has gone.

    An idle connection has nothing to read, unless the server said goodbye: looking costs
    microseconds, where asking (pool_pre_ping) costs a round trip before every statement.
    """
    # poll, not select: a worker may hold more than 1,024 descriptors. Windows has no poll.
    socket = connection.driver_connection.pgconn.socket
    if hasattr(select, "poll"):
        poll = select.poll()
        poll.register(socket, select.POLLIN | select.POLLERR | select.POLLHUP)
        dead = bool(poll.poll(0))
    else:
        dead = bool(select.select([socket], [], [], 0)[0])
    if dead:
        raise DisconnectionError
