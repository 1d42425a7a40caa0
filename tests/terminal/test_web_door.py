"""The browser door as strangers and honest pages meet it: forms, cookies, origins, lines. One login per story."""

import contextlib
import json
import socket
import time
from collections.abc import Iterator

import pyotp
import pytest
from websockets.exceptions import InvalidStatus

from tests.terminal.door import RunningDoor, person
from tests.terminal.web_client import FakePage, Visitor, page_of
from vpterm.terminal.painting.modes import TAKE

pytestmark = pytest.mark.doors
HOME, F6, F8, F9, F10 = "\x1b[H", "\x1b[17~", "\x1b[19~", "\x1b[20~", "\x1b[21~"


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningDoor]:
    """Both doors, for all stories of this module."""
    running = RunningDoor(tmp_path_factory.mktemp("door"), web_port=0, login_grace_s=4.0, connections_per_address=40)
    yield running
    running.close()


@pytest.fixture
def visitor(door: RunningDoor) -> Visitor:
    """Somebody with a fresh browser."""
    return Visitor(door)


# --- coming in ----------------------------------------------------------------------------------------


def test_a_person_comes_in_by_the_form_and_has_their_session(door: RunningDoor, visitor: Visitor) -> None:
    assert visitor.ask("GET", "/")[1].count("<input") == 3  # one is hidden: where they wanted to go
    assert visitor.comes_in(" Vet.N0 ") == 303
    assert door.accounts.logins[-1] == ("vet.n0", "127.0.0.1", "password")
    status, shown = visitor.ask("GET", "/")
    assert status == 200
    assert 'id="terminal"' in shown
    with page_of(visitor) as page:
        page.sees("SITE lilas vet.n0")
        assert page.hears("opened") == {"type": "opened", "received": 0}
        assert page.hears("place") == {"type": "place", "name": "Les Lilas · Vet.N0"}
        page.types("bonjour é€")
        page.sees("bonjour é€")
        page.sees("colours truecolor")
        page.tell(type="size", columns=100, rows=30)
        page.sees("size 100x30")
        page.tell(type="beat")
        assert page.hears("beat") == {"type": "beat", "received": len("bonjour é€".encode())}


def test_the_cookie_is_for_the_browser_alone(door: RunningDoor, visitor: Visitor) -> None:
    visitor.comes_in("vet.n1")
    given = visitor.answered["set-cookie"]
    name, _, attributes = given.partition(";")
    assert {each.strip().lower() for each in attributes.split(";")} == {"httponly", "samesite=strict", "path=/"}
    assert door.service.web is not None
    assert name.startswith(f"vpterm-{door.service.web.port}=")
    assert name.partition("=")[2] not in visitor.ask("GET", "/")[1]


def test_accounts_that_are_away_are_told_in_words(visitor: Visitor) -> None:
    assert visitor.comes_in("vet.away", Accept_Language="en") == 503
    assert "The accounts cannot be reached now." in visitor.said


def test_a_form_that_is_none_is_refused_and_a_slow_one_is_not_waited_for(door: RunningDoor, visitor: Visitor) -> None:
    headers = {"Origin": visitor.origin}
    assert visitor.ask("POST", "/login", b"login=" + b"x" * 20_000, **headers)[0] == 400
    assert visitor.ask("POST", "/login", b"\xff\xfe&&&=%%%", **headers)[0] == 400
    assert visitor.ask("POST", "/login", b"a=1&" * 100, **headers)[0] == 400
    host, _, port = visitor.authority.partition(":")
    with socket.create_connection((host, int(port)), 20) as slow:
        slow.sendall(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Half: a")
        slow.settimeout(10)
        began = time.monotonic()
        assert slow.recv(100) == b""
        assert 1.0 < time.monotonic() - began < 6


# --- whose page it is ---------------------------------------------------------------------------------


@pytest.mark.parametrize("origin", ["", "null", "http://evil.example", "https://127.0.0.1"])
def test_a_foreign_page_gets_no_line_and_no_form(door: RunningDoor, visitor: Visitor, origin: str) -> None:
    visitor.comes_in("vet.n3")
    with pytest.raises(InvalidStatus) as refused:
        visitor.dial(origin=origin)
    assert refused.value.response.status_code == 403
    cookie, visitor.cookie = visitor.cookie, ""
    assert visitor.comes_in("vet.n3", Origin=origin) == 403
    assert visitor.cookie == ""
    visitor.cookie = cookie
    assert visitor.ask("POST", "/leave", Origin=origin)[0] == 403
    assert 'id="terminal"' in visitor.ask("GET", "/")[1]


def test_a_door_answers_to_its_own_names_only(visitor: Visitor) -> None:
    assert visitor.ask("GET", "/", Host="evil.example")[0] == 421
    assert visitor.ask("GET", "/", Host="localhost")[0] == 200


@pytest.mark.parametrize("path", ["/", "/static/page.js", "/nothing", "/handout/x"])
def test_every_answer_bears_a_strict_policy(visitor: Visitor, path: str) -> None:
    visitor.ask("GET", path)
    policy = dict(each.strip().split(" ", 1) for each in visitor.answered["content-security-policy"].split(";"))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == "'self'"
    assert policy["frame-ancestors"] == policy["base-uri"] == "'none'"
    assert policy["form-action"] == "'self'"
    assert policy["connect-src"] == f"'self' ws://{visitor.authority}"
    assert "unsafe" not in policy["style-src-elem"]
    assert visitor.answered["x-content-type-options"] == "nosniff"
    assert visitor.answered["cache-control"] in ("no-store", "no-cache")
    assert "server" not in visitor.answered


def test_no_page_has_anything_inline_or_from_elsewhere(visitor: Visitor) -> None:
    pages = [visitor.ask("GET", "/")[1]]
    visitor.comes_in("vet.n3")
    pages.append(visitor.ask("GET", "/")[1])
    for page in pages:
        for forbidden in ("http://", "https://", "style=", "onclick", "<style", "<script>"):
            assert forbidden not in page


@pytest.mark.parametrize("path", ["/static/../pages/login.html", "/static/%2e%2e/pages/login.html", "/static/", "/x"])
def test_only_our_own_files_are_served(visitor: Visitor, path: str) -> None:
    assert visitor.ask("GET", path)[0] == 404


# --- lines --------------------------------------------------------------------------------------------


def test_a_line_without_a_login_is_told_so(visitor: Visitor) -> None:
    for cookie in ("", f"vpterm-{visitor.authority.rpartition(':')[2]}=guess"):
        visitor.cookie = cookie
        with page_of(visitor) as page:
            assert page.hears("end")["why"] == "login"
            assert page.ends() == 1000


@pytest.mark.parametrize(
    "garbage",
    ["{", "[]", '"x"', '{"type": "nonsense"}', '{"type": "drawn"}', '{"type": "drawn", "bytes": -1}', "[" * 60_000,
     '{"type": "size", "columns": true, "rows": 1}', '{"type": "size", "columns": 1e99, "rows": 1}'],
)  # fmt: skip
def test_garbage_ends_a_line_and_nothing_else(door: RunningDoor, visitor: Visitor, garbage: str) -> None:
    visitor.comes_in("vet.n4")
    with page_of(visitor) as first, visitor.dial() as second:
        first.sees("SITE lilas")
        first.line.send(garbage)
        assert first.ends() == 1008
        second.send(garbage)
        with pytest.raises(Exception, match="1008"):
            second.recv(5)
    with page_of(visitor) as page:
        page.sees("SITE lilas vet.n4")


def test_what_is_too_long_ends_a_line(visitor: Visitor) -> None:
    visitor.comes_in("vet.n4")
    with page_of(visitor) as page:
        page.sees("SITE lilas")
        page.line.send(b"x" * 70_000)
        assert page.ends() == 1009


def test_who_says_nothing_is_not_waited_for(visitor: Visitor) -> None:
    visitor.comes_in("vet.n4")
    with visitor.dial() as line, pytest.raises(Exception, match="1008"):
        line.recv(10)


def test_a_flood_is_taken_at_the_pace_of_the_app_and_the_line_goes_on(door: RunningDoor, visitor: Visitor) -> None:
    visitor.comes_in("vet.n5")
    with page_of(visitor) as page:
        page.sees("SITE lilas")
        for _ in range(30):
            page.line.send(b"\x1b[200~" + b"y" * 1000 + b"\x1b[201~")
            page.tell(type="beat")
        (seat,) = [seat for seat in door.service.gateway.seats if seat.account.login == "vet.n5"]
        until, waiting = time.monotonic() + 20, 0
        while page.hears("beat")["received"] < 30 * 1012:
            waiting = max(waiting, seat._untaken)
            page.tell(type="beat")
            assert time.monotonic() < until
        assert 0 < waiting < 16_000
        while seat._untaken:  # the small app has no gate: keys would overtake pastes
            page.read()
            assert time.monotonic() < until
        time.sleep(0.5)
        page.types(HOME)
        time.sleep(0.5)
        page.types("x")
        page.sees("xyyy")


def test_a_browser_that_does_not_draw_is_held_and_gets_the_screen_of_now(door: RunningDoor, visitor: Visitor) -> None:
    visitor.comes_in("vet.n6")
    with page_of(visitor, size=(300, 100)) as page:
        page.sees("SITE lilas")
        page.types(F9)  # paints the whole screen anew some fifty times a second
        page.sees("frame")
        page.draws = False
        (seat,) = [seat for seat in door.service.gateway.seats if seat.account.login == "vet.n6"]
        until = time.monotonic() + 40
        while not seat.is_held:
            page.read()
            assert time.monotonic() < until
        for _ in range(20):
            page.read(0.02)
        before = page.taken
        time.sleep(1.0)
        page.read()
        assert page.taken == before  # nothing more is sent
        page.types(F9)
        page.draws = True
        page.tell(type="drawn", bytes=page.taken)
        page.sees("frames stopped", 15)


@pytest.mark.timeout(180)
def test_a_browser_that_does_not_read_fills_nothing(door: RunningDoor, visitor: Visitor) -> None:
    visitor.comes_in("vet.n6")
    with page_of(visitor, size=(500, 200)) as page:
        page.sees("SITE lilas")
        page.types(F9)
        page.sees("frame")
        (seat,) = [seat for seat in door.service.gateway.seats if seat.account.login == "vet.n6"]
        until = time.monotonic() + 120
        # It lies about what it has drawn, and reads nothing: held once the kernel's buffers are full, or cut.
        while not seat.is_held and not seat.is_gone:
            with contextlib.suppress(OSError):
                page.tell(type="drawn", bytes=10_000_000)
            time.sleep(0.02)
            assert time.monotonic() < until


# --- the same session ---------------------------------------------------------------------------------


def test_a_cut_line_comes_back_to_the_same_screen_and_says_what_had_arrived(visitor: Visitor) -> None:
    visitor.comes_in("vet.n7")
    page = FakePage(visitor, page="mine")
    page.sees("SITE lilas")
    page.types("half a no")
    page.sees("half a no")
    page.line.socket.shutdown(socket.SHUT_RDWR)  # without a word
    with page_of(visitor, page="mine", again=True) as back:
        assert back.hears("opened")["received"] == len("half a no")
        back.sees("half a no")
        back.types("te")
        back.sees("half a note")
    page.close()
    with page_of(visitor, page="another") as other:
        assert other.hears("opened")["received"] == 0


def test_a_cut_that_nobody_has_noticed_does_not_take_the_page_for_somebody_else(visitor: Visitor) -> None:
    visitor.comes_in("vet.n8")
    with page_of(visitor, page="mine") as first:
        first.sees("SITE lilas")
        with page_of(visitor, page="mine", again=True) as second:
            second.sees("SITE lilas")
            assert first.ends() in (1000, 1006, 1012)
            assert [message for message in first.messages if message["type"] == "end"] == []


def test_ssh_takes_the_session_over_and_the_page_takes_it_back(door: RunningDoor, visitor: Visitor) -> None:
    visitor.comes_in("vet.n9")
    with page_of(visitor, page="mine") as page:
        page.sees("SITE lilas")
        page.types("a note")
        page.sees("a note")
        with person(door, "vet.n9") as vet:
            vet.sees("a note")
            ended = page.hears("end")
            assert ended == {
                "type": "end", "why": "taken", "words": "Your session has been taken over from another terminal.",
            }  # fmt: skip
            page.ends()
            with page_of(visitor, page="mine", again=True) as back:  # a line that was only cut takes nothing back
                assert back.hears("end")["why"] == "taken"
            vet.types(" more")
            vet.sees("a note more")
            with page_of(visitor, page="mine") as wanted:  # somebody pressed the button
                wanted.sees("a note more")
                assert vet.ends() == 0
                assert b"taken over" in vet.received


def test_who_leaves_or_suspends_must_say_the_password_again(door: RunningDoor, visitor: Visitor) -> None:
    for key, why, words in ((F8, "waiting", "Your session is waiting for you."), (F10, "left", "Goodbye.")):
        assert visitor.comes_in("vet.lilas") == 303
        with page_of(visitor) as page:
            page.sees("SITE lilas")
            page.types(key)
            assert page.hears("end") == {"type": "end", "why": why, "words": words}
            assert page.ends() == 1000
        assert "<form" in visitor.ask("GET", "/")[1]
        with page_of(visitor) as page:
            assert page.hears("end")["why"] == "login"


def test_signing_out_forgets_the_browser_and_the_session_waits(door: RunningDoor, visitor: Visitor) -> None:
    visitor.comes_in("vet.deux")
    with page_of(visitor) as page:
        page.sees("SITE lilas")
        page.types(F6)
        page.sees("SITE port")
        assert [page.hears("place")["name"] for _ in range(2)] == ["Les Lilas · Vet.Deux", "Du Port · Vet.Deux"]
        page.types("waits")
        page.sees("waits")
    cookie = visitor.cookie
    assert visitor.ask("POST", "/leave", Origin=visitor.origin)[0] == 303
    visitor.cookie = cookie  # a copy of it is worth nothing
    with page_of(visitor) as page:
        assert page.hears("end")["why"] == "login"
    visitor.comes_in("vet.deux")
    with page_of(visitor) as page:
        page.sees("waits")


def test_a_person_without_a_site_is_told_so(visitor: Visitor) -> None:
    visitor.comes_in("vet.nowhere")
    with page_of(visitor) as page:
        assert page.hears("end") == {
            "type": "end", "why": "failed", "words": "Your account is not attached to any site.",
        }  # fmt: skip
        assert page.ends() == 1000


def test_no_terminal_sequence_of_ours_asks_the_page_anything(visitor: Visitor) -> None:
    visitor.comes_in("vet.unnoted")  # and is let in although that cannot be noted
    with visitor.dial() as line:
        line.send(json.dumps({"type": "open", "page": "p", "again": False, "columns": 80, "rows": 24}))
        received = b""
        while b"SITE" not in received:
            message = line.recv(10)
            received += message if isinstance(message, bytes) else b""
    assert received.startswith(TAKE.encode())
    assert b"\x1b[c" not in received
    assert b"\x1b[6n" not in received


@pytest.fixture
def secret(door: RunningDoor) -> Iterator[str]:
    """vet.n9 has codes, for the length of a test."""
    door.accounts.totp["vet.n9"] = (pyotp.random_base32(), 0)
    yield door.accounts.totp["vet.n9"][0]
    del door.accounts.totp["vet.n9"]


def test_who_has_a_code_is_asked_for_it_and_each_is_good_once(door: RunningDoor, visitor: Visitor, secret: str) -> None:
    before = len(door.accounts.logins)
    assert visitor.comes_in("vet.n9") == 200
    assert 'name="code"' in visitor.said
    assert visitor.cookie.partition("=")[0].endswith("-code")
    assert 'id="terminal"' not in visitor.ask("GET", "/")[1]  # half proved is nobody yet
    form = {"Origin": visitor.origin, "Content-Type": "application/x-www-form-urlencoded"}
    status, said = visitor.ask("POST", "/code", b"code=12", **form)
    assert (status, 'role="alert">This code is not right' in said) == (401, True)
    code = pyotp.TOTP(secret).now()
    assert visitor.ask("POST", "/code", f"code={code}".encode(), **form)[0] == 303
    other = Visitor(door)
    assert other.comes_in("vet.n9") == 200
    assert other.ask("POST", "/code", f"code={code}".encode(), **form)[0] == 401  # nobody uses it again
    # Without a password first there is nothing to prove: back to the form.
    assert Visitor(door).ask("POST", "/code", f"code={code}".encode(), **form)[0] == 303
    assert door.accounts.logins[before:] == [("vet.n9", "127.0.0.1", "code")]
