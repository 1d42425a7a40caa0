"""Our marks on what we make, in libvirt's metadata. Anything without one is somebody else's."""

from dataclasses import dataclass
from typing import ClassVar, Self
from uuid import UUID, uuid5

from provisioning.plan.world import Shape
from provisioning.xml.element import Element, number, text

_OURS = UUID("6b1f4a52-3f0c-5d7e-9a55-0f4b8c1d2e3a")


def our_uuid(name: str) -> UUID:
    """The same for every definition of a thing of ours: libvirt takes a new one for the old, never a stranger's."""
    return uuid5(_OURS, name)


@dataclass(frozen=True, kw_only=True)
class MachineMark(Element):
    """Whose a machine is, and as what it was made: what it is now is compared with this."""

    TAG: ClassVar[str] = "vpterm:machine"
    group: str | None = text("@group")
    site: str | None = text("@site")
    template: str | None = text("@template")
    image: str | None = text("@image")
    network: str | None = text("@network")
    cpus: int | None = number("@cpus")
    memory_mib: int | None = number("@memory-mib")
    disk_gib: int | None = number("@disk-gib")
    door: int | None = number("@door")
    start_order: int | None = number("@start-order")

    @classmethod
    def of(cls, group: str, shape: Shape) -> Self:
        """The mark of a machine made in this shape."""
        return cls(
            group=group, site=shape.site, template=shape.template, image=shape.image, network=shape.network,
            cpus=shape.cpus, memory_mib=shape.memory_mib, disk_gib=shape.disk_gib, door=shape.door,
            start_order=shape.start_order,
        )  # fmt: skip

    def shape(self) -> Shape | None:
        """The shape that was recorded; None when a part of the mark is gone."""
        texts = (self.site, self.template, self.image, self.network)
        numbers = (self.cpus, self.memory_mib, self.disk_gib, self.start_order)
        if None in texts or None in numbers:
            return None
        return Shape(
            site=str(self.site), template=str(self.template), image=str(self.image), network=str(self.network),
            cpus=self.cpus or 0, memory_mib=self.memory_mib or 0, disk_gib=self.disk_gib or 0, door=self.door,
            start_order=self.start_order or 0,
        )  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class NetworkMark(Element):
    """Whose a network is."""

    TAG: ClassVar[str] = "vpterm:network"
    group: str | None = text("@group")
