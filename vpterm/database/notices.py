"""What other people changed: one listening connection per process, however many screens want to know.

Notices carry the name of a table, or the number of a person, and nothing else; whoever is told reads again,
behind the walls.
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
RIGHTS_CHANGED = "rights"  # the channel of the whole group on which a member of staff is named whose rights changed
RECORDINGS_CHANGED = "recordings"  # the channel on which a site is named of which another recording policy is asked
Listener = Callable[[str], None]


def board_of(site_id: int) -> str:
    """The channel on which the tables of a site's boards (agenda, waiting room) are named as they change."""
    return f"board_{site_id}"


async def _something_to_read(descriptor: int) -> None:
    """Wait for the server to send; psycopg's own waiting wakes ten times a second, in every worker, for nothing."""
    loop = asyncio.get_running_loop()
    came = asyncio.Event()
    loop.add_reader(descriptor, came.set)
    try:
        await came.wait()
    finally:
        loop.remove_reader(descriptor)


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
        """Call `listener(payload)` at every notice ("" after a lost connection); answers what ends it."""
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
                    # What comes with the answers to these; later ones are taken below.
                    connection.add_notify_handler(lambda notice: self._tell(notice.channel, notice.payload))
                    for channel in self._channels:
                        await connection.execute(sql.SQL("LISTEN {}").format(sql.Identifier(channel)))
                    if lost:
                        for channel in self._channels:
                            self._tell(channel, "")
                    while True:
                        await _something_to_read(connection.fileno())
                        connection.pgconn.consume_input()
                        while (notice := connection.pgconn.notifies()) is not None:
                            self._tell(notice.relname.decode(), notice.extra.decode())
            except psycopg.Error as failure:
                log.info("notices: lost the database (%(why)s), trying again", {"why": type(failure).__name__})
            lost = True
            await asyncio.sleep(RETRY_S)

    def _tell(self, channel: str, payload: str) -> None:
        for listener in tuple(self._listeners[channel]):
            listener(payload)
