"""Who opens a locked session: its person by PIN, password or a fresh login, and nobody through a side door."""

from __future__ import annotations

import os
import signal
import time

import pytest

from tests.terminal.door import PASSWORD, RunningDoor, person
from vpterm.terminal.gateway.administration import SessionInfo, list_sessions

pytestmark = pytest.mark.doors

F4, F6, F11, F12 = "\x1bOS", "\x1b[17~", "\x1b[23~", "\x1b[24~"


def session_of(door: RunningDoor, login: str) -> SessionInfo:
    return next(each for each in list_sessions(door.settings.control_path) if each.login == login)


def give_pin(door: RunningDoor, login: str, pin: str) -> None:
    account = door.run(door.accounts.find(login))
    door.run(door.accounts.change_pin(account, pin))


def test_a_pin_or_the_password_opens_and_the_list_says_so(door: RunningDoor) -> None:
    give_pin(door, "vet.lilas", "2580")
    with person(door, "vet.lilas", key=door.make_key("vet.lilas")) as vet:
        vet.sees("SITE lilas")
        for secret in ("2580", PASSWORD):
            vet.types(F4)
            vet.sees("F4")
            vet.types(F11)
            vet.sees("it is locked")
            assert session_of(door, "vet.lilas").is_locked
            vet.types("unlock.ways" + F12)
            vet.sees('unlock.ways: {"pin": true, "password": true}')
            vet.types(f"unlock secret={secret}" + F12)
            vet.sees("unlock: {}")
            assert not session_of(door, "vet.lilas").is_locked


def test_after_five_wrong_pins_only_the_password_counts(door: RunningDoor) -> None:
    give_pin(door, "vet.n0", "2580")
    with person(door, "vet.n0", key=door.make_key("vet.n0")) as vet:
        vet.sees("SITE lilas")
        vet.types(F11)
        vet.sees("it is locked")
        for number in range(5):
            vet.types(f"unlock secret=147{number}" + F12)
            vet.sees("refused: This is not your PIN.")
            vet.types("unlock.ways" + F12)
            left = "false" if number == 4 else "true"
            vet.sees(f'unlock.ways: {{"pin": {left}, "password": true}}')
        vet.types("unlock secret=2580" + F12)
        vet.sees("refused: Too many wrong PINs.")
        assert session_of(door, "vet.n0").is_locked
        vet.types(f"unlock secret={PASSWORD}" + F12)
        vet.sees("unlock: {}")
        vet.types(F11 + "unlock secret=2580" + F12)
        vet.sees("unlock: {}")
    tried = [(row.method, row.accepted) for login, row in door.accounts.events if login == "vet.n0"]
    assert tried.count(("pin", False)) == 5


def test_wrong_passwords_at_the_lock_are_counted_as_at_the_door(door: RunningDoor) -> None:
    with person(door, "vet.n1", key=door.make_key("vet.n1")) as vet:
        vet.sees("SITE lilas")
        vet.types(F11)
        vet.sees("it is locked")
        for number in range(9):
            vet.types(f"unlock secret=wrong{number}xx" + F12)
            vet.sees("refused: The password is wrong.", 12)
            vet.types("unlock.ways" + F12)
            vet.sees("unlock.ways: {")
        vet.types(f"unlock secret={PASSWORD}" + F12)
        vet.sees("refused: The password is wrong.", 12)
        assert session_of(door, "vet.n1").is_locked
    kinds = [row.method for login, row in door.accounts.events if login == "vet.n1" and not row.accepted]
    assert kinds == ["password"] * 8 + ["locked"] * 2


def test_a_fresh_login_opens_and_so_does_taking_over(door: RunningDoor) -> None:
    key = door.make_key("vet.n2")
    with person(door, "vet.n2", key=key) as vet:
        vet.sees("SITE lilas")
        vet.types(F11)
        vet.sees("it is locked")
        with person(door, "vet.n2", key=key) as again:
            again.sees("unlocked by the door")
            assert not session_of(door, "vet.n2").is_locked
            assert vet.ends() == 0


def test_another_channel_of_the_same_connection_proves_nothing(door: RunningDoor) -> None:
    key, path = door.make_key("vet.n3"), door.folder / "mux"
    shared = ["-o", f"ControlPath={path}"]
    with person(door, "vet.n3", key=key, extra=[*shared, "-o", "ControlMaster=yes"]) as vet:
        vet.sees("SITE lilas")
        vet.types(F11)
        vet.sees("it is locked")
        with person(door, "vet.n3", key=key, extra=shared) as passer_by:
            passer_by.sees("SITE lilas")
            passer_by.types("unlock.ways" + F12)
            passer_by.sees("unlock.ways: {")
            assert session_of(door, "vet.n3").is_locked
            assert "unlocked" not in passer_by.text
            assert vet.process.isalive()


def test_a_locked_session_neither_moves_nor_answers(door: RunningDoor) -> None:
    with person(door, "vet.deux", key=door.make_key("vet.deux")) as vet:
        vet.sees("SITE lilas")
        vet.types(F11)
        vet.sees("it is locked")
        for question in ("sessions.own", "sessions.open name=bureau", "show", "sessions.all"):
            vet.types(question + F12)
            vet.sees(f"{question.split()[0]}: refused: The screen is locked.")
        vet.types(F6 + "still here")
        vet.sees("still here")
        assert "SITE lilas" in vet.text
    assert door.service.gateway.registry.find("vet.deux", "port") is None


def test_a_worker_that_dies_behind_a_lock_comes_back_locked(door: RunningDoor) -> None:
    key = door.make_key("vet.port")
    with person(door, "vet.port", key=key) as vet:
        vet.sees("SITE port")
        vet.types(F11)
        vet.sees("it is locked")
        os.kill(door.worker_pids("port")[0], signal.SIGKILL)
        vet.sees("began locked")
        vet.types(F11)
        vet.sees("it is locked")
        vet.types(f"unlock secret={PASSWORD}" + F12)
        vet.sees("unlock: {}")
        os.kill(door.worker_pids("port")[0], signal.SIGKILL)
        vet.sees("began open")


def test_who_goes_to_another_of_their_sessions_finds_it_open(door: RunningDoor) -> None:
    with person(door, "vet.n5", key=door.make_key("vet.n5")) as vet:
        vet.sees("session <>")
        first = session_of(door, "vet.n5").number
        gateway = door.service.gateway
        vet.types("sessions.open name=bureau" + F12)
        vet.sees("session <bureau>")

        async def lock() -> None:
            session = gateway.registry.session(first)
            assert session is not None
            gateway.locks.lock(session)  # alone behind, it has locked

        door.run(lock())
        vet.types(f"sessions.go number={first}" + F12)
        vet.sees("unlocked by the door")


def test_only_who_manages_the_staff_sees_and_ends_the_sessions_of_the_group(door: RunningDoor) -> None:
    with (
        person(door, "gerance", key=door.make_key("gerance"), size=(120, 40)) as management,
        person(door, "asv.lilas", key=door.make_key("asv.lilas"), size=(100, 30)) as nurse,
    ):
        management.sees("SITE lilas gerance")
        nurse.sees("SITE lilas asv.lilas")
        number = session_of(door, "asv.lilas").number
        own = session_of(door, "gerance").number
        for question in ("sessions.all", f"sessions.tell number={own} sentence=x", f"sessions.end number={own}"):
            nurse.types(question + F12)
            nurse.sees(f"{question.split()[0]}: refused: Votre rôle ne le permet pas.")
        management.types("sessions.all" + F12)
        management.reads('"asv.lilas", "Asv.Lilas", "lilas", ""')
        management.reads('"ssh 127.0.0.1", "100x30"')
        management.types(f"sessions.tell number={number} sentence=Redémarrage" + F12)
        nurse.sees("heard Redémarrage")
        management.types(f"sessions.end number={own}" + F12)
        management.sees("refused: This is your own session.")
        management.types(f"sessions.end number={number}" + F12)
        assert nurse.ends() == 0
        management.types(f"sessions.end number={number}" + F12)
        management.sees("refused: This session has ended")
    with person(door, "asv.lilas", key=door.make_key("asv.lilas"), size=(140, 30)) as nurse:
        nurse.sees("par l'administrateur")
        assert "Session terminée" in nurse.text
    time.sleep(0.2)
    with person(door, "asv.lilas", key=door.make_key("asv.lilas"), size=(140, 30)) as nurse:
        nurse.sees("SITE lilas")
        assert "administrateur" not in nurse.text  # told once


def test_many_sessions_are_told_page_by_page(door: RunningDoor) -> None:
    registry = door.service.gateway.registry
    with person(door, "gerance", key=door.make_key("gerance"), size=(200, 60)) as management:
        management.sees("SITE lilas gerance")

        async def fill() -> list[int]:
            registry.add_worker(999, "lilas")
            return [registry.open(f"somebody.{number}", "lilas", 999).number for number in range(20)]

        async def more() -> None:
            registry.add_worker(998, "lilas")
            for number in range(20, 50):
                registry.open(f"somebody.{number % 24}", "lilas", 998, f"s{number}")

        async def empty() -> None:
            registry.remove_worker(999)
            registry.remove_worker(998)

        numbers = door.run(fill())
        door.run(more())
        try:
            management.types("sessions.all" + F12)
            management.sees('"has_more": true')
            management.types(f"sessions.all after={numbers[-1] + 5}" + F12)
            management.sees('"has_more": false')
            assert f"[{numbers[-1] + 5}," not in management.text
            assert f"[{numbers[-1] + 6}," in management.text
        finally:
            door.run(empty())
