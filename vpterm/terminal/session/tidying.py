"""When a worker collects its garbage: in quiet moments, not in the middle of a key.

A full collection costs about 16 ms per live session, and stops all of them.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
from collections.abc import Callable, Iterable
from typing import Any

_QUIET_S = 1.0
_PATIENCE_S = 600.0
_UNSTIRRED_S = 60.0
_YOUNG, _MIDDLE = 20_000, 20
# Objects made and not gone again since the last collection. Typing makes next to none, a place that was opened and
# left some thousands: what 24 people leave behind in an hour or so is some 50 MiB.
_WORTH_IT = 150_000


def tune_collector() -> None:
    """Leave the oldest generation to `keep_tidy`; the young ones stay automatic, at longer intervals."""
    gc.set_threshold(_YOUNG, _MIDDLE, 1_000_000)


def count_new() -> int:
    """How many objects were made since the last full collection and are still there, living or not."""
    young, middle, old = gc.get_count()
    return young + _YOUNG * (middle + _MIDDLE * old)


def empty_cancelled_timers(loop: asyncio.AbstractEventLoop) -> None:
    """Have the timers that were cancelled, and wait for their time in the loop, hold nothing any more.

    asyncio takes the callback out of a cancelled timer and leaves the context, in which Textual keeps the app:
    each closed app would stay for up to a minute. A loop that keeps its timers otherwise is left alone.
    """
    timers: Iterable[Any] = getattr(loop, "_scheduled", ())
    for timer in timers:
        if timer.cancelled():
            timer._context = None


async def keep_tidy(last_input: Callable[[], float], has_changed: Callable[[], bool], stirred: asyncio.Event) -> None:
    """Collect fully when nobody has typed for a second and it is worth while; runs until cancelled.

    It is when a session has ended (`has_changed`, since it was last asked) or much was made. `last_input` gives the
    loop's time of the last key; `stirred` is set by whatever comes from outside, and until then there is next to
    nothing to look after.
    """
    loop = asyncio.get_running_loop()
    collected_at = loop.time()
    is_due = False
    while True:
        if not is_due:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_UNSTIRRED_S):  # what others change makes something in time
                    await stirred.wait()
            stirred.clear()
        await asyncio.sleep(_QUIET_S)
        now = loop.time()
        is_due = has_changed() or is_due or count_new() > _WORTH_IT
        if is_due and (now - last_input() > _QUIET_S or now - collected_at > _PATIENCE_S):
            empty_cancelled_timers(loop)
            gc.collect()
            collected_at, is_due = loop.time(), False
