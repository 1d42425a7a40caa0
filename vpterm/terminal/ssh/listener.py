"""Where the SSH door listens, and what it offers before anybody has said a name."""

from __future__ import annotations

import logging

import asyncssh

from vpterm.terminal.gateway.doorkeeper import Doorkeeper
from vpterm.terminal.mosh.door import MoshDoor
from vpterm.terminal.ssh.algorithms import CIPHERS, KEX, KEX_STRICT, MACS, SIGNATURES
from vpterm.terminal.ssh.door import Door
from vpterm.terminal.ssh.hostkey import load_host_key
from vpterm.terminal.ssh.link_watch import SSH_TIMES


async def listen(keeper: Doorkeeper, mosh: MoshDoor | None) -> asyncssh.SSHAcceptor:
    """Open the door. Raises OSError if the port is taken."""
    logging.getLogger("asyncssh").setLevel(logging.WARNING)
    settings = keeper.settings
    return await asyncssh.create_server(
        lambda: Door(keeper, mosh),
        settings.host,
        settings.port,
        config=[],
        server_host_keys=[load_host_key(settings.host_key_path)],
        server_version="vpterm",
        kex_algs=KEX_STRICT if settings.strict_algorithms else KEX,
        encryption_algs=CIPHERS,
        mac_algs=MACS,
        signature_algs=SIGNATURES,
        compression_algs=None,
        gss_host=None,
        host_based_auth=False,
        agent_forwarding=False,
        x11_forwarding=False,
        line_editor=False,
        encoding=None,
        window=64 * 1024,
        login_timeout=settings.login_grace_s,
        keepalive_interval=settings.keepalive_s * SSH_TIMES,
        keepalive_count_max=settings.keepalive_missed,
    )
