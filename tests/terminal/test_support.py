"""Support at a session, attacked: nothing is seen before it is granted, nothing typed that was not lent."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest

from tests.terminal.door import Person, RunningDoor, person
from vpterm.terminal.support.desk import Patience, SupportDesk

pytestmark = [pytest.mark.doors, pytest.mark.timeout(120)]

SEEN = ("SITE lilas", "pid ", "Quatrepoil", "06 12")


def desk_of(door: RunningDoor) -> SupportDesk:
    desk = door.service.gateway.support
    assert isinstance(desk, SupportDesk)
    return desk


def shown(supporter: Person) -> bool:
    """Whether anything of a picture has ever reached this terminal."""
    return any(text.encode() in supporter.received for text in SEEN)


def until(holds: Callable[[], bool], *people: Person, seconds: float = 8.0) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "\n".join(one.text for one in people)
        for one in people:
            one.read()
        time.sleep(0.01)


def says(person: Person, words: str) -> None:
    """Have the person's app tell the gateway something about support."""
    person.types(words)
    person.sees(words)
    person.types("\x0f")  # Ctrl+O


@contextmanager
def asked(
    door: RunningDoor, login: str, reason: str, *, supporter: str = "support.lilas", size: tuple[int, int] = (80, 24)
) -> Iterator[tuple[Person, Person]]:
    """A person at work, and a supporter who has asked them."""
    with person(door, login) as vet:
        vet.sees("SITE lilas")
        with person(door, supporter, asks=f"attach {login} {reason}", size=size) as helper:
            helper.sees("Asked.")
            vet.sees(f"support asks {supporter.title()} view mine {reason}")
            yield vet, helper


def test_nothing_is_seen_before_the_answer_and_a_refusal_shows_nothing_ever(door: RunningDoor) -> None:
    with asked(door, "vet.n0", "the printer") as (vet, helper):
        helper.types("jjjj\r\r\x1b[A")
        vet.types("typing on")
        vet.sees("typing on")
        helper.read(0.3)
        assert not shown(helper)
        vet.types("\x15")
        says(vet, "answer")
        assert helper.ends() == 0
        assert "Refused, or not answered." in helper.text
        assert not shown(helper)
        assert door.journal.kinds("the printer") == ["asked", "refused"]
        vet.sees("support none")


def test_who_looks_in_sees_a_covered_picture_and_types_nothing(door: RunningDoor) -> None:
    with asked(door, "vet.n1", "the screen") as (vet, helper):
        heard: list[tuple[str, bool]] = []
        listener: Any = lambda session, present: heard.append((session.login, present))  # noqa: E731
        desk_of(door).listeners.append(listener)
        says(vet, "answer view 15 no")
        helper.sees("SITE lilas vet.n1")
        vet.sees("support here")
        helper.sees("15 min left · 1-80×1-23 / 80×24 · watching · names masked")
        helper.sees("█" * len("Quatrepoil"))
        helper.types("HACK\r\x1b[A\x0f")
        vet.types("mine")
        helper.sees("mine")
        assert "HACK" not in vet.text
        assert b"Quatrepoil" not in helper.received
        assert b"06 12" not in helper.received
        vet.types("\x15")
        says(vet, "end")
        assert helper.ends() == 0
        assert "SITE lilas" not in helper.text
        assert heard == [("vet.n1", True), ("vet.n1", False)]
        assert door.journal.kinds("the screen") == ["asked", "granted", "ended"]
        desk_of(door).listeners.remove(listener)


def test_the_keyboard_is_lent_and_the_persons_first_key_takes_it_back(door: RunningDoor) -> None:
    with asked(door, "vet.n2", "the form") as (vet, helper):
        says(vet, "answer type 15 yes")
        helper.sees("Quatrepoil 06 12 34 56 78")  # granted to see
        helper.types("x")
        says(vet, "give")
        helper.sees("you type")
        helper.types("abc")
        vet.sees("abc")
        vet.types("V")
        helper.sees("pointing")
        helper.types("xyz")
        helper.read(0.3)
        vet.types("W")
        vet.sees("abcVW")
        until(lambda: "keyboard_taken" in door.journal.kinds("the form"), vet, helper)
        assert door.journal.kinds("the form") == ["asked", "granted", "keyboard_given", "keyboard_taken"]
        helper.types("\x18")
        assert helper.ends() == 0
        vet.sees("support none")


def test_who_points_is_seen_with_their_name_and_esc_takes_the_pointer_away(door: RunningDoor) -> None:
    with asked(door, "vet.n3", "the button") as (vet, helper):
        says(vet, "answer point 15 no")
        helper.sees("pointing")
        helper.types("\x1b[A\x1b[C")
        vet.sees(" Support.Lilas ")
        helper.sees(" Support.Lilas ")
        helper.types("typed")
        helper.types("\x1b")
        until(lambda: " Support.Lilas " not in "\n".join(vet.screen.display[5:]), vet, helper)
        assert "typed" not in vet.text


def test_no_answer_is_a_no_and_a_grant_ends_to_the_second(door: RunningDoor) -> None:
    desk = desk_of(door)
    before = desk.patience
    desk.patience = Patience(answer=timedelta(seconds=1), minute=timedelta(seconds=0.3))
    try:
        with asked(door, "vet.n4", "no answer") as (vet, helper):
            assert helper.ends() == 0
            assert not shown(helper)
            assert door.journal.kinds("no answer") == ["asked", "lapsed"]
        with asked(door, "vet.n4", "in a flood") as (vet, helper):
            says(vet, "answer view 5 no")
            helper.sees("SITE lilas")
            vet.types("\x1b[20~")  # F9: the screen is painted anew all the time
            assert helper.ends() == 0
            ended = next(
                event for _by, event in door.journal.lines if event.kind == "ended" and event.reason == "in a flood"
            )
            assert (ended.detail, ended.lasted_s) == ("time", 1)
            vet.types("\x1b[20~")
    finally:
        desk.patience = before


def test_another_sites_session_is_not_there_to_ask(door: RunningDoor) -> None:
    with person(door, "vet.n5") as vet:
        vet.sees("SITE lilas")
        with person(door, "support.port", asks="attach vet.n5 curious") as stranger:
            assert stranger.ends() == 1
            assert "has no open session here" in stranger.text
        with person(door, "support.port") as stranger:
            stranger.sees("No session is open where you are support.")
            assert "vet.n5" not in stranger.text
        with person(door, "vet.deux", asks="attach vet.n5 curious") as colleague:
            assert colleague.ends() == 2
            assert "commands are not run here" in colleague.text
    assert door.journal.kinds("curious") == []


def test_one_supporter_at_a_time_and_a_refused_one_does_not_ask_on(door: RunningDoor) -> None:
    with asked(door, "vet.n6", "first") as (vet, helper):
        with person(door, "support.other", asks="attach vet.n6 second") as other:
            assert other.ends() == 1
            assert "asking there already" in other.text
        says(vet, "answer view 15 no")
        helper.sees("SITE lilas")
        with person(door, "support.other", asks="attach vet.n6 second") as other:
            assert other.ends() == 1
        helper.vanishes()  # and comes back: what was granted is over
        vet.sees("support none")
        with person(door, "support.lilas", asks="attach vet.n6 again") as helper:
            helper.sees("Asked.")
            vet.sees("again")
            says(vet, "answer")
            assert helper.ends() == 0
            assert not shown(helper)
        with person(door, "support.lilas", asks="attach vet.n6 nagging") as helper:
            assert helper.ends() == 1
            assert "refused just now" in helper.text
    assert door.journal.kinds("second") == door.journal.kinds("nagging") == []


def test_who_comes_in_elsewhere_takes_support_along_and_who_leaves_ends_it(door: RunningDoor) -> None:
    with asked(door, "vet.n7", "moving") as (vet, helper):
        says(vet, "answer view 15 no")
        helper.sees("SITE lilas")
        with person(door, "vet.n7", size=(100, 30)) as at_home:
            at_home.sees("support here")
            assert vet.ends() == 0
            helper.sees("1-80×1-23 / 100×30")
            at_home.types("\x1b[19~")  # F8: close the laptop
            assert at_home.ends() == 0
        assert helper.ends() == 0
        assert "left the session" in helper.text
    until(lambda: door.journal.kinds("moving") == ["asked", "granted", "ended"])


def test_a_locked_session_shows_nothing_more(door: RunningDoor) -> None:
    with asked(door, "vet.n8", "locking") as (vet, helper):
        says(vet, "answer view 15 no")
        helper.sees("SITE lilas")
        gateway = door.service.gateway
        session = gateway.registry.find("vet.n8", "lilas")

        async def lock() -> None:
            assert session is not None
            gateway.support.end_support(session)

        door.run(lock())
        assert helper.ends() == 0
        vet.sees("support none")


def test_what_cannot_be_written_down_is_not_granted(door: RunningDoor) -> None:
    with asked(door, "vet.n9", "no trail") as (vet, helper):
        door.journal.is_away = True
        try:
            says(vet, "answer view 15 no")
            helper.read(0.5)
            assert not shown(helper)
        finally:
            door.journal.is_away = False
        helper.types("\x03")
        helper.ends()
        assert not shown(helper)


def test_without_consent_a_second_person_approves_and_the_person_is_told_until_they_say_so(door: RunningDoor) -> None:
    with person(door, "asv.lilas") as vet, person(door, "gerance") as boss:
        vet.sees("SITE lilas")
        boss.sees("SITE lilas")
        asks = "attach --break-glass asv.lilas nobody answers"
        with person(door, "support.lilas", asks=asks) as helper:
            helper.sees("waits for a second person")
            number = next(iter(desk_of(door).waiting_for_approval())).number
            approve_by(door, "asv.lilas", number, refused=True)
            approve_by(door, "support.lilas", number, refused=True)
            helper.read(0.2)
            assert not shown(helper)
            approve_by(door, "gerance", number, refused=False)
            helper.sees("SITE lilas asv.lilas")
            vet.sees("support here")
            assert b"Quatrepoil" not in helper.received
            helper.types("\x18")
            assert helper.ends() == 0
        vet.sees("support was_here")
        says(vet, "seen")
        vet.sees("support none")
    until(lambda: len(door.journal.kinds("nobody answers")) == 3)
    assert door.journal.kinds("nobody answers") == ["glass_asked", "glass_approved", "glass_ended"]


def approve_by(door: RunningDoor, login: str, number: int, *, refused: bool) -> None:
    from vpterm.kernel.errors import NotAllowed

    async def approve() -> None:
        account = await door.accounts.find(login)
        assert account is not None
        await desk_of(door).answers.approve(str(number), account)

    if refused:
        with pytest.raises(NotAllowed):
            door.run(approve())
    else:
        door.run(approve())


def test_the_list_in_the_anteroom_leads_to_a_session_and_back(door: RunningDoor) -> None:
    with person(door, "vet.lilas") as vet, person(door, "support.lilas") as helper:
        vet.sees("SITE lilas")
        helper.sees("vet.lilas")
        number = next(line.split()[0] for line in helper.text.splitlines() if " vet.lilas " in line)
        helper.types(f"{number}\r")
        helper.sees("Why?")
        helper.types("x\r")
        helper.sees("Say why, in a few words.")
        helper.types(f"{number}\rthe list\r")
        vet.sees("support asks Support.Lilas view mine the list")
        says(vet, "answer view 15 no")
        helper.sees("SITE lilas")
        helper.types("q")
        helper.sees("You look in no more.")
        helper.types("q\r")
        assert helper.ends() == 0


@pytest.mark.parametrize(
    ("size", "told"), [((40, 12), "15 min left"), ((80, 24), "1-80×1-23 / 80×24"), ((200, 60), "│SITE lilas")]
)
def test_the_picture_is_right_at_any_size(door: RunningDoor, size: tuple[int, int], told: str) -> None:
    reason = f"size {size[0]}"
    with asked(door, "vet.deux", reason, size=size) as (vet, helper):
        says(vet, "answer view 15 no")
        helper.sees("SITE lilas vet.deux")
        helper.sees(told)
        assert len([line for line in helper.text.splitlines() if "SITE lilas" in line]) == 1
