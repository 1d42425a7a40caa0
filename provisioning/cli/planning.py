"""`plan`, `apply` and `destroy`: the file made true."""

from json import dumps
from threading import Lock
from typing import TYPE_CHECKING, Annotated, Any

import typer

from provisioning.cli.exits import CHANGES, REFUSED
from provisioning.cli.ground import GROUP_FILE, AsJson, File, Home, Name, TheFile, connected, ground, narrate
from provisioning.errors import NotThere, Refused
from provisioning.group.model import Group
from provisioning.group.reading import read_group
from provisioning.plan.making import make_plan
from provisioning.plan.names import machine_name
from provisioning.plan.steps import Plan, Remark, Step
from provisioning.plan.world import World

if TYPE_CHECKING:
    from provisioning.host.connection import Host

Overwrite = Annotated[list[str] | None, typer.Option(help="a clinic whose changes by hand may be put back")]


def plan(
    file: TheFile = GROUP_FILE,
    overwrite: Overwrite = None,
    check: Annotated[bool, typer.Option(help=f"exit code {CHANGES} when there is something to do")] = False,
    json: AsJson = False,
) -> None:
    """Show what is missing between the file and the hosts. Changes nothing."""
    group = read_group(file)
    with connected(group) as hosts:
        made = _plan(group, hosts, overwrite)
    typer.echo(dumps(_as_json(made), ensure_ascii=False) if json else _in_lines(made))
    if made.refusals:
        raise typer.Exit(REFUSED)
    if check and made.steps:
        raise typer.Exit(CHANGES)


def apply(file: TheFile = GROUP_FILE, home: Home = None, overwrite: Overwrite = None, json: AsJson = False) -> None:
    """Make the hosts as the file says. Again changes nothing; killed, it goes on."""
    from provisioning.host.applying import alone, apply_plan
    from provisioning.host.carrying_out import Site, in_words

    group, base = read_group(file), ground(home)
    with connected(group) as hosts, alone(base.folder(group)):
        made = _plan(group, hosts, overwrite)
        for each in made.notes:
            narrate(_remark(each))
        if made.refusals:
            raise _refusal(made)
        sites = {name: Site(group.name, host, base.images, base.keyring(group)) for name, host in hosts.items()}
        telling, done = Lock(), []

        def tell(step: Step) -> None:
            with telling:
                done.append(step)
                narrate(f"[{len(done)}/{len(made.steps)}] {step.host}: {in_words(step)}")

        try:
            apply_plan(made, sites, tell)
        finally:
            base.keyring(group).pin(machine_name(group.name, each.name) for each in group.clinics)
    if not made.steps:
        narrate("There was nothing to do.")
    if json:
        typer.echo(dumps(_as_json(made), ensure_ascii=False))


def destroy(
    name: Name,
    file: File = GROUP_FILE,
    home: Home = None,
    yes: Annotated[str, typer.Option(help="the name once more, for scripts: nothing is asked then")] = "",
) -> None:
    """Remove a clinic's machine with all that is on its disk. Asks for its name."""
    from provisioning.host.applying import alone
    from provisioning.host.machines import destroy as destroy_machine

    group, base = read_group(file), ground(home)
    if not yes:
        narrate(f"All that is on the disk of {name} goes with it.")
        yes = typer.prompt("Its name, to go on", err=True)
    if yes != name:
        raise Refused(f"nothing was destroyed: “{yes}” is not “{name}”")
    full = machine_name(group.name, name)
    with connected(group) as hosts, alone(base.folder(group)):
        removed = [name for name, host in hosts.items() if destroy_machine(host, group.name, full)]
        if not removed:
            raise NotThere(f"there is nothing of {name} on {', '.join(hosts)}", "See: vpterm-provision status")
        base.keyring(group).forget(full)
        base.keyring(group).pin(machine_name(group.name, each.name) for each in group.clinics)
    narrate(f"{name} is gone.")


def _plan(group: Group, hosts: dict[str, "Host"], overwrite: list[str] | None) -> Plan:
    from provisioning.host.survey import survey

    world = World(tuple(survey(host, group.name) for host in hosts.values()))
    return make_plan(group, world, frozenset(overwrite or ()))


def _refusal(made: Plan) -> Refused:
    return Refused("nothing was done:\n" + "\n".join(_remark(each) for each in made.refusals))


def _in_lines(made: Plan) -> str:
    lines = [f"{step.host:<10} {_kind(step):<16} {step.target:<28} {step.reason}" for step in made.steps]
    lines += [f"refused: {_remark(each)}" for each in made.refusals]
    lines += [f"note: {_remark(each)}" for each in made.notes]
    return "\n".join(lines) or "The hosts are as the file says."


def _remark(each: Remark) -> str:
    return f"{each.target}: {each.sentence}" + (f"\n    → {each.advice}" if each.advice else "")


def _kind(step: Step) -> str:
    """ "make-disk": MakeDisk as programs and people read it."""
    name = type(step).__name__
    return "".join(f"-{each.lower()}" if each.isupper() else each for each in name).lstrip("-")


def _as_json(made: Plan) -> dict[str, Any]:
    remarks = {
        kind: [{"target": each.target, "sentence": each.sentence, "advice": each.advice} for each in found]
        for kind, found in (("refusals", made.refusals), ("notes", made.notes))
    }
    steps = [
        {"host": step.host, "step": _kind(step), "target": step.target, "reason": step.reason} for step in made.steps
    ]
    return {"steps": steps, **remarks}
