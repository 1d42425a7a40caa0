"""The key by which people recognise this server: ed25519, made at the first start."""

from __future__ import annotations

import os
from pathlib import Path

import asyncssh


def load_host_key(path: Path) -> asyncssh.SSHKey:
    """The host key at `path`; a new one, readable by its owner only, if there is none yet.

    Two first starts at once agree on one key. Raises OSError, or asyncssh.KeyImportError on a damaged file: a
    damaged key is never replaced silently, people would be warned of an attack.
    """
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        fresh = path.with_name(f"{path.name}.{os.getpid()}.new")
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(asyncssh.generate_private_key("ssh-ed25519", comment="vpterm").export_private_key())
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(fresh, path)  # unlike rename, never replaces a key that another start has just made
            fresh.unlink()
        except FileExistsError:
            fresh.unlink()
        except OSError:  # a file system without links
            fresh.replace(path)
    return asyncssh.read_private_key(path)
