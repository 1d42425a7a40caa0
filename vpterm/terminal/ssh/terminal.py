"""What kind of terminal stands behind a channel: by the TERM it asks for, and what its client tells of it."""

from __future__ import annotations

import asyncssh

from vpterm.terminal.painting.colour import colours_of
from vpterm.terminal.painting.glyphs import glyphs_of
from vpterm.terminal.painting.terminal_kind import TerminalKind


def kind_of(channel: asyncssh.SSHServerChannel[bytes], term: str, language: str) -> TerminalKind:
    """What it can show; its person is spoken to in `language`."""
    environment = {name: value for name, value in channel.get_environment().items() if len(value) < 256}
    return TerminalKind(colours_of(term, environment), glyphs_of(term), language)
