"""The file of a recording: a header, then links of a chain, each sealed. Bytes only; what is in them is tape.py's.

    file    MAGIC, length of the header (2 bytes), header (JSON)
    link    length of what is sealed (4), kind (1: C a chunk, E the end), number (8), hash of the link before (32),
            what is sealed

A key of its own for each recording comes of a fresh half key in the header and the group's public key (X25519,
HKDF-SHA256 over the header); every link is sealed with ChaCha20-Poly1305 under its number as nonce, and bound to its
kind, number, length and the hash before. So a link fits nowhere but where it was written. The hash of a link is over
all of its bytes, which is why the chain can be proved without the key.
"""

from __future__ import annotations

import base64
import hashlib
import json
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Any, Literal

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from vpterm.terminal.recording.keys import fingerprint

MAGIC = b"vpterm recording 1\n"
MOST_HEADER, MOST_SEALED = 4096, 16 * 1024 * 1024
_LENGTH = struct.Struct(">H")
_PREFIX = struct.Struct(">IcQ32s")
_TAG = 16

Kind = Literal[b"C", b"E"]
Damage = Literal["no recording", "altered", "torn", "other key"]


class Damaged(Exception):  # noqa: N818 - it says what has happened
    """What is not as it was written. `torn`: the file ends in the middle of a link, as after a lost machine."""

    def __init__(self, damage: Damage, link: int = 0) -> None:
        super().__init__(f"{damage} at link {link}")
        self.damage, self.link = damage, link


@dataclass(frozen=True)
class Link:
    """One link as it stands in the file. `end` is the offset behind it."""

    number: int
    kind: bytes
    prefix: bytes
    sealed: bytes
    hash: bytes
    end: int


class Sealer:
    """Makes the bytes of one recording, from its header to its end. A link is made once: its number is its nonce."""

    def __init__(self, public: X25519PublicKey, facts: dict[str, Any]) -> None:
        half = X25519PrivateKey.generate()
        own = base64.b64encode(half.public_key().public_bytes_raw()).decode()
        self.fingerprint = fingerprint(public)
        header = json.dumps({**facts, "key": self.fingerprint, "half": own}, sort_keys=True).encode()
        self.header = MAGIC + _LENGTH.pack(len(header)) + header
        self.hash = hashlib.sha256(self.header).digest()
        self.links = 0
        self._cipher = _cipher(half.exchange(public), self.hash)

    def link(self, kind: Kind, plain: bytes) -> bytes:
        """The bytes of the next link."""
        prefix = _PREFIX.pack(len(plain) + _TAG, kind, self.links, self.hash)
        whole = prefix + self._cipher.encrypt(_nonce(self.links), plain, prefix)
        self.hash = hashlib.sha256(whole).digest()
        self.links += 1
        return whole


def read_header(file: IO[bytes]) -> tuple[dict[str, Any], bytes]:
    """The header of a recording and its hash; the file stands before the first link. Raises Damaged."""
    start = file.read(len(MAGIC) + _LENGTH.size)
    if not start.startswith(MAGIC) or len(start) < len(MAGIC) + _LENGTH.size:
        raise Damaged("no recording")
    (length,) = _LENGTH.unpack(start[len(MAGIC) :])
    text = file.read(min(length, MOST_HEADER))
    try:
        header = json.loads(text) if len(text) == length else None
    except (ValueError, RecursionError):
        header = None
    if not isinstance(header, dict):
        raise Damaged("no recording")
    return header, hashlib.sha256(start + text).digest()


def read_links(file: IO[bytes], header_hash: bytes) -> Iterator[Link]:
    """The links behind the header, each proved to follow the one before. Raises Damaged at the first that does not."""
    expected, number, is_over = header_hash, 0, False
    while prefix := file.read(_PREFIX.size):
        if is_over:
            raise Damaged("altered", number)
        if len(prefix) < _PREFIX.size:
            raise Damaged("torn", number)
        length, kind, told, before = _PREFIX.unpack(prefix)
        if kind not in (b"C", b"E") or told != number or before != expected or not _TAG <= length <= MOST_SEALED:
            raise Damaged("altered", number)
        sealed = file.read(length)
        if len(sealed) < length:
            raise Damaged("torn", number)
        expected, is_over = hashlib.sha256(prefix + sealed).digest(), kind == b"E"
        yield Link(number, kind, prefix, sealed, expected, file.tell())
        number += 1


class Opener:
    """Opens the links of one recording with the group's private key. Raises Damaged ("other key") for another's."""

    def __init__(self, private: X25519PrivateKey, header: dict[str, Any], header_hash: bytes) -> None:
        if header.get("key") != fingerprint(private.public_key()):
            raise Damaged("other key")
        try:
            half = X25519PublicKey.from_public_bytes(base64.b64decode(str(header.get("half")), validate=True))
            self._cipher = _cipher(private.exchange(half), header_hash)
        except ValueError as failure:
            raise Damaged("altered") from failure

    def open(self, link: Link) -> bytes:
        """What is in a link. Raises Damaged."""
        try:
            return self._cipher.decrypt(_nonce(link.number), link.sealed, link.prefix)
        except InvalidTag as failure:
            raise Damaged("altered", link.number) from failure


def _cipher(shared: bytes, header_hash: bytes) -> ChaCha20Poly1305:
    key = HKDF(algorithm=SHA256(), length=32, salt=header_hash, info=MAGIC).derive(shared)
    return ChaCha20Poly1305(key)


def _nonce(number: int) -> bytes:
    return number.to_bytes(12, "big")
