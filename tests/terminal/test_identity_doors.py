"""Stories of codes, recovery codes and lock-outs at the SSH door, with the OpenSSH client in a pseudo-terminal."""

import re
import time
from collections.abc import Iterator

import pyotp
import pytest

from tests.terminal.door import PASSWORD, Person, RunningDoor, person
from tests.terminal.test_doors import F10
from vpterm.practice.staff.codes import STEP_S, new_recovery_codes, new_totp_secret
from vpterm.practice.staff.rules import CodePolicy, CodeRule

pytestmark = pytest.mark.doors

KBDINT = ["-o", "PreferredAuthentications=keyboard-interactive", "-o", "NumberOfPasswordPrompts=1"]
LONG_AGO = 0


@pytest.fixture
def secret(door: RunningDoor) -> Iterator[str]:
    """vet.lilas has codes: their secret. Their memory of logins begins anew."""
    secret = new_totp_secret()
    door.accounts.events.clear()
    limiter = door.service._keeper.guesses  # guesses of the stories before must not have this one wait
    limiter._accounts.clear()
    limiter._addresses.clear()
    door.accounts.totp["vet.lilas"] = (secret, LONG_AGO)
    door.accounts.recovery["vet.lilas"] = new_recovery_codes()
    yield secret
    door.accounts.totp.clear()
    door.accounts.recovery.clear()
    door.accounts.change("vet.lilas", policy=CodePolicy())


def code_of(secret: str) -> str:
    """The code of now, with time enough to type it."""
    if time.time() % STEP_S > STEP_S - 3:
        time.sleep(4)
    return pyotp.TOTP(secret).now()


def answers_code(somebody: Person, code: str) -> None:
    somebody.process.expect("Code:")
    somebody.process.sendline(code)


def test_password_and_code_in_one_dialogue_and_a_replay_is_refused(door: RunningDoor, secret: str) -> None:
    code = code_of(secret)
    with person(door, "vet.lilas", extra=KBDINT) as vet:
        answers_code(vet, code)
        vet.sees("SITE lilas")
        vet.types(F10)
        assert vet.ends() == 0
    with person(door, "vet.lilas", extra=KBDINT) as thief:
        answers_code(thief, code)
        assert thief.ends() == 255
    assert [(row.method, row.accepted) for _, row in door.accounts.events] == [("code", True), ("code", False)]


def test_a_recovery_code_opens_once_and_the_person_is_told_how_many_are_left(door: RunningDoor, secret: str) -> None:
    code = door.accounts.recovery["vet.lilas"][0]
    with person(door, "vet.lilas", extra=KBDINT) as vet:
        answers_code(vet, code)
        vet.sees("9 recovery codes left.")
        vet.types(F10)
        assert vet.ends() == 0
    with person(door, "vet.lilas", extra=KBDINT) as thief:
        answers_code(thief, code)
        assert thief.ends() == 255


def test_a_wrong_password_asks_for_no_code(door: RunningDoor, secret: str) -> None:
    with person(door, "vet.lilas", extra=KBDINT, password="wrong") as guesser:
        assert guesser.ends() == 255
        assert b"Code:" not in guesser.received
    assert [(row.method, row.accepted) for _, row in door.accounts.events] == [("password", False)]


def test_the_password_method_alone_does_not_open_and_says_why(door: RunningDoor, secret: str) -> None:
    with person(door, "vet.lilas", extra=["-o", "LogLevel=INFO"]) as vet:
        assert vet.ends() == 255
        assert b"keyboard-interactive" in vet.received
    with person(door, "vet.lilas", password="wrong") as guesser:
        assert guesser.ends() == 255
        assert b"code" not in guesser.received  # whether there is one is told to nobody else


def test_a_key_is_enough_unless_the_group_asks_for_the_code_as_well(door: RunningDoor, secret: str) -> None:
    key = door.make_key("vet.lilas")
    with person(door, "vet.lilas", key=key) as vet:
        vet.sees("SITE lilas")
        vet.types(F10)
        assert vet.ends() == 0
    door.accounts.change("vet.lilas", policy=CodePolicy(CodeRule.OFFERED, with_key=True))
    before = len(door.accounts.events)
    with person(door, "vet.lilas", key=key) as vet:
        vet.sees("Code:")
        vet.types("000000\r")
        vet.sees("This code is wrong")
        vet.types("00" + "\x7f\x7f" + code_of(secret) + "\r")
        vet.sees("SITE lilas")
        vet.sees("Last login: today")
        vet.types(F10)
        assert vet.ends() == 0
    assert [(row.method, row.accepted) for _, row in door.accounts.events[before:]] == [("code", False), ("code", True)]


@pytest.mark.parametrize("typed", ["\x03", "1\r2\r3\r"])
def test_without_the_code_nobody_takes_a_seat(door: RunningDoor, secret: str, typed: str) -> None:
    door.accounts.change("vet.lilas", policy=CodePolicy(CodeRule.OFFERED, with_key=True))
    with person(door, "vet.lilas", key=door.make_key("vet.lilas")) as somebody:
        somebody.sees("Code:")
        somebody.types(typed)
        assert somebody.ends() == 1
        assert b"Without the code nobody comes in." in somebody.received
        assert b"SITE" not in somebody.received
    assert door.service.gateway.seats == {}
    assert door.accounts.logins == []


def test_a_role_of_which_codes_are_required_enrols_before_the_seat(door: RunningDoor) -> None:
    door.accounts.change("vet.n5", policy=CodePolicy(CodeRule.REQUIRED))
    with person(door, "vet.n5", size=(100, 50)) as vet:
        vet.sees("Code shown by the telephone:")
        assert any("█" in line or "▀" in line for line in vet.screen.display)
        (typed,) = re.findall(r"Or type this into the application: ((?:[A-Z2-7]{4} ?){8})", vet.text)
        vet.types("000000\r")
        vet.sees("This is not the code of now.")
        vet.types(code_of(typed.replace(" ", "")) + "\r")
        vet.sees("Written down?")
        shown = re.findall(r"\b(?:[a-z0-9]{4}-){3}[a-z0-9]{4}\b", vet.text)
        assert shown == door.accounts.recovery["vet.n5"]
        vet.types("\r")
        vet.sees("SITE lilas")
        vet.types(F10)
        assert vet.ends() == 0
    assert ("vet.n5", "127.0.0.1", "code") in door.accounts.logins
    with person(door, "vet.n5", extra=KBDINT) as vet:
        answers_code(vet, shown[0])
        vet.sees("SITE lilas")


def test_a_person_reads_when_they_last_came_in_and_what_was_refused_since(door: RunningDoor) -> None:
    with person(door, "asv.lilas", password=PASSWORD) as nurse:
        nurse.sees("SITE lilas")
        nurse.types(F10)
        nurse.ends()
    with person(door, "asv.lilas", password="wrong") as guesser:
        assert guesser.ends() == 255
    with person(door, "asv.lilas") as nurse:
        nurse.sees("1 tentative refusée ! Dernière connexion : aujourd'hui")
        assert re.search(r"aujourd'hui \d\d:\d\d depuis 127\.0\.0\.1\.", nurse.text)
