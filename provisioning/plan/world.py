"""What is there: the hosts as a survey found them, in frozen rows. How to find it out is host/'s business."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Shape:
    """All that makes one machine differ from another. `image` is a whole name: "clinic-0123456789ab"."""

    site: str
    template: str
    image: str
    network: str
    cpus: int
    memory_mib: int
    disk_gib: int
    door: int | None
    start_order: int


@dataclass(frozen=True, slots=True)
class MachineThere:
    """A domain. `recorded` is what our metadata says we made, `actual` what it is now; None when it is not ours."""

    name: str
    owner: str | None
    running: bool
    memory_mib: int
    recorded: Shape | None = None
    actual: Shape | None = None


@dataclass(frozen=True, slots=True)
class DiskThere:
    """A machine's disk: the image on which it stands, and its size."""

    image: str | None
    gib: int


@dataclass(frozen=True, slots=True)
class PoolThere:
    """Our pool. An image without its mark of wholeness was interrupted while it came: `half_images`."""

    owner: str | None
    active: bool = True
    images: frozenset[str] = frozenset()
    half_images: frozenset[str] = frozenset()
    disks: Mapping[str, DiskThere] = field(default_factory=lambda: MappingProxyType({}))
    seeds: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class HostThere:
    """One host. `networks` maps names to owners (None: not ours); disks and seeds are named after their machine."""

    name: str
    memory_mib: int
    pool: PoolThere | None = None
    networks: Mapping[str, str | None] = field(default_factory=lambda: MappingProxyType({}))
    machines: tuple[MachineThere, ...] = ()

    def machine(self, name: str) -> MachineThere | None:
        return next((each for each in self.machines if each.name == name), None)

    def has_begun(self, name: str) -> bool:
        """Whether a disk or a seed of this machine lies here."""
        return self.pool is not None and (name in self.pool.disks or name in self.pool.seeds)


@dataclass(frozen=True, slots=True)
class World:
    """All hosts of a group's file."""

    hosts: tuple[HostThere, ...]

    def host(self, name: str) -> HostThere:
        return next(each for each in self.hosts if each.name == name)
