"""A disk so small that a test can fill it: a file system in memory, mounted for one test by root."""

import contextlib
import os
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest


class SmallDisk:
    """A folder with a file system of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._ballast = folder / "ballast"

    def fill(self) -> None:
        """Write until nothing goes any more, whoever writes."""
        with self._ballast.open("ab", buffering=0) as file:
            for size in (1 << 20, 1 << 12, 1 << 9):
                with contextlib.suppress(OSError):
                    while file.write(b"x" * size) == size:
                        pass
        assert os.statvfs(self.folder).f_bavail == 0

    def make_room(self) -> None:
        self._ballast.unlink()


@contextlib.contextmanager
def small_disk(megabytes: int) -> Iterator[SmallDisk]:
    """Skips the test where mounting is not permitted."""
    folder = Path(tempfile.mkdtemp(prefix="vpterm-disk-"))
    mounting = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=0755", "none", str(folder)]
    try:
        mounted = subprocess.run(mounting, capture_output=True, text=True, check=False)
        reason = mounted.stderr.strip()
    except FileNotFoundError:
        reason = "there is no mount command"
    else:
        reason = reason or ("" if mounted.returncode == 0 else "mount failed")
    if reason:
        folder.rmdir()
        pytest.skip(f"a small disk cannot be mounted here: {reason}")
    try:
        yield SmallDisk(folder)
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)
        folder.rmdir()
