"""Documents on their way to a person: whole, once, to that person alone, within bounds; over real doors and without."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pyotp
import pytest

from tests.terminal.door import LILAS, PASSWORD, RunningDoor, person
from tests.terminal.small_app import a_document
from tests.terminal.web_client import FakePage, Visitor
from vpterm.screens.link import MOST_DOCUMENT_BYTES
from vpterm.terminal.gateway.handing import Handing, seat_of
from vpterm.terminal.gateway.registry import OpenSession
from vpterm.terminal.gateway.seat import Seat
from vpterm.terminal.identity.identity import Account
from vpterm.terminal.painting.terminal_kind import TerminalKind
from vpterm.terminal.wire import Frame

ALT_2, ALT_3, ALT_4 = "\x1b2", "\x1b3", "\x1b4"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningDoor]:
    """Both doors."""
    running = RunningDoor(tmp_path_factory.mktemp("door"), web_port=0, connections_per_address=40)
    yield running
    running.close()


def fetch(visitor: Visitor, path: str) -> tuple[int, bytes]:
    """Status and bytes at a path."""
    status, body = visitor.ask("GET", path)
    return status, body.encode()


def in_session(door: RunningDoor, login: str) -> tuple[Visitor, FakePage]:
    visitor = Visitor(door)
    assert visitor.comes_in(login) == 303
    page = FakePage(visitor)
    page.sees(f"SITE lilas {login}")
    return visitor, page


@pytest.mark.doors
@pytest.mark.parametrize(("key", "size"), [(ALT_2, 0), (ALT_3, 3_000_000)])
def test_a_page_gets_the_document_byte_for_byte_and_once(door: RunningDoor, key: str, size: int) -> None:
    visitor, page = in_session(door, f"vet.n{int(size > 0)}")
    page.types(key)
    told = page.hears("handout")
    assert told["name"] == f"Reçu n°{size}.pdf"
    page.sees("page 0")
    elsewhere, other = Visitor(door), Visitor(door)
    elsewhere.comes_in(f"vet.n{int(size > 0)}")  # the same person in another browser
    other.comes_in("vet.n2")
    assert fetch(elsewhere, told["path"])[0] == 410
    assert fetch(other, told["path"])[0] == 410
    assert fetch(Visitor(door), told["path"])[0] == 401  # nobody yet: the form
    assert fetch(visitor, told["path"]) == (200, a_document(size))
    assert visitor.answered["content-type"] == "application/pdf"
    name = f"Re%C3%A7u%20n%C2%B0{size}.pdf"
    assert visitor.answered["content-disposition"] == f"attachment; filename*=UTF-8''{name}"
    assert visitor.answered["cache-control"] == "no-store"
    assert fetch(visitor, told["path"])[0] == 410
    page.close()


@pytest.mark.doors
def test_what_is_too_large_is_refused_in_words_and_the_session_goes_on(door: RunningDoor) -> None:
    _visitor, page = in_session(door, "vet.n3")
    page.types(ALT_4)
    page.sees("too large")
    page.types(ALT_2)
    assert page.hears("handout")["name"] == "Reçu n°0.pdf"
    page.close()


@pytest.mark.doors
def test_over_ssh_the_address_wants_the_persons_own_login(door: RunningDoor) -> None:
    with person(door, "vet.n4", size=(132, 24), key=door.make_key("vet.n4")) as vet:
        vet.sees("SITE lilas vet.n4")
        vet.types(ALT_2)
        vet.sees("address 5 http")
        found = re.search(r"http://[^/ ]+(/handout/[\w-]+)", vet.text)
        assert found is not None
        path = found.group(1)
        other, owner = Visitor(door), Visitor(door)
        status, form = owner.ask("GET", path)
        assert (status, f'name="to" value="{path}"' in form) == (401, True)
        other.comes_in("vet.n5")
        assert fetch(other, path)[0] == 410  # and takes nothing from its owner
        wanted = urlencode({"login": "vet.n4", "password": PASSWORD, "to": path}).encode()
        assert owner.ask("POST", "/login", wanted, Origin=owner.origin, **FORM)[0] == 303
        assert owner.answered["location"] == path
        owner.cookie = owner.answered["set-cookie"].partition(";")[0]
        assert fetch(owner, path) == (200, a_document(0))
        assert owner.answered["content-disposition"].startswith("inline; ")
        assert fetch(owner, path)[0] == 410
        vet.types("still here")
        vet.sees("still here")  # fetching took nothing over


@pytest.mark.doors
def test_after_the_code_too_one_goes_to_the_document_and_never_elsewhere(door: RunningDoor) -> None:
    door.accounts.totp["vet.n6"] = (pyotp.random_base32(), 0)
    path = "/handout/" + "a" * 32
    visitor = Visitor(door)
    given = {"login": "vet.n6", "password": PASSWORD, "to": path}
    status, form = visitor.ask("POST", "/login", urlencode(given).encode(), Origin=visitor.origin, **FORM)
    assert (status, f'name="to" value="{path}"' in form) == (200, True)
    visitor.cookie = visitor.answered["set-cookie"].partition(";")[0]
    code = pyotp.TOTP(door.accounts.totp["vet.n6"][0]).now()
    answer = urlencode({"code": code, "to": path}).encode()
    assert visitor.ask("POST", "/code", answer, Origin=visitor.origin, **FORM)[0] == 303
    assert visitor.answered["location"] == path
    for foreign in ("https://evil.example/handout/" + "a" * 32, "//evil.example/", "/handout/../leave", "/\n"):
        given = {"login": "vet.n7", "password": PASSWORD, "to": foreign}
        assert visitor.ask("POST", "/login", urlencode(given).encode(), Origin=visitor.origin, **FORM)[0] == 303
        assert visitor.answered["location"] == "/"


@pytest.mark.doors
def test_without_a_browser_door_one_is_told_what_to_do(tmp_path: Path) -> None:
    door = RunningDoor(tmp_path)
    try:
        with person(door, "vet.n8", size=(160, 24), key=door.make_key("vet.n8")) as vet:
            vet.sees("SITE lilas vet.n8")
            vet.types(ALT_2)
            vet.sees("this server has no browser door. Ask the administrator to open it: vpterm serve --web-port")
    finally:
        door.close()


# --- the counter itself, with a worker that may be anything -------------------------------------------


class Page:
    """A browser that notes what it is told."""

    key = "mine"

    def __init__(self) -> None:
        self.told: list[tuple[str, str]] = []

    def hand_over(self, path: str, name: str) -> None:
        self.told.append((path, name))


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


class Counter:
    """A Handing, a session of vet.n0 in a browser, and what was answered."""

    def __init__(self, login: str = "vet.n0") -> None:
        self.clock, self.page = Clock(), Page()
        self.handing = Handing(self.clock)
        self.session = a_session()
        line: Any = None  # nothing is written to it here
        self.seat = Seat(an_account(login), line, (80, 24), TerminalKind("truecolor", "full", "en"))
        self.seat.browser = self.page
        self.answers: list[tuple[int, dict[str, Any]]] = []

    def send(self, kind: str, body: bytes = b"", *, session: OpenSession | None = None, **fields: Any) -> None:
        frame = Frame(kind, {"session": 1, "number": 7, **fields}, body)
        self.handing.take(
            session or self.session, frame, [self.seat], lambda number, answer: self.answers.append((number, answer))
        )

    @property
    def refused(self) -> list[str]:
        return [answer["refused"]["message"] for _number, answer in self.answers if "refused" in answer]


def a_session(number: int = 1) -> OpenSession:
    return OpenSession(number, "vet.n0", "lilas", 1, datetime.now(UTC))


def an_account(login: str) -> Account:
    return Account(login, 1, login, "en", (LILAS,), "")


def test_pieces_make_the_document_and_a_name_is_only_a_name() -> None:
    counter = Counter()
    counter.send("link.offer", name="../../etc/a\x1b[2Jb.pdf", size=10)
    counter.send("link.piece", b"%PDF-")
    assert counter.answers == []
    counter.send("link.piece", b"12345")
    assert counter.answers == [(7, {"how": "page", "where": "", "minutes": 0})]
    [(path, name)] = counter.page.told
    assert name == "....etca[2Jb.pdf"
    taken = counter.handing.kept.take(path.removeprefix("/handout/"), "vet.n0", "mine")
    assert taken is not None
    assert taken.content == b"%PDF-12345"


def test_more_than_was_said_or_no_pdf_or_too_much_is_refused() -> None:
    counter = Counter()
    counter.send("link.offer", name="a.pdf", size=8)
    counter.send("link.piece", b"%PDF-12345")
    counter.send("link.offer", name="a.pdf", size=6)
    counter.send("link.piece", b"<html>")
    assert counter.refused == ["This is no document that can be handed out."] * 2
    for size in (0, -1, MOST_DOCUMENT_BYTES + 1):
        counter.send("link.offer", name="a.pdf", size=size)
        counter.send("link.piece", b"%PDF-")
    assert counter.refused[2:] == ["This document is too large to be handed out."] * 3
    assert counter.page.told == []


def test_pieces_that_nobody_announced_are_dropped_and_unfinished_ones_forgotten() -> None:
    counter = Counter()
    counter.send("link.piece", b"%PDF-")
    assert counter.answers == []
    for number in range(16):
        counter.send("link.offer", session=a_session(number), name="a.pdf", size=9)
    last = a_session(16)
    counter.send("link.offer", session=last, name="a.pdf", size=5)
    assert counter.refused == ["Too many documents are under way now."]
    counter.clock.now += 31
    counter.send("link.offer", session=last, name="a.pdf", size=5)
    counter.send("link.piece", b"%PDF-", session=last)
    assert len(counter.page.told) == 1


def test_nobody_who_helps_or_looks_on_gets_the_document() -> None:
    helper = Counter("vet.n1")  # types in the session of vet.n0
    helper.send("link.offer", name="a.pdf", size=5)
    helper.send("link.piece", b"%PDF-")
    assert len(helper.refused) == 1
    assert helper.page.told == []
    assert seat_of(helper.session, [helper.seat]) is None
    assert seat_of(helper.session, [Counter().seat]) is not None


def test_a_link_is_gone_after_five_minutes() -> None:
    counter = Counter()
    counter.handing.address = "https://vet.example:8443/"
    counter.seat.browser = None
    counter.send("link.offer", name="a.pdf", size=5)
    counter.send("link.piece", b"%PDF-")
    [(_number, answer)] = counter.answers
    assert (answer["how"], answer["minutes"]) == ("address", 5)
    code = answer["where"].removeprefix("https://vet.example:8443/handout/")
    counter.clock.now += 301
    assert counter.handing.kept.take(code, "vet.n0", "any") is None
