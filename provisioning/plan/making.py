"""From a group's wishes and a world to a plan: groundwork of each host, then each machine."""

from provisioning.group.model import ClinicWish, Group, HostWish
from provisioning.plan.machines import plan_machine
from provisioning.plan.names import image_name, machine_name, network_name, pool_name
from provisioning.plan.placement import place
from provisioning.plan.steps import Chain, DropHalfImage, MakeNetwork, MakePool, Plan, PutImage, Remark, Step
from provisioning.plan.world import HostThere, World


def make_plan(group: Group, world: World, overwrite: frozenset[str] = frozenset()) -> Plan:
    """What must be done so that the world is as the file says.

    `overwrite` names clinics whose changes by hand may be undone. Hosts of the file must be in the world.
    """
    placement = place(group, world)
    machines = [
        plan_machine(group, each, world.host(placement.where[each.name]), each.name in overwrite)
        for each in sorted(group.clinics, key=lambda each: (each.start_order, each.name))
        if each.name in placement.where
    ]
    groundwork, clashes = [], []
    for host in group.hosts:
        here = [each for each in group.clinics if placement.where.get(each.name) == host.name]
        chain, refusals = _groundwork(group, host, world.host(host.name), here)
        groundwork.append(chain)
        clashes += refusals
    return Plan(
        groundwork=tuple(chain for chain in groundwork if chain),
        machines=tuple(each.steps for each in machines if each.steps),
        refusals=(*clashes, *placement.refusals, *(one for each in machines for one in each.refusals)),
        notes=(*(one for each in machines for one in each.notes), *_left_over(group, world)),
    )


def _groundwork(group: Group, wish: HostWish, there: HostThere, here: list[ClinicWish]) -> tuple[Chain, list[Remark]]:
    """Pool, images and networks of a host that bears machines."""
    if not here:
        return (), []
    pool, refusals, steps = there.pool, [], list[Step]()
    name = pool_name(group.name)
    if pool is None or (pool.owner == group.name and not pool.active):
        reason = "its place for images and disks is off" if pool else "there is no place for images and disks yet"
        steps.append(MakePool(host=wish.name, target=name, reason=reason, folder=wish.storage))
    elif pool.owner != group.name:
        sentence = f"the storage pool {name} of {wish.name} was not made for this group"
        refusals.append(Remark(name, sentence, "Give one of the two another name."))
    needed = {image_name(each.template, group.image(each.template).version) for each in _new(group, here, there)}
    for image in sorted(needed - (pool.images if pool else frozenset())):
        if pool and image in pool.half_images:
            steps.append(DropHalfImage(host=wish.name, target=image, reason="its coming was interrupted"))
        steps.append(PutImage(host=wish.name, target=image, reason="new machines start from it"))
    for network in group.networks:
        if network.kind != "nat" or all(each.network != network.name for each in here):
            continue
        full = network_name(group.name, network.name)
        if full not in there.networks:
            reason = "machines are attached to it"
            steps.append(MakeNetwork(host=wish.name, target=full, reason=reason, subnet=str(network.subnet)))
        elif there.networks[full] != group.name:
            sentence = f"the network {full} of {wish.name} was not made for this group"
            refusals.append(Remark(full, sentence, "Give one of the two another name."))
    return tuple(steps), refusals


def _new(group: Group, here: list[ClinicWish], there: HostThere) -> list[ClinicWish]:
    return [each for each in here if there.machine(machine_name(group.name, each.name)) is None]


def _left_over(group: Group, world: World) -> list[Remark]:
    """Ours, and in the file no more. Data may be in it, so it goes by name only."""
    wanted = {machine_name(group.name, each.name) for each in group.clinics}
    notes = []
    for host in world.hosts:
        pool = host.pool if host.pool and host.pool.owner == group.name else None
        names = {each.name for each in host.machines if each.owner == group.name}
        names |= {*pool.disks, *pool.seeds} if pool else set()
        for name in sorted(names - wanted):
            clinic = name.removeprefix(f"{group.name}.")
            notes.append(
                Remark(
                    clinic, f"is on {host.name} and not in the file", f"To remove it: vpterm-provision destroy {clinic}"
                )
            )
    return notes
