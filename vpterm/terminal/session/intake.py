"""What was typed into a session and waits for its app, which is given it at its own pace."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Any

from textual.app import App
from textual.message import Message

from vpterm.screens.link import MOST_WAITING_KEYS, KeyKeeper
from vpterm.terminal.session import textual_internals as internals
from vpterm.terminal.session.viewer import Viewer

_QUEUED_MESSAGES = 8  # above this many the app is behind, and keys wait here


class Intake:
    """Keys and pastes in their order; between them, marks of how many bytes they were: `on_taken` is told those."""

    def __init__(self, on_taken: Callable[[Viewer, int], None], on_failure: Callable[[BaseException], None]) -> None:
        self._on_taken, self._on_failure = on_taken, on_failure
        self._waiting: deque[tuple[Viewer, Message | int]] = deque()
        self._has_come = asyncio.Event()
        self._may_give = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def start(self, app: App[Any], name: str) -> None:
        """Give `app` what waits and what comes, whenever it may be given."""
        self._task = asyncio.get_running_loop().create_task(self._run(app), name=name)
        self._task.add_done_callback(self._ended)

    def open(self) -> None:
        """The app is ready for keys, for those that have come already first of all."""
        self._may_give.set()
        self._has_come.set()

    def shut(self) -> None:
        """Keys wait from now on."""
        self._may_give.clear()

    def put(self, viewer: Viewer, *received: Message | int) -> None:
        """Something was typed (messages), or so many bytes are over (a number)."""
        self._waiting.extend((viewer, one) for one in received)
        self._has_come.set()

    def forget(self, viewer: Viewer) -> None:
        """What this terminal typed and nobody has handled yet is not done; that it was taken is told all the same."""
        kept = [(who, one) for who, one in self._waiting if who is not viewer or isinstance(one, int)]
        self._waiting.clear()
        self._waiting.extend(kept)

    def close(self) -> None:
        """The app is ending; what waits is dropped with it."""
        if self._task is not None:
            self._task.cancel()
        self._waiting.clear()

    def _ended(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled() and (error := task.exception()) is not None:
            self._on_failure(error)

    async def _run(self, app: App[Any]) -> None:
        while True:
            await self._has_come.wait()
            await self._may_give.wait()
            self._has_come.clear()
            while self._waiting and self._may_give.is_set():
                viewer, received = self._waiting.popleft()
                if isinstance(received, int):
                    self._on_taken(viewer, received)
                    continue
                # Textual tells nobody when its queues run low: look again.
                while _is_behind(app):  # noqa: ASYNC110
                    await asyncio.sleep(0.005)
                internals.give_message(app, received)


def _is_behind(app: App[Any]) -> bool:
    """Whether an app has more to do than it should be given keys for."""
    keeper: KeyKeeper | None = getattr(app, "gate", None)
    if keeper is not None and keeper.waiting_keys > MOST_WAITING_KEYS:
        return True
    return internals.waiting_messages(app) > _QUEUED_MESSAGES
