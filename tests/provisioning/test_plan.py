"""Plans read as stories: what a person sees for a given file and world."""

from dataclasses import replace
from typing import Any

from provisioning.group.model import Group, HostWish
from provisioning.plan.machines import wanted_shape
from provisioning.plan.making import make_plan
from provisioning.plan.steps import Plan
from provisioning.plan.world import DiskThere, HostThere, MachineThere, PoolThere, World
from tests.provisioning.groups import NEW, OLD, a_clinic, a_group, empty_world
from tests.provisioning.world_model import as_seen, carry_out


def told(plan: Plan) -> list[str]:
    return [f"{type(step).__name__} {step.target}: {step.reason}" for step in plan.steps]


def refused(plan: Plan) -> list[str]:
    return [f"{each.target} {each.sentence}" for each in plan.refusals]


def standing(group: Group, **by_hand: Any) -> World:
    """The world after an apply, and then changed by hand."""
    empty = World(empty_world(8192, 8192).hosts[: len(group.hosts)])
    world = as_seen(carry_out(group, empty, make_plan(group, empty).steps))
    if not by_hand:
        return world
    host = world.hosts[0]
    machines = tuple(replace(it, actual=replace(it.actual, **by_hand)) for it in host.machines if it.actual)
    return World((replace(host, machines=machines),))


def test_from_nothing_everything_comes_in_order() -> None:
    assert told(make_plan(a_group(a_clinic()), empty_world())) == [
        "MakePool vpterm.durand: there is no place for images and disks yet",
        f"PutImage clinic-{NEW}: new machines start from it",
        "MakeDisk durand.lilas: it has no disk yet",
        "WriteSeed durand.lilas: its identity",
        "DefineMachine durand.lilas: it is in the file and not on the host",
        "StartMachine durand.lilas: it is new",
    ]


def test_what_is_asked_of_a_running_machine_is_a_new_definition() -> None:
    world = standing(a_group(a_clinic()))
    plan = make_plan(a_group(a_clinic(cpus=2, memory_mib=1024, disk_gib=10, door=2299)), world)
    assert told(plan) == [
        "GrowDisk durand.lilas: disk (GiB) 8 → 10",
        "DefineMachine durand.lilas: cpus 1 → 2, memory (MiB) 512 → 1024, disk (GiB) 8 → 10, door 2201 → 2299",
    ]


def test_a_machine_that_is_off_is_started() -> None:
    group = a_group(a_clinic())
    host = standing(group).hosts[0]
    off = World((replace(host, machines=tuple(replace(each, running=False) for each in host.machines)),))
    assert told(make_plan(group, off)) == ["StartMachine durand.lilas: it is off"]


def test_what_hands_changed_is_shown_and_stops_the_plan() -> None:
    plan = make_plan(a_group(a_clinic(), a_clinic("port")), standing(a_group(a_clinic()), cpus=3))
    assert refused(plan) == ["lilas was changed by hand: cpus 1 → 3"]
    assert "apply --overwrite lilas" in plan.refusals[0].advice


def test_what_hands_changed_is_put_back_where_that_was_asked_for() -> None:
    plan = make_plan(a_group(a_clinic()), standing(a_group(a_clinic()), cpus=3), frozenset({"lilas"}))
    assert told(plan) == ["DefineMachine durand.lilas: cpus 3 → 1"]


def test_what_hands_changed_and_the_file_now_says_is_taken_over() -> None:
    plan = make_plan(a_group(a_clinic(cpus=3)), standing(a_group(a_clinic()), cpus=3))
    assert told(plan) == ["DefineMachine durand.lilas: cpus 3 → 3"]


def test_things_of_others_under_our_names_are_refusals() -> None:
    foreign = MachineThere("durand.lilas", None, True, 256)
    world = World((HostThere("alpha", 8192, PoolThere(None), machines=(foreign,)),))
    assert refused(make_plan(a_group(a_clinic()), world)) == [
        "vpterm.durand the storage pool vpterm.durand of alpha was not made for this group",
        "lilas the machine durand.lilas of alpha was not made for this group",
    ]


def test_a_disk_does_not_shrink_and_a_machine_keeps_its_site() -> None:
    world = standing(a_group(a_clinic()))
    assert refused(make_plan(a_group(a_clinic(disk_gib=4)), world)) == [
        "lilas its disk has 8 GiB and cannot shrink to 4"
    ]
    assert refused(make_plan(a_group(a_clinic(site="port")), world)) == [
        "lilas cannot change in place: site lilas → port"
    ]


def test_a_new_image_is_for_new_machines() -> None:
    group = a_group(a_clinic())
    old = replace(group, images=(replace(group.images[0], version=OLD),))
    plan = make_plan(group, standing(old))
    assert plan.steps == ()
    assert [each.sentence for each in plan.notes] == [f"runs on clinic-{OLD}; new machines start from clinic-{NEW}"]


def test_what_is_in_the_file_no_more_is_left_and_told() -> None:
    plan = make_plan(a_group(), standing(a_group(a_clinic())))
    assert (plan.steps, plan.refusals) == ((), ())
    assert [(each.target, each.advice) for each in plan.notes] == [
        ("lilas", "To remove it: vpterm-provision destroy lilas")
    ]


def test_an_image_that_came_half_comes_again() -> None:
    world = World((HostThere("alpha", 8192, PoolThere("durand", half_images=frozenset({f"clinic-{NEW}"}))),))
    assert told(make_plan(a_group(a_clinic()), world))[:2] == [
        f"DropHalfImage clinic-{NEW}: its coming was interrupted",
        f"PutImage clinic-{NEW}: new machines start from it",
    ]


def test_a_disk_of_another_machine_is_not_taken_over() -> None:
    pool = PoolThere(
        "durand", True, frozenset({f"clinic-{NEW}"}), disks={"durand.lilas": DiskThere(f"clinic-{OLD}", 8)}
    )
    plan = make_plan(a_group(a_clinic()), World((HostThere("alpha", 8192, pool),)))
    assert refused(plan) == [f"lilas a disk of that name is on alpha: 8 GiB over clinic-{OLD}, not clinic-{NEW}"]


def test_machines_go_where_most_memory_is_free() -> None:
    group = a_group(a_clinic(), a_clinic("port"), a_clinic("gare"), hosts=("alpha", "beta"))
    plan = make_plan(group, empty_world(3072, 2560))
    assert {step.target: step.host for step in plan.steps if step.target.startswith("durand.")} == {
        "durand.gare": "alpha",
        "durand.lilas": "alpha",
        "durand.port": "beta",
    }


def test_pinned_and_apart() -> None:
    clinics = (a_clinic(apart=("port",)), a_clinic("port", host="alpha"))
    plan = make_plan(a_group(*clinics, hosts=("alpha", "beta")), empty_world(16384, 2048))
    assert {step.target: step.host for step in plan.steps if step.target.startswith("durand.")} == {
        "durand.lilas": "beta",
        "durand.port": "alpha",
    }


def test_too_little_memory_is_a_refusal_with_figures() -> None:
    plan = make_plan(a_group(a_clinic(memory_mib=8192)), empty_world(8192))
    assert refused(plan) == ["lilas needs 8192 MiB; free are (MiB): alpha 7168"]
    grown = make_plan(a_group(a_clinic(memory_mib=8192)), standing(a_group(a_clinic())))
    assert refused(grown) == ["alpha would lack 1024 MiB of memory"]


def test_the_memory_of_machines_that_are_not_ours_counts_while_they_run() -> None:
    group = replace(a_group(a_clinic(memory_mib=1024)), hosts=(HostWish("alpha", "test:///", "/pool", 0),))
    for running, refusals in ((True, ["lilas needs 1024 MiB; free are (MiB): alpha 48"]), (False, [])):
        there = HostThere("alpha", 2048, machines=(MachineThere("other", None, running, 2000),))
        assert refused(make_plan(group, World((there,)))) == refusals


def test_a_machine_on_two_hosts_is_for_a_person_to_decide() -> None:
    group = a_group(a_clinic(), hosts=("alpha", "beta"))
    shape = wanted_shape(group, group.clinics[0])
    there = MachineThere("durand.lilas", "durand", True, 512, shape, shape)
    world = World(tuple(HostThere(name, 8192, PoolThere("durand"), machines=(there,)) for name in ("alpha", "beta")))
    assert refused(make_plan(group, world)) == ["lilas stands on alpha and beta at once"]
