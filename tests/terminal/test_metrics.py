"""What the server counts and times, read as Prometheus reads it; and whether it is healthy."""

import contextlib
import http.client
import json
import os
import re
import signal
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.terminal.door import PASSWORD, RunningDoor, person
from vpterm.terminal.gateway.locks import Locks
from vpterm.terminal.gateway.metrics import Metrics, Pace
from vpterm.terminal.gateway.metrics_door import MetricsDoor
from vpterm.terminal.gateway.registry import Registry

F5 = "\x1b[15~"


@dataclass
class Books:
    """A gateway's books with nobody in them."""

    registry: Registry = field(default_factory=lambda: Registry(24))
    seats: dict[Any, None] = field(default_factory=dict)
    locks: Locks = field(default_factory=lambda: Locks(lambda: 0.0))

    def worker_pids(self) -> dict[str, list[int]]:
        return {}

    def recorded_sites(self) -> list[str]:
        return []


@dataclass
class Timed:
    """A clock that a test moves, and the pace of one seat on it."""

    now: float = 100.0

    def __post_init__(self) -> None:
        self.metrics = Metrics(Books(), lambda: self.now)
        self.pace = Pace(self.metrics, None)

    def after(self, seconds: float) -> Pace:
        self.now += seconds
        return self.pace

    def keys(self) -> tuple[float, float, float]:
        """How many keys were timed, their seconds in all, and how many painted nothing."""
        read = values(self.metrics.page().decode())
        return (
            read["vpterm_key_to_paint_seconds_count"],
            round(read["vpterm_key_to_paint_seconds_sum"], 6),
            read["vpterm_keys_without_paint_total"],
        )


def values(page: str) -> dict[str, float]:
    lines = (line.rsplit(" ", 1) for line in page.splitlines() if not line.startswith("#"))
    return {name: float(value) for name, value in lines}


def get(port: int, path: str, method: str = "GET") -> tuple[int, str]:
    asking = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    with contextlib.closing(asking):
        asking.request(method, path)
        answer = asking.getresponse()
        return answer.status, answer.read().decode()


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningDoor]:
    running = RunningDoor(tmp_path_factory.mktemp("measured"), metrics_port=0, guesses_per_address=100)
    yield running
    running.close()


# --- the clock of a key ---------------------------------------------------------------------------------


def test_a_key_is_timed_until_the_next_paint() -> None:
    timed = Timed()
    timed.after(0).typed(1)
    timed.after(0.004).taken(1)
    timed.after(0.006).painted()
    timed.after(5).painted()  # a clock's tick answers no key
    assert timed.keys() == (1, 0.01, 0)


def test_keys_typed_while_one_is_pending_do_not_hide_a_stall() -> None:
    timed = Timed()
    for _ in range(10):
        timed.after(0.5).typed(1)
    timed.after(0.5).painted()
    assert timed.keys() == (1, 5.0, 0)


def test_a_key_that_paints_nothing_is_no_slow_key() -> None:
    timed = Timed()
    timed.after(0).typed(3)
    timed.after(0.01).taken(3)
    timed.after(60).painted()
    timed.after(1).typed(1)
    timed.after(0.02).painted()
    assert timed.keys() == (1, 0.02, 1)


def test_a_key_that_the_app_does_not_take_is_slow_however_long_it_waits() -> None:
    timed = Timed()
    timed.after(0).typed(3)
    timed.after(0).taken(2)
    timed.after(12).painted()
    assert timed.keys() == (1, 12.0, 0)


def test_after_a_lost_worker_keys_are_timed_as_before() -> None:
    timed = Timed()
    timed.after(0).typed(3)  # and the worker dies: nobody takes them
    timed.after(2).moved()
    timed.after(1).painted()
    timed.after(1).typed(1)
    timed.after(0).taken(1)
    timed.after(30).painted()
    assert timed.keys() == (1, 3.0, 1)


def test_what_a_worker_says_becomes_no_label_unless_it_is_known() -> None:
    metrics = Metrics(Books())
    metrics.session_ended("lilas", 'Mirza"} 1\nvpterm_forged 1')
    metrics.session_ended("lilas", "busy")
    read = values(metrics.page().decode())
    assert read['vpterm_sessions_ended_total{reason="other",site="lilas"}'] == 1
    assert read['vpterm_sessions_ended_total{reason="busy",site="lilas"}'] == 1
    assert "Mirza" not in metrics.page().decode()


# --- a door in use --------------------------------------------------------------------------------------


@pytest.mark.doors
def test_what_happens_at_the_door_is_counted_and_nobody_is_named(measured: RunningDoor) -> None:
    port = measured.service.metrics_port
    key = measured.make_key("vet.n1")
    with person(measured, "vet.lilas", password="wrong") as stranger:
        stranger.ends()
    with person(measured, "vet.n1", key=key) as vet, person(measured, "vet.port") as other:
        vet.sees("SITE lilas")
        other.sees("SITE port")
        other.vanishes()
        for letter in "Mirza":
            vet.types(letter)
            vet.sees("Mirza"[: "Mirza".index(letter) + 1])
        until = time.monotonic() + 5
        while values(get(port, "/metrics")[1])["vpterm_seats"] > 1 and time.monotonic() < until:
            time.sleep(0.05)
        status, page = get(port, "/metrics")
        vet.types(F5)
        vet.sees("drafts are kept")
    read = values(page)
    assert status == 200
    assert read['vpterm_logins_accepted_total{method="publickey"}'] == 1
    assert read['vpterm_logins_accepted_total{method="password"}'] == 1
    assert read['vpterm_logins_refused_total{reason="wrong_password"}'] == 1
    assert read['vpterm_sessions_open{site="lilas"}'] == read['vpterm_sessions_open{site="port"}'] == 1
    assert read['vpterm_sessions_looked_at{site="lilas"}'] == 1
    assert 'vpterm_sessions_looked_at{site="port"}' not in read
    assert read['vpterm_workers{site="lilas"}'] == read['vpterm_workers{site="port"}'] == 1
    assert read["vpterm_worker_start_seconds_count"] == 2
    assert read["vpterm_login_to_paint_seconds_count"] == 2
    assert 0.01 < read["vpterm_login_to_paint_seconds_sum"] < 20
    assert 5 <= read["vpterm_key_to_paint_seconds_count"] <= 7
    assert 0 < read["vpterm_key_to_paint_seconds_sum"] < 3
    after = get(port, "/metrics")[1]
    assert values(after)['vpterm_sessions_ended_total{reason="crashed",site="lilas"}'] == 1
    assert values(after)['vpterm_sessions_restarted_total{site="lilas"}'] == 1
    for personal in ("vet.", "127.0.0.1", "Mirza", PASSWORD + '"'):
        assert personal not in after
    labels = set(re.findall(r'(\w+)="', after))
    assert labels == {"site", "method", "reason", "le"}


@pytest.mark.doors
def test_a_killed_worker_is_counted(measured: RunningDoor) -> None:
    port = measured.service.metrics_port
    with person(measured, "vet.n2", key=measured.make_key("vet.n2")) as vet:
        vet.sees("SITE lilas")
        for pid in measured.worker_pids("lilas"):
            os.kill(pid, signal.SIGKILL)
        vet.sees("drafts are kept")
        assert values(get(port, "/metrics")[1])['vpterm_workers_lost_total{reason="died",site="lilas"}'] == 1


def test_metrics_are_off_unless_asked_for_and_on_loopback_only(tmp_path: Path, measured: RunningDoor) -> None:
    quiet = RunningDoor(tmp_path)
    try:
        assert quiet.service.metrics_port == 0
    finally:
        quiet.close()
    listening = _listening_addresses(measured.service.metrics_port)
    assert listening == {"0100007F"}  # 127.0.0.1 as /proc/net/tcp writes it
    others = _listening_addresses(measured.service.metrics_port, "/proc/net/tcp6")
    assert others == set()


def _listening_addresses(port: int, table: str = "/proc/net/tcp") -> set[str]:
    rows = [line.split() for line in Path(table).read_text().splitlines()[1:]]
    return {row[1].split(":")[0] for row in rows if row[1].endswith(f":{port:04X}") and row[3] == "0A"}


@pytest.mark.parametrize(
    ("path", "method"),
    [("/", "GET"), ("/metrics/", "GET"), ("/metrics", "POST"), ("/health", "DELETE"), ("/../x", "GET")],
)
def test_anything_else_is_not_found(measured: RunningDoor, path: str, method: str) -> None:
    assert get(measured.service.metrics_port, path, method)[0] == 404


def test_nonsense_gets_no_answer_and_does_no_harm(measured: RunningDoor) -> None:
    port = measured.service.metrics_port
    for nonsense in (b"\x00" * 20_000 + b"\r\n\r\n", b"GET /metrics", b"\r\n\r\n"):
        with socket.create_connection(("127.0.0.1", port), 5) as line:
            line.sendall(nonsense)
            line.shutdown(socket.SHUT_WR)
            assert b"vpterm_" not in line.recv(65536)
    assert get(port, "/health")[0] == 200


# --- health ---------------------------------------------------------------------------------------------


def test_health_is_good_while_workers_can_be_started_and_the_accounts_answer(tmp_path: Path) -> None:
    door = RunningDoor(tmp_path, metrics_port=0)
    try:
        port = door.service.metrics_port
        assert get(port, "/health") == (200, '{"healthy": true, "failing": []}\n')
        door.accounts.is_away = True
        status, body = get(port, "/health")
        assert (status, json.loads(body)) == (503, {"healthy": False, "failing": ["accounts"]})
        door.accounts.is_away = False
        os.kill(_zygote_of(os.getpid(), door), signal.SIGKILL)
        until = time.monotonic() + 5
        while get(port, "/health")[0] == 200 and time.monotonic() < until:
            time.sleep(0.05)
        status, body = get(port, "/health")
        assert (status, json.loads(body)["failing"]) == (503, ["fork_server"])
    finally:
        door.close()


def _zygote_of(parent: int, door: RunningDoor) -> int:
    """The fork server of this door: the newest one of this process."""
    found = []
    for task in Path(f"/proc/{parent}/task").iterdir():
        for pid in (task / "children").read_text().split():
            if b"vpterm.terminal.session.zygote" in Path(f"/proc/{pid}/cmdline").read_bytes():
                found.append(int(pid))
    return max(found)


async def test_a_check_that_never_answers_says_no() -> None:
    import asyncio

    async def yes() -> bool:
        return True

    async def never() -> bool:
        await asyncio.sleep(3600)
        return True

    async def dies() -> bool:
        raise ConnectionError("away")

    door = MetricsDoor(Metrics(Books()), {"yes": yes, "never": never, "dies": dies}, patience_s=0.1)
    assert await door.failing() == ["never", "dies"]
