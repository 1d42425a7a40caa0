"""The real thing, with or without KVM: an image is built, a clinic starts of it, an administrator comes in.

`make test-vm` runs it. VPTERM_TEST_IMAGES may name a folder where images are kept from one run to the next.
"""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from provisioning.keyring import Keyring
from provisioning.xml.marks import our_uuid
from tests.provisioning.libvirtd import libvirtd, missing

lacking = missing() or ("" if shutil.which("mmdebstrap") else "mmdebstrap is not here: scripts/setup provisioning")
pytestmark = [
    pytest.mark.virtual,
    pytest.mark.skipif(bool(lacking), reason=lacking or "-"),
    pytest.mark.xdist_group("libvirtd"),
]
DOOR = 29821
COMMAND = Path(sys.executable).parent / "vpterm-provision"


class Group:
    """A group's file, and the command typed beside it."""

    def __init__(self, folder: Path, home: Path) -> None:
        self.folder = folder
        self.environment = {**os.environ, "VPTERM_PROVISION_HOME": str(home)}
        self.keyring = Keyring(home / "groups/durand/keys")

    def type(self, *words: str, wait: int = 600) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [COMMAND, *words], cwd=self.folder, env=self.environment, text=True, capture_output=True, timeout=wait,
            check=False, stdin=subprocess.DEVNULL,
        )  # fmt: skip

    def inside(self, command: str) -> str:
        """What a command says in the machine; root's, by the pinned key."""
        done = self.type("ssh", "lilas", "--", command, wait=100)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def state(self) -> str:
        return str(json.loads(self.type("status", "--json").stdout)[0]["state"])

    def write(self, uri: str, version: str) -> None:
        self.folder.joinpath("group.toml").write_text(
            f'name = "durand"\n[hosts.alpha]\nuri = "{uri}"\nstorage = "{self.folder}/storage"\n'
            f'[images.clinic]\nversion = "{version}"\n[clinics.lilas]\ntemplate = "clinic"\n'
            f'memory = "384 MiB"\ndisk = "6 GiB"\ndoor = {DOOR}\n',
            "utf-8",
        )


def until(what: Callable[[], bool], seconds: float) -> float:
    """Wait for something; answers how long it took."""
    began = time.monotonic()
    while not what():
        assert time.monotonic() - began < seconds, "it never came"
        time.sleep(0.25)
    return time.monotonic() - began


@pytest.fixture(scope="module")
def group(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Group]:
    folder = tmp_path_factory.mktemp("virtual")
    home = Path(os.environ.get("VPTERM_TEST_IMAGES") or folder / "home")
    found = Group(folder, home)
    began = time.monotonic()
    built = found.type("image", "build", "clinic", wait=1200)
    assert built.returncode == 0, built.stderr
    sys.stderr.write(f"\nimage built in {time.monotonic() - began:.0f} s\n")
    with libvirtd(folder / "libvirtd") as uri:
        found.write(uri, built.stdout.strip())
        yield found


def test_a_clinic_from_the_file_to_an_administrators_login_and_back(group: Group) -> None:
    began = time.monotonic()
    applied = group.type("apply")
    assert applied.returncode == 0, applied.stderr
    until(lambda: group.type("ssh", "lilas", "--", "true").returncode == 0, 400)
    sys.stderr.write(f"\nfrom apply to the first login {time.monotonic() - began:.1f} s\n")

    # Who it is: all from outside, nothing from the image
    assert group.inside("hostname") == "lilas"
    assert group.inside("cat /etc/machine-id") == our_uuid("durand.lilas").hex
    assert group.inside("cat /etc/vpterm-machine") == "SITE=lilas\nTEMPLATE=clinic"
    assert group.inside("cat /etc/ssh/ssh_host_*.pub") == group.keyring.host_key("durand.lilas").public
    assert group.inside("ls /etc/ssh/ssh_host_*_key") == "/etc/ssh/ssh_host_ed25519_key"

    # It is well, and has the program
    until(lambda: group.inside("systemctl is-system-running || true") == "running", 300)
    assert group.inside("systemctl --failed --no-legend") == ""
    assert "vpterm" in group.inside("vpterm --help")
    assert group.inside("df -h / | tail -1").split()[1] == "5.9G"

    # Nothing leaves it: neither its host's ports, nor an address of the world
    for address in ("10.0.2.2 22", "10.0.2.2 5432", "192.0.2.1 80"):
        assert group.inside(f"busybox nc -w 3 {address} </dev/null && echo reached || echo walled") == "walled"

    # A second apply changes nothing; it ends when asked, and starts again as the same
    assert group.type("apply").stderr == "There was nothing to do.\n"
    assert group.type("stop", "lilas").returncode == 0
    until(lambda: group.state() == "off", 180)
    assert group.type("apply").stderr == "[1/1] alpha: starting durand.lilas\n"
    until(lambda: group.type("ssh", "lilas", "--", "true").returncode == 0, 400)
    assert group.inside("cat /etc/machine-id") == our_uuid("durand.lilas").hex

    assert group.type("destroy", "lilas", "--yes", "lilas").returncode == 0
    assert group.state() == "absent"
