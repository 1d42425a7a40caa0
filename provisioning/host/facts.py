"""The facts that the doctor judges."""

import re
import shutil
from pathlib import Path
from urllib.parse import urlsplit

from provisioning.doctor.rules import HostFacts
from provisioning.group.model import Group
from provisioning.host.connection import Host, speaking_to
from provisioning.host.pools import GIB, find_pool
from provisioning.host.survey import survey
from provisioning.plan.placement import free_memory_mib

_MODEL = re.compile(r"<secmodel>\s*<model>(\w+)</model>")


def facts_of(host: Host, group: Group) -> HostFacts:
    """Look at a host for a group. Starts a machine of a moment, to see whether KVM works."""
    there = survey(host, group.name)
    wanted = sum(each.memory_mib for each in group.clinics if each.host in (None, host.name))
    with speaking_to(host, "looking around"):
        version = host.connection.getLibVersion()
        guards = _MODEL.findall(host.connection.getCapabilities())
        return HostFacts(
            host.name,
            host.wish.uri,
            (version // 1_000_000, version // 1000 % 1000, version % 1000),
            host.has_kvm,
            tuple(each for each in guards if each in ("apparmor", "selinux")),
            free_memory_mib(group, there) + sum(each.memory_mib for each in there.machines if each.owner == group.name),
            wanted,
            _storage_gib(host, group),
        )


def _storage_gib(host: Host, group: Group) -> int | None:
    """Of the pool; before it is made, of this computer's disk where the host is this computer."""
    pool = find_pool(host, group.name)
    if pool is not None:
        return int(pool.handle.info()[3]) // GIB
    if urlsplit(host.wish.uri).netloc:
        return None
    folder = Path(host.wish.storage)
    return shutil.disk_usage(next(each for each in (folder, *folder.parents) if each.exists())).free // GIB
