"""The stock mosh client at a terminal, in a place of its own at the end of a line."""

from __future__ import annotations

import contextlib
import os
import shlex
from collections.abc import Iterator
from pathlib import Path

from tests.terminal.door import PASSWORD, RunningDoor, Terminal
from tests.terminal.namespace import Namespace


class Traveller(Terminal):
    """Somebody who comes by mosh."""

    def __init__(
        self,
        door: RunningDoor,
        place: Namespace,
        login: str,
        *,
        key: Path | None = None,
        term: str = "xterm-256color",
        size: tuple[int, int] = (80, 24),
        extra: tuple[str, ...] = (),
    ) -> None:
        ssh = shlex.join(["ssh", *door.ssh_options(key), "-p", str(door.port)])
        command, *arguments = place.inside("mosh", f"--ssh={ssh}", *extra, f"{login}@{place.near}")
        environment = {**os.environ, "TERM": term, "LC_ALL": "C.UTF-8"}
        environment.pop("COLORTERM", None)
        super().__init__(command, arguments, size=size, environment=environment)
        if key is None:
            self.process.expect("[Pp]assword:|Mot de passe")
            self.process.sendline(PASSWORD)


@contextlib.contextmanager
def traveller(door: RunningDoor, place: Namespace, login: str, **options: object) -> Iterator[Traveller]:
    """Somebody who is gone at the end of the block."""
    somebody = Traveller(door, place, login, **options)  # type: ignore[arg-type]
    try:
        yield somebody
    finally:
        somebody.process.close(force=True)
