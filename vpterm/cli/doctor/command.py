"""`vpterm doctor` examines the installation here; `vpterm doctor line` the line to a server."""

from json import dumps
from pathlib import Path
from typing import Annotated

import typer

from vpterm.cli.doctor.findings import Finding, Grade, is_sound
from vpterm.cli.doctor.report import examine
from vpterm.cli.exits import UNSOUND
from vpterm.cli.ground import ground
from vpterm.kernel.i18n import N_, _

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
