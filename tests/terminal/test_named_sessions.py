"""Several sessions of one person: none asked who has one, a choice for who has several, and a way straight to one."""

from __future__ import annotations

import subprocess

import pytest

from tests.terminal.door import RunningDoor, person
from vpterm.terminal.gateway.administration import SessionInfo, list_sessions

pytestmark = pytest.mark.doors

F6, F8, F10, F12 = "\x1b[17~", "\x1b[19~", "\x1b[21~", "\x1b[24~"
DOWN, UP = "\x1b[B", "\x1bOA"


def sessions_of(door: RunningDoor, login: str) -> list[SessionInfo]:
    return [each for each in list_sessions(door.settings.control_path) if each.login == login]


def test_a_session_is_opened_and_found_again_by_its_name(door: RunningDoor) -> None:
    key = door.make_key("vet.n0")
    with person(door, "vet.n0", key=key, asks="Consultation") as vet:
        vet.sees("session <consultation>")
        vet.types("Mirza")
        vet.sees("Mirza")
        vet.types(F8)
        assert vet.ends() == 0
    with person(door, "vet.n0", key=key, asks="maison") as vet:
        vet.sees("session <maison>")
        assert "Mirza" not in vet.text
        vet.types(F8)
        assert vet.ends() == 0
    with person(door, "vet.n0", key=key, asks="consultation") as vet:
        vet.sees("Mirza")
    assert [each.name for each in sessions_of(door, "vet.n0")] == ["consultation", "maison"]


def test_who_has_one_session_is_not_asked_whatever_its_name(door: RunningDoor) -> None:
    key = door.make_key("vet.n1")
    with person(door, "vet.n1", key=key, asks="bureau") as vet:
        vet.sees("session <bureau>")
        vet.types("Rex" + F8)
        assert vet.ends() == 0
    with person(door, "vet.n1", key=key) as vet:
        vet.sees("Rex")
        assert b"Your open sessions" not in vet.received


def open_two(door: RunningDoor, login: str) -> None:
    """A session "accueil" and then one "consultation", each with its name typed into it."""
    for name in ("accueil", "consultation"):
        with person(door, login, key=door.make_key(login), asks=name) as vet:
            vet.sees(f"session <{name}>")
            vet.types(f"typed at {name}")
            vet.sees(f"typed at {name}")
            vet.types(F8)
            assert vet.ends() == 0


@pytest.mark.parametrize(
    ("login", "keys", "shown"),
    [
        ("vet.n2", "\r", "typed at consultation"),
        ("vet.n3", DOWN + "\r", "typed at accueil"),
        ("vet.n4", UP + UP + "\r", "typed at accueil"),
        ("vet.n5", "2", "typed at accueil"),
        ("vet.n6", "3chirurgie\r", "session <chirurgie>"),
    ],
)
def test_who_has_several_chooses(door: RunningDoor, login: str, keys: str, shown: str) -> None:
    open_two(door, login)
    with person(door, login, key=door.make_key(login)) as vet:
        vet.sees("another one")
        lines = [line.rstrip() for line in vet.screen.display if line.strip()]
        assert lines[0] == "Your open sessions:"
        assert lines[1].split()[:4] == [">", "1", "consultation", "Les"]
        assert "just now" in lines[1]
        assert "ssh 127.0.0.1" in lines[1]
        vet.types(keys)
        vet.sees(shown)
        assert "Your open sessions" not in vet.text
        vet.types(F10)
        assert vet.ends() == 0


def test_what_is_typed_ahead_of_the_choice_arrives_in_the_session(door: RunningDoor) -> None:
    open_two(door, "vet.n7")
    with person(door, "vet.n7", key=door.make_key("vet.n7")) as vet:
        vet.types("1 and on")
        vet.sees("typed at consultation and on")


def test_who_leaves_the_choice_leaves_everything_as_it_is(door: RunningDoor) -> None:
    open_two(door, "vet.n8")
    for keys in ("\x03", "\x04", "\x1b"):
        with person(door, "vet.n8", key=door.make_key("vet.n8")) as vet:
            vet.sees("another one")
            vet.types(keys)
            assert vet.ends() == 1
            assert b"Your sessions are waiting" in vet.received
    assert [each.name for each in sessions_of(door, "vet.n8")] == ["accueil", "consultation"]


def test_what_is_no_name_is_still_refused(door: RunningDoor) -> None:
    options = [*door.ssh_options(door.make_key("vet.n9")), "-p", str(door.port), "vet.n9@127.0.0.1"]
    for command in ("ls -la /", "cat /etc/passwd", "$(id)", "a;b", "x" * 25, "-", "sudo  su_root"):
        ran = subprocess.run(["ssh", "-tt", *options, command], capture_output=True, timeout=10, check=False)
        assert ran.returncode == 2, command
        assert b"commands are not run here" in ran.stdout + ran.stderr
    assert sessions_of(door, "vet.n9") == []


def test_f6_takes_the_name_along_and_is_no_second_session(door: RunningDoor) -> None:
    key = door.make_key("vet.deux")
    with person(door, "vet.deux", key=key, asks="consultation") as vet:
        vet.sees("SITE lilas")
        vet.types(F6)
        vet.sees("SITE port")
        vet.sees("session <consultation>")
        vet.types(F8)
        assert vet.ends() == 0
    with person(door, "vet.deux", key=key) as vet:  # one name: nothing to ask
        vet.sees("SITE port")
        vet.types(F10)
        assert vet.ends() == 0
    with person(door, "vet.deux", key=key) as vet:  # the one that is left, at the other site
        vet.sees("SITE lilas")
        vet.types(F10)
        assert vet.ends() == 0


def test_from_inside_one_opens_another_goes_back_and_renames(door: RunningDoor) -> None:
    with person(door, "vet.port", key=door.make_key("vet.port")) as vet:
        vet.sees("session <>")
        first = sessions_of(door, "vet.port")[0].number
        vet.types("sessions.open name=Chirurgie" + F12)
        vet.sees("session <chirurgie>")
        vet.types("sessions.rename name=bloc" + F12)
        vet.sees('sessions.rename: {"name": "bloc"}')
        vet.types("sessions.rename name=main" + F12)
        vet.sees("refused: Another session of yours is called")
        vet.types("sessions.open name=bloc" + F12)
        vet.sees("sessions.open: refused: You are in it.")
        vet.types(f"sessions.go number={first}" + F12)
        vet.sees("session <> began open")
        vet.types("sessions.own" + F12)
        vet.sees('"bloc", "Du Port"')
        vet.types("sessions.go number=99999" + F12)
        vet.sees("refused: This session has ended")
    assert [each.name for each in sessions_of(door, "vet.port")] == ["", "bloc"]


def test_nobody_goes_to_a_session_of_somebody_else(door: RunningDoor) -> None:
    with person(door, "asv.lilas", key=door.make_key("asv.lilas")) as nurse:
        nurse.sees("SITE lilas asv.lilas")
        number = sessions_of(door, "asv.lilas")[0].number
        with person(door, "vet.lilas", key=door.make_key("vet.lilas")) as vet:
            vet.sees("SITE lilas vet.lilas")
            for nonsense in (number, "x", "-1", "9" * 400):
                vet.types(f"sessions.go number={nonsense}" + F12)
                vet.sees("refused: This session has ended")
                assert "SITE lilas vet.lilas" in vet.text
                vet.types("sessions.own" + F12)
                vet.sees("sessions.own: {")


def test_a_person_has_so_many_sessions_and_no_more(door: RunningDoor) -> None:
    key = door.make_key("vet.unnoted")
    for number in range(12):
        with person(door, "vet.unnoted", key=key, asks=f"s{number}") as vet:
            vet.sees(f"session <s{number}>")
    with person(door, "vet.unnoted", key=key, asks="s12") as vet:
        assert vet.ends() == 1
        assert b"You have 12 sessions open already." in vet.received
    with person(door, "vet.unnoted", key=key, asks="s3") as vet:
        vet.sees("session <s3>")
