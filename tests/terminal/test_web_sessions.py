"""Sessions by the browser door: the page that lets people choose, and pages that were left alone before a lock."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from tests.terminal.door import PASSWORD, RunningDoor, person
from tests.terminal.web_client import FakePage, Visitor
from vpterm.terminal.gateway.administration import ask_gateway

pytestmark = pytest.mark.doors

F8, F11, F12 = "\x1b[19~", "\x1b[23~", "\x1b[24~"


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningDoor]:
    running = RunningDoor(tmp_path_factory.mktemp("door"), web_port=0)
    yield running
    running.close()


def open_by_ssh(door: RunningDoor, login: str, *names: str) -> None:
    for name in names:
        with person(door, login, key=door.make_key(login), asks=name) as vet:
            vet.sees(f"session <{name}>")
            vet.types(F8)
            assert vet.ends() == 0


def test_who_has_one_session_gets_the_terminal_at_once(door: RunningDoor) -> None:
    open_by_ssh(door, "vet.n0", "bureau")
    visitor = Visitor(door)
    assert visitor.comes_in("vet.n0") == 303
    _status, home = visitor.ask("GET", "/")
    assert 'id="terminal"' in home
    page = FakePage(visitor)
    page.sees("session <bureau>")
    page.close()


def test_who_has_several_chooses_on_a_page(door: RunningDoor) -> None:
    open_by_ssh(door, "asv.lilas", "accueil", "salle d'attente")
    visitor = Visitor(door)
    assert visitor.comes_in("asv.lilas") == 303
    status, home = visitor.ask("GET", "/")
    assert status == 200
    assert 'id="terminal"' not in home
    assert "Vos sessions ouvertes" in home
    assert home.index('href="/?session=salle+d%27attente&amp;site=lilas"') < home.index('href="/?session=accueil&amp;')
    assert "Les Lilas · à l&#x27;instant · ssh 127.0.0.1" in home
    _status, terminal = visitor.ask("GET", "/?session=accueil&site=lilas")
    assert 'id="terminal"' in terminal
    page = FakePage(visitor, session="accueil", site="lilas")
    page.sees("session <accueil>")
    page.close()
    another = FakePage(visitor, page="p2", session="Chirurgie")
    another.sees("session <chirurgie>")
    another.close()


def test_what_is_no_name_is_refused_by_page_and_line(door: RunningDoor) -> None:
    visitor = Visitor(door)
    assert visitor.comes_in("vet.n1") == 303
    _status, page = visitor.ask("GET", "/?session=%3Cscript%3E")
    assert 'id="terminal"' not in page
    assert "<script>" not in page
    assert "This is no name for a session" in page
    for wanted in ({"session": "<b>"}, {"session": 7}, {"session": "x" * 65}, {"session": "a", "site": ["lilas"]}):
        line = FakePage(visitor, **wanted)
        for _try in range(40):
            line.read()
        assert line.is_over
    assert door.service.gateway.registry.list_of("vet.n1") == []


def test_a_site_where_one_does_not_work_is_no_way_in(door: RunningDoor) -> None:
    visitor = Visitor(door)
    assert visitor.comes_in("vet.n2") == 303
    page = FakePage(visitor, session="bureau", site="port")
    for _try in range(40):
        page.read()
    assert any(message.get("why") == "failed" for message in page.messages)
    assert door.service.gateway.registry.list_of("vet.n2") == []


def test_a_page_whose_line_was_cut_comes_back_to_the_session_it_showed(door: RunningDoor) -> None:
    visitor = Visitor(door)
    assert visitor.comes_in("vet.n3") == 303
    page = FakePage(visitor, session="bureau")
    page.sees("session <bureau>")
    page.types("sessions.open name=bloc" + F12)
    page.sees("session <bloc>")
    page.close()
    with person(door, "vet.n3", key=door.make_key("vet.n3"), asks="bureau") as vet:  # another one, elsewhere
        vet.sees("session <bureau>")
        back = FakePage(visitor, again=True, session="bureau")
        back.sees("session <bloc>")
        back.close()
        assert vet.process.isalive()


def test_a_page_left_alone_finds_its_session_locked_and_so_does_a_new_one(door: RunningDoor) -> None:
    visitor = Visitor(door)
    assert visitor.comes_in("vet.n4") == 303
    page = FakePage(visitor)
    page.sees("SITE lilas")
    page.types(F11)
    page.sees("it is locked")
    page.close()
    gateway = door.service.gateway
    number = gateway.registry.list_of("vet.n4")[0].number
    for again in (True, False):  # the cookie opens the page, not the lock
        back = FakePage(visitor, again=again)
        back.sees("it is locked")
        back.types("unlock.ways" + F12)
        back.sees("unlock.ways: {")
        assert gateway.locks.is_locked(number)
        back.close()
    ask_gateway(door.settings.control_path, "end", number=number)
    until = time.monotonic() + 8
    while gateway.registry.session(number) is not None:
        assert time.monotonic() < until
        time.sleep(0.02)
    fresh = FakePage(visitor, page="p2")
    fresh.sees("began locked")
    fresh.types("unlock secret=" + PASSWORD + F12)
    fresh.sees("unlock: {}")
    fresh.close()


def test_who_signs_in_anew_opens_the_lock(door: RunningDoor) -> None:
    visitor = Visitor(door)
    assert visitor.comes_in("vet.n5") == 303
    page = FakePage(visitor)
    page.sees("SITE lilas")
    page.types(F11)
    page.sees("it is locked")
    page.close()
    again = Visitor(door)
    assert again.comes_in("vet.n5") == 303
    fresh = FakePage(again)
    fresh.sees("unlocked by the door")
    fresh.close()
