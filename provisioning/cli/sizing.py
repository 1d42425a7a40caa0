"""`size`: how much machine so many clinics need."""

from dataclasses import asdict
from json import dumps
from typing import Annotated

import typer

from provisioning.cli.ground import AsJson
from provisioning.plan.sizing import need_of


def size(
    clinics: Annotated[int, typer.Option(min=1, max=1000)],
    people: Annotated[int, typer.Option(min=1, max=1000, help="at work at once in one clinic")],
    json: AsJson = False,
) -> None:
    """Say how much memory, disk and uplink so many clinics with so many people need, from measured figures."""
    need = need_of(clinics, people)
    if json:
        typer.echo(dumps(asdict(need)))
        return
    typer.echo(f'each machine   memory = "{need.machine_mib} MiB"')
    memory, disk = f"{need.host_mib // 1024} GiB of memory", f"{need.disk_gib} GiB of disk"
    typer.echo(f"the host       {memory}, {disk}, and what the group's database takes")
    typer.echo(f"its uplink     {need.uplink_mbit} Mbit/s while everybody types without a pause")
