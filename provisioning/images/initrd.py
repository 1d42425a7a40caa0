"""The first file system of a machine: a shell, and the modules that its disk and its seed need.

Debian's own looks for every disk that there could be, this one knows: under plain emulation, seconds at each boot.
"""

from pathlib import Path

from provisioning.images.cpio import DEVICE, FOLDER, Entry, archive

# qemu_fw_cfg: by it systemd reads the machine's seed; the rest: disk, network, guest agent, random numbers.
WANTED = ("virtio_pci", "virtio_blk", "virtio_net", "virtio_console", "virtio_rng", "qemu_fw_cfg")
_INIT = """#!/bin/busybox sh
/bin/busybox mount -t devtmpfs none /dev
/bin/busybox mount -t proc none /proc
/bin/busybox mount -t sysfs none /sys
for module in {modules}; do /bin/busybox insmod /modules/$module; done
tries=0
until [ -b /dev/vda ] || [ $tries -ge 500 ]; do /bin/busybox usleep 20000; tries=$((tries + 1)); done
/bin/busybox mount -t ext4 -o rw,noatime /dev/vda /root || exec /bin/busybox sh
/bin/busybox mount --move /dev /root/dev
/bin/busybox umount /proc /sys
exec /bin/busybox switch_root /root /sbin/init
"""


def in_loading_order(modules_dep: str, wanted: tuple[str, ...]) -> list[str]:
    """Paths of the wanted modules and of what they need, each after what it needs (modules.dep: depmod(8))."""
    needs = {}
    for line in modules_dep.splitlines():
        path, _colon, others = line.partition(":")
        needs[path] = others.split()
    by_name = {Path(path).name.split(".")[0].replace("-", "_"): path for path in needs}
    ordered: list[str] = []

    def load(path: str) -> None:
        for other in needs[path]:
            load(other)
        if path not in ordered:
            ordered.append(path)

    for name in wanted:
        if name in by_name:  # else it is built into the kernel
            load(by_name[name])
    return ordered


def make_initrd(root: Path, release: str) -> bytes:
    """The archive for the kernel `release` of an unpacked Debian, which has busybox-static."""
    folder = root / "usr/lib/modules" / release
    modules = in_loading_order((folder / "modules.dep").read_text("utf-8"), WANTED)
    names = [Path(module).name for module in modules]
    entries = [Entry(each, FOLDER) for each in ("bin", "dev", "proc", "sys", "root", "modules")]
    entries.append(Entry("dev/console", DEVICE, device=(5, 1)))
    entries.append(Entry("bin/busybox", content=(root / "usr/bin/busybox").read_bytes()))
    entries += [
        Entry(f"modules/{name}", content=(folder / path).read_bytes())
        for name, path in zip(names, modules, strict=True)
    ]
    entries.append(Entry("init", content=_INIT.format(modules=" ".join(names)).encode()))
    return archive(entries)
