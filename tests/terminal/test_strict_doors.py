"""Stories that need a door of their own: bans, caps, two viewers, busy loops, the end of the server."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.processes import is_alive
from tests.terminal.door import RunningDoor, person
from tests.terminal.test_doors import F7, F9, gives_the_terminal_back
from vpterm.terminal.gateway.nursery import WorkerUnavailable

pytestmark = pytest.mark.doors
OpenDoor = Callable[..., RunningDoor]


@pytest.fixture
def open_door(tmp_path: Path) -> Iterator[OpenDoor]:
    """Opens doors with other settings; closes those that the test has not."""
    opened: list[RunningDoor] = []

    def open_it(**options: Any) -> RunningDoor:
        opened.append(RunningDoor(tmp_path, **options))
        return opened[-1]

    yield open_it
    for running in opened:
        running.close()


def is_shut(door: RunningDoor) -> bool:
    """Whether a new connection is closed without a word."""
    with socket.create_connection(("127.0.0.1", door.port), 5) as connection:
        connection.settimeout(5)
        try:
            return not connection.recv(100).startswith(b"SSH-2.0")
        except ConnectionResetError:
            return True


def test_guessing_is_stopped(open_door: OpenDoor) -> None:
    door = open_door(guesses_per_account=3, guesses_per_address=5, ban_s=2.0)
    for _ in range(3):
        with person(door, "vet.lilas", password="wrong") as guesser:
            assert guesser.ends() == 255
    with person(door, "vet.lilas") as guesser:  # right now, but the account is banned
        assert guesser.ends() == 255
    with person(door, "vet.unknown", password="wrong") as guesser:
        assert guesser.ends() == 255
    assert is_shut(door)
    time.sleep(2.1)
    with person(door, "vet.lilas") as vet:
        vet.sees("SITE lilas")


def test_an_address_holds_only_so_many_connections(open_door: OpenDoor) -> None:
    door = open_door(connections_per_address=3, login_grace_s=1.0)
    idle = [socket.create_connection(("127.0.0.1", door.port), 5) for _ in range(3)]
    for connection in idle:
        assert connection.recv(100).startswith(b"SSH-2.0")
    assert is_shut(door)
    time.sleep(1.5)  # nobody has logged in within the grace time
    assert not is_shut(door)
    for connection in idle:
        connection.close()


def test_a_joined_terminal_of_another_size_watches(open_door: OpenDoor) -> None:
    door = open_door(take_over=False)
    key = door.make_key("vet.lilas")
    with person(door, "vet.lilas", key=key) as first:
        first.sees("size 80x24.")
        with person(door, "vet.lilas", key=key, size=(100, 30)) as second:
            second.sees("size 100x30.")
            second.types("seen by both")
            second.sees("seen by both")
            first.sees("seen by both")
            first.sees("size 100x30.")
            first.types("q")  # who watches can go
            assert first.ends() == 0
            second.types("!")
            second.sees("seen by both!")
            with person(door, "vet.lilas", key=key) as third:
                third.sees("seen by both!")
                second.sees("size 80x24.")
                third.vanishes()
            second.sees("size 100x30.")  # the keyboard falls back to who is left
            second.types("?")
            second.sees("seen by both!?")


def test_a_busy_loop_ends_only_the_guilty(open_door: OpenDoor) -> None:
    door = open_door(busy_limit_s=0.5)
    with (
        person(door, "vet.n0", key=door.make_key("vet.n0")) as guilty,
        person(door, "vet.n1", key=door.make_key("vet.n1")) as neighbour,
    ):
        neighbour.sees("SITE lilas")
        guilty.sees("SITE lilas")
        workers = door.worker_pids("lilas")
        guilty.types(F7)
        time.sleep(0.1)
        neighbour.types("patient")
        neighbour.sees("patient")
        guilty.sees("The screen failed")
        assert door.worker_pids("lilas") == workers


def test_a_worker_that_hangs_is_replaced(open_door: OpenDoor) -> None:
    door = open_door(heartbeat_s=0.2, heartbeat_limit_s=1.0)
    with person(door, "vet.n0", key=door.make_key("vet.n0")) as vet:
        vet.sees("SITE lilas")
        (pid,) = door.worker_pids("lilas")
        os.kill(pid, signal.SIGSTOP)
        vet.sees("The program was restarted")
        vet.types("again")
        vet.sees("again")
        assert door.worker_pids("lilas") != [pid]


def test_a_client_that_answers_no_more_is_noticed_and_its_session_waits(open_door: OpenDoor) -> None:
    door = open_door(keepalive_s=0.1, keepalive_missed=2)  # of a client that the kernel cannot see: 8 times as much
    key = door.make_key("vet.n0")
    with person(door, "vet.n0", key=key) as vet:
        vet.sees("SITE lilas")  # from here on the echo is the app's, not the terminal's
        vet.types("half a note")
        vet.sees("half a note")
        vet.freezes()
        until = time.monotonic() + 5
        while door.service.gateway.seats:
            assert time.monotonic() < until
            time.sleep(0.05)
    with person(door, "vet.n0", key=key) as vet:
        vet.sees("half a note")


def test_a_client_that_does_not_read_fills_nothing_and_gets_the_screen_of_now(open_door: OpenDoor) -> None:
    door = open_door()
    key = door.make_key("vet.n0")
    with person(door, "vet.n0", key=key, size=(300, 100)) as vet:
        vet.sees("SITE lilas")
        vet.types(F9)  # paints the whole screen anew some fifty times a second
        vet.sees("frame")
        vet.freezes()
        time.sleep(1.0)
        (seat,) = door.service.gateway.seats
        until = time.monotonic() + 20
        while not seat.is_held:
            assert time.monotonic() < until
            time.sleep(0.1)
        before = psutil.Process().memory_info().rss
        time.sleep(1.0)
        assert psutil.Process().memory_info().rss - before < 4_000_000
        vet.thaws()
        vet.types(F9)
        vet.sees("frames stopped", 15)


def test_a_fork_server_that_dies_is_started_again(open_door: OpenDoor) -> None:
    door = open_door()
    with person(door, "vet.n0", key=door.make_key("vet.n0")) as vet:
        vet.sees("SITE lilas")
        (worker,) = door.worker_pids("lilas")
        parent = psutil.Process(worker).ppid()
        assert psutil.Process(parent).ppid() == os.getpid()
        os.kill(parent, signal.SIGKILL)
        with person(door, "vet.port", key=door.make_key("vet.port")) as other:
            other.sees("SITE port")
        vet.types("still here")
        vet.sees("still here")


def test_workers_do_not_inherit_what_the_gateway_knows(open_door: OpenDoor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VPTERM_DATABASE_URL", "postgresql://gateway:hush@127.0.0.1/group")
    monkeypatch.setenv("PGPASSWORD", "hush")
    door = open_door()
    with person(door, "vet.n0", key=door.make_key("vet.n0")) as vet:
        vet.sees("SITE lilas")
        (pid,) = door.worker_pids("lilas")
        process = psutil.Process(pid)
        assert "PATH" in process.environ()
        assert not [value for value in (*process.environ().values(), *process.cmdline()) if "hush" in value]


def test_a_worker_told_to_end_sends_its_people_on(open_door: OpenDoor) -> None:
    door = open_door()
    with person(door, "vet.n0", key=door.make_key("vet.n0")) as vet:
        vet.sees("SITE lilas")
        (pid,) = door.worker_pids("lilas")
        os.kill(pid, signal.SIGTERM)
        vet.sees("The program was restarted")
        assert door.worker_pids("lilas") != [pid]


def test_workers_hold_so_many_sessions_and_then_there_is_another(open_door: OpenDoor) -> None:
    door = open_door(sessions_per_worker=2)
    people = [person(door, f"vet.n{number}", key=door.make_key(f"vet.n{number}")) for number in range(3)]
    with people[0] as one, people[1] as two, people[2] as three:
        for somebody in (one, two, three):
            somebody.sees("SITE lilas")
        assert len(door.worker_pids("lilas")) == 2


def living_children() -> list[psutil.Process]:
    """What runs below this test process; other tests of it may have servers of their own."""
    found = psutil.Process().children(recursive=True)
    return [child for child in found if child.is_running() and child.status() != psutil.STATUS_ZOMBIE]


def test_the_end_of_the_server_gives_terminals_back_and_leaves_no_process(tmp_path: Path) -> None:
    before = living_children()
    door = RunningDoor(tmp_path)
    with person(door, "vet.lilas", key=door.make_key("vet.lilas")) as vet:
        vet.sees("SITE lilas")
        children = [child for child in living_children() if child not in before]
        workers = door.worker_pids("lilas")
        assert len(workers) == 1
        door.close()
        assert vet.ends() == 0
        assert gives_the_terminal_back(vet.received)
        assert b"The server is being stopped" in vet.received
    assert not any(psutil.pid_exists(pid) for pid in workers)
    left = [child for child in children if child.is_running() and child.status() != psutil.STATUS_ZOMBIE]
    assert [child.name() for child in left if child.pid != vet.process.pid] == []


def test_workers_end_themselves_when_the_gateway_is_killed(tmp_path: Path) -> None:
    script = (
        "import sys, pathlib, time; sys.path.insert(0, sys.argv[1])\n"
        "from tests.terminal.door import RunningDoor, Person\n"
        "door = RunningDoor(pathlib.Path(sys.argv[2]))\n"
        "vet = Person(door, 'vet.lilas', key=door.make_key('vet.lilas')); vet.sees('SITE lilas')\n"
        "print(*door.worker_pids('lilas'), flush=True); time.sleep(60)\n"
    )
    command = [sys.executable, "-c", script, str(Path(__file__).parents[2]), str(tmp_path)]
    gateway = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert gateway.stdout is not None
    workers = [int(pid) for pid in gateway.stdout.readline().split()]
    assert len(workers) == 1
    gateway.kill()
    gateway.wait()
    gateway.stdout.close()
    until = time.monotonic() + 5
    while any(is_alive(pid) for pid in workers):
        assert time.monotonic() < until
        time.sleep(0.05)


def test_two_first_starts_agree_on_one_host_key(tmp_path: Path) -> None:
    from vpterm.terminal.ssh.hostkey import load_host_key

    path = tmp_path / "state" / "key"
    first = load_host_key(path)
    assert load_host_key(path).public_data == first.public_data
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert [each.name for each in path.parent.iterdir()] == ["key"]


def test_screens_that_do_not_load_are_told_at_the_start_with_the_reason(tmp_path: Path) -> None:
    before = living_children()
    with pytest.raises(WorkerUnavailable) as raised:
        RunningDoor(tmp_path, factory="tests.terminal.no_such_module:make_app")
    assert "No module named 'tests.terminal.no_such_module'" in raised.value.advice
    assert [child.name() for child in living_children() if child not in before] == []


def test_a_port_that_is_taken_is_told_and_nothing_is_left_running(open_door: OpenDoor, tmp_path: Path) -> None:
    before = living_children()
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(OSError, match="address"):
        RunningDoor(tmp_path, port=taken.getsockname()[1])
    assert [child.name() for child in living_children() if child not in before] == []
