"""`vpterm housekeeping`: forgets what is kept for a set time only. For a timer, once a week."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

from vpterm.cli.ground import Ground, at_work
from vpterm.database import roles
from vpterm.database.engine import Database
from vpterm.kernel.i18n import _, ngettext
from vpterm.practice.staff.forgetting import CHANGES_KEPT, LOGINS_KEPT, forget_identity_changes, forget_logins


def housekeeping(
    logins_days: Annotated[int, typer.Option(help=_("how long attempts to come in are kept"))] = LOGINS_KEPT.days,
    changes_days: Annotated[
        int, typer.Option(help=_("how long changes of passwords, keys and codes are kept"))
    ] = CHANGES_KEPT.days,
    home: Path | None = None,
) -> None:
    """Delete what is older, and say how much it was."""
    with at_work(home) as standing:
        logins, changes = asyncio.run(_forget(standing, timedelta(days=logins_days), timedelta(days=changes_days)))
    typer.echo(ngettext("{n} login forgotten", "{n} logins forgotten", logins).format(n=logins))
    typer.echo(
        ngettext("{n} change of identity forgotten", "{n} changes of identity forgotten", changes).format(n=changes)
    )


async def _forget(standing: Ground, logins: timedelta, changes: timedelta) -> tuple[int, int]:
    database, now = Database(standing.url(roles.OWNER)), datetime.now(UTC)
    try:
        return (
            await forget_logins(database, now=now, kept_for=logins),
            await forget_identity_changes(database, now=now, kept_for=changes),
        )
    finally:
        await database.close()
