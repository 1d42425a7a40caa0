"""Checking passwords costs on purpose, and nobody who types pays for it."""

import asyncio
import os
import sys
import threading
import time
from typing import Any

import pytest

from vpterm.practice.staff.passwords import hash_password
from vpterm.terminal.identity import identity
from vpterm.terminal.identity.identity import PasswordCheck


async def test_right_wrong_and_nobody_are_told_apart() -> None:
    check, stored = PasswordCheck(), hash_password("Mirza et Rex")
    assert await check.matches(stored, "Mirza et Rex")
    assert not await check.matches(stored, "Mirza")
    assert not await check.matches(None, "nobody has this password")
    check.close()


async def test_checks_wait_their_turn_and_give_way_to_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    going: list[int] = []
    most: list[int] = []
    niceness: set[int] = set()

    def slow(stored_hash: str | None, password: str) -> bool:
        going.append(1)
        most.append(len(going))
        if sys.platform == "linux":
            niceness.add(os.getpriority(os.PRIO_PROCESS, threading.get_native_id()))
        time.sleep(0.02)
        going.pop()
        return True

    monkeypatch.setattr(identity, "is_password", slow)
    check = PasswordCheck(1)
    answers: list[Any] = await asyncio.gather(*(check.matches("", "") for _ in range(6)))
    check.close()
    assert answers == [True] * 6
    assert max(most) == 1
    if sys.platform == "linux":
        assert niceness == {os.getpriority(os.PRIO_PROCESS, os.getpid()) + 5}
