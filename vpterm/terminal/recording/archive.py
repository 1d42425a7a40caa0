"""Where the files of recordings are, and what they are called. Names say site and time, nobody's name."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from vpterm.database.installation import Installation
from vpterm.terminal.recording.keys import RecordingKeys
from vpterm.terminal.recording.sealing import Sealer
from vpterm.terminal.recording.tape import Tape

FOLDER, SUFFIX = "recordings", ".vprec"


class Archive:
    """The recordings of an installation: `home/recordings/SITE/MONTH/...`, 0600 in folders of 0700."""

    def __init__(self, installation: Installation) -> None:
        self.keys = RecordingKeys(installation)
        self.name = installation.identity()
        self.folder = installation.home / FOLDER

    def new_tape(self, site_code: str, session: int, began_at: datetime) -> Tape:
        """A tape for a session that is about to be recorded; nothing is on the disk yet. Raises OSError, Refused."""
        began_at = began_at.astimezone(UTC)
        number = secrets.token_hex(8)
        name = f"{began_at:%Y%m%dT%H%M%SZ}-{number}{SUFFIX}"
        facts = {"recording": number, "site": site_code, "session": session, "began": began_at.isoformat()}
        return Tape(self.folder / site_code / f"{began_at:%Y-%m}" / name, Sealer(self.keys.public(), facts))

    def name_of(self, tape: Tape) -> str:
        """The name of a tape's file as it is written down."""
        return tape.path.relative_to(self.folder).as_posix()

    def path_of(self, name: str) -> Path:
        """The file of a name that was written down. It never lies elsewhere, whatever the name says."""
        path = (self.folder / name).resolve()
        if not path.is_relative_to(self.folder.resolve()):
            raise FileNotFoundError(name)
        return path

    def names(self) -> Iterator[str]:
        """The names of all files that are here."""
        for path in sorted(self.folder.rglob(f"*{SUFFIX}")):
            yield path.relative_to(self.folder).as_posix()

    def delete(self, name: str) -> None:
        """Delete a file; a folder that falls empty goes with it."""
        path = self.path_of(name)
        path.unlink(missing_ok=True)
        if path.parent.is_dir() and not any(path.parent.iterdir()):
            path.parent.rmdir()
