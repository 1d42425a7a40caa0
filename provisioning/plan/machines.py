"""One machine: what it lacks, what may be changed in place, what was changed by hand."""

from dataclasses import dataclass, fields, replace

from provisioning.group.model import ClinicWish, Group
from provisioning.plan.names import image_name, machine_name
from provisioning.plan.steps import DefineMachine, GrowDisk, MakeDisk, Remark, StartMachine, Step, WriteSeed
from provisioning.plan.world import HostThere, MachineThere, Shape

IN_PLACE = {"cpus", "memory_mib", "door", "start_order"}
_WORDS = {"memory_mib": "memory (MiB)", "disk_gib": "disk (GiB)", "start_order": "start"}


@dataclass(frozen=True, slots=True)
class MachinePlan:
    """The chain of one machine, or why there is none."""

    steps: tuple[Step, ...] = ()
    refusals: tuple[Remark, ...] = ()
    notes: tuple[Remark, ...] = ()


def wanted_shape(group: Group, clinic: ClinicWish) -> Shape:
    """What the file says of a machine, with the image that a new one starts from."""
    return Shape(
        clinic.site, clinic.template, image_name(clinic.template, group.image(clinic.template).version),
        clinic.network, clinic.cpus, clinic.memory_mib, clinic.disk_gib, clinic.door, clinic.start_order,
    )  # fmt: skip


def plan_machine(group: Group, clinic: ClinicWish, host: HostThere, overwrite: bool) -> MachinePlan:
    """The chain of a clinic on its host; `overwrite`: what was changed by hand may be put back."""
    name, wanted = machine_name(group.name, clinic.name), wanted_shape(group, clinic)
    if clinic.host not in (None, host.name):
        sentence = f"stands or was begun on {host.name}, and the file pins it to {clinic.host}"
        return MachinePlan(refusals=(Remark(clinic.name, sentence, f'Write host = "{host.name}", or no host.'),))
    there = host.machine(name)
    if there is None:
        return _new_machine(group, clinic, name, wanted, host)
    if there.owner != group.name or there.recorded is None or there.actual is None:
        sentence = f"the machine {name} of {host.name} was not made for this group"
        return MachinePlan(refusals=(Remark(clinic.name, sentence, "Give one of the two another name."),))
    return _standing_machine(clinic, there, there.recorded, there.actual, wanted, host, overwrite)


def _new_machine(group: Group, clinic: ClinicWish, name: str, wanted: Shape, host: HostThere) -> MachinePlan:
    steps: list[Step] = []
    disk = host.pool.disks.get(name) if host.pool and host.pool.owner == group.name else None
    if disk is None:
        reason = "it has no disk yet"
        steps.append(MakeDisk(host=host.name, target=name, reason=reason, image=wanted.image, gib=wanted.disk_gib))
    elif disk.image != wanted.image or disk.gib > wanted.disk_gib:
        sentence = f"a disk of that name is on {host.name}: {disk.gib} GiB over {disk.image}, not {wanted.image}"
        advice = f"If nothing on it is needed: vpterm-provision destroy {clinic.name}"
        return MachinePlan(refusals=(Remark(clinic.name, sentence, advice),))
    elif disk.gib < wanted.disk_gib:
        steps.append(
            GrowDisk(
                host=host.name,
                target=name,
                reason=_difference("disk_gib", disk.gib, wanted.disk_gib),
                gib=wanted.disk_gib,
            )
        )
    # Written again even when one is there: it may be the half of one.
    steps.append(WriteSeed(host=host.name, target=name, reason="its identity", shape=wanted))
    steps.append(
        DefineMachine(host=host.name, target=name, reason="it is in the file and not on the host", shape=wanted)
    )
    steps.append(StartMachine(host=host.name, target=name, reason="it is new"))
    return MachinePlan(tuple(steps))


def _standing_machine(
    clinic: ClinicWish,
    there: MachineThere,
    recorded: Shape,
    actual: Shape,
    wanted: Shape,
    host: HostThere,
    overwrite: bool,
) -> MachinePlan:
    notes = []
    if recorded.image != wanted.image:
        notes.append(Remark(clinic.name, f"runs on {recorded.image}; new machines start from {wanted.image}"))
    wanted = replace(wanted, image=recorded.image)  # the layer under a disk is not changed by a wish
    refusals = _changed_by_hand(clinic, recorded, actual, wanted) if not overwrite else ()
    refusals += _cannot_change(clinic, recorded, actual, wanted)
    if refusals:
        return MachinePlan(refusals=refusals, notes=tuple(notes))
    steps: list[Step] = []
    if wanted.disk_gib > actual.disk_gib:
        reason = _difference("disk_gib", actual.disk_gib, wanted.disk_gib)
        steps.append(GrowDisk(host=host.name, target=there.name, reason=reason, gib=wanted.disk_gib))
    differing = [
        *_differing(actual, wanted),
        *(name for name in _differing(recorded, wanted) if name not in _differing(actual, wanted)),
    ]
    if differing:
        reason = ", ".join(_difference(each, getattr(actual, each), getattr(wanted, each)) for each in differing)
        steps.append(DefineMachine(host=host.name, target=there.name, reason=reason, shape=wanted))
    if not there.running:
        steps.append(StartMachine(host=host.name, target=there.name, reason="it is off"))
    return MachinePlan(tuple(steps), notes=tuple(notes))


def _changed_by_hand(clinic: ClinicWish, recorded: Shape, actual: Shape, wanted: Shape) -> tuple[Remark, ...]:
    """What is neither as we made it nor as the file has it now."""
    changed = [each for each in _differing(recorded, actual) if getattr(actual, each) != getattr(wanted, each)]
    advice = f"Write it in the file, or put it back: vpterm-provision apply --overwrite {clinic.name}"
    return tuple(
        Remark(
            clinic.name,
            f"was changed by hand: {_difference(each, getattr(recorded, each), getattr(actual, each))}",
            advice,
        )
        for each in changed
    )


def _cannot_change(clinic: ClinicWish, recorded: Shape, actual: Shape, wanted: Shape) -> tuple[Remark, ...]:
    refusals = []
    if wanted.disk_gib < actual.disk_gib:
        sentence = f"its disk has {actual.disk_gib} GiB and cannot shrink to {wanted.disk_gib}"
        refusals.append(Remark(clinic.name, sentence, f'Write disk = "{actual.disk_gib} GiB".'))
    for each in _differing(recorded, wanted):
        if each not in IN_PLACE | {"disk_gib"}:
            sentence = f"cannot change in place: {_difference(each, getattr(recorded, each), getattr(wanted, each))}"
            refusals.append(Remark(clinic.name, sentence, "Write the old value, or make a new clinic."))
    return tuple(refusals)


def _differing(one: Shape, other: Shape) -> list[str]:
    return [each.name for each in fields(Shape) if getattr(one, each.name) != getattr(other, each.name)]


def _difference(name: str, before: object, after: object) -> str:
    return f"{_WORDS.get(name, name)} {before} → {after}"
