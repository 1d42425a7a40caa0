"""The file of one recording as it is written and as it is read: events, compressed, sealed in links.

Compression runs on from chunk to chunk, since a screen repeats the one before; so a tape is read from its beginning.
"""

from __future__ import annotations

import contextlib
import json
import os
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from vpterm.terminal.recording.sealing import Damaged, Kind, Link, Opener, Sealer, read_header, read_links

# 128 KiB of memory a recording. Of 4 MB of screens it left 189 kB; 279 kB with half the window, 159 kB with twice.
_LEVEL, _WINDOW, _MEMORY = 6, -14, 7
_LARGEST_WINDOW = -15  # what reads takes any
SYNC_S = 30.0


class Tape:
    """Writes one recording. Every method blocks: it is called from the recorder's own thread.

    After an OSError nothing more is written: the file ends with the last whole link.
    """

    def __init__(self, path: Path, sealer: Sealer) -> None:
        self.path, self.sealer = path, sealer
        self.size = 0
        self._file = -1
        self._compressor = zlib.compressobj(_LEVEL, zlib.DEFLATED, _WINDOW, _MEMORY)
        self._is_over = False

    @property
    def file_hash(self) -> str:
        """The hash of the last link; of the header before there is one."""
        return self.sealer.hash.hex()

    @property
    def chunks(self) -> int:
        """How many links the file holds, its end included."""
        return self.sealer.links

    def begin(self) -> None:
        """Make the file, readable by its owner only, with its header."""
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._file = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        self._append(self.sealer.header)

    def write(self, lines: Sequence[str]) -> None:
        """Append a chunk."""
        text = "".join(f"{line}\n" for line in lines).encode()
        self._link(b"C", self._compressor.compress(text) + self._compressor.flush(zlib.Z_SYNC_FLUSH))

    def sync(self) -> None:
        """Have what is written survive the machine."""
        os.fdatasync(self._file)

    def end(self, facts: dict[str, Any]) -> None:
        """Append the closing link: from now on a missing end is a cut."""
        self._link(b"E", json.dumps(facts).encode())
        self.sync()

    def close(self) -> None:
        """Close the file. Can be repeated."""
        if self._file >= 0:
            os.close(self._file)
        self._file, self._is_over = -1, True

    def _link(self, kind: Kind, plain: bytes) -> None:
        if self._is_over:
            raise OSError("this recording is over")
        before = self.sealer.hash, self.sealer.links
        try:
            self._append(self.sealer.link(kind, plain))
        except OSError:
            self._is_over = True
            self.sealer.hash, self.sealer.links = before
            raise

    def _append(self, data: bytes) -> None:
        """All of it or nothing: a full disk may take a part."""
        left = memoryview(data)
        try:
            while left:
                left = left[os.write(self._file, left) :]
        except OSError:
            with contextlib.suppress(OSError):
                os.ftruncate(self._file, self.size)
            raise
        self.size += len(data)


@dataclass(frozen=True)
class Proof:
    """What a file is without its key: whole links, size up to the last of them, its hash; whether it has its end."""

    header_hash: str
    links: int
    size: int
    file_hash: str
    has_end: bool
    is_torn: bool


def prove(path: Path) -> Proof:
    """Follow the chain of a file. Raises OSError, Damaged; a torn end is no damage here, it is told."""
    with path.open("rb") as file:
        _header, header_hash = read_header(file)
        links, size, found, has_end = 0, file.tell(), header_hash, False
        try:
            for link in read_links(file, header_hash):
                links, size, found, has_end = link.number + 1, link.end, link.hash, link.kind == b"E"
        except Damaged as damage:
            if damage.damage != "torn":
                raise
            return Proof(header_hash.hex(), links, size, found.hex(), has_end, is_torn=True)
    return Proof(header_hash.hex(), links, size, found.hex(), has_end, is_torn=False)


def read_tape(path: Path, private: X25519PrivateKey) -> Iterator[str]:
    """The lines of a recording, as far as they are there. Raises OSError, and Damaged at what is not as it was."""
    with path.open("rb") as file:
        header, header_hash = read_header(file)
        opener = Opener(private, header, header_hash)
        decompressor = zlib.decompressobj(_LARGEST_WINDOW)
        rest = ""
        for link in _whole_links(file, header_hash):
            plain = opener.open(link)
            if link.kind == b"E":
                return
            try:
                text = rest + decompressor.decompress(plain).decode()
            except (zlib.error, UnicodeDecodeError) as failure:
                raise Damaged("altered", link.number) from failure
            *lines, rest = text.split("\n")
            yield from lines


def _whole_links(file: Any, header_hash: bytes) -> Iterator[Link]:
    try:
        yield from read_links(file, header_hash)
    except Damaged as damage:
        if damage.damage != "torn":
            raise
