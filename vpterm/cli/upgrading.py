"""`vpterm upgrade`: the release of this environment takes over from the one that serves, while people work."""

import time
from datetime import datetime
from json import dumps
from pathlib import Path
from typing import Annotated, Any

import typer

from vpterm.cli.ground import Ground, ground, narrate, pending_after, require_expanding
from vpterm.database import roles
from vpterm.kernel.dates import PARIS
from vpterm.kernel.errors import Refused, VptermError
from vpterm.kernel.i18n import _, ngettext
from vpterm.migrations.history import current_revision, newest_revision
from vpterm.migrations.history import upgrade as migrate
from vpterm.terminal.gateway.administration import ask_gateway
from vpterm.terminal.release import Release, own_python, own_release
from vpterm.terminal.settings import DoorSettings

_LOOK_S = 0.2
_LONGEST_S = 180.0


def upgrade(
    now: Annotated[bool, typer.Option(help=_("move those who are at work too, in a pause of their typing"))] = False,
    again: Annotated[bool, typer.Option(help=_("fresh workers even of the release that serves already"))] = False,
    status: Annotated[bool, typer.Option(help=_("only show which releases serve, and whom"))] = False,
    json: Annotated[bool, typer.Option(help=_("for programs: JSON on stdout"))] = False,
    home: Path | None = None,
) -> None:
    """Newcomers go to this release at once; who is at work moves when they leave, or in the end."""
    standing = ground(home)
    door = DoorSettings(state_folder=standing.installation.home).control_path
    serving = _status(door)
    if not status:
        if again or _newest(serving).code != own_release().code:
            _take_over(standing, door, now=now)
        else:
            narrate(_("This release serves already."))
            if now:
                ask_gateway(door, "upgrade.move")
        serving = _status(door)
    if json:
        typer.echo(dumps(serving, ensure_ascii=False))
    else:
        for line in describe(serving):
            typer.echo(line)


def _take_over(standing: Ground, door: Path, *, now: bool) -> None:
    """Load, migrate, switch: whatever fails, the release that serves goes on serving."""
    owner = standing.url(roles.OWNER)
    here = current_revision(owner)
    require_expanding(here)
    if ask_gateway(door, "upgrade.load", python=own_python()) is not True:
        raise Refused(_("Another upgrade is under way."), _("Look at it with: vpterm upgrade --status"))
    _wait_until(door, "loaded")
    if pending_after(here):
        migrate(owner)
        narrate(_("The schema is the newest ({revision}).").format(revision=newest_revision()))
    ask_gateway(door, "upgrade.switch", now=now)
    _wait_until(door, "idle")


def _wait_until(door: Path, phase: str) -> None:
    until = time.monotonic() + _LONGEST_S
    while (seen := _status(door))["phase"] != phase:
        if seen["phase"] == "failed":
            raise VptermError(_("The new release does not start; the one before it goes on serving."), seen["why"])
        if time.monotonic() > until:
            raise VptermError(
                _("The server does not come to an end with it."), _("Look at it with: vpterm upgrade --status")
            )
        time.sleep(_LOOK_S)


def _status(door: Path) -> dict[str, Any]:
    answer: dict[str, Any] = ask_gateway(door, "upgrade.status")
    return answer


def _newest(serving: dict[str, Any]) -> Release:
    return Release.from_json(serving["generations"][-1]["release"])


def describe(serving: dict[str, Any]) -> list[str]:
    """The releases that serve, newest first, each with its people; and what the gateway itself runs."""
    lines = [_line(each) for each in reversed(serving["generations"])]
    if serving["phase"] in ("loading", "loaded", "trying"):
        lines.append(_("A release is being loaded."))
    if serving["phase"] == "failed":
        lines.append(_("The last upgrade failed: {why}").format(why=serving["why"]))
    if serving["gateway_is_older"]:
        lines.append(
            _("The gateway itself still runs {release}. What is new in it comes with its next restart.").format(
                release=Release.from_json(serving["gateway"])
            )
        )
        lines.append(
            _("A restart takes some seconds: lines break, and people come back to their places (docs/operations).")
        )
    return lines


def _line(generation: dict[str, Any]) -> str:
    sessions = generation["sessions"]
    people = ngettext("{n} session", "{n} sessions", sessions).format(n=sessions)
    workers = ngettext("{n} worker", "{n} workers", len(generation["workers"])).format(n=len(generation["workers"]))
    role = _("takes newcomers")
    if generation["moves_at"]:
        at = datetime.fromisoformat(generation["moves_at"]).astimezone(PARIS)
        role = _("is drained until {moment}").format(moment=f"{at:%d/%m %H:%M}")
    return f"{Release.from_json(generation['release'])}  {people}, {workers}  {role}  {generation['python']}"
