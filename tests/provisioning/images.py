"""An image of which nothing runs: a disk without content and a kernel that halts. A machine of it starts in no time."""

import subprocess
from pathlib import Path

from provisioning.images.store import Image, ImageStore

VERSION = "0123456789ab"


def halting_kernel() -> bytes:
    """The header that QEMU looks for (Linux' boot protocol 2.3), and at its entry: cli, hlt, for ever."""
    kernel = bytearray(8192)
    kernel[0x1F1] = 1  # one sector of set-up follows the first
    kernel[0x1FE:0x200] = b"\x55\xaa"
    kernel[0x200:0x202] = b"\xeb\x66"  # jump over the header
    kernel[0x202:0x208] = b"HdrS\x03\x02"
    kernel[0x211] = 1  # loaded high
    kernel[0x22C:0x230] = b"\xff\xff\xff\x37"  # where the initrd may end
    kernel[0x268:0x26C] = b"\xfa\xf4\xeb\xfd"
    return bytes(kernel)


def halting_image(store: ImageStore, version: str = VERSION) -> Image:
    """Put it into a store as clinic-VERSION."""
    folder = store.folder / "new"
    folder.mkdir(parents=True)
    subprocess.run(["qemu-img", "create", "-q", "-f", "qcow2", folder / "image", "64M"], check=True)
    (folder / "kernel").write_bytes(halting_kernel())
    (folder / "initrd").write_bytes(version.encode() * 1000)
    return store.add(f"clinic-{version}", folder, {"kernel": "halts"}, "2026-11-25T00:00:00+00:00")


def group_file(path: Path, uri: str, memory: str = "128 MiB", disk: str = "1 GiB", **clinics: str) -> Path:
    """A group.toml on one host, each clinic with what is given as the rest of its table."""
    text = f'name = "durand"\n[hosts.alpha]\nuri = "{uri}"\nstorage = "{path.parent}/storage"\nreserve = "0 MiB"\n'
    text += f'[images.clinic]\nversion = "{VERSION}"\n'
    for name, table in clinics.items():
        text += f'[clinics.{name}]\ntemplate = "clinic"\nmemory = "{memory}"\ndisk = "{disk}"\n{table}\n'
    path.write_text(text, "utf-8")
    return path
