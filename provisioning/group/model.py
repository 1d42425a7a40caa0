"""What a group wants, as its file says it. Reading the file is not here, nor how wishes become machines."""

from dataclasses import dataclass
from ipaddress import IPv4Network
from typing import Literal

NetworkKind = Literal["walled", "nat"]
WALLED = "walled"


@dataclass(frozen=True, slots=True)
class HostWish:
    """A computer that bears machines. `storage` is a folder there; `reserve_mib` is memory that it keeps for itself."""

    name: str
    uri: str
    storage: str
    reserve_mib: int


@dataclass(frozen=True, slots=True)
class NetworkWish:
    """`walled`: each machine alone behind its door, made by its own QEMU. `nat`: a network of libvirt's."""

    name: str
    kind: NetworkKind
    subnet: IPv4Network | None = None


@dataclass(frozen=True, slots=True)
class ImageWish:
    """Which build of a template new machines start from: its version, twelve hexadecimal digits."""

    template: str
    version: str


@dataclass(frozen=True, slots=True)
class ClinicWish:
    """One virtual computer. `door` is the port of its host where people come in (None on a nat network)."""

    name: str
    site: str
    template: str
    network: str
    cpus: int
    memory_mib: int
    disk_gib: int
    door: int | None
    start_order: int
    host: str | None = None
    apart: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Group:
    """A whole file. Every name that one part uses of another is there: the reader has seen to it."""

    name: str
    hosts: tuple[HostWish, ...]
    networks: tuple[NetworkWish, ...]
    images: tuple[ImageWish, ...]
    clinics: tuple[ClinicWish, ...]

    def network(self, name: str) -> NetworkWish:
        return next(each for each in self.networks if each.name == name)

    def image(self, template: str) -> ImageWish:
        return next(each for each in self.images if each.template == template)

    def clinic(self, name: str) -> ClinicWish | None:
        return next((each for each in self.clinics if each.name == name), None)
