"""Plans carried out on a real libvirt, whose machines halt at their first instruction: everything but the guest."""

import socket
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from provisioning.cli.ground import Ground, connected
from provisioning.errors import Busy, ProvisioningError, Refused, StepFailed, Unreachable
from provisioning.group.model import HostWish
from provisioning.group.reading import read_group
from provisioning.plan.making import make_plan
from provisioning.plan.steps import Plan
from provisioning.plan.world import HostThere, World
from tests.provisioning.images import VERSION, group_file, halting_image
from tests.provisioning.libvirtd import libvirtd, missing

libvirt = pytest.importorskip("libvirt", reason="libvirt-python: scripts/setup provisioning")
from provisioning.host.applying import alone, apply_plan  # noqa: E402 - they need libvirt
from provisioning.host.carrying_out import Site, carry_out  # noqa: E402
from provisioning.host.connection import Host  # noqa: E402
from provisioning.host.machines import destroy  # noqa: E402
from provisioning.host.survey import survey  # noqa: E402

pytestmark = [
    pytest.mark.skipif(bool(missing()), reason=missing() or "-"),
    pytest.mark.xdist_group("libvirtd"),
]
LILAS, PORT = "door = 29801", "door = 29802"


@pytest.fixture(scope="module")
def uri(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with libvirtd(tmp_path_factory.mktemp("libvirtd")) as running:
        yield running


@pytest.fixture
def world(uri: str, tmp_path: Path) -> Iterator["Bench"]:
    bench = Bench(uri, tmp_path)
    yield bench
    bench.clear()


class Bench:
    """A group's file on the tests' libvirtd, and what one does with it."""

    def __init__(self, uri: str, folder: Path) -> None:
        self.uri, self.folder = uri, folder
        self.ground = Ground(folder / "home")
        halting_image(self.ground.images)
        self.connection = libvirt.open(uri)

    def plan(self, overwrite: frozenset[str] = frozenset(), **wishes: str) -> Plan:
        """The plan for these clinics; `memory` and `disk` among the wishes are for all."""
        group = read_group(group_file(self.folder / "group.toml", self.uri, **wishes))
        with connected(group) as hosts:
            there = World(tuple(survey(host, group.name) for host in hosts.values()))
        return make_plan(group, there, overwrite)

    def apply(self, kill_before: int | None = None, overwrite: frozenset[str] = frozenset(), **wishes: str) -> Plan:
        """Plan and apply; `kill_before` ends it at the step of that number, as a kill would."""
        made = self.plan(overwrite, **wishes)
        group = read_group(self.folder / "group.toml")
        with connected(group) as hosts:
            keyring = self.ground.keyring(group)
            sites = {name: Site(group.name, host, self.ground.images, keyring) for name, host in hosts.items()}
            if kill_before is None:
                apply_plan(made, sites, lambda step: None)
            else:
                for step in made.steps[:kill_before]:
                    carry_out(step, sites[step.host])
        return made

    def there(self) -> HostThere:
        group = read_group(self.folder / "group.toml")
        with connected(group) as hosts:
            return survey(hosts["alpha"], group.name)

    def files(self) -> set[str]:
        folder = self.folder / "storage" / "durand"
        return {path.name for path in folder.iterdir()} if folder.exists() else set()

    def domain(self, name: str) -> Any:
        return self.connection.lookupByName(name)

    def clear(self) -> None:
        for each in self.connection.listAllDomains():
            if each.isActive():
                each.destroy()
            each.undefine()
        for pool in self.connection.listAllStoragePools():
            if pool.isActive():
                pool.destroy()
            pool.undefine()
        self.connection.close()


IMAGE_FILES = {f"clinic-{VERSION}.{part}" for part in ("image", "kernel", "initrd", "whole")}
LILAS_FILES = {"durand.lilas.disk", "durand.lilas.seed"}


def test_two_clinics_from_nothing_and_a_second_apply_changes_nothing(world: Bench) -> None:
    world.apply(lilas=LILAS, port=PORT)
    there = world.there()
    assert [(each.name, each.owner, each.running) for each in there.machines] == [
        ("durand.lilas", "durand", True),
        ("durand.port", "durand", True),
    ]
    assert [each.actual for each in there.machines] == [each.recorded for each in there.machines]
    assert world.files() == IMAGE_FILES | LILAS_FILES | {"durand.port.disk", "durand.port.seed"}
    assert world.domain("durand.lilas").autostart() == 1
    second = world.plan(lilas=LILAS, port=PORT)
    assert (second.steps, second.refusals, second.notes) == ((), (), ())


@pytest.mark.parametrize("killed_before", range(1, 6))
def test_killed_at_a_step_the_next_apply_finishes(world: Bench, killed_before: int) -> None:
    world.apply(kill_before=killed_before, lilas=LILAS)
    world.apply(lilas=LILAS)
    assert world.plan(lilas=LILAS).steps == ()
    assert world.files() == IMAGE_FILES | LILAS_FILES
    assert [each.running for each in world.there().machines] == [True]


def test_an_image_that_came_half_is_not_taken_for_one(world: Bench) -> None:
    world.apply(kill_before=2, lilas=LILAS)
    pool = world.connection.storagePoolLookupByName("vpterm.durand")
    pool.storageVolLookupByName(f"clinic-{VERSION}.whole").delete()
    (world.folder / "storage/durand" / f"clinic-{VERSION}.kernel").write_bytes(b"half")
    assert [type(step).__name__ for step in world.plan(lilas=LILAS).steps[:2]] == ["DropHalfImage", "PutImage"]
    world.apply(lilas=LILAS)
    image = world.ground.images.find(f"clinic-{VERSION}")
    arrived = world.folder / "storage/durand" / f"clinic-{VERSION}.kernel"
    assert arrived.read_bytes() == image.path("kernel").read_bytes()


def test_what_hands_changed_stops_the_apply_until_somebody_decides(world: Bench) -> None:
    world.apply(lilas=LILAS)
    machine = world.domain("durand.lilas")
    document = machine.XMLDesc(libvirt.VIR_DOMAIN_XML_INACTIVE).replace(
        "placement='static'>1<", "placement='static'>3<"
    )
    world.connection.defineXML(document)
    with pytest.raises(Refused):
        world.apply(lilas=LILAS)
    assert [each.sentence for each in world.plan(lilas=LILAS).refusals] == ["was changed by hand: cpus 1 → 3"]
    world.apply(overwrite=frozenset({"lilas"}), lilas=LILAS)
    assert world.plan(lilas=LILAS).steps == ()
    assert [each.actual.cpus for each in world.there().machines if each.actual] == [1]


def test_a_machine_of_somebody_else_under_our_name_is_left_alone(world: Bench) -> None:
    foreign = "<domain type='qemu'><name>durand.lilas</name><memory>65536</memory><os><type>hvm</type></os></domain>"
    before = world.connection.defineXML(foreign).XMLDesc()
    with pytest.raises(Refused):
        world.apply(lilas=LILAS, port=PORT)
    assert world.domain("durand.lilas").XMLDesc() == before
    assert world.files() == set()


def test_a_pool_of_somebody_else_under_our_name_is_left_alone(world: Bench) -> None:
    (world.folder / "theirs").mkdir()
    pool = f"<pool type='dir'><name>vpterm.durand</name><target><path>{world.folder}/theirs</path></target></pool>"
    world.connection.storagePoolDefineXML(pool)
    with pytest.raises(Refused):
        world.apply(lilas=LILAS)
    assert list((world.folder / "theirs").iterdir()) == []


def test_more_disk_memory_and_another_door_while_it_runs(world: Bench) -> None:
    world.apply(lilas=LILAS)
    made = world.apply(lilas="door = 29803", memory="256 MiB", disk="2 GiB")
    assert [type(step).__name__ for step in made.steps] == ["GrowDisk", "DefineMachine"]
    again = world.plan(lilas="door = 29803", memory="256 MiB", disk="2 GiB")
    assert (again.steps, again.refusals) == ((), ())
    assert [each.running for each in world.there().machines] == [True]


def test_a_door_that_is_taken_is_told_and_the_next_apply_goes_on(world: Bench) -> None:
    with socket.create_server(("0.0.0.0", 29801)):  # noqa: S104 - as the door of a machine does
        with pytest.raises(StepFailed) as caught:
            world.apply(lilas=LILAS, port=PORT)
        assert caught.value.message == "starting durand.lilas on alpha: its door is taken by another program"
    assert {each.name: each.running for each in world.there().machines} == {"durand.lilas": False, "durand.port": True}
    assert [type(step).__name__ for step in world.apply(lilas=LILAS, port=PORT).steps] == ["StartMachine"]


def test_a_damaged_image_goes_nowhere(world: Bench) -> None:
    image = world.ground.images.find(f"clinic-{VERSION}")
    with image.path("initrd").open("r+b") as file:
        file.write(b"?")
    with pytest.raises(ProvisioningError) as caught:
        world.apply(lilas=LILAS)
    assert caught.value.message == f"the image clinic-{VERSION} is damaged: initrd"
    assert world.files() == set()


def test_destroy_takes_all_of_one_and_nothing_of_another(world: Bench) -> None:
    world.apply(lilas=LILAS, port=PORT)
    with connected(read_group(world.folder / "group.toml")) as hosts:
        assert destroy(hosts["alpha"], "durand", "durand.lilas") is True
        assert destroy(hosts["alpha"], "durand", "durand.lilas") is False
        with pytest.raises(Refused):
            destroy(hosts["alpha"], "martin", "durand.port")
    assert [each.name for each in world.there().machines] == ["durand.port"]
    assert world.files() == IMAGE_FILES | {"durand.port.disk", "durand.port.seed"}


def test_a_pool_that_is_off_is_turned_on(world: Bench) -> None:
    world.apply(lilas=LILAS)
    world.connection.storagePoolLookupByName("vpterm.durand").destroy()
    assert world.plan(lilas=LILAS).steps == ()


def test_a_host_that_is_not_there_is_told() -> None:
    with pytest.raises(Unreachable) as caught:
        Host(HostWish("alpha", "qemu:///system?socket=/nowhere", "/pool", 0))
    assert caught.value.message.startswith("alpha cannot be reached at qemu:///system?socket=/nowhere")


def test_the_seed_on_the_host_is_nobody_elses_to_read(world: Bench) -> None:
    world.apply(lilas=LILAS)
    seed = world.folder / "storage/durand/durand.lilas.seed"
    assert seed.stat().st_mode & 0o077 == 0
    private = world.ground.keyring(read_group(world.folder / "group.toml")).host_key("durand.lilas").private
    shown = world.domain("durand.lilas").XMLDesc() + " ".join(_command_lines())
    assert "durand.lilas.seed" in shown
    secret = b64encode(private).decode()
    assert secret in seed.read_text("utf-8")
    assert secret not in shown


def _command_lines() -> list[str]:
    return [path.read_bytes().decode(errors="replace") for path in Path("/proc").glob("[0-9]*/cmdline")]


def test_one_apply_at_a_time(tmp_path: Path) -> None:
    with alone(tmp_path), pytest.raises(Busy), alone(tmp_path):
        pass
    with alone(tmp_path):
        assert (tmp_path / "lock").exists()


def test_a_libvirt_that_dies_in_the_middle_is_told(tmp_path: Path) -> None:
    with libvirtd(tmp_path) as uri:
        host = Host(HostWish("alpha", uri, str(tmp_path / "storage"), 0))
    with pytest.raises(Unreachable) as caught:
        survey(host, "durand")
    assert caught.value.message == "alpha went away: looking around"
