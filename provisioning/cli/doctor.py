"""`doctor`: whether the hosts of the file are fit."""

import shutil
from dataclasses import asdict
from json import dumps

import typer

from provisioning.cli.exits import UNFIT
from provisioning.cli.ground import GROUP_FILE, AsJson, TheFile, host_class
from provisioning.doctor.findings import Finding, is_fit
from provisioning.doctor.rules import judge_host, judge_programs, judge_unreachable
from provisioning.errors import Unreachable
from provisioning.group.model import Group, HostWish
from provisioning.group.reading import read_group
from provisioning.images.building import NEEDED

THIS_COMPUTER = Group("doctor", (HostWish("here", "qemu:///system", "/var/lib", 0),), (), (), ())


def doctor(file: TheFile = GROUP_FILE, json: AsJson = False) -> None:
    """Examine the hosts of the file, or this computer where there is no file: each check a sentence."""
    group = read_group(file) if file.exists() or file != GROUP_FILE else THIS_COMPUTER
    findings = [judge_programs(tuple(each for each in NEEDED if shutil.which(each) is None))]
    for wish in group.hosts:
        findings += _examine(wish, group)
    if json:
        typer.echo(dumps([asdict(each) for each in findings]))
    else:
        for each in findings:
            typer.echo(
                f"{each.grade:<8} {each.host:<10} {each.sentence}"
                + (f"\n{'':<8} → {each.advice}" if each.advice else "")
            )
    if not is_fit(findings):
        raise typer.Exit(UNFIT)


def _examine(wish: HostWish, group: Group) -> list[Finding]:
    connect = host_class()
    from provisioning.host.facts import facts_of

    try:
        host = connect(wish)
    except Unreachable as failure:
        return [judge_unreachable(wish.name, wish.uri, str(failure.__cause__))]
    try:
        return list(judge_host(facts_of(host, group)))
    finally:
        host.close()
