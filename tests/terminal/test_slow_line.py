"""A line of two thousand bytes a second: what it shows is of now, and nobody else is slower for it."""

import time
from pathlib import Path

import pytest

from tests.terminal.door import RunningDoor, Terminal, person
from tests.terminal.namespace import Link, NamespaceUnavailable, namespace
from tests.terminal.test_doors import F9

pytestmark = [pytest.mark.doors, pytest.mark.xdist_group("namespace")]
QUICK, SLOW = Link(delay_ms=40), Link(delay_ms=40, mbit=0.016)
FRESH_S = 12.0  # some two seconds on a quiet machine; before there were changes by lines, minutes


def test_a_large_terminal_on_a_good_line_is_painted_once(door: RunningDoor) -> None:
    with person(door, "vet.n2", key=door.make_key("vet.n2"), size=(300, 100)) as vet:
        vet.sees("size 300x100.")
        rest_until(vet, 1.5)
        before = len(vet.received)
        rest_until(vet, 1.5)
        # One screen is more than a line is first trusted with. What still comes is the cursor of the field.
        assert len(vet.received) - before < 5000


def rest_until(vet: Terminal, seconds: float) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        vet.read(0.05)


def test_a_line_that_carries_little_shows_the_screen_of_now(tmp_path: Path) -> None:
    try:
        with namespace(QUICK) as place:
            door = RunningDoor(tmp_path, host=place.near)
            try:
                with (
                    person(door, "vet.n0", key=door.make_key("vet.n0"), place=place) as far,
                    person(door, "vet.n1", key=door.make_key("vet.n1"), host=place.near) as near,
                ):
                    far.sees("SITE lilas")
                    near.sees("SITE lilas")
                    place.become(SLOW)
                    far.types(F9)  # fifty whole screens a second: a thousand times what the line carries
                    until = time.monotonic() + 4
                    slowest = 0.0
                    typed = ""
                    while time.monotonic() < until:
                        typed += "x"
                        began = time.monotonic()
                        near.types("x")
                        near.sees(typed)
                        slowest = max(slowest, time.monotonic() - began)
                        far.read(0.05)
                    assert slowest < 1.0
                    far.types(F9)
                    far.sees("frames stopped", FRESH_S)
                    far.types("Rex")
                    far.sees("Rex", FRESH_S)
                    assert far.process.isalive()
            finally:
                door.close()
    except NamespaceUnavailable as reason:
        pytest.skip(str(reason))
