"""When a worker collects its garbage."""

import asyncio

import pytest

from vpterm.terminal import tidying


async def test_garbage_of_an_ended_session_waits_for_a_quiet_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    loop = asyncio.get_running_loop()
    collected: list[float] = []
    changes = [True]
    is_typing = True
    monkeypatch.setattr(tidying, "_QUIET_S", 0.02)
    monkeypatch.setattr("gc.collect", lambda: collected.append(loop.time()))
    began = loop.time()
    task = asyncio.create_task(
        tidying.keep_tidy(lambda: loop.time() if is_typing else began, lambda: bool(changes and changes.pop()))
    )
    await asyncio.sleep(0.15)
    assert collected == []  # somebody types
    is_typing = False
    await asyncio.sleep(0.1)
    assert len(collected) == 1
    await asyncio.sleep(0.3)
    assert len(collected) == 1  # nothing happens: nothing is collected
    task.cancel()
