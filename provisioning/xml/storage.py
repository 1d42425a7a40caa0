"""libvirt's storage: <pool> and <volume> (https://libvirt.org/formatstorage.html)."""

from dataclasses import dataclass
from typing import ClassVar

from provisioning.xml.element import Element, number, text


@dataclass(frozen=True, kw_only=True)
class Pool(Element):
    """A folder. libvirt keeps no metadata of pools, so ours holds a volume that says whose it is."""

    TAG: ClassVar[str] = "pool"
    kind: str | None = text("@type")
    name: str | None = text("name")
    folder: str | None = text("target/path")
    mode: str | None = text("target/permissions/mode")


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
