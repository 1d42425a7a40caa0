"""A session taken over while its person types: every letter arrives once and in order, whichever door it came through.

The first terminal goes on typing until it is told that it was taken over, the second begins before it shows anything.
"""

from __future__ import annotations

import itertools
import os
import re
import select
import string
import threading
import time
from collections.abc import Callable, Iterator

import pytest

from tests.terminal.door import Person, RunningDoor, person
from tests.terminal.web_client import FakePage, Visitor

pytestmark = pytest.mark.doors

LETTERS = string.ascii_lowercase
ROUND = 5


@pytest.fixture(scope="module")
def doors(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningDoor]:
    running = RunningDoor(tmp_path_factory.mktemp("doors"), web_port=0)
    yield running
    running.close()


class Typist:
    """Types a, b, c... at a terminal, a letter each few milliseconds, until it hangs up."""

    def __init__(self, at: Person) -> None:
        self.typed = ""
        self._at, self._ends = at, threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def _run(self) -> None:
        wire = self._at.process.child_fd
        for letter in itertools.cycle(LETTERS):
            if self._ends.is_set():
                return
            try:
                os.write(wire, letter.encode())  # pexpect's own `send` waits before each
                self.typed += letter
                # A client whose output nobody reads sends nothing either; drawing it here would take too long.
                if select.select([wire], [], [], 0.004)[0]:
                    self._at.received += os.read(wire, 65536)
            except OSError:
                return  # it has hung up

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._ends.set()
        self._thread.join(5)


def field_of(text: str) -> str:
    """What the field holds: the line under the title."""
    return text.split("\n")[1].strip()


def check(field: str, before: str, after: str) -> None:
    """The letters of the first terminal without a gap, then those of the second: all of them, once, in order."""
    assert field.endswith(after), (field, after)
    first = field.removesuffix(after)
    assert before.startswith(first), (first, before)
    assert len(first) > ROUND, "nothing was typed before the session was taken over"


def take_over(first: Person, come_in: Callable[[], str]) -> tuple[str, str]:
    """What the first terminal typed and what the field held at the end."""
    typist = Typist(first)
    typist.start()
    time.sleep(0.2)
    try:
        field = come_in()
    finally:
        typist.stop()
    assert first.ends() == 0
    assert b"taken over from another terminal" in first.received
    return typist.typed, field


@pytest.mark.parametrize("login", [f"vet.n{number}" for number in range(ROUND)])
def test_from_ssh_to_ssh(doors: RunningDoor, login: str) -> None:
    key = doors.make_key(login)
    with person(doors, login, key=key, size=(200, 24)) as first:
        first.sees("SITE lilas")

        def come_in() -> str:
            with person(doors, login, key=key, size=(200, 24)) as second:
                second.types("0123")  # before there is anything to see
                second.sees("SITE lilas")  # the digits alone may be the echo of the terminal itself
                second.types("456789")
                second.sees("0123456789")
                return field_of(second.text)

        typed, field = take_over(first, come_in)
    check(field, typed, "0123456789")


@pytest.mark.parametrize("login", [f"vet.n{number}" for number in range(ROUND, 2 * ROUND)])
def test_from_ssh_to_the_browser(doors: RunningDoor, login: str) -> None:
    visitor = Visitor(doors)
    assert visitor.comes_in(login) == 303
    with person(doors, login, key=doors.make_key(login), size=(200, 24)) as first:
        first.sees("SITE lilas")

        def come_in() -> str:
            page = FakePage(visitor, size=(200, 24))
            try:
                page.types("0123")
                page.sees("0123")
                page.types("456789")
                page.sees("0123456789")
                return field_of(page.text)
            finally:
                page.close()

        typed, field = take_over(first, come_in)
    check(field, typed, "0123456789")


def test_from_the_browser_to_ssh_and_back(doors: RunningDoor) -> None:
    visitor = Visitor(doors)
    assert visitor.comes_in("vet.lilas") == 303
    page = FakePage(visitor, size=(200, 24))
    page.sees("SITE lilas")
    page.types("abc")
    page.sees("abc")
    page.types("def")  # under way while the next one comes
    with person(doors, "vet.lilas", key=doors.make_key("vet.lilas"), size=(200, 24)) as vet:
        vet.types("ghi")
        vet.sees("abcdefghi")
        again = FakePage(visitor, page="p2", size=(200, 24))
        again.types("jkl")
        again.sees("abcdefghijkl")
        assert re.fullmatch("abcdefghijkl", field_of(again.text))
        assert vet.ends() == 0
        again.close()
    page.close()
