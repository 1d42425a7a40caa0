"""`vpterm sessions`: who is at work on this server now; a word to them; the end of a session."""

from dataclasses import asdict
from datetime import UTC, datetime
from json import dumps
from pathlib import Path
from typing import Annotated

import typer

from vpterm.cli.ground import ground
from vpterm.kernel.ago import length_of
from vpterm.kernel.dates import PARIS
from vpterm.kernel.errors import NotFound, Refused
from vpterm.kernel.i18n import _
from vpterm.terminal.gateway.administration import SessionInfo, ask_gateway, list_sessions
from vpterm.terminal.settings import DoorSettings

app = typer.Typer(help=_("Sessions that are open on this server."), no_args_is_help=True)

Home = Annotated[Path | None, typer.Option(help=_("folder of the installation"))]
AsJson = Annotated[bool, typer.Option(help=_("for programs: JSON on stdout"))]
Who = Annotated[str, typer.Argument(help=_("number of a session, or a login"))]


@app.command("list", help=_("List the open sessions: who, where, by which name, since when, idle for how long, from where."))
def show_all(home: Home = None, json: AsJson = False) -> None:
    sessions = list_sessions(_socket(home))
    if json:
        typer.echo(dumps([asdict(each) for each in sessions], ensure_ascii=False))
        return
    for each in sessions:
        seen = ", ".join(looker.origin for looker in each.onlookers) or _("nobody looks")
        seen += f"  ({_('locked')})" if each.is_locked else ""
        opened = f"{datetime.fromisoformat(each.opened_at).astimezone(PARIS):%d/%m %H:%M}"
        typer.echo(f"{each.number:>5}  {each.login:<20} {each.site_code:<12} {each.name:<14} {opened}  {_idle(each):>8}  {seen}")


@app.command("show", help=_("Show one session whole: its terminals, its worker."))
def show(who: Who, home: Home = None, json: AsJson = False) -> None:
    for each in _chosen(list_sessions(_socket(home)), who):
        if json:
            typer.echo(dumps(asdict(each), ensure_ascii=False))
            continue
        typer.echo(f"{each.number}  {each.login}  {each.site_code}  {each.name}".rstrip())
        if each.is_locked:
            typer.echo(_("locked"))
        typer.echo(_("opened {when}, idle for {idle}, worker {pid}").format(
            when=each.opened_at, idle=_idle(each), pid=each.worker_pid
        ))  # fmt: skip
        for looker in each.onlookers:
            watching = _("watches") if looker.watches else _("types")
            typer.echo(f"  {looker.origin}  {looker.size}  {watching}  {looker.came_at}")


@app.command("message", help=_("Say something on the screen of a session, or of all."))
def message(
    who: Annotated[str, typer.Argument(help=_("number, login, or: all"))], sentence: str, home: Home = None
) -> None:
    if not sentence.strip():
        raise Refused(_("There is nothing to say."))
    path = _socket(home)
    sessions = list_sessions(path)
    for each in sessions if who == "all" else _chosen(sessions, who):
        ask_gateway(path, "tell", number=each.number, sentence=sentence[:500])


@app.command("end", help=_("End a session: its screens close, drafts are kept."))
def end(who: Who, home: Home = None) -> None:
    path = _socket(home)
    for each in _chosen(list_sessions(path), who):
        ask_gateway(path, "end", number=each.number)


def _socket(home: Path | None) -> Path:
    return DoorSettings(state_folder=ground(home).installation.home).control_path


def _chosen(sessions: list[SessionInfo], who: str) -> list[SessionInfo]:
    """The session of this number, or all of this login."""
    found = [each for each in sessions if who in (str(each.number), each.login)]
    if not found:
        raise NotFound(_("“{who}” has no open session here.").format(who=who), _("See the list: vpterm sessions list"))
    return found


def _idle(session: SessionInfo) -> str:
    """How long nobody has typed: "12 s", "4 min", "3 h"."""
    return length_of(datetime.fromisoformat(session.typed_at), datetime.now(UTC))
