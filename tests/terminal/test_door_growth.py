"""A door stands open for months: people who came and went leave nothing behind in the gateway.

Its workers are looked at in test_growth.py, the real program by the thousand by `python -m tests.bench cycles`.
"""

import asyncio
import gc
from collections.abc import Iterator
from pathlib import Path

import asyncssh
import pytest

from tests.terminal.door import RunningDoor

pytestmark = pytest.mark.doors

AT_ONCE, FIRST, CYCLES = 4, 40, 160
F10 = b"\x1b[21~"
# Connections, seats and viewers are some 150 objects each; what caches with an end still take up is less than one.
MOST_OBJECTS_A_CYCLE = 4.0


class _Screen(asyncssh.SSHClientSession[bytes]):
    """Leaves as soon as the program is there."""

    def __init__(self) -> None:
        self._come = b""
        self.has_left = asyncio.Event()

    def connection_made(self, chan: asyncssh.SSHClientChannel[bytes]) -> None:
        self._channel = chan

    def data_received(self, data: bytes, datatype: int | None) -> None:
        self._come += data
        if b"SITE" in self._come:
            self._come = b""
            self._channel.write(F10)

    def connection_lost(self, exc: Exception | None) -> None:
        self.has_left.set()


async def leave_at_once(connection: asyncssh.SSHClientConnection) -> None:
    screen = _Screen()
    await connection.create_session(lambda: screen, term_type="xterm", encoding=None)
    async with asyncio.timeout(30):
        await screen.has_left.wait()


async def come_and_go(door: RunningDoor, login: str, key: Path, numbers: Iterator[int]) -> None:
    for _ in numbers:  # shared: whoever is ready takes the next
        async with asyncssh.connect(
            "127.0.0.1", door.port, username=login, client_keys=[str(key)], known_hosts=None, config=[], agent_path=None
        ) as connection:
            await leave_at_once(connection)


async def cycles(door: RunningDoor, keys: dict[str, Path], count: int) -> int:
    """So many sessions opened and ended; how many objects there are afterwards."""
    numbers = iter(range(count))
    await asyncio.gather(*(come_and_go(door, login, key, numbers) for login, key in keys.items()))
    async with asyncio.timeout(10):
        while door.service.gateway.seats or door.service._keeper.connections:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    assert door.service.gateway.registry.list_sessions() == []
    assert len([event for event in door.accounts.events if event[1].accepted]) == count
    door.accounts.events.clear()
    await asyncio.sleep(0.2)
    gc.collect()
    return len(gc.get_objects())


def test_people_who_come_and_go_leave_nothing_in_the_gateway(door: RunningDoor) -> None:
    keys = {login: door.make_key(login) for login in (f"vet.n{number}" for number in range(AT_ONCE))}
    before = asyncio.run(cycles(door, keys, FIRST))  # fills caches, starts the worker
    after = asyncio.run(cycles(door, keys, CYCLES))
    assert (after - before) / CYCLES < MOST_OBJECTS_A_CYCLE
