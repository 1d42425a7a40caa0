"""Who watches a loop wakes for it, and rests with it."""

import asyncio
import threading
import time

from vpterm.terminal.session.textual_internals import Sample
from vpterm.terminal.session.watchdog import KeptBusy, Watchdog, WatchedSelector

LIMIT_S = 0.3


class Guilty(Sample):
    """Keeps the loop."""

    def keep(self) -> None:
        """Until it is interrupted."""
        until = time.monotonic() + 10
        while time.monotonic() < until:
            time.sleep(0.001)


async def watched(selector: WatchedSelector) -> tuple[list[object], float]:
    found: list[object] = []
    watchdog = Watchdog(selector, LIMIT_S, found.append)
    watchdog.start()
    await asyncio.sleep(3 * LIMIT_S)  # nothing to see: it slept, and the end of this woke it
    assert watchdog._stirred.is_set()
    began = time.monotonic()
    try:
        Guilty().keep()
    except KeptBusy:
        took = time.monotonic() - began
    await asyncio.sleep(2 * LIMIT_S)
    watchdog.stop()
    return found, took


def test_a_watchdog_that_sleeps_wakes_for_the_guilty() -> None:
    selector = WatchedSelector()
    with asyncio.Runner(loop_factory=lambda: asyncio.SelectorEventLoop(selector)) as runner:
        found, took = runner.run(watched(selector))
    assert [type(one) for one in found] == [Guilty]
    assert LIMIT_S < took < 4 * LIMIT_S


async def rest(selector: WatchedSelector, seconds: float) -> int:
    watchdog = Watchdog(selector, 3.0, lambda app: None)
    watchdog.start()
    await asyncio.sleep(1.2)
    turns = selector.turns
    await asyncio.sleep(seconds)
    measured = selector.turns - turns
    watchdog.stop()
    return measured


def test_a_loop_at_rest_is_woken_by_nobody() -> None:
    selector = WatchedSelector()
    with asyncio.Runner(loop_factory=lambda: asyncio.SelectorEventLoop(selector)) as runner:
        turns = runner.run(rest(selector, 1.5))
    assert turns <= 2  # the end of the sleep itself
    until = time.monotonic() + 2
    while any(thread.name == "watchdog" for thread in threading.enumerate()):  # `stop` has ended it
        assert time.monotonic() < until
        time.sleep(0.01)
