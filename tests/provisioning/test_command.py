"""The command as people type it: what it prints, on which stream, and how it ends."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from provisioning.images.store import ImageStore
from tests.provisioning.images import VERSION, group_file, halting_image
from tests.provisioning.libvirtd import libvirtd, missing

pytest.importorskip("libvirt", reason="libvirt-python: scripts/setup provisioning")
needs_libvirtd = pytest.mark.skipif(bool(missing()), reason=missing() or "-")
pytestmark = pytest.mark.xdist_group("libvirtd")
COMMAND = Path(sys.executable).parent / "vpterm-provision"
LILAS = "door = 29811"
# libvirt's own host without machines; of this size, so that no plan depends on where the tests run
NODE = "<node><memory>4194304</memory></node>"


class Desk:
    """A folder with a group.toml, and the command typed in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.environment = {**os.environ, "VPTERM_PROVISION_HOME": str(folder / "home"), "NO_COLOR": "1"}
        (folder / "node.xml").write_text(NODE, "utf-8")
        self.paper_host = f"test://{folder}/node.xml"
        halting_image(ImageStore(folder / "home/images"))

    def start(self, *words: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [COMMAND, *words], cwd=self.folder, env=self.environment, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip

    def type(self, *words: str, answer: str = "") -> tuple[int, str, str]:
        running = self.start(*words)
        out, err = running.communicate(answer, timeout=100)
        return running.returncode, out, err


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


@pytest.fixture
def real(desk: Desk) -> Iterator[Desk]:
    with libvirtd(desk.folder / "libvirtd") as uri:
        group_file(desk.folder / "group.toml", uri, lilas=LILAS)
        yield desk


def test_a_plan_is_data_on_stdout_and_a_check_of_it_an_exit_code(desk: Desk) -> None:
    group_file(desk.folder / "group.toml", desk.paper_host, lilas=LILAS)
    code, out, err = desk.type("plan", "group.toml")
    assert (code, err) == (0, "")
    assert [line.split()[:3] for line in out.splitlines()] == [
        ["alpha", "make-pool", "vpterm.durand"],
        ["alpha", "put-image", f"clinic-{VERSION}"],
        ["alpha", "make-disk", "durand.lilas"],
        ["alpha", "write-seed", "durand.lilas"],
        ["alpha", "define-machine", "durand.lilas"],
        ["alpha", "start-machine", "durand.lilas"],
    ]
    assert desk.type("plan", "--check")[0] == 10
    assert [each["step"] for each in json.loads(desk.type("plan", "--json")[1])["steps"]][:1] == ["make-pool"]


def test_a_wrong_file_a_missing_one_and_a_dead_host_end_differently(desk: Desk) -> None:
    group_file(desk.folder / "group.toml", desk.paper_host, lilas="door = 22")
    code, out, err = desk.type("plan")
    assert (code, out) == (3, "")
    assert err.startswith("vpterm-provision: group.toml:12: clinics.lilas.door: a port from 1024 to 29999 is meant")
    assert desk.type("plan", "nowhere.toml")[0] == 8
    group_file(desk.folder / "group.toml", "qemu:///system?socket=/nowhere", lilas=LILAS)
    assert desk.type("plan")[0] == 5


def test_too_little_memory_is_a_refusal(desk: Desk) -> None:
    group_file(desk.folder / "group.toml", desk.paper_host, lilas=LILAS, memory="900 GiB")
    code, out, _err = desk.type("plan")
    assert code == 4
    assert out.startswith("refused: lilas: needs 921600 MiB; free are (MiB): alpha 4096")
    assert desk.type("apply")[0] == 4


def test_a_clinic_that_is_not_there_yet_is_absent(desk: Desk) -> None:
    group_file(desk.folder / "group.toml", desk.paper_host, lilas=LILAS)
    code, out, _err = desk.type("status", "--json")
    assert code == 0
    assert json.loads(out) == [
        {
            "clinic": "lilas", "site": "lilas", "host": None, "state": "absent", "memory_mib": 0, "resident_mib": 0,
            "door": 29811, "image": None,
        }
    ]  # fmt: skip


@needs_libvirtd
def test_from_nothing_to_a_running_machine_and_back(real: Desk) -> None:
    code, out, err = real.type("apply", "group.toml")
    assert (code, out) == (0, "")
    assert err.splitlines()[0] == "[1/6] alpha: making the storage pool vpterm.durand"
    assert real.type("plan") == (0, "The hosts are as the file says.\n", "")
    assert real.type("apply") == (0, "", "There was nothing to do.\n")
    (row,) = json.loads(real.type("status", "--json")[1])
    assert (row["host"], row["state"], row["memory_mib"], row["image"]) == (
        "alpha",
        "running",
        128,
        f"clinic-{VERSION}",
    )
    assert row["resident_mib"] > 0
    assert real.type("destroy", "lilas", answer="port\n")[0] == 4
    assert real.type("destroy", "lilas", answer="lilas\n")[0] == 0
    assert real.type("destroy", "lilas", "--yes", "lilas")[0] == 8
    assert json.loads(real.type("status", "--json")[1])[0]["state"] == "absent"


@needs_libvirtd
def test_killed_for_good_in_the_middle_the_next_apply_goes_on(real: Desk) -> None:
    for attempt in range(8):
        running = real.start("apply")
        time.sleep(0.5 + 0.4 * attempt)
        running.send_signal(signal.SIGKILL)
        running.communicate()
        if real.type("plan", "--check")[0] == 0:
            break
    assert real.type("apply")[0] == 0
    assert real.type("plan")[1] == "The hosts are as the file says.\n"
    kept = {path.name.rpartition(".")[2] for path in (real.folder / "storage/durand").iterdir()}
    assert kept == {"image", "kernel", "initrd", "whole", "disk", "seed"}


@needs_libvirtd
def test_two_at_once(real: Desk) -> None:
    from provisioning.host.applying import alone

    with alone(real.folder / "home/groups/durand"):
        code, _out, err = real.type("apply")
    assert code == 7
    assert "another command is changing this group" in err
