"""From the shape of a machine to its <domain>, and back from a domain to the shape that it has."""

import re
from dataclasses import dataclass, replace
from uuid import UUID

from provisioning.plan.names import admin_port, network_name
from provisioning.plan.world import Shape
from provisioning.xml.domain import Channel, Disk, Domain, Firmware, FirmwareEntry, Graphics, Interface, Serial
from provisioning.xml.marks import MachineMark, our_uuid

PEOPLE, ADMINISTRATORS = 8022, 22  # the two doors, inside the machine
SEED_CREDENTIAL = "opt/io.systemd.credentials/tmpfiles.extra"
_DOOR = re.compile(r"hostfwd=tcp:0\.0\.0\.0:(\d+)-:8022\b")


@dataclass(frozen=True, slots=True)
class Ground:
    """What of a host goes into the definition of a machine: paths of its files, and whether it has KVM."""

    disk: str
    seed: str
    kernel: str
    initrd: str
    kvm: bool


def domain_of(group: str, name: str, shape: Shape, ground: Ground) -> Domain:
    """The definition of a machine."""
    uuid = our_uuid(name)
    nat = shape.door is None
    return Domain(
        kind="kvm" if ground.kvm else "qemu",
        name=name,
        uuid=str(uuid),
        title=f"vpterm, {shape.site}",
        mark=MachineMark.of(group, shape),
        memory_unit="MiB",
        memory=shape.memory_mib,
        cpus=shape.cpus,
        firmware=Firmware(kind="fwcfg", entries=(FirmwareEntry(name=SEED_CREDENTIAL, path=ground.seed),)),
        os_type="hvm",
        architecture="x86_64",
        machine="q35",
        kernel=ground.kernel,
        initrd=ground.initrd,
        command_line=_command_line(name.partition(".")[2], uuid, nat),
        acpi=True,
        translation_cache_unit=None if ground.kvm else "MiB",
        translation_cache=None if ground.kvm else 32,  # measured: 235 MB of memory instead of 694, no slower
        cpu_mode="host-passthrough" if ground.kvm else "maximum",
        clock="utc",
        on_poweroff="destroy",
        on_reboot="restart",
        on_crash="restart",
        disks=(_disk(ground.disk),),
        interfaces=(_card(network_name(group, shape.network)),) if nat else (),
        serials=(Serial(kind="pty", port=0),),
        channels=(Channel(kind="unix", target="virtio", name="org.qemu.guest_agent.0"),),
        graphics=(Graphics(kind="vnc", autoport="yes", listen="127.0.0.1"),),
        video="vga",
        balloon="virtio",
        random_model="virtio",
        random_kind="random",
        random_source="/dev/urandom",
        arguments=() if shape.door is None else _walled(shape.door),
    )


def shape_of(domain: Domain, disk_gib: int) -> Shape | None:
    """What a marked machine is now; what only its mark can tell is taken from there. None without a whole mark."""
    recorded = domain.mark.shape() if domain.mark else None
    if recorded is None:
        return None
    found = next((each for each in map(_DOOR.search, domain.arguments) if each), None)
    network = recorded.network
    if domain.interfaces:
        network = (domain.interfaces[0].network or "").partition(".")[2]
    return replace(
        recorded,
        cpus=domain.cpus or 0,
        memory_mib=domain.memory_mib,
        disk_gib=disk_gib,
        door=int(found[1]) if found else None,
        network=network,
    )


def _command_line(hostname: str, uuid: UUID, nat: bool) -> str:
    """The kernel's: it names the machine before anything is read from its disk."""
    address = "vpterm.address=dhcp" if nat else "vpterm.address=10.0.2.15/24"
    return (
        f"root=/dev/vda quiet console=ttyS0 net.ifnames=0 systemd.hostname={hostname} "
        f"systemd.machine_id={uuid.hex} {address}"
    )


def _disk(path: str) -> Disk:
    return Disk(
        kind="file", device="disk", format_name="qemu", format="qcow2", discard="unmap", path=path, target="vda",
        bus="virtio",
    )  # fmt: skip


def _card(network: str) -> Interface:
    return Interface(kind="network", network=network, model="virtio", isolated="yes")


def _walled(door: int) -> tuple[str, ...]:
    """A network of the machine's own QEMU: nothing leaves it, two doors lead in. libvirt 9 has no element for it."""
    doors = f"hostfwd=tcp:0.0.0.0:{door}-:{PEOPLE},hostfwd=tcp:127.0.0.1:{admin_port(door)}-:{ADMINISTRATORS}"
    return (
        "-netdev", f"user,id=walled,restrict=on,ipv6=off,{doors}",
        "-device", "virtio-net-pci,netdev=walled,romfile=,bus=pcie.0,addr=0x10",
    )  # fmt: skip
