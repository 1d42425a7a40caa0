"""A line that is cut without a word: by a network that drops everything, not by a door that is closed."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.terminal.door import RunningDoor, person
from tests.terminal.namespace import CUT, Link, Namespace, NamespaceUnavailable, namespace
from tests.terminal.web_client import FakePage, Visitor

pytestmark = [pytest.mark.doors, pytest.mark.xdist_group("namespace")]
LINE = Link(delay_ms=20)


@contextmanager
def far_door(folder: Path, **options: Any) -> Iterator[tuple[RunningDoor, Namespace]]:
    """A door at the other end of a line."""
    try:
        with namespace(LINE) as place:
            door = RunningDoor(folder, network=place.name, host=place.far, **options)
            try:
                yield door, place
            finally:
                place.become(LINE)
                door.close()
    except NamespaceUnavailable as reason:
        pytest.skip(str(reason))


def test_a_dead_line_is_noticed_within_a_minute_at_both_doors_and_the_sessions_wait(tmp_path: Path) -> None:
    with far_door(tmp_path, web_port=0) as (door, place):  # with the settings that everybody gets
        key = door.make_key("vet.n0")
        visitor = Visitor(door)
        assert visitor.comes_in("vet.n1") == 303
        page = FakePage(visitor)
        with person(door, "vet.n0", key=key, host=place.far) as vet:
            vet.sees("SITE lilas")
            page.sees("SITE lilas")
            vet.types("half a note")
            page.types("half a page")
            vet.sees("half a note")
            page.sees("half a page")
            assert len(door.service.gateway.seats) == 2
            place.become(CUT)
            cut_at = time.monotonic()
            while door.service.gateway.seats:
                assert time.monotonic() - cut_at < 60, [seat.origin for seat in door.service.gateway.seats]
                time.sleep(0.1)
        connections = door.service._keeper.held._open
        while connections:  # none stays counted, or an address would in the end be shut out
            assert time.monotonic() - cut_at < 70, connections
            time.sleep(0.1)
        place.become(LINE)
        with person(door, "vet.n0", key=key, host=place.far) as vet:
            vet.sees("half a note")
        back = FakePage(visitor, again=True)
        back.sees("half a page")
        back.close()


def test_a_line_cut_for_a_moment_goes_on_where_it_was_with_what_was_typed_meanwhile(tmp_path: Path) -> None:
    with (
        far_door(tmp_path, keepalive_s=3.0) as (door, place),
        person(door, "vet.n0", key=door.make_key("vet.n0"), host=place.far) as vet,
    ):
        vet.sees("SITE lilas")
        vet.types("before ")
        vet.sees("before ")
        (seat,) = door.service.gateway.seats
        place.become(CUT)
        vet.types("during ")
        time.sleep(5)
        place.become(LINE)
        vet.sees("before during ", 15)
        vet.types("after")
        vet.sees("before during after")
        assert list(door.service.gateway.seats) == [seat]
