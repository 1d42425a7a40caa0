"""A new release while people work: who is there goes on, who comes gets the new one, nobody is thrown out."""

import contextlib
import os
import shutil
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

import vpterm
from tests.terminal.door import Person, RunningDoor, person
from tests.terminal.test_doors import F6, F8, F10
from vpterm.terminal.gateway.administration import ask_gateway
from vpterm.terminal.settings import DoorSettings

pytestmark = pytest.mark.doors


class Releases:
    """A door whose app is in a folder that this test writes: each release tells its name."""

    def __init__(self, folder: Path, **options: Any) -> None:
        self.code = folder / "code"
        self.code.mkdir()
        self.write("one")
        root = str(Path(__file__).parents[2])
        settings = {"drain_unseen_s": 0.2, **options}
        state = folder / "state"
        self.door = RunningDoor(state, factory="release_app:make_app", import_paths=(root, str(self.code)), **settings)

    def write(self, name: str, *, beside: str = "") -> None:
        """Install a release: `beside` is code of it that is run when it is loaded."""
        lines = [
            "import asyncio, os, signal, time",
            "from tests.terminal.small_app import SmallApp, close_worker, open_worker",
            beside,
            f"def make_app(request, link, resources):\n    request_line = 'RELEASE {name} '",
            "    resources = {**resources, 'database_url': request_line + resources['database_url']}",
            "    return SmallApp(request, link, resources)",
        ]
        (self.code / "release_app.py").write_text("\n".join(lines) + f"\n# {'.' * len(name) * 7}\n")
        for stale in self.code.glob("__pycache__/*"):
            stale.unlink()

    def ask(self, what: str, **fields: Any) -> Any:
        return ask_gateway(self.door.settings.control_path, f"upgrade.{what}", **fields)

    def reaches(self, *phases: str) -> Any:
        return wait_for(lambda: self.ask("status"), lambda status: status["phase"] in phases)

    def upgrade(self, *, python: str = "", now: bool = False) -> Any:
        """Load what is installed and switch to it; the status afterwards."""
        assert self.ask("load", python=python) is True
        if self.reaches("loaded", "failed")["phase"] == "loaded":
            self.ask("switch", now=now)
        return self.reaches("idle", "failed")

    def drained(self) -> Any:
        """The status once only the newest generation is left."""
        return wait_for(lambda: self.ask("status"), lambda status: len(status["generations"]) == 1)


def wait_for(look: Callable[[], Any], is_so: Callable[[Any], bool], seconds: float = 20) -> Any:
    until = time.monotonic() + seconds
    while not is_so(seen := look()):
        assert time.monotonic() < until, seen
        time.sleep(0.05)
    return seen


def is_told(somebody: Person, told: str) -> None:
    """Wait until a notice was shown, which goes by itself after a while."""
    until = time.monotonic() + 10
    while told.encode() not in somebody.received:
        assert time.monotonic() < until, somebody.text
        somebody.read()


@pytest.fixture
def releases(tmp_path: Path) -> Iterator[Releases]:
    running = Releases(tmp_path)
    yield running
    running.door.close()


def test_people_go_on_newcomers_get_the_new_release_and_who_leaves_comes_back_to_it(releases: Releases) -> None:
    door = releases.door
    with person(door, "vet.lilas", key=door.make_key("vet.lilas")) as vet:
        vet.sees("RELEASE one")
        vet.types("half a note")
        vet.sees("half a note")
        (old,) = door.worker_pids("lilas")
        releases.write("two")
        assert releases.upgrade()["phase"] == "idle"
        with person(door, "vet.n0", key=door.make_key("vet.n0")) as newcomer:
            newcomer.sees("RELEASE two")
            before, after = releases.ask("status")["generations"]
            assert (before["sessions"], before["seen"], before["workers"]) == (1, 1, [old])
            assert (after["sessions"], after["seen"], after["retired_at"]) == (1, 1, "")
            vet.types(" goes on")
            vet.sees("half a note goes on")
            assert "RELEASE one" in vet.text
            vet.types(F8)
            assert vet.ends() == 0
            status = releases.drained()
            assert status["generations"][0]["number"] == after["number"]
            wait_for(lambda: psutil.pid_exists(old), lambda exists: not exists)
            newcomer.types("undisturbed")
            newcomer.sees("undisturbed")
    with person(door, "vet.lilas", key=door.make_key("vet.lilas")) as vet:
        vet.sees("RELEASE two")


def test_who_changes_site_moves_and_finds_the_new_release_at_the_first_one_too(releases: Releases) -> None:
    door = releases.door
    with person(door, "vet.deux", key=door.make_key("vet.deux")) as vet:
        vet.sees("SITE lilas vet.deux RELEASE one")
        releases.write("two")
        releases.upgrade()
        vet.types(F6)
        vet.sees("SITE port vet.deux RELEASE two")
        releases.drained()
        vet.types(F6)
        vet.sees("SITE lilas vet.deux RELEASE two")


def test_a_line_cut_for_a_moment_comes_back_to_the_same_screen(tmp_path: Path) -> None:
    releases = Releases(tmp_path, drain_unseen_s=30.0)
    try:
        key = releases.door.make_key("vet.lilas")
        with person(releases.door, "vet.lilas", key=key) as vet:
            vet.sees("RELEASE one")
            vet.types("half a note")
            vet.sees("half a note")
            releases.write("two")
            releases.upgrade()
            vet.vanishes()
        with person(releases.door, "vet.lilas", key=key) as vet:
            vet.sees("half a note")
            assert "RELEASE one" in vet.text
    finally:
        releases.door.close()


def test_now_moves_everybody_on_the_same_connection_and_no_key_is_lost(releases: Releases) -> None:
    door = releases.door
    with (
        person(door, "vet.lilas", key=door.make_key("vet.lilas")) as vet,
        person(door, "asv.lilas", key=door.make_key("asv.lilas")) as nurse,
    ):
        vet.sees("RELEASE one")
        nurse.sees("RELEASE one")
        releases.write("two")
        releases.upgrade(now=True)
        for somebody, told in ((vet, "The program was renewed; you are where you were."), (nurse, "a été renouvelé")):
            somebody.sees("RELEASE two")
            is_told(somebody, told)
        vet.types("typed on the new one")
        vet.sees("typed on the new one")
        assert len(releases.drained()["generations"]) == 1
        vet.types(F10)
        assert vet.ends() == 0


def test_the_end_of_the_set_time_moves_who_is_still_there(tmp_path: Path) -> None:
    releases = Releases(tmp_path, drain_s=2.0)
    try:
        with person(releases.door, "vet.lilas", key=releases.door.make_key("vet.lilas")) as vet:
            vet.sees("RELEASE one")
            releases.write("two")
            assert releases.upgrade()["generations"][0]["moves_at"] != ""
            vet.sees("RELEASE two", 10)
    finally:
        releases.door.close()


def test_who_types_is_not_moved_in_the_middle_of_a_word(releases: Releases) -> None:
    door = releases.door
    with person(door, "vet.lilas", key=door.make_key("vet.lilas")) as vet:
        vet.sees("RELEASE one")
        releases.write("two")
        releases.ask("load", python="")
        releases.reaches("loaded")
        vet.types("x")
        releases.ask("switch", now=True)
        letters_left = 10
        while letters_left:
            vet.types("x")
            time.sleep(0.3)
            vet.read()
            assert "RELEASE one" in vet.text
            letters_left -= releases.ask("status")["phase"] == "idle"  # since the switch
        vet.sees("RELEASE two")


def test_a_release_whose_screens_do_not_load_leaves_the_old_one_serving_and_says_why(releases: Releases) -> None:
    door = releases.door
    with person(door, "vet.lilas", key=door.make_key("vet.lilas")) as vet:
        vet.sees("RELEASE one")
        releases.write("two", beside="import a_library_that_is_not_there")
        status = releases.upgrade()
        assert status["phase"] == "failed"
        assert status["why"] == "ModuleNotFoundError: No module named 'a_library_that_is_not_there'"
        releases.write("three", beside="async def open_worker(site, url): raise OSError('no such column')")
        status = releases.upgrade()
        assert (status["phase"], status["why"], len(status["generations"])) == ("failed", "OSError", 1)
        vet.types("still here")
        vet.sees("still here")
        assert len(door.worker_pids("lilas")) == 1
        with person(door, "vet.n0", key=door.make_key("vet.n0")) as newcomer:
            newcomer.sees("RELEASE one")


def test_the_new_fork_server_killed_while_it_loads_and_after_it_serves(releases: Releases) -> None:
    door = releases.door
    with person(door, "vet.lilas", key=door.make_key("vet.lilas")) as vet:
        vet.sees("RELEASE one")
        before = fork_servers()
        releases.write("two", beside="time.sleep(2)")
        releases.ask("load", python="")
        (fresh,) = wait_for(lambda: fork_servers() - before, bool)
        os.kill(fresh, signal.SIGKILL)
        assert releases.reaches("failed")["why"] == "the fork server ended"
        wait_for(fork_servers, lambda found: found == before)
        releases.write("two again")
        assert releases.upgrade()["phase"] == "idle"
        (fresh,) = fork_servers() - before
        os.kill(fresh, signal.SIGKILL)
        with person(door, "vet.port", key=door.make_key("vet.port")) as newcomer:
            newcomer.sees("RELEASE two again")
        vet.types("still here")
        vet.sees("still here")


def test_two_upgrades_while_people_stay_and_memory_afterwards_is_what_it_was(releases: Releases) -> None:
    door = releases.door
    with person(door, "vet.lilas", key=door.make_key("vet.lilas")) as vet:
        vet.sees("RELEASE one")
        before = memory_of(door)
        releases.write("two")
        releases.upgrade()
        with person(door, "vet.n0", key=door.make_key("vet.n0")) as second:
            second.sees("RELEASE two")
            releases.write("three")
            releases.upgrade()
            assert [each["sessions"] for each in releases.ask("status")["generations"]] == [1, 1, 0]
            with person(door, "vet.n1", key=door.make_key("vet.n1")) as third:
                third.sees("RELEASE three")
                for somebody, name in ((vet, "one"), (second, "two"), (third, "three")):
                    somebody.types("here")
                    somebody.sees("here")
                    assert f"RELEASE {name}" in somebody.text
                for somebody in (second, third):
                    somebody.types(F10)
                    assert somebody.ends() == 0
        releases.ask("move")
        vet.sees("RELEASE three", 10)
        releases.drained()
        wait_for(lambda: memory_of(door), lambda mib: mib < before + 8)
        wait_for(fork_servers, lambda found: len(found) == 1)
        assert len(door.worker_pids("lilas")) == 1


def test_a_release_that_speaks_otherwise_with_the_gateway_is_refused(tmp_path: Path) -> None:
    releases = Releases(tmp_path)
    try:
        releases.write("two", beside="import vpterm.terminal.wire as wire\nwire.KINDS['session.sing'] = {'song': str}")
        status = releases.upgrade()
        assert status["phase"] == "failed"
        assert "the gateway must be restarted" in status["why"]
    finally:
        releases.door.close()


def fork_servers() -> set[int]:
    """The fork servers below this test process that live."""
    found = set()
    for child in psutil.Process().children():
        with contextlib.suppress(psutil.NoSuchProcess):  # or a zombie, which is one to psutil
            if "vpterm.terminal.session.zygote" in child.cmdline():
                found.add(child.pid)
    return found


def memory_of(door: RunningDoor) -> float:
    """The memory of the fork servers and workers, in MiB, shared pages divided fairly."""
    whole = 0
    for pid in fork_servers():
        with contextlib.suppress(psutil.NoSuchProcess):  # it ended while it was looked at
            server = psutil.Process(pid)
            whole += sum(each.memory_full_info().pss for each in (server, *server.children()))
    return whole / 1024 / 1024


def test_the_set_time_is_the_end_of_the_day() -> None:
    assert DoorSettings(Path("/nowhere")).drain_s == 12 * 3600


# --- a release in a folder of its own -------------------------------------------------------------------


def copy_of_program(folder: Path, *, changes: dict[str, tuple[str, str]]) -> str:
    """A second release of the whole package; gives the interpreter of "its environment", which loads it."""
    package = Path(vpterm.__file__).parent
    shutil.copytree(package, folder / "vpterm", ignore=shutil.ignore_patterns("__pycache__"))
    for name, (before, after) in changes.items():
        path = folder / "vpterm" / name
        text = path.read_text("utf-8")
        assert before in text
        path.write_text(text.replace(before, after), "utf-8")
    python = folder / "python"
    python.write_text(f'#!/bin/sh\nPYTHONPATH="{folder}" exec "{sys.executable}" "$@"\n')
    python.chmod(0o755)
    return str(python)


def test_a_release_in_its_own_folder_is_told_apart_and_the_gateways_own_age_too(
    releases: Releases, tmp_path: Path
) -> None:
    door = releases.door
    small = copy_of_program(
        tmp_path / "small", changes={"terminal/session/session.py": ("NOTICE_S = 8.0", "NOTICE_S = 7.5")}
    )
    large = copy_of_program(
        tmp_path / "large", changes={"terminal/gateway/seat.py": ("_RESTARTS = 3", "_RESTARTS = 4")}
    )
    other = copy_of_program(tmp_path / "other", changes={"terminal/wire.py": ('"session.move": {"session": int},', "")})
    with person(door, "vet.lilas", key=door.make_key("vet.lilas")) as vet:
        vet.sees("RELEASE one")
        seen = [releases.ask("status")]
        assert seen[0]["gateway_is_older"] is False
        for python, is_older in ((small, False), (large, True)):
            releases.write(f"at {Path(python).parent.name}")
            seen.append(releases.upgrade(python=python))
            assert seen[-1]["phase"] == "idle"
            assert seen[-1]["generations"][-1]["python"] == python
            assert seen[-1]["gateway_is_older"] is is_older
        codes = {status["generations"][-1]["release"]["code"] for status in seen}
        assert len(codes) == 3
        status = releases.upgrade(python=other)
        assert (status["phase"], "the gateway must be restarted" in status["why"]) == ("failed", True)
        with person(door, "vet.n0", key=door.make_key("vet.n0")) as newcomer:
            newcomer.sees("RELEASE at large")
            (pid,) = releases.ask("status")["generations"][-1]["workers"]
            fork_server = psutil.Process(pid).parent()
            assert fork_server is not None
            assert fork_server.environ()["PYTHONPATH"] == str(tmp_path / "large")
        vet.types("undisturbed")
        vet.sees("undisturbed")
