"""Looking at a host: everything on it that a plan must know, ours and what could clash with ours."""

from typing import Any

import libvirt

from provisioning.host.connection import Host, found, speaking_to
from provisioning.host.pools import DISK, GIB, SEED, WHOLE, StoragePool, find_pool
from provisioning.images.store import PARTS
from provisioning.plan.names import pool_name
from provisioning.plan.world import DiskThere, HostThere, MachineThere, PoolThere
from provisioning.xml.domain import Domain
from provisioning.xml.machine import shape_of
from provisioning.xml.marks import our_uuid
from provisioning.xml.network import Network
from provisioning.xml.storage import Volume


def survey(host: Host, group: str) -> HostThere:
    """What is on a host, seen with the eyes of a group. Changes nothing but a pool of ours that was off."""
    with speaking_to(host, "looking around"):
        pool = _pool(host, group)
        machines = [_machine(each, group, pool) for each in host.connection.listAllDomains()]
        networks = [Network.from_xml(each.XMLDesc()) for each in host.connection.listAllNetworks()]
        return HostThere(
            host.name,
            host.memory_mib,
            pool,
            {str(each.name): each.mark.group if each.mark else None for each in networks},
            tuple(sorted(machines, key=lambda each: each.name)),
        )


def _pool(host: Host, group: str) -> PoolThere | None:
    name = pool_name(group)
    handle = found(lambda: host.connection.storagePoolLookupByName(name))
    if handle is None:
        return None
    if handle.UUIDString() != str(our_uuid(f"pool {name}")):
        return PoolThere(None)
    pool = find_pool(host, group)
    return PoolThere(group, active=False) if pool is None else _contents(pool, group)


def _contents(pool: StoragePool, group: str) -> PoolThere:
    pool.handle.refresh()  # it may have been written in by hand; never during an apply, which libvirt would refuse
    volumes = {each.name(): each for each in pool.handle.listAllVolumes()}
    images = {name.rpartition(".")[0] for name in volumes if name.rpartition(".")[2] in PARTS}
    whole = {name.removesuffix(WHOLE) for name in volumes if name.endswith(WHOLE)}
    disks = {name.removesuffix(DISK): _disk(each) for name, each in volumes.items() if name.endswith(DISK)}
    seeds = {name.removesuffix(SEED) for name in volumes if name.endswith(SEED)}
    return PoolThere(
        group, True, frozenset(images & whole), frozenset((images | whole) - (images & whole)), disks, frozenset(seeds)
    )


def _disk(handle: Any) -> DiskThere:
    volume = Volume.from_xml(handle.XMLDesc())
    base = (volume.base or "").rpartition("/")[2].removesuffix(".image")
    return DiskThere(base or None, (volume.capacity or 0) // GIB)


def _machine(handle: Any, group: str, pool: PoolThere | None) -> MachineThere:
    name, running = handle.name(), bool(handle.isActive())
    flags = libvirt.VIR_DOMAIN_XML_INACTIVE if handle.isPersistent() else 0
    domain = Domain.from_xml(handle.XMLDesc(flags))
    if domain.mark is None:
        return MachineThere(name, None, running, domain.memory_mib)
    disk = pool.disks.get(name) if pool else None
    actual = shape_of(domain, disk.gib if disk else 0)
    return MachineThere(name, domain.mark.group, running, domain.memory_mib, domain.mark.shape(), actual)
