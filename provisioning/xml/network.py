"""libvirt's <network> (https://libvirt.org/formatnetwork.html)."""

from dataclasses import dataclass
from ipaddress import IPv4Network
from typing import ClassVar

from provisioning.xml.element import Element, one, text
from provisioning.xml.marks import NetworkMark


@dataclass(frozen=True, kw_only=True)
class Network(Element):
    TAG: ClassVar[str] = "network"
    name: str | None = text("name")
    mark: NetworkMark | None = one("metadata/vpterm:network", NetworkMark)
    forward: str | None = text("forward/@mode")
    address: str | None = text("ip/@address")
    netmask: str | None = text("ip/@netmask")
    first: str | None = text("ip/dhcp/range/@start")
    last: str | None = text("ip/dhcp/range/@end")


def nat_network(group: str, name: str, subnet: IPv4Network) -> Network:
    """A network of a group behind its host: the host has the first address, machines get the others by DHCP."""
    return Network(
        name=name,
        mark=NetworkMark(group=group),
        forward="nat",
        address=str(subnet[1]),
        netmask=str(subnet.netmask),
        first=str(subnet[2]),
        last=str(subnet[-2]),
    )
