"""Stories of the browser door that need a door of their own: bans over both doors, caps, TLS, the end of the server."""

import http.client
import socket
import ssl
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.terminal.door import RunningDoor, person
from tests.terminal.web_client import Visitor, page_of
from vpterm.terminal.web import pages
from vpterm.terminal.web.certificate import fingerprint

pytestmark = pytest.mark.doors
OpenDoor = Callable[..., RunningDoor]


@pytest.fixture
def open_door(tmp_path: Path) -> Iterator[OpenDoor]:
    """Opens both doors with other settings; closes those that the test has not."""
    opened: list[RunningDoor] = []

    def open_it(**options: Any) -> RunningDoor:
        opened.append(RunningDoor(tmp_path, **{"web_port": 0, **options}))
        return opened[-1]

    yield open_it
    for running in opened:
        running.close()


def test_a_wrong_password_is_told_the_same_for_every_login(open_door: OpenDoor) -> None:
    visitor = Visitor(open_door())
    for login in ("vet.n2", "nobody.at.all", ""):
        assert visitor.comes_in(login, "wrong", Accept_Language="en") == 401
        assert "Login or password is wrong." in visitor.said
        assert visitor.cookie == ""
    assert visitor.comes_in("vet.n2", "x" * 2000, Accept_Language="fr") == 401
    assert "Identifiant ou mot de passe incorrect." in visitor.said
    assert f'value="{"vet.n2"}"' in visitor.said


def test_guesses_in_the_browser_ban_over_both_doors(open_door: OpenDoor) -> None:
    door = open_door(guesses_per_account=3, guesses_per_address=5, ban_s=3.0)
    visitor = Visitor(door)
    for _ in range(3):
        assert visitor.comes_in("vet.n0", "wrong") == 401
    with person(door, "vet.n0") as vet:  # right, but the account is banned, and that counts too
        assert vet.ends() == 255
    assert visitor.comes_in("vet.n0") == 401
    status, said = visitor.ask("GET", "/", Accept_Language="fr")
    assert status == 429
    assert "Trop de tentatives." in said
    with socket.create_connection(("127.0.0.1", door.port), 5) as connection:
        assert connection.recv(100) == b""  # SSH closes without a word
    time.sleep(3.1)
    assert visitor.comes_in("vet.n0") == 303


def test_guesses_over_ssh_ban_the_browser_and_cut_no_open_page(open_door: OpenDoor) -> None:
    door = open_door(guesses_per_account=100, guesses_per_address=2, ban_s=60.0)
    visitor = Visitor(door)
    visitor.comes_in("vet.n0")
    with page_of(visitor) as page:
        page.sees("SITE lilas")
        for _ in range(2):
            with person(door, "vet.n1", password="wrong") as guesser:
                assert guesser.ends() == 255
        assert visitor.comes_in("vet.n1") == 429
        assert visitor.ask("GET", "/static/page.js")[0] == 429
        page.types("goes on")
        page.sees("goes on")


def test_connections_are_counted_over_both_doors(open_door: OpenDoor) -> None:
    door = open_door(connections_per_address=3)
    visitor = Visitor(door)
    visitor.comes_in("vet.n0")
    host, _, port = visitor.authority.partition(":")
    with page_of(visitor) as page:
        page.sees("SITE lilas")
        with person(door, "vet.n1", key=door.make_key("vet.n1")) as vet:
            vet.sees("SITE lilas")
            with socket.create_connection((host, int(port)), 5) as third:
                time.sleep(0.2)
                with pytest.raises((ConnectionResetError, http.client.RemoteDisconnected, BrokenPipeError)):
                    visitor.ask("GET", "/")
                third.sendall(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
                assert third.recv(20).startswith(b"HTTP/1.1 200")
    until = time.monotonic() + 5
    while visitor.ask("GET", "/")[0] != 200:
        assert time.monotonic() < until


def test_the_end_of_the_server_is_told_to_the_page(open_door: OpenDoor, tmp_path: Path) -> None:
    door = RunningDoor(tmp_path, web_port=0)
    visitor = Visitor(door)
    visitor.comes_in("asv.lilas")
    with page_of(visitor) as page, socket.create_connection(("127.0.0.1", int(visitor.authority.rpartition(":")[2]))):
        page.sees("SITE lilas")
        began = time.monotonic()
        door.close()
        assert time.monotonic() - began < 8
        assert page.hears("end") == {
            "type": "end", "why": "stopped", "words": "Le serveur est en cours d'arrêt. Votre session a été fermée.",
        }  # fmt: skip


def test_a_page_that_answers_no_ping_is_gone_within_the_keepalive(open_door: OpenDoor) -> None:
    door = open_door(keepalive_s=0.5, keepalive_missed=3)
    visitor = Visitor(door)
    visitor.comes_in("vet.n0")
    host, _, port = visitor.authority.partition(":")
    with socket.create_connection((host, int(port)), 5) as line:
        request = (
            f"GET /line HTTP/1.1\r\nHost: {visitor.authority}\r\nOrigin: {visitor.origin}\r\n"
            f"Cookie: {visitor.cookie}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
            "Sec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==\r\n\r\n"
        )
        line.sendall(request.encode())
        assert line.recv(12) == b"HTTP/1.1 101"
        words = b'{"type": "open", "page": "p", "again": false, "columns": 80, "rows": 24}'
        line.sendall(bytes([0x81, 0x80 | len(words), 0, 0, 0, 0]) + words)  # masked with zeros
        until = time.monotonic() + 5
        while not door.service.gateway.seats:
            assert time.monotonic() < until
            time.sleep(0.02)
        while door.service.gateway.seats:
            assert time.monotonic() < until
            time.sleep(0.02)


def test_beyond_this_machine_there_is_only_tls(open_door: OpenDoor, tmp_path: Path) -> None:
    door = open_door(web_host="0.0.0.0", web_names=("vet.example",))  # noqa: S104 - the case in question
    web = door.service.web
    assert web is not None
    assert web.address == f"https://vet.example:{web.port}/"
    assert (tmp_path / "web_key.pem").stat().st_mode & 0o777 == 0o600
    assert web.fingerprint == fingerprint(tmp_path / "web_certificate.pem")
    trusting = ssl.create_default_context(cafile=str(tmp_path / "web_certificate.pem"))
    raw = socket.create_connection(("127.0.0.1", web.port), 5)
    with trusting.wrap_socket(raw, server_hostname="vet.example") as line:
        assert line.version() in ("TLSv1.2", "TLSv1.3")
        line.sendall(
            f"POST /login HTTP/1.1\r\nHost: vet.example:{web.port}\r\nOrigin: https://vet.example:{web.port}\r\n"
            "Connection: close\r\nContent-Length: 26\r\n\r\nlogin=vet.n0&password=demo".encode()
        )
        answer = b"".join(iter(lambda: line.recv(4096), b"")).decode().lower()
    assert answer.startswith("http/1.1 303")
    assert f"set-cookie: __host-vpterm-{web.port}=" in answer
    assert "secure" in answer
    with socket.create_connection(("127.0.0.1", web.port), 5) as plain:
        plain.sendall(b"GET / HTTP/1.1\r\nHost: vet.example\r\n\r\n")
        assert b"200" not in plain.recv(100)


def test_a_given_certificate_that_is_none_is_told_and_ssh_goes_on(open_door: OpenDoor, tmp_path: Path) -> None:
    (tmp_path / "c.pem").write_text("nonsense")
    door = open_door(web_certificate=tmp_path / "c.pem", web_key=tmp_path / "c.pem")
    assert door.service.web is None
    assert door.service.web_trouble is not None
    assert "certificat" in door.service.web_trouble.message
    with person(door, "vet.n0", key=door.make_key("vet.n0")) as vet:
        vet.sees("SITE lilas")


def test_without_xterm_the_browser_door_stays_closed_and_says_why(
    open_door: OpenDoor, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(pages, "STATIC", tmp_path)
    door = open_door()
    assert door.service.web is None
    assert door.service.web_trouble is not None
    assert "xterm/xterm.mjs" in door.service.web_trouble.message
    assert "make setup" in door.service.web_trouble.advice
    with person(door, "vet.n0", key=door.make_key("vet.n0")) as vet:
        vet.sees("SITE lilas")


def test_a_web_port_that_is_taken_is_told_and_ssh_goes_on(open_door: OpenDoor) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        door = open_door(web_port=port)
    assert door.service.web is None
    assert door.service.web_trouble is not None
    assert f"127.0.0.1:{port}" in door.service.web_trouble.message
    with person(door, "vet.n0", key=door.make_key("vet.n0")) as vet:
        vet.sees("SITE lilas")
