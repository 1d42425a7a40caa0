"""The gate of keys: one key at a time, and none before everything the last one set going is over.

Textual hands a key to the focused widget's queue and goes on at once; typed fast, the next key would find the
old focus or the old screen. Here the next key is handed out only when a callback has passed through the queue
of every widget on the way (focused widget up to the app), no work is under way, and the way is still the same.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable

from textual import events
from textual.message_pump import MessagePump

from vpterm.screens.shell.works import Works

MOST_ROUNDS = 12  # a handler that answers each message with another would never settle
MOST_ESCAPES = 8  # as many as lead home from anywhere; each opens or closes something, a tenth of a second
LOST_AFTER_S = 0.05  # how soon to look whether a widget went away with our callback


class KeyGate:
    """Keeps keys in order. `deliver` does one of them; `way` answers the widgets it may have reached."""

    def __init__(
        self,
        works: Works,
        deliver: Callable[[events.Key | events.Paste], Awaitable[None]],
        way: Callable[[], tuple[MessagePump, ...]],
    ) -> None:
        self._works = works
        self._deliver = deliver
        self._way = way
        self._waiting: deque[events.Key | events.Paste] = deque()
        self._arrived = asyncio.Event()
        self._is_settled = True
        self._task: asyncio.Task[None] | None = None

    @property
    def is_idle(self) -> bool:
        """Whether every key so far has been handled to its end."""
        return self._is_settled and not self._waiting and self._works.is_idle

    @property
    def waiting_keys(self) -> int:
        """How many keys wait here; the session reads no more from the terminal when it is too many (link.py)."""
        return len(self._waiting)

    def put(self, event: events.Key | events.Paste) -> None:
        """Take a key. Esc during a long load gives the load up; any other key waits its turn.

        Of an Esc held down no more waits than anybody means: else it would go on for long after it was let go.
        """
        if is_escape(event) and (self._works.cancel_by_key() or self._has_escapes_enough()):
            return
        self._waiting.append(event)
        self._arrived.set()
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._run())

    def _has_escapes_enough(self) -> bool:
        newest = list(self._waiting)[-MOST_ESCAPES:]
        return len(newest) == MOST_ESCAPES and all(is_escape(event) for event in newest)

    def put_back(self, event: events.Key) -> None:
        """A key that its place declined: it is handed out again, before all others, to the place that comes then."""
        self._waiting.appendleft(event)
        self._arrived.set()

    def forget_waiting(self) -> int:
        """Drop the keys typed ahead: what they were meant for did not happen. Answers how many."""
        count = len(self._waiting)
        self._waiting.clear()
        return count

    def close(self) -> None:
        """Stop handing out keys: the app is closing."""
        if self._task is not None:
            self._task.cancel()

    async def _run(self) -> None:
        while True:
            await self._settle()
            while not self._waiting:
                self._is_settled = True
                self._arrived.clear()
                await self._arrived.wait()
            self._is_settled = False
            await self._deliver(self._waiting.popleft())

    async def _settle(self) -> None:
        for _round in range(MOST_ROUNDS):
            await self._works.until_idle()
            way = self._way()
            for pump in way:
                await passed(pump)
            is_quiet = all(pump.message_queue_size == 0 for pump in way)
            if is_quiet and self._works.is_idle and way == self._way():
                return


def is_escape(event: events.Key | events.Paste) -> bool:
    """Whether it is the key Esc."""
    return isinstance(event, events.Key) and event.key == "escape"


async def passed(pump: MessagePump) -> None:
    """Wait until `pump` has handled everything in its queue, or has gone away."""
    done = asyncio.Event()
    if not pump.call_later(done.set):
        return
    while not done.is_set():
        try:
            async with asyncio.timeout(LOST_AFTER_S):
                await done.wait()
        except TimeoutError:
            if not pump.is_running or not (pump.is_attached or pump.is_dom_root):
                return
