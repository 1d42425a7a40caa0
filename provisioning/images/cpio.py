"""The archive that Linux takes as its first file system.

Format "newc" of the kernel's documentation: driver-api/early-userspace/buffer-format.
"""

from collections.abc import Iterable
from dataclasses import dataclass

FOLDER, FILE, DEVICE = 0o040755, 0o100755, 0o020600


@dataclass(frozen=True, slots=True)
class Entry:
    """One member. `device` is major and minor of a character device."""

    path: str
    mode: int = FILE
    content: bytes = b""
    device: tuple[int, int] = (0, 0)


def archive(entries: Iterable[Entry]) -> bytes:
    """The bytes of an archive; the same entries make the same bytes (no clock, no owners but root)."""
    made = bytearray()
    for number, entry in enumerate(entries, 1):
        made += _member(entry, number)
    return bytes(made + _member(Entry("TRAILER!!!", mode=0), 0))


def _member(entry: Entry, number: int) -> bytes:
    name = entry.path.encode() + b"\0"
    fields = (number, entry.mode, 0, 0, 1, 0, len(entry.content), 0, 0, *entry.device, len(name), 0)
    head = b"070701" + b"".join(b"%08x" % field for field in fields) + name
    return _padded(head) + _padded(entry.content)


def _padded(part: bytes) -> bytes:
    return part + b"\0" * (-len(part) % 4)
