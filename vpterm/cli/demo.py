"""`vpterm demo`: the demo group, and its door."""

import asyncio
import os
from pathlib import Path
from typing import Annotated

import typer

from vpterm.cli.ground import Ground, keeping, narrate
from vpterm.cli.serving import open_door
from vpterm.kernel.errors import Refused
from vpterm.kernel.i18n import _


def demo(
    clients: Annotated[int, typer.Option(help=_("add this many clients by the bulk path, for measuring"))] = 0,
    port: int = 8022,
    door: Annotated[bool, typer.Option(help=_("open the SSH door afterwards"))] = True,
    home: Path | None = None,
) -> None:
    """Make what is missing of the demo group, then serve it on loopback until Ctrl-C."""
    with keeping(home) as standing:
        password = os.environ.get("VPTERM_DEMO_PASSWORD", "demo")
        asyncio.run(_make(standing, password, clients))
        if door:
            asyncio.run(open_door(standing, "127.0.0.1", port, greeting=_greeting(port)))


async def _make(standing: Ground, password: str, clients: int) -> None:
    # Here and not above: every other command, an open door among them, goes without the demo group.
    from vpterm.demo.another_day import refresh_morning
    from vpterm.demo.group import GroupState, make_group, state_of

    state = await state_of(standing)
    if state == GroupState.OTHER:
        raise Refused(
            _("This installation holds a real group, not the demo."),
            _("Serve it with: vpterm serve. For the demo, name another folder with --home."),
        )
    if state == GroupState.HALF:
        narrate(_("The demo group was broken off while it was made; it is made anew."))
        standing.start_afresh()
    if state in {GroupState.EMPTY, GroupState.HALF}:
        narrate(_("Making the demo group: three clinics and a year of work. This takes a moment, once."))
        await make_group(standing, password=password, progress=narrate)
    if state == GroupState.WHOLE:
        await refresh_morning(standing, progress=narrate)
    if clients:
        from vpterm.demo.bulk import add_clients

        await add_clients(standing, count=clients, progress=narrate)


def _greeting(port: int) -> str:
    from vpterm.demo.group import DEMO_STAFF

    lines = [_("The door is open. Come in from another terminal:"), ""]
    lines += [f"    ssh -p {port} {login}@127.0.0.1    {_(what)}" for login, what in DEMO_STAFF.items()]
    lines += ["", _("The password is “demo”, unless VPTERM_DEMO_PASSWORD said otherwise at the first start.")]
    return "\n".join([*lines, _("Ctrl-C here closes everything.")])
