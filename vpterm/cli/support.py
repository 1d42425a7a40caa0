"""`vpterm support`: the trail of who looked into whose session; what waits for a second person; approving it."""

import asyncio
from dataclasses import asdict
from json import dumps
from pathlib import Path
from typing import Annotated

import typer

from vpterm.cli.ground import at_work, ground
from vpterm.kernel.dates import format_moment
from vpterm.kernel.i18n import _
from vpterm.practice.support.queries import EventRow, list_events
from vpterm.practice.support.rules import HAPPENING_LABELS
from vpterm.terminal.gateway.administration import ask_gateway
from vpterm.terminal.settings import DoorSettings

app = typer.Typer(help=_("Support in people's sessions: what was asked, granted, done."), no_args_is_help=True)

Home = Annotated[Path | None, typer.Option(help=_("folder of the installation"))]
AsJson = Annotated[bool, typer.Option(help=_("for programs: JSON on stdout"))]


@app.command("list", help=_("Print the trail, newest first: who, whom, where, when, why, how long, what was granted."))
def show(home: Home = None, json: AsJson = False, most: int = 100) -> None:
    async def read() -> list[EventRow]:
        async with standing.management() as context:
            return await list_events(context.database, most=most)

    with at_work(home) as standing:
        rows = asyncio.run(read())
    if json:
        typer.echo(dumps([asdict(row) for row in rows], ensure_ascii=False, default=str))
        return
    for row in rows:
        typer.echo(_line(row))


def _line(row: EventRow) -> str:
    facts = [row.reach, f"{row.minutes} min" if row.minutes is not None else ""]
    facts += ["+ " + _("names") if row.sees_private else "", f"{row.lasted_s} s" if row.lasted_s is not None else ""]
    facts.append(row.detail)
    told = " ".join(fact for fact in facts if fact)
    what = f"{_(HAPPENING_LABELS[row.kind]):<26}"
    who = f"{row.supporter:<16} {row.person:<16} {row.site_code:<10}"
    when = format_moment(row.happened_at)
    return f"{row.request_id:>6}  {when}  {who} {what} {row.by:<16} {told}  {row.reason}".rstrip()


@app.command("waiting", help=_("List the requests without consent that wait for a second person."))
def waiting(home: Home = None, json: AsJson = False) -> None:
    found = ask_gateway(_socket(home), "support.waiting")
    if json:
        typer.echo(dumps(found, ensure_ascii=False))
        return
    for one in found:
        typer.echo(f"{one['number']:>6}  {one['supporter']:<16} {one['person']:<16} {one['site']:<10} {one['reason']}")


@app.command("approve", help=_("Approve a request without consent, as a second person of the management, by password."))
def approve(
    number: int, login: Annotated[str, typer.Option(prompt=True, help=_("who approves"))], home: Home = None
) -> None:
    password: str = typer.prompt(_("Password"), hide_input=True, err=True)
    code: str = typer.prompt(_("Code (Enter without one)"), default="", show_default=False, err=True)
    ask_gateway(_socket(home), "support.approve", request=str(number), login=login, password=password, code=code)


def _socket(home: Path | None) -> Path:
    return DoorSettings(state_folder=ground(home).installation.home).control_path
