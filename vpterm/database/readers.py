"""Connections for the statements that are written once: psycopg's own, without SQLAlchemy's pool around them.

Measured: a statement costs 0.1 ms of processor here, 0.4 to 0.5 ms through the pool of the engine.
"""

import asyncio
import select
from collections.abc import Sequence
from typing import Any

from psycopg import AsyncConnection, AsyncRawCursor, pq
from psycopg.rows import dict_row

Row = dict[str, Any]


class Readers:
    """At most `most` connections as one login, each opened when it is first needed and kept while it is well.

    They cannot write: their transactions are read-only. Errors are the driver's; the engine translates them.
    """

    def __init__(self, url: str, *, most: int, wait_s: float, **connecting: Any) -> None:
        self._url = url
        self._connecting = connecting
        self._turns = asyncio.Semaphore(most)
        self._wait_s = wait_s
        self._idle: list[AsyncConnection[Row]] = []
        self._closed = False

    async def rows(self, statement: bytes, values: Sequence[Any]) -> list[Row]:
        """Run one statement with its values for $1, $2, ...; TimeoutError when no connection comes free."""
        async with asyncio.timeout(self._wait_s):
            await self._turns.acquire()
        try:
            connection = await self._taken()
            try:
                return await (await connection.execute(statement, values, prepare=True)).fetchall()
            finally:
                await self._given_back(connection)
        finally:
            self._turns.release()

    async def close(self) -> None:
        """Close what is idle; what is at work closes when it is given back."""
        self._closed = True
        while self._idle:
            await self._idle.pop().close()

    async def _taken(self) -> AsyncConnection[Row]:
        while self._idle:
            connection = self._idle.pop()  # the last one given back: its caches are warm
            if not is_dead(connection.pgconn.socket):
                return connection
            await connection.close()
        return await AsyncConnection.connect(
            self._url, autocommit=True, row_factory=dict_row, cursor_factory=AsyncRawCursor, **self._connecting
        )

    async def _given_back(self, connection: AsyncConnection[Row]) -> None:
        # Broken off in the middle (a session closed, a new letter typed), it may still be at work: psycopg cancels
        # the statement, and closes the connection where the server does not obey.
        if self._closed or connection.pgconn.transaction_status != pq.TransactionStatus.IDLE:
            await connection.close()
        else:
            self._idle.append(connection)


def is_dead(socket: int) -> bool:
    """Whether the server of an idle connection has gone.

    An idle connection has nothing to read, unless the server said goodbye: looking costs
    microseconds, where asking (pool_pre_ping) costs a round trip before every statement.
    """
    # poll, not select: a worker may hold more than 1,024 descriptors. Windows has no poll.
    if hasattr(select, "poll"):
        poll = select.poll()
        poll.register(socket, select.POLLIN | select.POLLERR | select.POLLHUP)
        return bool(poll.poll(0))
    return bool(select.select([socket], [], [], 0)[0])
