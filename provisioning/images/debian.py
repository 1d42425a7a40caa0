"""A Debian made by mmdebstrap and packed as an image, without loop devices and without anything mounted.

mmdebstrap writes an archive; this module, called anew as root or in a user namespace of mmdebstrap's, unpacks it, lays
the rest over it and packs the image, since only there the files are root's.
"""

import json
import os
import shutil
import subprocess
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

from provisioning.errors import ProvisioningError
from provisioning.images.initrd import make_initrd

SUITE = "bookworm"
_ARCHIVE = "system.tar"
_MASKED = Path("etc/systemd/system")
_NOT_TAKEN = (
    "/usr/share/doc/*",
    "/usr/share/man/*",
    "/usr/share/locale/*",
    "/usr/share/info/*",
    "/usr/share/lintian/*",
)


@dataclass(frozen=True, slots=True)
class Recipe:
    """What goes over a plain Debian: layers and program are folders, `out` is where the parts of the image go."""

    packages: tuple[str, ...]
    enable: tuple[str, ...]
    mask: tuple[str, ...]
    layers: tuple[str, ...]
    program: str | None
    disk_gib: int
    out: str


def bootstrap(recipe: Recipe) -> str:
    """Make the parts of an image in `out`; answers the list of packages with their versions."""
    out = Path(recipe.out)
    (out / "recipe.json").write_text(json.dumps(asdict(recipe)), "utf-8")
    make = [
        "mmdebstrap", "--variant=minbase", "--quiet", '--aptopt=Acquire::Languages "none"',
        *(f"--dpkgopt=path-exclude={pattern}" for pattern in _NOT_TAKEN),
        f"--include={','.join(recipe.packages)}", SUITE, str(out / _ARCHIVE),
    ]  # fmt: skip
    _run(make)
    helper = [] if os.geteuid() == 0 else ["mmdebstrap", "--unshare-helper"]
    _run([*helper, sys.executable, "-m", "provisioning.images.debian", str(out / "recipe.json")])
    (out / "recipe.json").unlink()
    return (out / "packages").read_text("utf-8")


def unpack_and_finish(recipe: Recipe) -> None:
    """Called where files may be root's. Devices are left out: the kernel makes them."""
    out = Path(recipe.out)
    root = out / "root"
    root.mkdir()
    subprocess.run(["tar", "-C", root, "--numeric-owner", "--exclude=./dev/*", "-xf", out / _ARCHIVE], check=True)
    (out / _ARCHIVE).unlink()
    finish(recipe, root)
    shutil.rmtree(root)


def finish(recipe: Recipe, root: Path) -> None:
    """Lay the files, settle the units, take every identity away, pack."""
    out = Path(recipe.out)
    for layer in recipe.layers:
        shutil.copytree(layer, root, dirs_exist_ok=True, symlinks=True)
    if recipe.program:
        shutil.copytree(recipe.program, root / "opt/vpterm")
        _within(root, "python3", "-m", "compileall", "-q", "/opt/vpterm")
    for unit in recipe.mask:
        (root / _MASKED / unit).unlink(missing_ok=True)
        (root / _MASKED / unit).symlink_to("/dev/null")
    if recipe.enable:
        _within(root, "systemctl", "enable", "--quiet", *recipe.enable)
    _make_nameless(root)
    (out / "packages").write_text(_within(root, "dpkg-query", "-W", "-f", "${Package} ${Version}\\n"), "utf-8")
    release = next((root / "usr/lib/modules").iterdir()).name
    (out / "initrd").write_bytes(make_initrd(root, release))
    shutil.copyfile(root / f"boot/vmlinuz-{release}", out / "kernel")
    shutil.rmtree(root / "boot")
    (root / "boot").mkdir()
    _pack(root, out, recipe.disk_gib)


def _make_nameless(root: Path) -> None:
    """No two machines of one image may be taken for each other: nothing of who it is stays in it."""
    for key in (root / "etc/ssh").glob("ssh_host_*"):
        key.unlink()
    for path in ("etc/machine-id", "etc/hostname", "etc/resolv.conf", "etc/apt/sources.list"):
        (root / path).write_text("", "utf-8")
    for path in ("var/lib/systemd/random-seed", "var/lib/dbus/machine-id"):
        (root / path).unlink(missing_ok=True)


def _pack(root: Path, out: Path, gib: int) -> None:
    raw = out / "raw"
    with raw.open("wb") as file:
        file.truncate(gib << 30)
    subprocess.run(["mkfs.ext4", "-q", "-F", "-d", root, raw], check=True)
    subprocess.run(["qemu-img", "convert", "-O", "qcow2", "-c", raw, out / "image"], check=True)
    raw.unlink()


def _within(root: Path, *command: str) -> str:
    return subprocess.run(["chroot", root, *command], check=True, capture_output=True, text=True).stdout


def _run(command: list[str]) -> None:
    done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        raise ProvisioningError(f"{command[0]} said no: {done.stderr.strip()[-800:]}")


if __name__ == "__main__":
    unpack_and_finish(Recipe(**json.loads(Path(sys.argv[1]).read_text("utf-8"))))
