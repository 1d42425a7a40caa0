"""The terminal behind a channel: its kind, by TERM and what its client tells; what its line has not confirmed yet."""

from __future__ import annotations

import socket

import asyncssh

from vpterm.terminal.gateway.backlog import MOST, Backlog
from vpterm.terminal.gateway.seat import Seat
from vpterm.terminal.line.tcp_info import best_round_trip_s, unconfirmed_bytes
from vpterm.terminal.painting.colour import colours_of
from vpterm.terminal.painting.glyphs import glyphs_of
from vpterm.terminal.painting.terminal_kind import TerminalKind

_OVERHEAD = 48  # what SSH adds to a painting of one packet: lengths, channel, padding, authentication


def kind_of(channel: asyncssh.SSHServerChannel[bytes], term: str, language: str) -> TerminalKind:
    """What it can show; its person is spoken to in `language`."""
    environment = {name: value for name, value in channel.get_environment().items() if len(value) < 256}
    return TerminalKind(colours_of(term, environment), glyphs_of(term), language)


def backlog_of(channel: asyncssh.SSHServerChannel[bytes], seat: Seat) -> Backlog:
    """Watches over what the line to this seat has not confirmed. The kernel counts it, so it is to hold all of it."""
    line = channel.get_extra_info("socket")
    if line is not None:
        line.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4 * MOST)
    channel.set_write_buffer_limits(high=4096)
    return Backlog(seat, lambda: unconfirmed_bytes(line), lambda: best_round_trip_s(line), overhead=_OVERHEAD)
