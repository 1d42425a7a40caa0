"""`status`, `start`, `stop`, `ssh`: machines by name."""

import os
from json import dumps
from typing import TYPE_CHECKING, Annotated, Any

import typer

from provisioning.cli.ground import GROUP_FILE, AsJson, File, Home, Name, TheFile, clinic_named, connected, ground
from provisioning.errors import NotThere, Refused
from provisioning.group.model import Group
from provisioning.group.reading import read_group
from provisioning.plan.names import admin_port, machine_name

if TYPE_CHECKING:
    from provisioning.host.connection import Host


def status(file: TheFile = GROUP_FILE, json: AsJson = False) -> None:
    """Show each clinic: its host, whether it runs, its memory, its door, its image."""
    group = read_group(file)
    with connected(group) as hosts:
        rows = _rows(group, hosts)
    if json:
        typer.echo(dumps(rows, ensure_ascii=False))
        return
    for row in rows:
        memory = f"{row['resident_mib']}/{row['memory_mib']} MiB" if row["memory_mib"] else "-"
        typer.echo(
            f"{row['clinic']:<20} {row['host'] or '-':<10} {row['state']:<9} {memory:>14}  "
            f"{row['door'] or '-':>5}  {row['image'] or '-'}"
        )


def start(name: Name, file: File = GROUP_FILE) -> None:
    """Power a clinic's machine on."""
    from provisioning.host.machines import start as start_machine

    group = read_group(file)
    full = machine_name(group.name, clinic_named(group, name).name)
    with connected(group) as hosts:
        start_machine(_home_of(group, hosts, full), group.name, full)


def stop(name: Name, file: File = GROUP_FILE) -> None:
    """Ask a clinic's machine to end. The next apply starts it again."""
    from provisioning.host.machines import stop as stop_machine

    group = read_group(file)
    full = machine_name(group.name, clinic_named(group, name).name)
    with connected(group) as hosts:
        stop_machine(_home_of(group, hosts, full), group.name, full)


def ssh(
    name: Name,
    command: Annotated[list[str] | None, typer.Argument(help="run this, and no shell")] = None,
    file: File = GROUP_FILE,
    home: Home = None,
) -> None:
    """Come in as administrator, from the host itself: by key, to the pinned host key and no other."""
    group = read_group(file)
    clinic, keyring = clinic_named(group, name), ground(home).keyring(group)
    if clinic.door is None:
        raise Refused(f"{name} has no door on its host: it has an address of its own")
    full = machine_name(group.name, name)
    if not keyring.private_path(full).exists():
        raise NotThere(f"no host key of {name} is pinned here", "Was it applied from this computer? See: --home")
    arguments = [
        "ssh", "-F", "/dev/null", "-p", str(admin_port(clinic.door)), "-i", str(keyring.private_path()),
        "-o", "IdentitiesOnly=yes", "-o", f"HostKeyAlias={full}", "-o", "StrictHostKeyChecking=yes",
        "-o", f"UserKnownHostsFile={keyring.known_hosts}", "-o", "GlobalKnownHostsFile=/dev/null",
        "root@127.0.0.1", *(command or ()),
    ]  # fmt: skip
    os.execvp(arguments[0], arguments)  # noqa: S606 - the terminal is ssh's from here on


def _home_of(group: Group, hosts: dict[str, "Host"], full: str) -> "Host":
    from provisioning.host.machines import owned

    for host in hosts.values():
        if owned(host, group.name, full) is not None:
            return host
    raise NotThere(f"{full} is on none of {', '.join(hosts)}", "Make it: vpterm-provision apply")


def _rows(group: Group, hosts: dict[str, "Host"]) -> list[dict[str, Any]]:
    from provisioning.host.machines import look_at
    from provisioning.host.survey import survey

    worlds = {name: survey(host, group.name) for name, host in hosts.items()}
    rows = []
    for clinic in group.clinics:
        full = machine_name(group.name, clinic.name)
        row: dict[str, Any] = {"clinic": clinic.name, "site": clinic.site, "host": None, "state": "absent"}
        row |= {"memory_mib": 0, "resident_mib": 0, "door": clinic.door, "image": None}
        for name, world in worlds.items():
            there = world.machine(full)
            if there is None or there.owner != group.name:
                continue
            now = look_at(hosts[name], group.name, full)
            row |= {"host": name, "memory_mib": there.memory_mib}
            row |= {"state": now.state, "resident_mib": now.resident_mib} if now else {}
            row |= {"door": there.actual.door, "image": there.actual.image} if there.actual else {}
        rows.append(row)
    return rows
