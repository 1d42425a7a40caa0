"""Whatever the file and the world: a plan leads there, a second one is empty, and nothing of others is touched."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from provisioning.group.model import Group
from provisioning.plan.machines import wanted_shape
from provisioning.plan.making import make_plan
from provisioning.plan.names import machine_name
from provisioning.plan.world import HostThere, World
from tests.provisioning.groups import groups, worlds
from tests.provisioning.world_model import as_seen, carry_out, interrupted

MANY = settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much]
)


def is_reached(group: Group, world: World) -> bool:
    """Each clinic of the file stands once, runs, and is as the file says (but for the image under its disk)."""
    for clinic in group.clinics:
        name = machine_name(group.name, clinic.name)
        standing = [it for host in world.hosts if (it := host.machine(name)) and it.owner == group.name]
        wanted = wanted_shape(group, clinic)
        if [(it.running, it.memory_mib) for it in standing] != [(True, clinic.memory_mib)]:
            return False
        actual = standing[0].actual
        if actual is None or (actual.cpus, actual.disk_gib, actual.door) != (wanted.cpus, wanted.disk_gib, wanted.door):
            return False
    return True


def of_others(group: Group, host: HostThere) -> object:
    pool = host.pool if host.pool and host.pool.owner != group.name else None
    machines = sorted((each for each in host.machines if each.owner != group.name), key=lambda each: each.name)
    return machines, pool, {name for name, owner in host.networks.items() if owner != group.name}


@MANY
@given(st.data())
def test_a_plan_that_refuses_nothing_leads_to_the_file_and_a_second_is_empty(data: st.DataObject) -> None:
    group = data.draw(groups())
    world = as_seen(data.draw(worlds(group)))
    plan = make_plan(group, world, frozenset(each.name for each in group.clinics))
    if plan.refusals:
        return
    after = as_seen(carry_out(group, world, plan.steps))
    assert is_reached(group, after)
    second = make_plan(group, after)
    assert (second.steps, second.refusals) == ((), ())


@MANY
@given(st.data())
def test_killed_at_any_step_the_next_plan_finishes_it_and_leaves_no_orphans(data: st.DataObject) -> None:
    group = data.draw(groups())
    world = as_seen(data.draw(worlds(group)))
    plan = make_plan(group, world)
    if plan.refusals or not plan.steps:
        return
    killed_at = data.draw(st.integers(0, len(plan.steps) - 1))
    half = carry_out(group, world, plan.steps[:killed_at])
    half = as_seen(interrupted(group, half, plan.steps[killed_at]))
    again = make_plan(group, half)
    assert again.refusals == ()
    straight, after = carry_out(group, world, plan.steps), carry_out(group, half, again.steps)
    assert is_reached(group, as_seen(after))
    for one, other in zip(straight.hosts, after.hosts, strict=True):
        assert (one.pool and set(one.pool.disks)) == (other.pool and set(other.pool.disks))
        assert (one.pool and one.pool.images) == (other.pool and other.pool.images)


@MANY
@given(st.data())
def test_what_is_not_ours_is_never_touched(data: st.DataObject) -> None:
    group = data.draw(groups())
    world = as_seen(data.draw(worlds(group)))
    plan = make_plan(group, world)
    if plan.refusals:
        return
    after = carry_out(group, world, plan.steps)
    assert [of_others(group, each) for each in after.hosts] == [of_others(group, each) for each in world.hosts]


@MANY
@given(st.data())
def test_changes_by_hand_are_refused_unless_they_may_be_put_back(data: st.DataObject) -> None:
    group = data.draw(groups())
    world = as_seen(data.draw(worlds(group)))
    drifted = {
        clinic.name
        for clinic in group.clinics
        for host in world.hosts
        if (it := host.machine(machine_name(group.name, clinic.name)))
        and it.actual and it.recorded and it.actual.cpus not in (it.recorded.cpus, clinic.cpus)
    }  # fmt: skip
    refused = {each.target for each in make_plan(group, world).refusals}
    assert drifted <= refused
