"""libvirt's storage: <pool> and <volume> (https://libvirt.org/formatstorage.html)."""

from dataclasses import dataclass
from typing import ClassVar

from provisioning.xml.element import Element, number, text
from provisioning.xml.marks import our_uuid


@dataclass(frozen=True, kw_only=True)
class Pool(Element):
    """A folder. libvirt keeps no metadata of pools: ours are known by their identity, made of their name."""

    TAG: ClassVar[str] = "pool"
    kind: str | None = text("@type")
    name: str | None = text("name")
    uuid: str | None = text("uuid")
    folder: str | None = text("target/path")
    mode: str | None = text("target/permissions/mode")


def pool_of(name: str, folder: str) -> Pool:
    """Our pool. QEMU, which is not root, must pass through its folder and need not list it."""
    return Pool(kind="dir", name=name, uuid=str(our_uuid(f"pool {name}")), folder=folder, mode="0711")


@dataclass(frozen=True, kw_only=True)
class Volume(Element):
    """A file in a pool. `capacity` is in bytes; `base` the image under a layer."""

    TAG: ClassVar[str] = "volume"
    name: str | None = text("name")
    capacity: int | None = number("capacity")
    path: str | None = text("target/path")
    format: str | None = text("target/format/@type")
    mode: str | None = text("target/permissions/mode")
    base: str | None = text("backingStore/path")
    base_format: str | None = text("backingStore/format/@type")
