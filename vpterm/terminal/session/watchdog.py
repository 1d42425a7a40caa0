"""Notices a loop that one session keeps busy, and ends that session only.

A thread looks on; code that never returns from C (or holds the interpreter) is beyond it: for that the
gateway ends a worker without heartbeat. While the loop waits for something to do, the thread sleeps.
"""

from __future__ import annotations

import asyncio
import ctypes
import logging
import selectors
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

from textual.app import App

from vpterm.terminal.session.textual_internals import app_in_frames

_log = logging.getLogger("vpterm.terminal")
_LOOKS, _LONGEST_LOOK_S = 6, 0.5  # so many looks within the limit


class KeptBusy(Exception):  # noqa: N818 - a verdict on a session, raised into it, not an error of ours
    """Raised inside the code of a session that kept the loop from everybody else."""


class WatchedSelector(selectors.DefaultSelector):
    """Where a loop waits. It tells since when the loop has been at work, so that no timer of ours need wake it."""

    def __init__(self) -> None:
        super().__init__()
        self.busy_since: float | None = time.monotonic()  # None while it waits
        self.turns = 0
        self.on_work: Callable[[], None] | None = None  # called once, when it has waited and has something to do

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """Called by the loop, once a turn."""
        self.turns += 1
        self.busy_since = None
        try:
            return super().select(timeout)
        finally:
            self.busy_since = time.monotonic()
            if self.on_work is not None:
                on_work, self.on_work = self.on_work, None
                on_work()


class Watchdog:
    """Watches the running loop, which waits in `selector`. `on_guilty(app)` is called on it after the interruption."""

    def __init__(self, selector: WatchedSelector, limit_s: float, on_guilty: Callable[[App[Any]], None]) -> None:
        self._selector, self._limit_s, self._on_guilty = selector, limit_s, on_guilty
        self._look_s = min(limit_s / _LOOKS, _LONGEST_LOOK_S)
        self._loop = asyncio.get_running_loop()
        self._thread_id = threading.get_ident()
        self._stopped = threading.Event()
        self._stirred = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="watchdog", daemon=True)

    def start(self) -> None:
        """Begin to watch."""
        self._thread.start()

    def stop(self) -> None:
        """End the thread."""
        self._stopped.set()
        self._stirred.set()

    def _watch(self) -> None:
        while not self._stopped.is_set():
            turns = self._selector.turns
            self._stopped.wait(self._look_s)
            busy_since = self._selector.busy_since
            if busy_since is not None and time.monotonic() - busy_since > self._limit_s:
                self._interrupt()
            elif busy_since is None and self._selector.turns == turns:
                self._sleep_until_work()

    def _sleep_until_work(self) -> None:
        self._stirred.clear()
        self._selector.on_work = self._stirred.set
        # A loop that began to work just before that will not call: look on.
        if self._selector.busy_since is None and not self._stopped.is_set():
            self._stirred.wait()

    def _interrupt(self) -> None:
        busy_since = self._selector.busy_since
        app = app_in_frames(sys._current_frames().get(self._thread_id))
        if app is None or busy_since is None or self._selector.busy_since != busy_since:
            return
        _log.error("the loop was kept busy for over %(seconds)s s: interrupted", {"seconds": self._limit_s})
        ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(self._thread_id), ctypes.py_object(KeptBusy))
        self._loop.call_soon_threadsafe(self._on_guilty, app)
        # One interruption, then time to unwind: a second one could hit a bystander.
        self._stopped.wait(self._limit_s)
