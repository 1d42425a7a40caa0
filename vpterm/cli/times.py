"""`vpterm times`: how long a session may stand still, stand alone and last, by role."""

import asyncio
from typing import Annotated

import typer

from vpterm.cli.ground import at_work, narrate
from vpterm.database.context import Context
from vpterm.kernel.i18n import _
from vpterm.practice.staff.rules import ROLE_LABELS, Role, check_role
from vpterm.practice.staff.session_times import (
    SessionTimes,
    choose_session_times,
    list_session_times,
    read_time,
    show_time,
)

app = typer.Typer(help=_("How long sessions stand still and last, by role."), invoke_without_command=True)


@app.callback()
def show(context: typer.Context) -> None:
    if context.invoked_subcommand:
        return

    async def work() -> dict[Role, SessionTimes]:
        async with standing.management() as management:
            return await list_session_times(management.database)

    with at_work() as standing:
        chosen = asyncio.run(work())
    heads = (_("role"), _("locks after"), _("ends alone after"), _("ends after"))
    typer.echo(f"{heads[0]:<12} {'':<14} {heads[1]:<18} {heads[2]:<18} {heads[3]}")
    for role, times in chosen.items():
        lengths = [show_time(length) for length in (times.lock_after, times.alone, times.longest)]
        typer.echo(f"{role:<12} {_(ROLE_LABELS[role]):<14} {lengths[0]:<18} {lengths[1]:<18} {lengths[2]}")


@app.command("set", help=_("Choose the times of a role (90s, 10m, 14h, never); open sessions follow at once."))
def choose(
    role: str,
    lock: Annotated[str, typer.Option(help=_("without a key until the screen locks"))] = "",
    alone: Annotated[str, typer.Option(help=_("without a key until the session ends"))] = "",
    longest: Annotated[str, typer.Option(help=_("from its opening until the session ends"))] = "",
) -> None:

    async def work() -> SessionTimes:
        async with standing.management() as management:
            return await _choose(management, check_role(role), lock, alone, longest)

    with at_work() as standing:
        times = asyncio.run(work())
    told = _("{role}: locks after {lock}, ends alone after {alone}, ends after {longest}.")
    lengths = {"lock": times.lock_after, "alone": times.alone, "longest": times.longest}
    narrate(told.format(role=role, **{name: show_time(length) for name, length in lengths.items()}))


async def _choose(management: Context, role: Role, lock: str, alone: str, longest: str) -> SessionTimes:
    """What is not said stays as it is."""
    now = (await list_session_times(management.database))[role]
    times = SessionTimes(
        read_time(lock) if lock else now.lock_after,
        read_time(alone) if alone else now.alone,
        read_time(longest) if longest else now.longest,
    )
    await choose_session_times(management, role=role, times=times)
    return times
