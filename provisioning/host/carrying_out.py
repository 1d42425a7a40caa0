"""The steps of a plan, done on a host. Each can be done twice, and may be killed anywhere."""

from dataclasses import dataclass
from functools import singledispatch
from ipaddress import IPv4Network

import libvirt

from provisioning.errors import StepFailed
from provisioning.host.connection import Host, domain, found, speaking_to
from provisioning.host.pools import DISK, GIB, SEED, WHOLE, StoragePool, find_pool, make_pool
from provisioning.images.store import PARTS, ImageStore, chunks, must_be_whole
from provisioning.keyring import Keyring
from provisioning.plan import steps
from provisioning.seed.identity import seed_of
from provisioning.xml.machine import Ground, domain_of
from provisioning.xml.network import nat_network


@dataclass(frozen=True, slots=True)
class Site:
    """Where steps are done and what they take: a host, the images and keys of the administrator's computer."""

    group: str
    host: Host
    images: ImageStore
    keyring: Keyring

    @property
    def pool(self) -> StoragePool:
        pool = find_pool(self.host, self.group)
        if pool is None:
            raise StepFailed(f"the storage pool of {self.host.name} is gone", "Make the plan anew: apply again.")
        return pool


def carry_out(step: steps.Step, site: Site) -> None:
    """Do a step. Raises an error of ours; what was done before it stands."""
    with speaking_to(site.host, f"{_WORDS[type(step)]} {step.target}"):
        _do(step, site)


@singledispatch
def _do(step: steps.Step, _site: Site) -> None:
    """Each step has its deed below; a new one without it is a mistake of ours."""
    raise TypeError(f"nothing here does a {type(step).__name__}")


@_do.register
def _(step: steps.MakePool, site: Site) -> None:
    make_pool(site.host, site.group, step.folder)


@_do.register
def _(step: steps.DropHalfImage, site: Site) -> None:
    pool = site.pool
    for suffix in (WHOLE, *(f".{part}" for part in PARTS)):
        pool.remove(f"{step.target}{suffix}")


@_do.register
def _(step: steps.PutImage, site: Site) -> None:
    image = site.images.find(step.target)
    must_be_whole(image)
    pool = site.pool
    if pool.volume(f"{image.name}{WHOLE}") is not None:
        return
    for part in PARTS:
        path = image.path(part)
        pool.write(f"{image.name}.{part}", path.stat().st_size, chunks(path), mode="0644")
    pool.write(f"{image.name}{WHOLE}", 1, [b"\n"])  # last: what has it came whole
    pool.handle.refresh()  # libvirt now sees that the image is a qcow2


@_do.register
def _(step: steps.MakeNetwork, site: Site) -> None:
    network = found(lambda: site.host.connection.networkLookupByName(step.target))
    if network is None:
        wanted = nat_network(site.group, step.target, IPv4Network(step.subnet))
        network = site.host.connection.networkDefineXML(wanted.to_xml())
    network.setAutostart(1)
    if not network.isActive():
        network.create()


@_do.register
def _(step: steps.MakeDisk, site: Site) -> None:
    site.pool.make_layer(f"{step.target}{DISK}", f"{step.image}.image", step.gib)


@_do.register
def _(step: steps.WriteSeed, site: Site) -> None:
    seed = seed_of(step.shape, site.keyring.host_key(step.target), site.keyring.administrators().public)
    site.pool.write(f"{step.target}{SEED}", len(seed), [seed])


@_do.register
def _(step: steps.DefineMachine, site: Site) -> None:
    pool, image = site.pool, step.shape.image
    ground = Ground(
        disk=pool.path(f"{step.target}{DISK}"),
        seed=pool.path(f"{step.target}{SEED}"),
        kernel=pool.path(f"{image}.kernel"),
        initrd=pool.path(f"{image}.initrd"),
        kvm=site.host.has_kvm,
    )
    site.host.connection.defineXML(domain_of(site.group, step.target, step.shape, ground).to_xml())


@_do.register
def _(step: steps.GrowDisk, site: Site) -> None:
    machine = domain(site.host, step.target)
    if machine is not None and machine.isActive():
        machine.blockResize("vda", step.gib * GIB, libvirt.VIR_DOMAIN_BLOCK_RESIZE_BYTES)
    else:
        volume = site.pool.volume(f"{step.target}{DISK}")
        if volume.info()[1] < step.gib * GIB:
            volume.resize(step.gib * GIB)


@_do.register
def _(step: steps.StartMachine, site: Site) -> None:
    machine = domain(site.host, step.target)
    if machine is None:
        raise StepFailed(f"{step.target} is not on {site.host.name}", "Make the plan anew: apply again.")
    machine.setAutostart(1)
    if not machine.isActive():
        machine.create()


_WORDS: dict[type[steps.Step], str] = {
    steps.MakePool: "making the storage pool",
    steps.DropHalfImage: "removing the half of",
    steps.PutImage: "bringing the image",
    steps.MakeNetwork: "making the network",
    steps.MakeDisk: "making the disk of",
    steps.WriteSeed: "writing the seed of",
    steps.DefineMachine: "defining",
    steps.GrowDisk: "growing the disk of",
    steps.StartMachine: "starting",
}


def in_words(step: steps.Step) -> str:
    """ "making the disk of durand.lilas": for progress."""
    return f"{_WORDS[type(step)]} {step.target}"
