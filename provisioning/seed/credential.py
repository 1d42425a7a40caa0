"""A seed as one system credential, `tmpfiles.extra`: systemd itself writes the files of it, early at every start.

No medium, no cloud-init, no reader of ours in the machine: see docs/decisions. The format is tmpfiles.d(5).
"""

from base64 import b64encode
from collections.abc import Iterable
from dataclasses import dataclass

LARGEST_BYTES = 1024 * 1024  # what systemd takes as one credential (systemd.exec(5))


@dataclass(frozen=True, slots=True)
class SeedFile:
    """A file in the machine. `content` is never seen on a command line of the host."""

    path: str
    content: bytes
    mode: int = 0o644


def render_seed(files: Iterable[SeedFile]) -> bytes:
    """The credential. Raises ValueError for what it cannot carry."""
    lines = ["# made by vpterm-provision; written anew at every start of the machine"]
    folders: set[str] = set()
    for file in files:
        if not file.path.startswith("/") or any(sign in file.path for sign in " \n\t%\\\"'"):
            raise ValueError(f"a path that a seed cannot carry: {file.path!r}")
        folder = file.path.rpartition("/")[0]
        if folder == "/root/.ssh" and folder not in folders:
            lines.append(f"d {folder} 0700 root root -")  # its absence is the rule, and its mode matters to OpenSSH
        folders.add(folder)
        content = b64encode(file.content).decode()
        lines.append(f"f+~ {file.path} {file.mode:04o} root root - {content}")
    seed = ("\n".join(lines) + "\n").encode()
    if len(seed) > LARGEST_BYTES:
        raise ValueError(f"a seed of {len(seed)} bytes; {LARGEST_BYTES} is the most")
    return seed
