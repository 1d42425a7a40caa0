"""`vpterm demo`: the demo group, and its door."""

import asyncio
import os
import socket
from pathlib import Path
from typing import Annotated

import typer

from vpterm.cli.ground import Ground, keeping, narrate
from vpterm.cli.serving import WebChoice, open_door
from vpterm.kernel.errors import Refused
from vpterm.kernel.i18n import _


def demo(
    clients: Annotated[int, typer.Option(help=_("add this many clients by the bulk path, for measuring"))] = 0,
    port: int = 8022,
    web_port: Annotated[int, typer.Option(help=_("port of the browser door; 0 keeps it closed"))] = 8080,
    door: Annotated[bool, typer.Option(help=_("open the doors afterwards"))] = True,
    home: Path | None = None,
) -> None:
    """Make what is missing of the demo group, then serve it on loopback until Ctrl-C."""
    with keeping(home) as standing:
        password = os.environ.get("VPTERM_DEMO_PASSWORD", "demo")
        asyncio.run(_make(standing, password, clients))
        if door:
            web = WebChoice(port=free_or_none(web_port))
            asyncio.run(open_door(standing, "127.0.0.1", port, web, greeting=_greeting(port)))


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


def free_or_none(port: int) -> int | None:
    """The port, unless it is 0 or another program has it: the demo goes on without a browser door then."""
    if not port:
        return None
    try:
        with socket.create_server(("127.0.0.1", port)):
            return port
    except OSError:
        narrate(_("Port {port} is taken: no browser door this time (--web-port chooses another).").format(port=port))
        return None


def _greeting(port: int) -> str:
    from vpterm.demo.group import DEMO_STAFF

    lines = [_("The door is open. Come in from another terminal:"), ""]
    lines += [f"    ssh -p {port} {login}@127.0.0.1    {_(what)}" for login, what in DEMO_STAFF.items()]
    lines += ["", _("The password is “demo”, unless VPTERM_DEMO_PASSWORD said otherwise at the first start.")]
    return "\n".join([*lines, _("Ctrl-C here closes everything.")])
