"""When a worker collects its garbage: in quiet moments, not in the middle of a key.

A full collection costs about 16 ms per live session, and stops all of them.
"""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Callable, Iterable
from typing import Any

_QUIET_S = 1.0
_PERIOD_S = 30.0
_PATIENCE_S = 600.0


def tune_collector() -> None:
    """Leave the oldest generation to `keep_tidy`; the young ones stay automatic, at longer intervals."""
    gc.set_threshold(20_000, 20, 1_000_000)


def empty_cancelled_timers(loop: asyncio.AbstractEventLoop) -> None:
    """Have the timers that were cancelled, and wait for their time in the loop, hold nothing any more.

    asyncio takes the callback out of a cancelled timer and leaves the context, in which Textual keeps the app:
    each closed app would stay for up to a minute. A loop that keeps its timers otherwise is left alone.
    """
    timers: Iterable[Any] = getattr(loop, "_scheduled", ())
    for timer in timers:
        if timer.cancelled():
            timer._context = None


async def keep_tidy(last_input: Callable[[], float], has_changed: Callable[[], bool]) -> None:
    """Collect fully when nobody has typed for a second and something has happened; runs until cancelled.

    `last_input` gives the loop's time of the last key, `has_changed` whether a session has ended since it was
    last asked.
    """
    loop = asyncio.get_running_loop()
    collected_at = loop.time()
    is_due = False
    while True:
        await asyncio.sleep(_QUIET_S)
        now = loop.time()
        is_due = has_changed() or is_due or (last_input() > collected_at and now - collected_at > _PERIOD_S)
        if is_due and (now - last_input() > _QUIET_S or now - collected_at > _PATIENCE_S):
            empty_cancelled_timers(loop)
            gc.collect()
            collected_at, is_due = loop.time(), False
