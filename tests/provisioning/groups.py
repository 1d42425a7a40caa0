"""Groups, hosts and worlds to plan with: some by hand, and strategies for any."""

from dataclasses import replace

from hypothesis import strategies as st

from provisioning.group.model import ClinicWish, Group, HostWish, ImageWish, NetworkWish
from provisioning.plan.machines import wanted_shape
from provisioning.plan.names import machine_name, network_name
from provisioning.plan.world import DiskThere, HostThere, MachineThere, PoolThere, Shape, World

CLINICS = ("lilas", "port", "gare", "mairie")
HOSTS = ("alpha", "beta")
OLD, NEW = "aaaaaaaaaaaa", "bbbbbbbbbbbb"
WALLED = NetworkWish("walled", "walled")


def a_clinic(name: str = "lilas", **changes: object) -> ClinicWish:
    wish = ClinicWish(name, name, "clinic", "walled", 1, 512, 8, 2201 + CLINICS.index(name), 100)
    return replace(wish, **changes)  # type: ignore[arg-type]


def a_group(*clinics: ClinicWish, hosts: tuple[str, ...] = ("alpha",)) -> Group:
    wishes = tuple(HostWish(each, f"test:///{each}", "/pool", 1024) for each in hosts)
    return Group("durand", wishes, (WALLED,), (ImageWish("clinic", NEW),), clinics)


def empty_world(*memory_mib: int) -> World:
    return World(tuple(HostThere(name, mib) for name, mib in zip(HOSTS, memory_mib or (8192,), strict=False)))


@st.composite
def groups(draw: st.DrawFn) -> Group:
    """Any file that reading would let through: doors and sites are each clinic's own."""
    hosts = HOSTS[: draw(st.integers(1, 2))]
    networks = (WALLED, NetworkWish("lan", "nat")) if draw(st.booleans()) else (WALLED,)
    clinics = []
    for name in CLINICS[: draw(st.integers(0, 4))]:
        network = draw(st.sampled_from(networks))
        door = draw(st.sampled_from((2201, 2301))) + CLINICS.index(name) if network.kind == "walled" else None
        others = [each for each in CLINICS[:2] if each != name]
        clinics.append(
            ClinicWish(
                name, name, "clinic", network.name, draw(st.integers(1, 2)), draw(st.sampled_from((512, 1024, 2048))),
                draw(st.integers(4, 6)), door, draw(st.sampled_from((10, 100))),
                host=draw(st.sampled_from((None, *hosts))),
                apart=tuple(draw(st.lists(st.sampled_from(others), max_size=1))),
            )
        )  # fmt: skip
    known = {each.name for each in clinics}
    clinics = [replace(each, apart=tuple(one for one in each.apart if one in known)) for each in clinics]
    wishes = tuple(HostWish(each, "test:///", "/pool", 1024) for each in hosts)
    return Group("durand", wishes, networks, (ImageWish("clinic", NEW),), tuple(clinics))


@st.composite
def worlds(draw: st.DrawFn, group: Group) -> World:
    """Any world: what earlier applies made, whole or not, what hands changed, and what is not ours."""
    return World(tuple(draw(_hosts(group, each.name)) for each in group.hosts))


@st.composite
def _hosts(draw: st.DrawFn, group: Group, name: str) -> HostThere:
    machines: list[MachineThere] = (
        [MachineThere("somebody", None, draw(st.booleans()), 1024)] if draw(st.booleans()) else []
    )
    disks: dict[str, DiskThere] = {}
    seeds: set[str] = set()
    pool = draw(st.sampled_from((None, "durand", "durand", "durand", "other")))
    for clinic in group.clinics:
        full = machine_name(group.name, clinic.name)
        kind = draw(st.sampled_from(("absent", "absent", "begun", "standing", "drifted", "foreign")))
        if kind == "foreign":
            machines.append(MachineThere(full, None, True, 256))
        if pool != "durand" or kind in ("absent", "foreign"):
            continue
        shape = draw(_shapes(wanted_shape(group, clinic)))
        disks[full] = DiskThere(shape.image, shape.disk_gib)
        if kind == "begun":
            seeds |= {full} if draw(st.booleans()) else set()
            continue
        seeds.add(full)
        actual = replace(shape, cpus=shape.cpus + 1) if kind == "drifted" else shape
        machines.append(MachineThere(full, "durand", draw(st.booleans()), shape.memory_mib, shape, actual))
    images = draw(st.sets(st.sampled_from((f"clinic-{OLD}", f"clinic-{NEW}"))))
    half = draw(st.sets(st.sampled_from((f"clinic-{OLD}", f"clinic-{NEW}")))) - images
    stored = (
        PoolThere(pool, draw(st.booleans()), frozenset(images), frozenset(half), disks, frozenset(seeds))
        if pool
        else None
    )
    networks: dict[str, str | None] = draw(
        st.sampled_from(({}, {network_name("durand", "lan"): "durand"}, {network_name("durand", "lan"): None}))
    )
    return HostThere(name, draw(st.sampled_from((2048, 4096, 16384))), stored, networks, tuple(machines))


@st.composite
def _shapes(draw: st.DrawFn, wanted: Shape) -> Shape:
    """What an earlier file may have asked of the same clinic."""
    return replace(
        wanted,
        cpus=draw(st.sampled_from((wanted.cpus, 4))),
        memory_mib=draw(st.sampled_from((wanted.memory_mib, 512))),
        disk_gib=draw(st.sampled_from((wanted.disk_gib, wanted.disk_gib, 3, 9))),
        image=draw(st.sampled_from((wanted.image, f"clinic-{OLD}"))),
    )
