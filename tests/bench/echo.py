"""The least that an SSH server can do with a key: send it back. What every other server is measured against.

`python -m tests.bench.echo PORT KEYFILE`; every public key is let in. For benches on loopback only.
"""

import asyncio
import sys
from pathlib import Path

import asyncssh

from vpterm.terminal.ssh.algorithms import CIPHERS, KEX, MACS, SIGNATURES


class _Echo(asyncssh.SSHServerSession[bytes]):
    def connection_made(self, chan: asyncssh.SSHServerChannel[bytes]) -> None:
        self._channel = chan

    def shell_requested(self) -> bool:
        return True

    def session_started(self) -> None:
        self._channel.write(b"F10 AGENDA")  # what clients wait for as they come in

    def data_received(self, data: bytes, datatype: int | None) -> None:
        self._channel.write(data)


class _Door(asyncssh.SSHServer):
    def begin_auth(self, username: str) -> bool:
        return True

    def public_key_auth_supported(self) -> bool:
        return True

    def validate_public_key(self, username: str, key: asyncssh.SSHKey) -> bool:
        return True

    def session_requested(self) -> asyncssh.SSHServerSession[bytes]:
        return _Echo()


async def _serve(port: int, key: Path) -> None:
    await asyncssh.create_server(
        _Door, "127.0.0.1", port, server_host_keys=[str(key)], config=[], line_editor=False, encoding=None,
        kex_algs=KEX, encryption_algs=CIPHERS, mac_algs=MACS, signature_algs=SIGNATURES, compression_algs=None,
    )  # fmt: skip
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(_serve(int(sys.argv[1]), Path(sys.argv[2])))
