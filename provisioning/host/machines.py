"""What is done to one machine by name: destroyed, started, stopped, looked at."""

from dataclasses import dataclass
from json import dumps
from typing import Any

import libvirt
import libvirt_qemu

from provisioning.errors import NotThere, Refused
from provisioning.host.connection import Host, domain, speaking_to
from provisioning.host.pools import DISK, SEED, find_pool
from provisioning.xml.domain import Domain

_UNDEFINE = (
    libvirt.VIR_DOMAIN_UNDEFINE_MANAGED_SAVE
    | libvirt.VIR_DOMAIN_UNDEFINE_SNAPSHOTS_METADATA
    | libvirt.VIR_DOMAIN_UNDEFINE_CHECKPOINTS_METADATA
)
_POWER_OFF = dumps({"execute": "guest-exec", "arguments": {"path": "/usr/bin/systemctl", "arg": ["poweroff"]}})
_AGENT_SECONDS = 15
_STATES = {
    libvirt.VIR_DOMAIN_RUNNING: "running",
    libvirt.VIR_DOMAIN_BLOCKED: "running",
    libvirt.VIR_DOMAIN_PAUSED: "paused",
    libvirt.VIR_DOMAIN_SHUTDOWN: "stopping",
    libvirt.VIR_DOMAIN_SHUTOFF: "off",
    libvirt.VIR_DOMAIN_CRASHED: "crashed",
}


@dataclass(frozen=True, slots=True)
class MachineState:
    """One machine now. `resident_mib`: memory that it really takes on its host, 0 when off."""

    state: str
    resident_mib: int


def owned(host: Host, group: str, name: str) -> Any:
    """libvirt's domain, or None when there is none. Raises Refused when it is not the group's."""
    handle = domain(host, name)
    if handle is not None:
        mark = Domain.from_xml(handle.XMLDesc()).mark
        if mark is None or mark.group != group:
            raise Refused(f"the machine {name} of {host.name} was not made for this group", "It is left alone.")
    return handle


def destroy(host: Host, group: str, name: str) -> bool:
    """Remove a machine with its disk and seed; False when nothing of it was there. Killed, it can be asked again."""
    with speaking_to(host, f"destroying {name}"):
        handle, pool = owned(host, group, name), find_pool(host, group)
        files = [each for each in (name + DISK, name + SEED) if pool is not None and pool.volume(each) is not None]
        if handle is not None:
            if handle.isActive():
                handle.destroy()
            handle.undefineFlags(_UNDEFINE)
        for each in files:
            if pool is not None:
                pool.remove(each)
        return handle is not None or bool(files)


def start(host: Host, group: str, name: str) -> None:
    with speaking_to(host, f"starting {name}"):
        handle = _there(host, group, name)
        if not handle.isActive():
            handle.create()


def stop(host: Host, group: str, name: str) -> None:
    """Ask the machine's system to end. By its agent: our images have nobody who listens to a power button."""
    with speaking_to(host, f"stopping {name}"):
        handle = _there(host, group, name)
        if handle.isActive():
            libvirt_qemu.qemuAgentCommand(handle, _POWER_OFF, _AGENT_SECONDS, 0)


def look_at(host: Host, group: str, name: str) -> MachineState | None:
    """How a machine is; None when it is not there."""
    with speaking_to(host, f"looking at {name}"):
        handle = owned(host, group, name)
        if handle is None:
            return None
        resident_kib = handle.memoryStats().get("rss", 0) if handle.isActive() else 0
        return MachineState(_STATES.get(handle.state()[0], "unknown"), resident_kib // 1024)


def _there(host: Host, group: str, name: str) -> Any:
    handle = owned(host, group, name)
    if handle is None:
        raise NotThere(f"there is no machine {name} on {host.name}", "See: vpterm-provision status")
    return handle
