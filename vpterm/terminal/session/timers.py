"""Things to be done later, each once under its name: asking again moves it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable


class Timers:
    """All timers of one session; none of them outlives it."""

    def __init__(self) -> None:
        self._handles: dict[str, asyncio.TimerHandle] = {}

    def __contains__(self, name: str) -> bool:
        return name in self._handles

    def later(self, name: str, delay_s: float, call: Callable[[], object]) -> None:
        """Call something later, in place of what was to be called under this name."""
        self.stop(name)

        def run() -> None:
            self._handles.pop(name, None)
            call()

        self._handles[name] = asyncio.get_running_loop().call_later(delay_s, run)

    def stop(self, name: str) -> None:
        """Call nothing under this name."""
        if handle := self._handles.pop(name, None):
            handle.cancel()

    def close(self) -> None:
        """Call nothing any more."""
        for name in list(self._handles):
            self.stop(name)
