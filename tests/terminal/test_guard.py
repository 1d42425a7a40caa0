"""What ends the guilty, and nobody else: memory, loops in Python, loops in C; and what a worker may do at all."""

import ctypes
import os
import resource
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from multiprocessing import get_context
from pathlib import Path

import psutil
import pytest

from tests.terminal.door import Person, RunningDoor, person
from tests.terminal.test_doors import F7
from tests.terminal.test_strict_doors import OpenDoor, open_door  # noqa: F401 - a fixture
from vpterm.terminal.gateway.cgroups import find_own_cgroup, try_at
from vpterm.terminal.session.confinement import MIB, confine

_PR_GET_DUMPABLE = 3  # prctl(2)
F1, F2, F3 = "\x1bOP", "\x1bOQ", "\x1bOR"


@contextmanager
def people_of(door: RunningDoor, count: int) -> Iterator[list[Person]]:
    """So many vets of one site, each with something half typed on the screen."""
    with ExitStack() as stack:
        here = []
        for number in range(count):
            vet = stack.enter_context(person(door, f"vet.n{number}", key=door.make_key(f"vet.n{number}")))
            vet.sees("SITE lilas")
            vet.types(f"note {number}")
            vet.sees(f"note {number}")
            here.append(vet)
        yield here


def lost(door: RunningDoor) -> dict[str, float]:
    """Workers lost so far, by reason."""
    page = door.service.gateway.metrics.page().decode()
    lines = [line for line in page.splitlines() if line.startswith("vpterm_workers_lost_total{")]
    return {line.split('reason="')[1].split('"')[0]: float(line.rsplit(" ", 1)[1]) for line in lines}


def is_told_of_restart(somebody: Person, seconds: float = 25.0) -> None:
    """Wait until a terminal has been told. The sentence stands for some seconds only; people are looked at in turn."""
    until = time.monotonic() + seconds
    while b"The program was restarted" not in somebody.received:
        assert time.monotonic() < until, somebody.text
        somebody.read(0.05)


@pytest.mark.doors
def test_of_ten_in_a_worker_one_loops_in_python_and_only_that_one_ends(open_door: OpenDoor) -> None:  # noqa: F811
    door = open_door(busy_limit_s=0.5)
    with people_of(door, 10) as (guilty, *neighbours):
        workers = door.worker_pids("lilas")
        assert len(workers) == 1
        guilty.types(F7)
        for number, neighbour in enumerate(neighbours, 1):
            neighbour.types(" goes on")
            neighbour.sees(f"note {number} goes on")
        guilty.sees("The screen failed")
        assert "note 0" not in guilty.text
        assert door.worker_pids("lilas") == workers
        assert lost(door) == {}


@pytest.mark.doors
def test_of_ten_in_a_worker_one_loops_in_c_and_all_are_back_while_other_workers_feel_nothing(
    open_door: OpenDoor,  # noqa: F811
) -> None:
    door = open_door(busy_limit_s=0.5, heartbeat_s=0.2, heartbeat_limit_s=4.0)
    with (
        person(door, "vet.port", key=door.make_key("vet.port")) as elsewhere,
        people_of(door, 10) as (guilty, *neighbours),
    ):
        elsewhere.sees("SITE port")
        (worker,), (other,) = door.worker_pids("lilas"), door.worker_pids("port")
        guilty.types(F1)
        elsewhere.types("undisturbed")
        elsewhere.sees("undisturbed", 4.0)
        for somebody in (guilty, *neighbours):
            is_told_of_restart(somebody)
            somebody.types("again")
            somebody.sees("again")
        assert worker not in door.worker_pids("lilas")
        assert door.worker_pids("port") == [other]
        assert lost(door) == {"silent": 1}


@pytest.mark.doors
def test_a_worker_that_eats_memory_is_ended_and_its_people_are_back(open_door: OpenDoor) -> None:  # noqa: F811
    door = open_door(worker_memory_mib=200, heartbeat_s=0.2)
    with (
        person(door, "vet.port", key=door.make_key("vet.port")) as elsewhere,
        people_of(door, 2) as (guilty, neighbour),
    ):
        elsewhere.sees("SITE port")
        (worker,), (other,) = door.worker_pids("lilas"), door.worker_pids("port")
        guilty.types(F2)
        for somebody in (guilty, neighbour):
            is_told_of_restart(somebody)
            somebody.types("again")
            somebody.sees("again")
        elsewhere.types("undisturbed")
        elsewhere.sees("undisturbed", 4.0)
        assert worker not in door.worker_pids("lilas")
        assert door.worker_pids("port") == [other]
        assert lost(door) == {"greedy": 1}


@pytest.mark.doors
def test_who_takes_all_memory_at_once_ends_alone(open_door: OpenDoor) -> None:  # noqa: F811
    door = open_door(worker_memory_mib=200)
    with people_of(door, 2) as (guilty, neighbour):
        workers = door.worker_pids("lilas")
        guilty.types(F3)
        guilty.sees("The screen failed", 15)
        neighbour.types(" goes on")
        neighbour.sees("note 1 goes on")
        assert door.worker_pids("lilas") == workers


@pytest.mark.doors
def test_a_worker_may_do_little_and_the_gateway_is_as_it_was(open_door: OpenDoor) -> None:  # noqa: F811
    before = [resource.getrlimit(what) for what in (resource.RLIMIT_DATA, resource.RLIMIT_NOFILE, resource.RLIMIT_CORE)]
    door = open_door(worker_memory_mib=300, worker_nice=3)
    with person(door, "vet.n0", key=door.make_key("vet.n0")) as vet:
        vet.sees("SITE lilas")
        (pid,) = door.worker_pids("lilas")
        worker = psutil.Process(pid)
        assert worker.rlimit(psutil.RLIMIT_DATA) == (600 * MIB, 600 * MIB)
        assert worker.rlimit(psutil.RLIMIT_NOFILE) == (1024, 1024)
        assert worker.rlimit(psutil.RLIMIT_CORE) == (0, 0)
        assert worker.nice() == psutil.Process().nice() + 3
        status = Path(f"/proc/{pid}/status").read_text()
        assert "NoNewPrivs:\t1" in status
        assert worker.name() == "vpterm:lilas"
    after = [resource.getrlimit(what) for what in (resource.RLIMIT_DATA, resource.RLIMIT_NOFILE, resource.RLIMIT_CORE)]
    assert after == before


def _allocate(line: socket.socket) -> None:
    confine(300, 0)
    line.sendall(b"readable by %d others, " % ctypes.CDLL(None).prctl(_PR_GET_DUMPABLE, 0, 0, 0, 0))
    try:
        kept = [bytes(16 * MIB) for _ in range(100)]
        line.sendall(b"took %d" % len(kept))
    except MemoryError:
        line.sendall(b"refused")
    os._exit(0)


def test_what_is_too_much_is_refused_by_the_kernel_and_nobody_reads_the_rest() -> None:
    ours, theirs = socket.socketpair()
    child = get_context("fork").Process(target=_allocate, args=(theirs,))
    child.start()
    ours.settimeout(20)
    child.join(20)
    assert ours.recv(100) == b"readable by 0 others, refused"


# --- cgroups: a folder stands for the tree of the kernel ------------------------------------------------


def make_tree(here: Path, controllers: str = "cpuset cpu io memory pids") -> Path:
    here.mkdir(parents=True)
    (here / "cgroup.controllers").write_text(controllers)
    (here / "cgroup.procs").write_text("")
    return here


def test_own_cgroup_is_found_where_the_unified_tree_is_mounted(tmp_path: Path) -> None:
    mounts, membership = tmp_path / "mountinfo", tmp_path / "cgroup"
    mounts.write_text(
        "30 23 0:26 / /sys/fs/cgroup rw,nosuid - cgroup2 cgroup2 rw\n24 1 0:5 / /proc rw - proc proc rw\n"
    )
    membership.write_text("0::/system.slice/vpterm.service\n")
    assert find_own_cgroup(mounts, membership) == Path("/sys/fs/cgroup/system.slice/vpterm.service")
    membership.write_text("4:memory:/x\n")
    assert find_own_cgroup(mounts, membership) is None
    assert find_own_cgroup(tmp_path / "nowhere", membership) is None


def test_a_delegated_tree_gives_each_worker_its_own_cgroup(tmp_path: Path) -> None:
    service = make_tree(tmp_path / "vpterm.service")
    cgroups = try_at(service)
    assert cgroups is not None
    assert (service / "gateway" / "cgroup.procs").read_text() == str(os.getpid())  # we live in a leaf
    assert (service / "cgroup.subtree_control").read_text() == "+cpu +memory"
    cgroups.confine(7, 4242, 300)
    (group,) = service.glob("worker-*")
    written = {name: (group / name).read_text() for name in ("memory.max", "memory.oom.group", "cgroup.procs")}
    assert written == {"memory.max": str(300 * MIB), "memory.oom.group": "1", "cgroup.procs": "4242"}
    assert int((group / "cpu.weight").read_text()) < 100


def test_a_leaf_made_by_systemd_is_used_as_it_is(tmp_path: Path) -> None:
    service = make_tree(tmp_path / "vpterm.service")
    leaf = make_tree(service / "gateway")
    assert try_at(leaf) is not None
    assert (leaf / "cgroup.procs").read_text() == ""  # nobody was moved
    assert (service / "cgroup.subtree_control").read_text() == "+cpu +memory"


def test_where_it_is_not_allowed_all_stays_as_it_was(tmp_path: Path) -> None:
    without = make_tree(tmp_path / "without", "cpuset io")
    assert try_at(without) is None
    assert sorted(each.name for each in without.iterdir()) == ["cgroup.controllers", "cgroup.procs"]
    refused = make_tree(tmp_path / "refused")
    (refused / "cgroup.subtree_control").mkdir()  # writing it fails, as with processes of others in the group
    assert try_at(refused) is None
    assert (refused / "cgroup.procs").read_text() == str(os.getpid())  # we are back
    assert try_at(tmp_path / "nowhere") is None
