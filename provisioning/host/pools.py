"""The group's storage pool on a host: its folder, and files written into it, whether the host is near or far."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import libvirt

from provisioning.errors import StepFailed
from provisioning.host.connection import Host, found
from provisioning.plan.names import pool_name
from provisioning.xml.marks import our_uuid
from provisioning.xml.storage import Volume, pool_of

DISK, SEED, WHOLE = ".disk", ".seed", ".whole"
GIB = 1 << 30
_MESSAGE = 1 << 16  # libvirt's streams take pieces of some 256 KiB


@dataclass(frozen=True, slots=True)
class StoragePool:
    """libvirt's pool of a group, active."""

    host: Host
    handle: Any

    def volume(self, name: str) -> Any:
        """libvirt's volume, or None."""
        return found(lambda: self.handle.storageVolLookupByName(name))

    def path(self, name: str) -> str:
        """Where a volume lies on the host. Raises StepFailed when it is not there."""
        volume = self.volume(name)
        if volume is None:
            raise StepFailed(f"{name} is not on {self.host.name}", "Make the plan anew: apply again.")
        return str(volume.path())

    def make_layer(self, name: str, base: str, gib: int) -> None:
        """An empty layer over an image; one that is there is left as it is."""
        if self.volume(name) is None:
            path = self.path(base)
            layer = Volume(name=name, capacity=gib * GIB, format="qcow2", mode="0600", base=path, base_format="qcow2")
            self.handle.createXML(layer.to_xml())

    def write(self, name: str, size: int, content: Iterable[bytes], mode: str = "0600") -> None:
        """A file, in place of one of that name. Interrupted, it is there and not whole."""
        self.remove(name)
        volume = self.handle.createXML(Volume(name=name, capacity=size, format="raw", mode=mode).to_xml())
        if not size:
            return
        stream = self.host.connection.newStream()
        volume.upload(stream, 0, size)
        for chunk in content:
            for start in range(0, len(chunk), _MESSAGE):
                piece = chunk[start : start + _MESSAGE]
                while piece:
                    piece = piece[stream.send(piece) :]
        stream.finish()

    def remove(self, name: str) -> None:
        """Take a file away; one that is not there is well away."""
        volume = self.volume(name)
        if volume is not None:
            volume.delete()


def make_pool(host: Host, group: str, folder: str) -> None:
    """The group's pool, defined and on, as often as it is asked for. libvirt makes the folder."""
    name = pool_name(group)
    handle = found(lambda: host.connection.storagePoolLookupByName(name))
    if handle is None:
        handle = host.connection.storagePoolDefineXML(pool_of(name, f"{folder}/{group}").to_xml())
    if not handle.isActive():
        handle.build()
        handle.create()
    handle.setAutostart(1)


def find_pool(host: Host, group: str) -> StoragePool | None:
    """The group's pool, turned on where it was off; None when there is none, or it cannot be turned on."""
    name = pool_name(group)
    handle = found(lambda: host.connection.storagePoolLookupByName(name))
    if handle is None or handle.UUIDString() != str(our_uuid(f"pool {name}")):
        return None
    try:
        if not handle.isActive():
            handle.create()
    except libvirt.libvirtError:
        return None  # defined, and its folder never made: make_pool finishes that
    return StoragePool(host, handle)
