"""Which release of the program a process runs: told by its code, since a version may stand for many.

The gateway compares its own with that of a fork server started later (gateway/renewal.py): what workers run may differ,
what both ends of a wire take for granted may not.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import sys
from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

import vpterm
from vpterm.screens.link import SessionRequest
from vpterm.terminal.wire import KINDS

# What the gateway runs, apart from what only workers and commands do.
_OF_GATEWAY = ("kernel", "database", "practice/staff", "practice/sites", "terminal")
_NOT_OF_GATEWAY = ("terminal/session/", "terminal/local.py")
_LIBRARIES_OF_GATEWAY = (
    *("asyncssh", "cryptography", "argon2-cffi", "sqlalchemy", "psycopg", "starlette", "uvicorn", "websockets"),
    "prometheus-client",
)
_CODE = {".py", ".sql", ".po", ".tcss", ".csv", ".html", ".css", ".js", ".mjs"}


@dataclass(frozen=True, slots=True)
class Release:
    """`version` as installed, `code` a mark of all of it with its libraries, `gateway` of the gateway's part of both.

    `dialect` marks what gateway and worker take for granted of one another: the kinds of frames and their fields.
    """

    version: str
    code: str
    gateway: str
    dialect: str

    def __str__(self) -> str:
        return f"{self.version} ({self.code})"

    def to_json(self) -> dict[str, str]:
        """Plain values."""
        return asdict(self)

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> Release:
        """From `to_json` of this release or another, which may know more or less."""
        return cls(**{field.name: str(values.get(field.name, "")) for field in fields(cls)})


def own_release() -> Release:
    """The release whose files are on the disk now, where this program was loaded from; some 50 ms."""
    folder = Path(vpterm.__file__).parent
    files = {str(path.relative_to(folder)): path for path in sorted(folder.rglob("*")) if path.suffix in _CODE}
    gateway = {name: path for name, path in files.items() if _is_of_gateway(name)}
    return Release(
        version=_version("vpterm"),
        code=_mark([*_contents(files), *_installed()]),
        gateway=_mark([*_contents(gateway), *(_version(name).encode() for name in _LIBRARIES_OF_GATEWAY)]),
        dialect=own_dialect(),
    )


def own_python() -> str:
    """The interpreter of this environment, by a name that still means it when a link `current` points elsewhere."""
    inside = Path(sys.prefix).resolve() / Path(sys.executable).parent.name / Path(sys.executable).name
    return str(inside) if inside.exists() else sys.executable


def own_dialect() -> str:
    """A mark of what this code sends and takes over a wire."""
    kinds = {kind: {name: of.__name__ for name, of in values.items()} for kind, values in KINDS.items()}
    request = sorted(field.name for field in fields(SessionRequest))
    return _mark([json.dumps([kinds, request], sort_keys=True).encode()])


def _is_of_gateway(name: str) -> bool:
    return name.startswith(tuple(f"{folder}/" for folder in _OF_GATEWAY)) and not name.startswith(_NOT_OF_GATEWAY)


def _contents(files: dict[str, Path]) -> Iterable[bytes]:
    for name, path in files.items():
        yield name.encode()
        yield path.read_bytes()


def _installed() -> Iterable[bytes]:
    """The libraries of this environment: another Textual is another release too."""
    return sorted(f"{found.name} {found.version}".encode() for found in importlib.metadata.distributions())


def _mark(parts: Iterable[bytes]) -> str:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(hashlib.sha256(part).digest())
    return digest.hexdigest()[:10]


def _version(name: str) -> str:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return ""
