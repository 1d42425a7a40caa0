"""Which host bears which machine: where it stands, where it was begun, where it is pinned, else where most is free."""

from collections.abc import Mapping
from dataclasses import dataclass

from provisioning.group.model import ClinicWish, Group
from provisioning.plan.names import machine_name
from provisioning.plan.steps import Remark
from provisioning.plan.world import HostThere, World


@dataclass(frozen=True, slots=True)
class Placement:
    """`where` maps clinics to hosts; a clinic without a place has a refusal instead."""

    where: Mapping[str, str]
    refusals: tuple[Remark, ...]


class _Places:
    """What is still free while clinics are placed one after the other."""

    def __init__(self, group: Group, world: World) -> None:
        self.group = group
        self.world = world
        self.free_mib = {each.name: free_memory_mib(group, world.host(each.name)) for each in group.hosts}
        self.where: dict[str, str] = {}

    def settle(self, clinic: ClinicWish, host: str) -> None:
        """Give it the host; what a machine there holds already is not taken twice."""
        there = self.world.host(host).machine(machine_name(self.group.name, clinic.name))
        self.free_mib[host] -= clinic.memory_mib - (there.memory_mib if there else 0)
        self.where[clinic.name] = host

    def is_kept_apart(self, clinic: ClinicWish, host: str) -> bool:
        """Whether a clinic that must not share a host with this one is there (either may say so)."""
        there = [each for each in self.group.clinics if self.where.get(each.name) == host]
        return any(each.name in clinic.apart or clinic.name in each.apart for each in there)

    def best_host(self, clinic: ClinicWish) -> str | None:
        hosts = [each.name for each in self.group.hosts if clinic.host in (None, each.name)]
        fit = [
            name for name in hosts
            if self.free_mib[name] >= clinic.memory_mib and not self.is_kept_apart(clinic, name)
        ]  # fmt: skip
        return max(fit, key=lambda name: self.free_mib[name], default=None)


def free_memory_mib(group: Group, host: HostThere) -> int:
    """Memory of a host that nobody holds: not its own reserve, not our machines, not the running ones of others."""
    reserve = next(each.reserve_mib for each in group.hosts if each.name == host.name)
    held = sum(each.memory_mib for each in host.machines if each.running or each.owner == group.name)
    return host.memory_mib - reserve - held


def place(group: Group, world: World) -> Placement:
    """A host for every clinic. The pinned choose first, then the largest, so that less room is left in pieces."""
    places, refusals, new = _Places(group, world), [], []
    for clinic in group.clinics:
        homes = _homes(group, clinic, world)
        if len(homes) > 1:
            refusals.append(
                Remark(clinic.name, f"stands on {' and '.join(homes)} at once", "Remove it from all but one by hand.")
            )
        elif homes:
            places.settle(clinic, homes[0])
        else:
            new.append(clinic)
    for clinic in sorted(new, key=lambda each: (each.host is None, -each.memory_mib, each.name)):
        host = places.best_host(clinic)
        if host is None:
            refusals.append(_no_place(clinic, places.free_mib))
        else:
            places.settle(clinic, host)
    for host, free_mib in places.free_mib.items():
        if free_mib < 0 and any(_asks_for_more(group, each, world.host(host)) for each in group.clinics):
            refusals.append(Remark(host, f"would lack {-free_mib} MiB of memory", "Ask for less, or move a clinic."))
    return Placement(places.where, tuple(refusals))


def _homes(group: Group, clinic: ClinicWish, world: World) -> list[str]:
    """Hosts where the machine stands; where none does, hosts where it was begun."""
    name = machine_name(group.name, clinic.name)
    standing = [each.name for each in world.hosts if (it := each.machine(name)) and it.owner == group.name]
    return standing or [each.name for each in world.hosts if _is_ours(group, each) and each.has_begun(name)]


def _is_ours(group: Group, host: HostThere) -> bool:
    return host.pool is not None and host.pool.owner == group.name


def _asks_for_more(group: Group, clinic: ClinicWish, host: HostThere) -> bool:
    there = host.machine(machine_name(group.name, clinic.name))
    if there is None:
        return host.has_begun(machine_name(group.name, clinic.name))
    return there.owner == group.name and clinic.memory_mib > there.memory_mib


def _no_place(clinic: ClinicWish, free_mib: Mapping[str, int]) -> Remark:
    free = ", ".join(f"{host} {max(mib, 0)}" for host, mib in free_mib.items())
    wish = f"needs {clinic.memory_mib} MiB" + (f" on {clinic.host}" if clinic.host else "")
    wish += f", apart from {', '.join(clinic.apart)}" if clinic.apart else ""
    return Remark(clinic.name, f"{wish}; free are (MiB): {free}", "Ask for less memory, or add a host to the file.")
