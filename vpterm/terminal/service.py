"""Starts and stops the terminal server: host key, fork server, gateway, SSH door, mosh lines, browser door."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from typing import TYPE_CHECKING

import asyncssh

from vpterm.database.installation import Installation
from vpterm.terminal.gateway.answers import Answers
from vpterm.terminal.gateway.control import ControlSocket
from vpterm.terminal.gateway.doorkeeper import Doorkeeper
from vpterm.terminal.gateway.gateway import Gateway
from vpterm.terminal.gateway.metrics_door import MetricsDoor
from vpterm.terminal.identity.identity import Accounts
from vpterm.terminal.mosh.door import MoshDoor
from vpterm.terminal.recording.archive import Archive
from vpterm.terminal.recording.ledger import Ledger
from vpterm.terminal.settings import DoorSettings
from vpterm.terminal.ssh.listener import listen
from vpterm.terminal.support.approval import Approvals
from vpterm.terminal.support.desk import SupportDesk
from vpterm.terminal.support.journal import Journal

if TYPE_CHECKING:
    from vpterm.terminal.web.door import WebDoor, WebDoorUnavailable


class Service:
    """A running terminal server. `port` is the one really listened on.

    `web` is the browser door; `web_trouble` says why there is none although one was asked for.
    """

    def __init__(
        self,
        keeper: Doorkeeper,
        listener: asyncssh.SSHAcceptor,
        control: ControlSocket,
        metrics: MetricsDoor,
        mosh: MoshDoor | None,
    ) -> None:
        self.gateway = keeper.gateway
        self.web: WebDoor | None = None
        self.web_trouble: WebDoorUnavailable | None = None
        self._keeper, self._listener, self._control = keeper, listener, control
        self._metrics, self._mosh = metrics, mosh
        self.port: int = listener.get_port()
        self.metrics_port = metrics.port  # 0 when they are not asked for

    async def open_web(self) -> None:
        """Open the browser door too, if there is to be one. What it lacks keeps no other door closed."""
        if self._keeper.settings.web_port is None:
            return
        from vpterm.terminal.web.door import WebDoorUnavailable, open_web_door  # MiB that no other server need hold

        try:
            self.web = await open_web_door(self._keeper)
            self.gateway.handing.address = self.web.address
        except WebDoorUnavailable as trouble:
            self.web_trouble = trouble

    async def close(self) -> None:
        """Stop listening, give every terminal back as it was, end the workers. Takes at most some 10 seconds."""
        self._listener.close()
        await self._metrics.close()
        await self._control.close()
        await self.gateway.close()
        if self._mosh is not None:
            await self._mosh.close()
        if self.web is not None:
            await self.web.close()
        for connection in list(self._keeper.connections):
            connection.close()
        closing = [asyncio.create_task(connection.wait_closed()) for connection in self._keeper.connections]
        if closing:
            await asyncio.wait(closing, timeout=2)
        for connection in list(self._keeper.connections):
            connection.abort()


async def serve(
    settings: DoorSettings,
    accounts: Accounts,
    secrets: Callable[[str], str],
    *,
    ledger: Ledger | None = None,
    journal: Journal | None = None,
) -> Service:
    """Open the door; returns when people can come in. Close the returned service to stop.

    `secrets(site_code)` gives the database address of that site's own login (KeyError or OSError if there is
    none). `ledger` has the policies and rows of recordings; without one nothing is recorded. `journal` keeps the trail
    of support; without one nobody looks in.

    Raises WorkerUnavailable if the screens do not load, OSError if the port is taken.
    """
    gateway = Gateway(settings, secrets)
    keeper = Doorkeeper(settings, accounts, gateway)
    gateway.answers = Answers(gateway, accounts, keeper.guesses, keeper.limits)
    desk = SupportDesk(gateway, accounts, journal) if journal is not None else None
    gateway.support = desk or gateway.support
    gateway.support.listeners.append(gateway.recorder.support_changed)
    async with contextlib.AsyncExitStack() as undo:
        undo.push_async_callback(gateway.close)
        await gateway.start()
        if ledger is not None:
            await gateway.recorder.start(ledger, Archive(Installation(settings.state_folder)))
        control = ControlSocket(gateway, settings.control_path)
        if desk is not None:
            approvals = Approvals(desk, keeper)
            control.offer("support.waiting", approvals.waiting)
            control.offer("support.approve", approvals.approve)
        undo.push_async_callback(control.close)
        await control.open()
        metrics = make_metrics_door(gateway, accounts)
        undo.push_async_callback(metrics.close)
        if settings.metrics_port is not None:
            await metrics.open(settings.metrics_port)
        mosh = MoshDoor(gateway, settings, settings.mosh_ports) if settings.mosh_ports is not None else None
        if mosh is not None:
            undo.push_async_callback(mosh.close)
            await mosh.open()
        listener = await listen(keeper, mosh)
        service = Service(keeper, listener, control, metrics, mosh)
        undo.pop_all()  # the door is open: closing all of it is the service's from here on
        undo.push_async_callback(service.close)
        await service.open_web()
        undo.pop_all()
    return service


def make_metrics_door(gateway: Gateway, accounts: Accounts) -> MetricsDoor:
    """Metrics and health of a gateway: healthy while workers can be started and the accounts answer."""

    async def fork_server() -> bool:
        return gateway.workforce.is_ready()

    async def accounts_answer() -> bool:
        await accounts.find("")  # nobody's login: asking is what proves that they answer
        return True

    return MetricsDoor(gateway.metrics, {"fork_server": fork_server, "accounts": accounts_answer})
