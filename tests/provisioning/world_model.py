"""A host made of values: what each step does to a world, and nothing else. Real hosts are tested against libvirt."""

from collections.abc import Iterable
from dataclasses import replace

from provisioning.group.model import Group
from provisioning.plan.steps import (
    DefineMachine,
    DropHalfImage,
    GrowDisk,
    MakeDisk,
    MakeNetwork,
    MakePool,
    PutImage,
    StartMachine,
    Step,
    WriteSeed,
)  # fmt: skip
from provisioning.plan.world import DiskThere, HostThere, MachineThere, PoolThere, World


class Impossible(Exception):  # noqa: N818 - what it says is all there is to it
    """A step before what it needs."""


def carry_out(group: Group, world: World, steps: Iterable[Step]) -> World:
    for step in steps:
        hosts = [_done(group, step, each) if each.name == step.host else each for each in world.hosts]
        world = World(tuple(hosts))
    return world


def interrupted(group: Group, world: World, step: Step) -> World:
    """The world after a step that was killed in its middle; only a transfer has one that shows."""
    if not isinstance(step, PutImage):
        return world
    host = world.host(step.host)
    assert host.pool is not None
    pool = replace(host.pool, half_images=host.pool.half_images | {step.target})
    return World(tuple(replace(host, pool=pool) if each is host else each for each in world.hosts))


def _done(group: Group, step: Step, host: HostThere) -> HostThere:
    if isinstance(step, MakePool):
        return replace(host, pool=replace(host.pool, active=True) if host.pool else PoolThere(group.name))
    if isinstance(step, MakeNetwork):
        return replace(host, networks={**host.networks, step.target: group.name})
    if isinstance(step, DefineMachine | StartMachine):
        return _machine_done(group, step, host)
    if host.pool is None or host.pool.owner != group.name:
        raise Impossible(step)
    return replace(host, pool=_stored(step, host.pool))


def _stored(step: Step, pool: PoolThere) -> PoolThere:
    match step:
        case DropHalfImage():
            return replace(pool, half_images=pool.half_images - {step.target})
        case PutImage():
            if step.target in pool.half_images:
                raise Impossible(step)
            return replace(pool, images=pool.images | {step.target})
        case MakeDisk():
            if step.image not in pool.images or step.target in pool.disks:
                raise Impossible(step)
            return replace(pool, disks={**pool.disks, step.target: DiskThere(step.image, step.gib)})
        case GrowDisk():
            disk = pool.disks[step.target]
            if step.gib <= disk.gib:
                raise Impossible(step)
            return replace(pool, disks={**pool.disks, step.target: replace(disk, gib=step.gib)})
        case WriteSeed():
            return replace(pool, seeds=pool.seeds | {step.target})
    raise AssertionError(step)


def _machine_done(group: Group, step: DefineMachine | StartMachine, host: HostThere) -> HostThere:
    there = host.machine(step.target)
    others = tuple(each for each in host.machines if each is not there)
    if isinstance(step, StartMachine):
        if there is None or there.owner != group.name:
            raise Impossible(step)
        return replace(host, machines=(*others, replace(there, running=True)))
    if host.pool is None or step.target not in host.pool.disks or step.target not in host.pool.seeds:
        raise Impossible(step)
    if there is not None and there.owner != group.name:
        raise Impossible(step)
    running = there.running if there else False
    made = MachineThere(step.target, group.name, running, step.shape.memory_mib, step.shape, step.shape)
    return replace(host, machines=(*others, made))


def as_seen(world: World) -> World:
    """As a survey finds it: the disk of a machine is read off its volume."""
    return World(
        tuple(replace(each, machines=tuple(_seen(each, one) for one in each.machines)) for each in world.hosts)
    )


def _seen(host: HostThere, machine: MachineThere) -> MachineThere:
    disk = host.pool.disks.get(machine.name) if host.pool else None
    if disk is None or machine.actual is None or machine.recorded is None:
        return machine
    recorded = machine.recorded
    return replace(
        machine, actual=replace(machine.actual, disk_gib=disk.gib), recorded=replace(recorded, disk_gib=disk.gib)
    )
