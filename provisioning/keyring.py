"""The keys of a group's machines, in a folder of the administrator's: made once, pinned, never in an image."""

import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_ssh_private_key,
)  # fmt: skip

from provisioning.seed.identity import KeyPair, known_hosts

ADMINISTRATORS = "administrators"


class Keyring:
    """The folder `keys` of a group. Every method may be called from several threads."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.known_hosts = folder / "known_hosts"

    def administrators(self) -> KeyPair:
        """The pair that opens root's door in every machine of the group."""
        return self._taken_or_made(ADMINISTRATORS)

    def private_path(self, name: str = ADMINISTRATORS) -> Path:
        """Where `ssh -i` finds a private key."""
        return self.folder / f"{name}.ed25519"

    def host_key(self, machine: str) -> KeyPair:
        """The host key of a machine: the one that is there, or a new one."""
        return self._taken_or_made(machine)

    def pin(self, machines: Iterable[str]) -> None:
        """Write known_hosts anew for these machines; one without a key is left out."""
        keys = {name: self.host_key(name).public for name in machines if self.private_path(name).exists()}
        fresh = self.known_hosts.with_suffix(f".{os.getpid()}")
        fresh.write_text(known_hosts(keys), "utf-8")
        fresh.replace(self.known_hosts)

    def forget(self, machine: str) -> None:
        """Of a machine that is destroyed: the next of its name has another key."""
        self.private_path(machine).unlink(missing_ok=True)

    def _taken_or_made(self, name: str) -> KeyPair:
        path = self.private_path(name)
        if not path.exists():
            self._make(path)
        private = path.read_bytes()
        return KeyPair(private, _public_of(private))

    def _make(self, path: Path) -> None:
        """Whole or not at all: a link appears at once, and the second of two makers keeps the first one's key."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        private = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption())
        fresh = path.with_name(f"{path.name}.{os.getpid()}.{id(private)}")
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(private)
        with suppress(FileExistsError):
            os.link(fresh, path)
        fresh.unlink()


def _public_of(private: bytes) -> str:
    key = load_ssh_private_key(private, password=None)
    return key.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode()
