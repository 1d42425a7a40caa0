"""A mosh client asks over its SSH connection for a line: it is told a UDP port and a key, and hangs up."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace

import asyncssh

from vpterm.kernel.i18n import N_, _, using
from vpterm.terminal.identity.greeting import language_of
from vpterm.terminal.identity.proving import Proving
from vpterm.terminal.mosh.door import Caller, MoshDoor
from vpterm.terminal.mosh.request import MoshRequest, fewer_colours
from vpterm.terminal.mosh.server import MoshUnavailable, find_mosh_server
from vpterm.terminal.ssh.terminal import kind_of

_log = logging.getLogger("vpterm.terminal")

_NOT_OFFERED = N_("vpterm: mosh is not offered here; come in by ssh.")
_NO_QUESTIONS = N_("vpterm: a code is asked for that mosh cannot ask: come in by the password, or once by ssh.")
_AWAY = N_("The accounts cannot be reached now. Please try again in a moment.")
_REFUSED = 2


class MoshCall:
    """One channel that asks for a line. What it is told goes to the person's terminal by way of their client."""

    def __init__(
        self,
        door: MoshDoor | None,
        proving: Proving,
        arrive: Callable[[], Awaitable[str]],
        channel: asyncssh.SSHServerChannel[bytes],
    ) -> None:
        self._door, self._proving, self._arrive, self._channel = door, proving, arrive, channel

    async def answer(self, request: MoshRequest, term: str | None) -> None:
        """Start a mosh-server and tell of it, or say why there is none."""
        language = language_of(self._proving.account)
        with using(language):
            if self._door is None:
                self._end(_REFUSED, _(_NOT_OFFERED))
            elif self._proving.next_step != "in":  # the client gives its ssh no keyboard, so nothing can be asked here
                self._end(_REFUSED, _(_NO_QUESTIONS))
            else:
                await self._connect(self._door, request, term or "xterm", language)

    async def _connect(self, door: MoshDoor, request: MoshRequest, term: str, language: str) -> None:
        account, channel = self._proving.account, self._channel
        if account is None:
            return
        try:
            find_mosh_server()
            greeting = await self._arrive()
            kind = kind_of(channel, term, language)
            kind = replace(kind, colours=fewer_colours(kind.colours, request.colours))
            near, far = channel.get_extra_info("sockname"), channel.get_extra_info("peername")
            server = await door.call(Caller(account, kind, greeting, str(far[0]), str(near[0]), request.colours))
        except MoshUnavailable as trouble:
            self._end(_REFUSED, f"{trouble.message} {trouble.advice}")
        except Exception:  # a border: whatever keeps the accounts must not leave a terminal without a word
            _log.exception("somebody could not be let in")
            self._end(1, _(_AWAY))
        else:
            self._end(0, f"\r\nMOSH CONNECT {server.port} {server.key}")

    def _end(self, status: int, said: str) -> None:
        if not self._channel.is_closing():
            self._channel.write(said.encode() + b"\r\n")
            self._channel.exit(status)
