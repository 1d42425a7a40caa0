"""How a command asks the running gateway (control.py): the socket, what it answers. Imports nothing of the server."""

from __future__ import annotations

import contextlib
import json
import os
import socket
from collections.abc import Iterator
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from vpterm.kernel.errors import NotFound, Refused, Unavailable, VptermError
from vpterm.kernel.i18n import _

PATIENCE_S = 5.0


@dataclass(frozen=True)
class Onlooker:
    """A terminal that shows a session."""

    origin: str
    came_at: str
    size: str
    watches: bool


@dataclass(frozen=True)
class SessionInfo:
    """A session as an administrator sees it: who, where, since when (ISO 8601); never what is shown."""

    number: int
    login: str
    site_code: str
    opened_at: str
    typed_at: str
    worker_pid: int
    onlookers: tuple[Onlooker, ...]
    name: str = ""
    is_locked: bool = False
    left_from: str = ""  # the door and address from which somebody looked last, where nobody does now

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> SessionInfo:
        """From the answer of a gateway, which may be newer than this program: what is not known is left out."""
        known = {field.name: values[field.name] for field in fields(cls) if field.name in values}
        return cls(**{**known, "onlookers": tuple(Onlooker(**each) for each in values["onlookers"])})


@contextlib.contextmanager
def within_reach(path: Path) -> Iterator[str]:
    """A name of the socket that fits into the 108 bytes of sun_path (unix(7)), however deep the folder lies."""
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{folder}/{path.name}"
    finally:
        os.close(folder)


def ask_gateway(path: Path, ask: str, **fields: Any) -> Any:
    """Ask the gateway that listens at `path`. Unavailable when none does, NotFound for a session that is not there."""
    try:
        with socket.socket(socket.AF_UNIX) as line:
            line.settimeout(PATIENCE_S)
            with within_reach(path) as near:
                line.connect(near)
            line.sendall(json.dumps({"ask": ask, **fields}).encode() + b"\n")
            with line.makefile("rb") as stream:
                answer = json.loads(stream.readline())
    except PermissionError as failure:
        raise Unavailable(
            _("This account may not ask the server about its sessions."), _("Run this as the account that serves.")
        ) from failure
    except (OSError, ValueError) as failure:
        raise Unavailable(_("No door is open on this installation."), _("Open it with: vpterm serve.")) from failure
    if "missing" in answer:
        raise NotFound(
            _("There is no session {number}.").format(number=answer["missing"]), _("See the list: vpterm sessions list")
        )
    if "refused" in answer:
        raise Refused(*answer["refused"])
    if "error" in answer:
        raise VptermError(_("The server does not answer this question."), str(answer["error"]))
    return answer["answer"]


def list_sessions(path: Path) -> list[SessionInfo]:
    """The sessions of the gateway that listens at `path`, oldest first."""
    return [SessionInfo.from_json(each) for each in ask_gateway(path, "list")]
