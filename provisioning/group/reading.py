"""From the text of a group.toml to a Group, or to all that is wrong with it, each with line and key."""

import re
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from provisioning.errors import Complaint, FileWrong, NotThere
from provisioning.group import values
from provisioning.group.model import WALLED, ClinicWish, Group, HostWish, ImageWish, NetworkWish
from provisioning.group.positions import lines_of_keys
from provisioning.group.tables import Complaints, Table

DEFAULT_STORAGE = "/var/lib/vpterm-machines"
DEFAULT_RESERVE_MIB = 1024
DEFAULT_START_ORDER = 100
_AT_LINE = re.compile(r" \(at line (\d+), column \d+\)$")


def read_group(path: Path) -> Group:
    """Read a group.toml. Raises FileWrong with every fault, NotThere when it cannot be read at all."""
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as failure:
        raise NotThere(f"{path} cannot be read: {failure}") from failure
    return parse_group(text, str(path))


def parse_group(text: str, path: str = "group.toml") -> Group:
    """As read_group, of a text."""
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as failure:
        at = _AT_LINE.search(str(failure))
        line = int(at[1]) if at else len(text.splitlines()) or 1
        raise FileWrong(path, [Complaint(line, "TOML", _AT_LINE.sub("", str(failure)))]) from failure
    complaints = Complaints(lines_of_keys(text))
    group = _group(content, complaints)
    if not complaints:
        _check_together(group, complaints)
    if complaints:
        raise FileWrong(path, sorted(complaints, key=lambda each: each.line))
    return group


def _group(content: dict[str, Any], complaints: Complaints) -> Group:
    with Table(content, (), complaints) as file:
        name = file.take("name", values.name)
        hosts = [_host(key, table) for key, table in file.tables("hosts")]
        networks = [_network(key, table) for key, table in file.tables("networks", needed=False)]
        images = [ImageWish(key, table.take("version", values.version)) for key, table in file.tables("images")]
        clinics = [_clinic(key, table) for key, table in file.tables("clinics", needed=False)]
    if all(each.name != WALLED for each in networks):
        networks.insert(0, NetworkWish(WALLED, "walled"))
    return Group(name, tuple(hosts), tuple(networks), tuple(images), tuple(clinics))


def _host(name: str, table: Table) -> HostWish:
    return HostWish(
        name,
        uri=table.take("uri", values.text),
        storage=table.take("storage", values.folder, DEFAULT_STORAGE),
        reserve_mib=table.take("reserve", values.reserve_mib, DEFAULT_RESERVE_MIB),
    )


def _network(name: str, table: Table) -> NetworkWish:
    kind = table.take("kind", values.kind)
    subnet = table.take("subnet", values.subnet, None)
    if kind == "nat" and subnet is None:
        table.complain('is missing: a "nat" network needs one', "subnet")
    if kind == "walled" and subnet is not None:
        table.complain('is not for a "walled" network, where each machine is alone', "subnet")
    return NetworkWish(name, "nat" if kind == "nat" else "walled", subnet)


def _clinic(name: str, table: Table) -> ClinicWish:
    return ClinicWish(
        name,
        site=table.take("site", values.name, name),
        template=table.take("template", values.name),
        network=table.take("network", values.name, WALLED),
        cpus=table.take("cpus", values.count, 1),
        memory_mib=table.take("memory", values.memory_mib),
        disk_gib=table.take("disk", values.disk_gib),
        door=table.take("door", values.port, None),
        start_order=table.take("start", values.order, DEFAULT_START_ORDER),
        host=table.take("host", values.name, None),
        apart=table.take("apart", values.names, ()),
    )


def _check_together(group: Group, complaints: Complaints) -> None:
    """What one part says of another: names that exist, doors that are free."""
    known = {each.name for each in group.clinics}
    doors: dict[int, str] = {}
    sites: dict[str, str] = {}
    for clinic in group.clinics:
        path = ("clinics", clinic.name)
        _must_be_known(complaints, (*path, "template"), clinic.template, {each.template for each in group.images})
        _must_be_known(complaints, (*path, "network"), clinic.network, {each.name for each in group.networks})
        if clinic.host is not None:
            _must_be_known(complaints, (*path, "host"), clinic.host, {each.name for each in group.hosts})
        for other in clinic.apart:
            _must_be_known(complaints, (*path, "apart"), other, known - {clinic.name})
        walled = clinic.network in {each.name for each in group.networks if each.kind == "walled"}
        if walled and clinic.door is None:
            complaints.add((*path, "door"), "is missing: nobody could come in")
        if not walled and clinic.door is not None:
            complaints.add((*path, "door"), "is for walled networks; on this one the machine has an address of its own")
        if clinic.door is not None and doors.setdefault(clinic.door, clinic.name) != clinic.name:
            complaints.add((*path, "door"), f"{clinic.door} is already the door of {doors[clinic.door]}")
        if sites.setdefault(clinic.site, clinic.name) != clinic.name:
            complaints.add((*path, "site"), f"{clinic.site} is already the site of {sites[clinic.site]}")


def _must_be_known(complaints: Complaints, path: tuple[str, ...], name: str, known: Iterable[str]) -> None:
    if name not in known:
        complaints.add(path, f"{name!r} is not in this file; there are: {', '.join(sorted(known)) or 'none'}")
