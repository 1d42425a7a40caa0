"""`vpterm doctor` examines the installation here; `vpterm doctor line` the line to a server."""

import asyncio
from dataclasses import asdict
from json import dumps
from pathlib import Path
from typing import Annotated

import typer

from vpterm.cli.doctor.findings import Finding, Grade, is_sound
from vpterm.cli.doctor.rules_line import judge_line, quality_of
from vpterm.cli.exits import UNSOUND
from vpterm.cli.ground import ground, narrate
from vpterm.kernel.errors import Refused
from vpterm.kernel.i18n import N_, _
from vpterm.terminal.settings import DoorSettings

app = typer.Typer(help=_("Examine this installation, or the line to a server."), invoke_without_command=True)

Home = Annotated[Path | None, typer.Option(help=_("folder of the installation"))]
AsJson = Annotated[bool, typer.Option(help=_("for programs: JSON on stdout"))]
_GRADES = {Grade.OK: N_("ok"), Grade.CAREFUL: N_("careful"), Grade.WRONG: N_("wrong")}


@app.callback(help=_("Examine this installation: each check a sentence; exit code 1 when something is wrong."))
def doctor(
    context: typer.Context, home: Home = None, host: str = "127.0.0.1", port: int = 8022, json: AsJson = False
) -> None:
    if context.invoked_subcommand is not None:
        return
    from vpterm.cli.doctor.report import examine  # asks what Windows has not; a workstation there may measure a line

    findings = list(examine(ground(home), host, port))
    if json:
        typer.echo(dumps([finding.to_json() for finding in findings], ensure_ascii=False))
    else:
        for finding in findings:
            show(finding)
    if not is_sound(findings):
        raise typer.Exit(UNSOUND)


def show(finding: Finding) -> None:
    """A line for the sentence, one for what to do."""
    typer.echo(f"{_(_GRADES[finding.grade]):<10} {finding.sentence}")
    if finding.advice:
        typer.echo(f"{'':<10} → {finding.advice}")


@app.command("line", help=_("Measure the line from this machine to a server's door, for some 15 seconds."))
def line(
    server: Annotated[str, typer.Argument(metavar="HOST[:PORT]")],
    login: Annotated[str, typer.Option(help=_("your login; asked for when not given"))] = "",
    key: Annotated[list[Path] | None, typer.Option(help=_("private key to come in with"))] = None,
    known_hosts: Annotated[Path | None, typer.Option(help=_("file of known servers"))] = None,
    json: AsJson = False,
) -> None:
    from vpterm.terminal.line.client import measure_line  # asyncssh, which no other command needs at its start

    host, port = address_of(server)
    narrate(_("Measuring for some 15 seconds…"))
    measures = asyncio.run(
        measure_line(
            host, port, login or typer.prompt(_("Login"), err=True), ask=_ask,
            known_hosts=str(known_hosts) if known_hosts else None,
            client_keys=[str(path) for path in key] if key else None,
        )
    )  # fmt: skip
    quality = quality_of(measures)
    findings = list(judge_line(quality))
    if json:
        numbers = asdict(quality) if quality is not None else None
        typer.echo(dumps({"line": numbers, "findings": [each.to_json() for each in findings]}, ensure_ascii=False))
    else:
        for finding in findings:
            show(finding)
    if not is_sound(findings):
        raise typer.Exit(UNSOUND)


def _ask(what: str) -> str:
    answer: str = typer.prompt(what, hide_input=True, err=True)
    return answer


def address_of(server: str) -> tuple[str, int]:
    """Host and port of "clinic.example", "clinic.example:22", "[2001:db8::1]:22" or "2001:db8::1"."""
    host, colon, port = server.rpartition(":")
    if not colon or (":" in host and not host.endswith("]")):
        host, port = server, str(DoorSettings.port)
    if not port.isdigit() or not 0 < int(port) < 65536 or not host.strip("[]"):
        raise Refused(_("“{server}” is no address of a server.").format(server=server), _("Write HOST or HOST:PORT."))
    return host.strip("[]"), int(port)
