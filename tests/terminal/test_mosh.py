"""The stock mosh client: over a line that is cut, comes back, and has another address; to the person's own session."""

import contextlib
import re
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from tests.terminal.door import RunningDoor, person
from tests.terminal.mosh_client import traveller
from tests.terminal.namespace import CUT, Link, Namespace, NamespaceUnavailable, namespace
from tests.terminal.test_doors import F8, F10
from vpterm.practice.staff.rules import CodePolicy, CodeRule
from vpterm.terminal.mosh.request import MoshRequest, fewer_colours, read_request

pytestmark = [pytest.mark.doors, pytest.mark.xdist_group("namespace")]
LINE = Link(delay_ms=20)
PORTS = (61_000, 61_009)


@pytest.fixture(scope="module")
def place() -> Iterator[Namespace]:
    if shutil.which("mosh") is None:
        pytest.skip("mosh is not installed: scripts/setup tests")
    try:
        with namespace(LINE) as made:
            yield made
    except NamespaceUnavailable as reason:
        pytest.skip(str(reason))


@pytest.fixture(scope="module")
def door(place: Namespace, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningDoor]:
    running = RunningDoor(tmp_path_factory.mktemp("mosh"), host=place.near, mosh_ports=PORTS)
    yield running
    running.close()


def mosh_servers(door: RunningDoor) -> list[psutil.Process]:
    """Those of this door, whoever their parent is by now; not the halves that wait to become line clients."""
    servers = [process for process in psutil.process_iter() if belongs_to(door, process)]
    return [process for process in servers if process.ppid() not in {each.pid for each in servers}]


def belongs_to(door: RunningDoor, process: psutil.Process) -> bool:
    with contextlib.suppress(psutil.Error):
        if process.name() == "mosh-server" and process.status() != psutil.STATUS_ZOMBIE:
            return process.environ().get("VPTERM_MOSH_SOCKET") == str(door.settings.mosh_path)
    return False


def until(is_so: Callable[[], object], seconds: float = 8.0) -> None:
    end = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < end
        time.sleep(0.05)


def test_a_morning_on_an_unsteady_line(door: RunningDoor, place: Namespace) -> None:
    with traveller(door, place, "vet.lilas") as vet:
        vet.sees("SITE lilas vet.lilas db-of-lilas", 15)
        vet.types("Boiterie é")
        vet.sees("Boiterie é")
        (seat,) = door.service.gateway.seats
        assert seat.origin == f"mosh {place.far}"
        place.become(CUT)
        vet.types(", repos")  # nobody hears it yet
        time.sleep(6)
        assert list(door.service.gateway.seats) == [seat]
        place.become(LINE)
        vet.sees("Boiterie é, repos", 15)
        place.move()
        vet.types(" huit jours")
        vet.sees("Boiterie é, repos huit jours", 15)
        vet.resize(100, 30)
        vet.sees("size 100x30.")
        vet.types("\x1bOS")
        vet.sees("F4")
        vet.types(F8)
        vet.sees("[mosh is exiting.]")
        assert vet.ends() == 0
    until(lambda: not mosh_servers(door))
    assert not door.service.gateway.seats
    with person(door, "vet.lilas", key=door.make_key("vet.lilas"), host=place.near) as vet:  # the very session
        vet.sees("Boiterie é, repos huit jours")
        vet.types(F10)
        assert vet.ends() == 0
    assert ("vet.lilas", place.farther, "password") in door.accounts.logins


def test_a_person_has_one_mosh_line_and_the_newest_has_the_session(door: RunningDoor, place: Namespace) -> None:
    key = door.make_key("vet.n0")
    with traveller(door, place, "vet.n0", key=key) as first:
        first.sees("SITE lilas", 15)
        first.types("the same session")
        first.sees("the same session")
        with traveller(door, place, "vet.n0", key=key, size=(90, 20)) as second:
            second.sees("the same session", 15)
            first.sees("taken over from another terminal")
            first.sees("[mosh is exiting.]", 10)
            until(lambda: len(mosh_servers(door)) == 1)
            with person(door, "vet.n0", key=key, host=place.near) as desk:  # any other door takes over as well
                desk.sees("size 80x24.")
                second.sees("taken over from another terminal")
                second.sees("[mosh is exiting.]", 10)
    until(lambda: not mosh_servers(door))


def test_a_client_that_is_killed_and_one_that_never_comes_leave_nothing_behind(
    door: RunningDoor, place: Namespace
) -> None:
    key = door.make_key("vet.n1")
    asked = ["ssh", *door.ssh_options(key), "-p", str(door.port), "-n", "-tt", f"vet.n1@{place.near}", "--"]
    for _ in range(2):  # the one before, to which nobody came, gives way
        told = subprocess.run(
            place.inside(*asked, "mosh-server 'new' '-c' '256' '-s'"), capture_output=True, text=True, check=True
        ).stdout
        assert re.search(r"^MOSH CONNECT 610\d\d [A-Za-z0-9/+]{22}\s*$", told, re.MULTILINE)
        until(lambda: len(mosh_servers(door)) == 1)
    with traveller(door, place, "vet.n1", key=key) as vet:
        vet.sees("SITE lilas", 15)
        (server,) = door.service._mosh._calls  # type: ignore[union-attr]
        assert server.word == ""  # good once
    for process in mosh_servers(door):
        process.kill()  # as when memory runs out
    until(lambda: not mosh_servers(door))
    until(lambda: not door.service.gateway.seats)
    with traveller(door, place, "vet.n1", key=key) as vet:
        vet.sees("SITE lilas", 15)
        vet.types(F10)
        vet.sees("[mosh is exiting.]")


def test_a_client_away_for_too_long_must_come_in_again(place: Namespace, tmp_path: Path) -> None:
    door = RunningDoor(tmp_path, host=place.near, mosh_ports=PORTS, mosh_away_s=2.0)
    try:
        with traveller(door, place, "vet.n2") as vet:
            vet.sees("SITE lilas", 15)
            place.become(CUT)
            until(lambda: not door.service.gateway.seats, 15)
            until(lambda: not mosh_servers(door))
            assert door.service.gateway.registry.find("vet.n2", "lilas") is not None
    finally:
        place.become(LINE)
        door.close()


def test_the_end_of_the_server_ends_its_mosh_servers(place: Namespace, tmp_path: Path) -> None:
    door = RunningDoor(tmp_path, host=place.near, mosh_ports=PORTS)
    with traveller(door, place, "vet.n3") as vet:
        vet.sees("SITE lilas", 15)
        assert len(mosh_servers(door)) > 0
        door.close()
        vet.sees("[mosh is exiting.]", 10)
    assert not mosh_servers(door)


@pytest.mark.parametrize(
    ("term", "login", "colours", "glyphs"),
    [
        ("xterm-256color", "vet.n4", "256", "full"),
        ("linux", "vet.n5", "8", "console"),
        ("vt220", "vet.n6", "mono", "ascii"),
    ],
)
def test_colours_are_those_of_the_terminal_behind_the_client(
    door: RunningDoor, place: Namespace, term: str, login: str, colours: str, glyphs: str
) -> None:
    with traveller(door, place, login, key=door.make_key(login), term=term) as vet:
        vet.sees(f"colours {colours}", 15)
        (seat,) = [seat for seat in door.service.gateway.seats if seat.account.login == login]
        assert (seat.kind.colours, seat.kind.glyphs) == (colours, glyphs)
        assert (b"38;5;" in vet.received) == (colours == "256")
        assert b"38;2;" not in vet.received
        vet.types(F10)
        vet.sees("[mosh is exiting.]")


# --- who gets none --------------------------------------------------------------------------------------


def asked(door: RunningDoor, host: str, login: str, command: str) -> tuple[int, str]:
    """What the door answers to a command."""
    arguments = ["ssh", *door.ssh_options(door.make_key(login)), "-p", str(door.port), "-n", f"{login}@{host}", command]
    done = subprocess.run(arguments, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize(
    "command",
    [
        "mosh-server new -c 256 -- /bin/sh",
        "mosh-server new -s; id",
        "mosh-server new -i 0.0.0.0",
        "/usr/bin/mosh-server new -s",
        "sh -c 'printf x' ; mosh-server new",
        "mosh-server new -l LD_PRELOAD=/tmp/x",
    ],
)
def test_what_a_stock_client_does_not_ask_is_not_run(door: RunningDoor, place: Namespace, command: str) -> None:
    status, said = asked(door, place.near, "vet.n7", command)
    assert (status, "commands are not run here" in said) == (2, True)
    assert "MOSH CONNECT" not in said


def test_who_is_still_asked_for_a_code_after_a_key_is_told_to_come_otherwise(
    door: RunningDoor, place: Namespace
) -> None:
    door.accounts.change("vet.n9", policy=CodePolicy(CodeRule.REQUIRED, with_key=True))
    status, said = asked(door, place.near, "vet.n9", "mosh-server new -s")
    assert (status, "a code is asked for that mosh cannot ask" in said) == (2, True)
    assert "vet.n9" not in [login for login, _address, _method in door.accounts.logins]


def test_where_mosh_is_not_installed_it_is_said(
    door: RunningDoor, place: Namespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vpterm.terminal.mosh.server._PROGRAM", "mosh-server-that-nobody-has")
    status, said = asked(door, place.near, "vet.n7", "mosh-server new -s -c 8")
    assert status == 2
    assert "vpterm: mosh is not installed on the server. Come in by ssh;" in said


def test_when_every_port_is_taken_it_is_said(place: Namespace, tmp_path: Path) -> None:
    door = RunningDoor(tmp_path, host=place.near, mosh_ports=(61_010, 61_010))
    try:
        assert asked(door, place.near, "vet.n7", "mosh-server new -s")[0] == 0
        status, said = asked(door, place.near, "vet.n8", "mosh-server new -s")
        assert (status, "no mosh line is free now" in said) == (2, True)
    finally:
        door.close()


def test_a_door_that_was_not_told_to_offers_no_mosh(tmp_path: Path) -> None:
    door = RunningDoor(tmp_path)
    try:
        status, said = asked(door, "127.0.0.1", "vet.n7", "mosh-server new -s")
        assert (status, "mosh is not offered here" in said) == (2, True)
        assert not door.settings.mosh_path.exists()
    finally:
        door.close()


def test_a_stranger_at_the_socket_of_line_clients_gets_nowhere(door: RunningDoor) -> None:
    import socket

    for said in (b"no-such-word 80 24\n", b"\n", b"x" * 1000, b"a b c d\n"):
        with socket.socket(socket.AF_UNIX) as line:
            line.settimeout(5)
            line.connect(str(door.settings.mosh_path))
            line.sendall(said)
            assert line.recv(10) == b""
    assert door.settings.mosh_path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("command", "request_read"),
    [
        ("mosh-server 'new' '-c' '256' '-s' '-l' 'LANG=fr_FR.UTF-8' '-l' 'LC_ALL='", MoshRequest(256)),
        ("mosh-server new -p 60001:60010", MoshRequest(0)),
        ("mosh-server new -c", None),
        ("mosh-server new -c -1", None),
        ("mosh-server new -p 1;2", None),
        ("mosh-server 'new", None),
        ("mosh-server new -v", None),
        ("mosh-server", None),
        ("", None),
        ("mosh-server new " + "-s " * 2000, None),
    ],
)
def test_the_request_is_read_strictly(command: str, request_read: MoshRequest | None) -> None:
    assert read_request(command) == request_read


def test_the_fewer_colours_of_term_and_client_count() -> None:
    assert fewer_colours("truecolor", 256) == "truecolor"
    assert fewer_colours("256", 16_777_216) == "256"
    assert fewer_colours("256", 16) == "16"
    assert fewer_colours("256", 8) == "8"
    assert fewer_colours("mono", 256) == "mono"
    assert fewer_colours("256", 0) == "mono"
