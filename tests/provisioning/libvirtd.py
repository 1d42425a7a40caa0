"""A libvirtd of the tests' own, its folders private to it (a mount namespace): no other one is ever asked."""

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

_FOLDERS = ("run/libvirt", "var/lib/libvirt", "var/log/libvirt", "var/cache/libvirt", "etc/libvirt")
_DAEMON = 'auth_unix_ro="none"\nauth_unix_rw="none"\nunix_sock_rw_perms="0700"\nhost_uuid="{uuid}"\n'
# A guest of the tests has no guards: what they need (systemd, cgroups) is not on every machine that runs tests.
_QEMU = (
    'stdio_handler="file"\ncgroup_controllers=[]\nnamespaces=[]\nsecurity_driver="none"\nuser="root"\ngroup="root"\n'
    "remember_owner=0\n"
)


def missing() -> str:
    """Why no libvirtd can be started here; "" where one can."""
    if os.geteuid() != 0:
        return "a libvirtd of the tests' own needs root"
    for program in ("libvirtd", "qemu-system-x86_64", "qemu-img"):
        if not shutil.which(program):
            return f"{program} is not here: scripts/setup provisioning"
    return ""


@contextmanager
def libvirtd(folder: Path) -> Iterator[str]:
    """Start one whose everything is below `folder`; yields its URI. Machines of it are ended with it."""
    for each in _FOLDERS:
        (folder / each).mkdir(parents=True)
    (folder / "libvirtd.conf").write_text(_DAEMON.format(uuid=uuid4()), "utf-8")
    (folder / "etc/libvirt/qemu.conf").write_text(_QEMU, "utf-8")
    binds = "".join(f"mkdir -p /{each}; mount --bind {folder}/{each} /{each}; " for each in _FOLDERS)
    command = f"{binds} exec libvirtd --config {folder}/libvirtd.conf --pid-file {folder}/run/libvirtd.pid"
    with (folder / "libvirtd.log").open("wb") as log:
        daemon = subprocess.Popen(["unshare", "--mount", "sh", "-c", command], stdout=log, stderr=log)
    try:
        socket = folder / "run/libvirt/libvirt-sock"
        for _ in range(200):
            if socket.exists():
                break
            if daemon.poll() is not None:
                raise RuntimeError((folder / "libvirtd.log").read_text("utf-8"))
            time.sleep(0.05)
        yield f"qemu:///system?socket={socket}"
    finally:
        for pid_file in (folder / "run/libvirt/qemu").glob("*.pid"):
            subprocess.run(["kill", pid_file.read_text("utf-8").strip()], check=False)
        daemon.terminate()
        daemon.wait(20)
