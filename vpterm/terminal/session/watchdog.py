"""Notices a loop that one session keeps busy, and ends that session only.

A thread looks on; code that never returns from C (or holds the interpreter) is beyond it: for that the
gateway ends a worker without heartbeat.
"""

from __future__ import annotations

import asyncio
import ctypes
import logging
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

from textual.app import App

from vpterm.terminal.session.textual_internals import app_in_frames

_log = logging.getLogger("vpterm.terminal")
_BEATS, _LONGEST_BEAT_S = 6, 0.5  # so many beats within the limit


class KeptBusy(Exception):  # noqa: N818 - a verdict on a session, raised into it, not an error of ours
    """Raised inside the code of a session that kept the loop from everybody else."""


class Watchdog:
    """Watches the running loop. `on_guilty(app)` is called on the loop after the app was interrupted."""

    def __init__(self, limit_s: float, on_guilty: Callable[[App[Any]], None]) -> None:
        self._limit_s, self._on_guilty = limit_s, on_guilty
        self._beat_s = min(limit_s / _BEATS, _LONGEST_BEAT_S)
        self._loop = asyncio.get_running_loop()
        self._thread_id = threading.get_ident()
        self._beaten_at = time.monotonic()
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="watchdog", daemon=True)

    def start(self) -> None:
        """Begin to watch."""
        self._beat()
        self._thread.start()

    def stop(self) -> None:
        """End the thread."""
        self._stopped.set()

    def _beat(self) -> None:
        self._beaten_at = time.monotonic()
        if not self._stopped.is_set():
            self._loop.call_later(self._beat_s, self._beat)

    def _watch(self) -> None:
        while not self._stopped.wait(self._beat_s):
            if time.monotonic() - self._beaten_at > self._limit_s:
                self._interrupt()

    def _interrupt(self) -> None:
        beaten_at = self._beaten_at
        app = app_in_frames(sys._current_frames().get(self._thread_id))
        if app is None or self._beaten_at != beaten_at:
            return
        _log.error("the loop was kept busy for over %(seconds)s s: interrupted", {"seconds": self._limit_s})
        ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(self._thread_id), ctypes.py_object(KeptBusy))
        self._loop.call_soon_threadsafe(self._on_guilty, app)
        # One interruption, then time to unwind: a second one could hit a bystander.
        self._stopped.wait(self._limit_s)
