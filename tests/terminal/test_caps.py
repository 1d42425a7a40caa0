"""Caps at a real door: seats of one person, sessions in all, a terminal that floods."""

import contextlib
import threading
import time

import pytest

from tests.terminal.door import person
from tests.terminal.test_doors import F6, F10, gives_the_terminal_back
from tests.terminal.test_strict_doors import OpenDoor, open_door  # noqa: F401 - a fixture

pytestmark = pytest.mark.doors


def test_one_seat_too_many_closes_the_oldest_and_says_so(open_door: OpenDoor) -> None:  # noqa: F811
    door = open_door(seats_per_person=2, take_over=False)
    key = door.make_key("asv.lilas")
    with (
        person(door, "asv.lilas", key=key) as first,
        person(door, "vet.n0", key=door.make_key("vet.n0")) as somebody_else,
    ):
        first.sees("SITE lilas")
        somebody_else.sees("SITE lilas")
        with person(door, "asv.lilas", key=key) as second:
            second.sees("SITE lilas")
            with person(door, "asv.lilas", key=key) as third:
                third.sees("SITE lilas")
                assert first.ends() == 0
                assert "Vous êtes entré sur plus de 2 terminaux" in first.text
                assert gives_the_terminal_back(first.received)
                third.types("all three see this")
                second.sees("all three see this")
        somebody_else.types("undisturbed")
        somebody_else.sees("undisturbed")


def test_a_full_server_says_so_and_keeps_who_is_there(open_door: OpenDoor) -> None:  # noqa: F811
    door = open_door(sessions=2)
    keys = {login: door.make_key(login) for login in ("vet.deux", "vet.n0", "asv.lilas")}
    with person(door, "vet.deux", key=keys["vet.deux"]) as vet, person(door, "vet.n0", key=keys["vet.n0"]) as other:
        vet.sees("SITE lilas")
        other.sees("SITE lilas")
        with person(door, "asv.lilas", key=keys["asv.lilas"]) as nurse:
            assert nurse.ends() == 1
            assert "Le serveur est complet" in nurse.text
        vet.types(F6)  # a session at the other site would be one too many as well
        vet.sees("heard The server is full")
        vet.types("still at lilas")
        vet.sees("still at lilas")
        with person(door, "vet.n0", key=keys["vet.n0"]) as again:  # one's own session is no new one
            again.sees("SITE lilas")
            again.types(F10)
            assert again.ends() == 0
        with person(door, "asv.lilas", key=keys["asv.lilas"]) as nurse:
            nurse.sees("SITE lilas")


def test_a_terminal_that_floods_slows_only_itself(open_door: OpenDoor) -> None:  # noqa: F811
    door = open_door(input_rate=2000.0, input_burst=20_000.0)
    with (
        person(door, "vet.n0", key=door.make_key("vet.n0")) as flooder,
        person(door, "vet.n1", key=door.make_key("vet.n1")) as neighbour,
    ):
        flooder.sees("SITE lilas")
        neighbour.sees("SITE lilas")
        stops = threading.Event()

        def flood() -> None:
            with contextlib.suppress(OSError):  # closed in the middle of it
                while not stops.is_set():
                    flooder.process.send("\x1b[A" * 300)  # an arrow held down by a machine
                    flooder.read(0)

        flooding = threading.Thread(target=flood)
        flooding.start()
        try:
            time.sleep(1.0)
            for number in range(5):
                began = time.monotonic()
                neighbour.types(f" word{number}")
                neighbour.sees(f"word{number}")
                assert time.monotonic() - began < 4.0
            (seat,) = [seat for seat in door.service.gateway.seats if seat.account.login == "vet.n0"]
            assert seat._held_back
        finally:
            stops.set()
            flooder.process.close(force=True)
            flooding.join(10)
