"""One channel of the SSH door: a pseudo-terminal becomes a seat of the gateway, anything else is refused in words."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any

import asyncssh

from vpterm.kernel.i18n import N_, _, using
from vpterm.screens.session_names import check_session_name, is_session_name
from vpterm.terminal.gateway.backlog import Backlog
from vpterm.terminal.gateway.choosing import Wanted
from vpterm.terminal.gateway.gateway import Gateway
from vpterm.terminal.gateway.seat import Ending, Seat
from vpterm.terminal.gateway.sight import see
from vpterm.terminal.identity.greeting import language_of
from vpterm.terminal.identity.proving import Proving
from vpterm.terminal.line.door import LineMeter
from vpterm.terminal.line.frames import SUBSYSTEM
from vpterm.terminal.mosh.door import MoshDoor
from vpterm.terminal.mosh.request import MoshRequest, read_request
from vpterm.terminal.painting.terminal_kind import TerminalKind
from vpterm.terminal.plain_lines import PlainLines
from vpterm.terminal.settings import clamp_size
from vpterm.terminal.ssh.anteroom import Anteroom
from vpterm.terminal.ssh.choice import SessionChoice
from vpterm.terminal.ssh.mosh_call import MoshCall
from vpterm.terminal.ssh.terminal import backlog_of, kind_of

_log = logging.getLogger("vpterm.terminal")

_MOST_EARLY = 8 * 1024
_MOST_COMMAND = 512
_RESIZE_PERIOD_S = 0.1  # laying out an app costs; a dragged corner sends sizes by the hundred


class Entrance(asyncssh.SSHServerSession[bytes]):
    """One channel. It becomes a seat if a terminal is asked for, else it says why not and closes."""

    def __init__(
        self,
        proving: Proving,
        gateway: Gateway,
        arrive: Callable[[], Awaitable[str]],
        mosh: MoshDoor | None = None,
        *,
        proved_at: float,
    ) -> None:
        """`proved_at` (monotonic) is when the connection, of which this is one channel, proved who it is."""
        self._proving, self._gateway, self._arrive, self._mosh = proving, gateway, arrive, mosh
        self._proved_at = proved_at
        self._account = proving.account
        self._anteroom: PlainLines | None = None
        self._asked_for = ""
        self._admission: asyncio.Task[None] | None = None
        self._channel: asyncssh.SSHServerChannel[bytes] | None = None
        self._term: str | None = None
        self._size = (80, 24)
        self._seat: Seat | None = None
        self._backlog: Backlog | None = None
        self._meter: LineMeter | None = None
        self._wants = "shell"
        self._mosh_request: MoshRequest | None = None
        self._is_reading = True
        self._early = bytearray()
        self._resizing: asyncio.TimerHandle | None = None

    def connection_made(self, chan: asyncssh.SSHServerChannel[bytes]) -> None:
        """The channel is open."""
        self._channel = chan

    def pty_requested(self, term_type: str, term_size: tuple[int, int, int, int], term_modes: Any) -> bool:
        """Note what kind of terminal it is."""
        self._term = term_type[:64]
        self._size = clamp_size(term_size[0], term_size[1])
        return True

    def shell_requested(self) -> bool:
        """What we are here for."""
        return True

    def exec_requested(self, command: str) -> bool:
        """A name of a session, what a mosh client asks, `attach` of support; `session_started` refuses the rest."""
        supports = self._account is not None and bool(self._account.supports)
        self._wants = "attach" if supports and command.split()[:1] == ["attach"] else "exec"
        self._asked_for = command[:_MOST_COMMAND]
        self._mosh_request = read_request(command)
        return True

    def subsystem_requested(self, subsystem: str) -> bool:
        """As commands; sftp shows what is said on stderr."""
        self._wants = SUBSYSTEM if subsystem == SUBSYSTEM else "subsystem"
        return True

    def session_started(self) -> None:
        """Take a seat, or refuse."""
        if self._channel is None:
            return
        with using(language_of(self._account)):
            if self._wants == SUBSYSTEM and self._account is not None and self._proving.next_step == "in":
                self._meter = self._gateway.line_desk.open(self._account.login, self._channel)
                return
            if self._mosh_request is not None:
                call = MoshCall(self._mosh, self._proving, self._arrive, self._channel)
                self._admission = asyncio.get_running_loop().create_task(call.answer(self._mosh_request, self._term))
                return
            refusal = self._refusal()
        if refusal is not None:
            self._channel.write_stderr(refusal.encode() + b"\r\n")
            self._channel.exit(2)
            return
        self._admission = asyncio.get_running_loop().create_task(self._admit(self._channel))

    async def _admit(self, channel: asyncssh.SSHServerChannel[bytes]) -> None:
        """Through the anteroom where something is left to do, then to a seat."""
        kind = kind_of(channel, self._term or "", language_of(self._account))
        try:
            if self._proving.next_step != "in" and not await self._pass_anteroom(kind):
                return
            greeting = await self._arrive()
            wanted, may_go_on = await self._want()
        except Exception:  # a border: whatever keeps the accounts must not leave a terminal without a word
            _log.exception("somebody could not be let in")
            self._turn_away(N_("The accounts cannot be reached now. Please try again in a moment."))
            return
        if self._channel is None or self._account is None or not may_go_on:
            return
        peer = channel.get_extra_info("peername")
        origin = f"ssh {peer[0]}" if peer else "ssh"
        self._seat = Seat(self._account, self, self._size, kind, greeting, origin=origin, wanted=wanted,
                          proved_at=self._proved_at)  # fmt: skip
        if self._wants == "attach":
            self._seat.command = self._asked_for
        self._backlog = backlog_of(channel, self._seat)
        self._seat.pace = self._gateway.metrics.pace(channel.get_connection())
        self._gateway.seat_taken(self._seat)
        early, self._early = bytes(self._early), bytearray()
        if early:
            self._seat.type(early)

    async def _pass_anteroom(self, kind: TerminalKind) -> bool:
        anteroom = self._anteroom = Anteroom(self._proving, self.write, draws=kind.glyphs == "full")
        early, self._early = bytes(self._early), bytearray()
        anteroom.feed(early)
        try:
            if await anteroom.pass_through():
                return True
        finally:
            self._anteroom = None
        self._turn_away(N_("Without the code nobody comes in."))
        return False

    async def _want(self) -> tuple[Wanted | None, bool]:
        """The session to go to, and whether to go on at all: nobody is asked who has nothing to choose from."""
        if self._wants == "exec":
            return Wanted(check_session_name(self._asked_for)), True
        if self._account is None or not (choices := self._gateway.choosing.choices(self._account)):
            return None, True
        sites = {site.code: site.name for site in self._account.sites}
        with using(language_of(self._account)):
            choice = SessionChoice([see(self._gateway, each) for each in choices], sites, self.write, self._size[0])
            self._anteroom = choice
            choice.feed(bytes(self._early))
            try:
                wanted = await choice.choose()
            finally:
                self._anteroom, self._early = None, bytearray(choice.rest())
        if wanted is None:
            self._turn_away(N_("Your sessions are waiting for you."))
        return wanted, wanted is not None

    def _turn_away(self, why: str) -> None:
        if self._channel is not None:
            with using(language_of(self._account)):
                self._channel.write_stderr(_(why).encode() + b"\r\n")
            self._channel.exit(1)

    def _refusal(self) -> str | None:
        if self._wants == "exec" and not (self._term is not None and is_session_name(self._asked_for)):
            return _("vpterm: commands are not run here; connect without a command.")
        if self._wants == "subsystem":
            return _("vpterm: file transfer is not offered here.")
        if self._term is None:
            return _("vpterm: a terminal is needed; connect with ssh -t.")
        if self._term == "dumb":
            return _("vpterm: this terminal cannot show full-screen programs (TERM=dumb).")
        return None

    # --- from the terminal ----------------------------------------------------------------------------

    def data_received(self, data: bytes, datatype: Any) -> None:
        """What the terminal sends, or what measures the line."""
        if self._meter is not None:
            self._meter.take(data)
        elif self._anteroom is not None:
            self._anteroom.feed(data)
        elif self._seat is None:
            self._early += data[: _MOST_EARLY - len(self._early)]
        elif not self._seat.is_gone:
            self._seat.type(data)

    def eof_received(self) -> bool:
        """The terminal's end has closed its input: nobody can type any more. A mosh client closes it at once."""
        return self._mosh_request is not None

    def terminal_size_changed(self, width: int, height: int, pixwidth: int, pixheight: int) -> None:
        """The window has another size."""
        self._size = clamp_size(width, height)
        if self._resizing is None:
            self._resizing = asyncio.get_running_loop().call_later(_RESIZE_PERIOD_S, self._resize)

    def _resize(self) -> None:
        self._resizing = None
        if self._seat is not None and not self._seat.is_gone:
            self._seat.resize(*self._size)

    def pause_writing(self) -> None:
        """The client's window is full: it does not read."""
        if self._backlog is not None:
            self._backlog.block()

    def resume_writing(self) -> None:
        """The client reads again."""
        if self._backlog is not None:
            self._backlog.unblock()

    def connection_lost(self, exc: Exception | None) -> None:
        """The channel is gone, with or without a word."""
        self._channel = None
        if self._anteroom is not None:
            self._anteroom.leave()
        if self._backlog is not None:
            self._backlog.close()
        if self._seat is not None:
            self._gateway.seat_left(self._seat)
        if self._meter is not None:
            self._meter.close()

    # --- the line of the seat -------------------------------------------------------------------------

    def write(self, data: bytes) -> None:
        """See Line."""
        if self._channel is not None and not self._channel.is_closing():
            self._channel.write(data)
            if self._backlog is not None:
                self._backlog.wrote(len(data))

    def pause_reading(self) -> None:
        """See Line."""
        if self._channel is not None and self._is_reading:
            self._is_reading = False
            self._channel.pause_reading()

    def resume_reading(self) -> None:
        """See Line."""
        if self._channel is not None and not self._is_reading:
            self._is_reading = True
            self._channel.resume_reading()

    def name_place(self, name: str) -> None:
        """See Line. The window is the person's own; its title stays as it is."""

    def hang_up(self, ending: Ending, message: str) -> None:
        """See Line."""
        if message:
            self.write(message.replace("\n", "\r\n").encode() + b"\r\n")
        if self._channel is not None and not self._channel.is_closing():
            self._channel.exit(ending.status)
