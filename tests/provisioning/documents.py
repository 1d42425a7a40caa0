"""The documents that golden files keep: each kind of machine, network, pool and volume that is made."""

from dataclasses import replace
from ipaddress import IPv4Network

from provisioning.plan.world import Shape
from provisioning.xml.element import Element
from provisioning.xml.machine import Ground, domain_of
from provisioning.xml.network import nat_network
from provisioning.xml.storage import Volume, pool_of

SHAPE = Shape("lilas", "clinic", "clinic-bbbbbbbbbbbb", "walled", 2, 1024, 10, 2201, 10)
GROUND = Ground(
    disk="/pool/durand.lilas.disk", seed="/pool/durand.lilas.seed", kernel="/pool/clinic-bbbbbbbbbbbb.kernel",
    initrd="/pool/clinic-bbbbbbbbbbbb.initrd", kvm=True,
)  # fmt: skip
DOCUMENTS: dict[str, tuple[str, Element]] = {
    "walled-kvm": ("domain", domain_of("durand", "durand.lilas", SHAPE, GROUND)),
    "walled-emulated": ("domain", domain_of("durand", "durand.lilas", SHAPE, replace(GROUND, kvm=False))),
    "on-a-network": ("domain", domain_of("durand", "durand.lilas", replace(SHAPE, door=None, network="lan"), GROUND)),
    "nat": ("network", nat_network("durand", "durand.lan", IPv4Network("10.20.0.0/24"))),
    "pool": ("storagepool", pool_of("vpterm.durand", "/pool")),
    "layer": ("storagevol", Volume(
        name="durand.lilas.disk", capacity=10 << 30, path="/pool/durand.lilas.disk", format="qcow2", mode="0600",
        base="/pool/clinic-bbbbbbbbbbbb.image", base_format="qcow2",
    )),
}  # fmt: skip
