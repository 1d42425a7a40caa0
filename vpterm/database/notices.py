"""What other people changed: one listening connection per process, however many screens want to know.

Notices carry the name of a table and nothing else; whoever is told reads again, behind the walls.
"""

import asyncio
import contextlib
import logging
from collections import defaultdict
from collections.abc import Callable, Sequence

import psycopg
from psycopg import sql

log = logging.getLogger(__name__)
RETRY_S = 1.0
Listener = Callable[[str], None]


def board_of(site_id: int) -> str:
    """The channel on which the tables of a site's boards (agenda, waiting room) are named as they change."""
    return f"board_{site_id}"


class Notices:
    """LISTEN on fixed channels; subscribers come and go. After a lost connection everybody is told to read again."""

    def __init__(self, url: str, channels: Sequence[str]) -> None:
        self._url = url
        self._channels = tuple(channels)
        self._listeners: dict[str, set[Listener]] = defaultdict(set)
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = asyncio.create_task(self._run(), name="notices")

    def subscribe(self, channel: str, listener: Listener) -> Callable[[], None]:
        """Call `listener(table)` at every notice on the channel ("" after a lost connection); answers what ends it."""
        if channel not in self._channels:
            raise ValueError(f"nobody listens on {channel}")
        self._listeners[channel].add(listener)
        return lambda: self._listeners[channel].discard(listener)

    async def close(self) -> None:
        if self._task:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    async def _run(self) -> None:
        lost = False
        while True:
            try:
                async with await psycopg.AsyncConnection.connect(
                    self._url, autocommit=True, connect_timeout=3
                ) as connection:
                    for channel in self._channels:
                        await connection.execute(sql.SQL("LISTEN {}").format(sql.Identifier(channel)))
                    if lost:
                        for channel in self._channels:
                            self._tell(channel, "")
                    async for notice in connection.notifies():
                        self._tell(notice.channel, notice.payload)
            except psycopg.Error as failure:
                log.info("notices: lost the database (%(why)s), trying again", {"why": type(failure).__name__})
            lost = True
            await asyncio.sleep(RETRY_S)

    def _tell(self, channel: str, table: str) -> None:
        for listener in tuple(self._listeners[channel]):
            listener(table)
