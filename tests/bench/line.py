"""What a busy session sends over the line each way, counted by the kernel: what `vpterm doctor line` divides by.

One person at a time on the demo group, two keys a second: the search, the list, a client's sheet, the home board.
"""

from __future__ import annotations

import asyncio
import socket
import struct
import tempfile
import time
from pathlib import Path
from typing import Any

import asyncssh

from tests.bench.report import load, machine, table, write_section
from tests.bench.terminal import engage
from tests.bench.terminal_servers import Ours
from vpterm.cli.ground import Ground

SIZES = ((80, 24), (120, 40), (200, 60))
KEYS_PER_S, SECONDS, SETTLE_S = 2.0, 60.0, 3.0
ROUND = (b"\x1bOR", *(bytes([letter]) for letter in b"dup"), b"\x1b[B", b"\x1b[B", b"\r", b"\x1b[B", b"\x1b", b"\x1b")
_COUNTS = struct.Struct("=QQ")  # tcpi_bytes_acked, tcpi_bytes_received of linux/tcp.h
_AT = 120


def measure_busy_line(standing: Ground) -> None:
    """Measure, and write the section."""
    quiet = load()
    key = asyncssh.generate_private_key("ssh-ed25519")
    who = asyncio.run(engage(standing, len(SIZES), key))
    with tempfile.TemporaryDirectory(prefix="vpterm-bench-line-") as folder:
        ours = Ours("vpterm serve", Path(folder), home=standing.installation.home)
        ours.start()
        try:
            rows = [asyncio.run(_work(ours.port, each.login, key, size)) for each, size in zip(who, SIZES, strict=True)]
        finally:
            ours.stop()
            standing.start()  # the door has stopped the database with itself
    rows_said = [
        (f"{columns}x{lines}", f"{up:.0f}", f"{down:.0f}")
        for (columns, lines), (up, down) in zip(SIZES, rows, strict=True)
    ]
    text = (
        f"{machine()} · {quiet}.\n\nBytes a second that the kernel counts in the TCP stream of one SSH session (no IP "
        "or TCP headers, no acknowledgements), "
        f"{KEYS_PER_S:.0f} keys a second for {SECONDS:.0f} s: the search with three letters, two arrows, a client's "
        "sheet, back to the home board, over and over. `vpterm doctor line` counts with the numbers of 120x40, rounded "
        "up: few people change the screen every other second for long, and the rush is what a line must carry.\n\n"
        + table(("terminal", "bytes/s to the server", "bytes/s back"), rows_said)
    )
    print(text)
    write_section("line", "What a busy session sends", text)


async def _work(port: int, login: str, key: asyncssh.SSHKey, size: tuple[int, int]) -> tuple[float, float]:
    async with asyncssh.connect(
        "127.0.0.1", port, username=login, client_keys=[key], known_hosts=None, config=[], agent_path=None,
        compression_algs=None,
    ) as connection:  # fmt: skip
        channel, _session = await connection.create_session(
            asyncssh.SSHClientSession, term_type="xterm-256color", term_size=size, encoding=None
        )
        await asyncio.sleep(SETTLE_S)
        line = connection.get_extra_info("socket")
        began, before = time.monotonic(), _counts(line)
        number = 0
        while time.monotonic() - began < SECONDS or number % len(ROUND):
            channel.write(ROUND[number % len(ROUND)])
            number += 1
            await asyncio.sleep(max(0.0, began + number / KEYS_PER_S - time.monotonic()))
        after, took = _counts(line), time.monotonic() - began
        channel.write(b"\x1b[21~")
        return (after[0] - before[0]) / took, (after[1] - before[1]) / took


def _counts(line: Any) -> tuple[int, int]:
    sent, received = _COUNTS.unpack_from(line.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 256), _AT)
    return sent, received
