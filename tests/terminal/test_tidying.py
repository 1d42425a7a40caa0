"""When a worker collects its garbage."""

import asyncio
import gc

import pytest

from vpterm.terminal.session import tidying


async def test_garbage_of_an_ended_session_waits_for_a_quiet_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    loop = asyncio.get_running_loop()
    collected: list[float] = []
    changes = [True]
    is_typing, made = True, 0
    monkeypatch.setattr(tidying, "_QUIET_S", 0.02)
    monkeypatch.setattr(tidying, "count_new", lambda: made)
    monkeypatch.setattr("gc.collect", lambda: collected.append(loop.time()))
    began = loop.time()
    stirred = asyncio.Event()
    stirred.set()
    task = asyncio.create_task(
        tidying.keep_tidy(lambda: loop.time() if is_typing else began, lambda: bool(changes and changes.pop()), stirred)
    )
    await asyncio.sleep(0.15)
    assert collected == []  # somebody types
    is_typing = False
    await asyncio.sleep(0.1)
    assert len(collected) == 1
    await asyncio.sleep(0.3)
    assert len(collected) == 1  # nothing happens: nothing is collected
    made = tidying._WORTH_IT + 1
    await asyncio.sleep(0.1)
    assert len(collected) == 1  # nobody looks while nothing has come from outside
    stirred.set()
    await asyncio.sleep(0.1)
    assert len(collected) == 2
    task.cancel()


def test_what_was_made_since_the_last_collection_is_counted() -> None:
    before = gc.get_threshold()
    tidying.tune_collector()
    try:
        gc.collect()
        kept = [[number] for number in range(90_000)]
        assert 90_000 - 20_000 <= tidying.count_new() <= 90_000 + 40_000
        gc.collect()
        assert tidying.count_new() < 20_000
        assert len(kept) == 90_000
    finally:
        gc.set_threshold(*before)
