"""When the tills were last verified: a small file of the installation, written by `vpterm verify`."""

from __future__ import annotations

import contextlib
import json
import os
from datetime import datetime
from pathlib import Path

from vpterm.cli.doctor.facts import Verification
from vpterm.cli.ground import Ground


def _verification_file(standing: Ground) -> Path:
    return standing.installation.home / "last-verification.json"


def note_verification(standing: Ground, happened_at: datetime, *, is_whole: bool) -> None:
    """Keep when all tills were last verified, for the doctor. A folder that cannot be written hinders nothing."""
    text = json.dumps({"happened_at": happened_at.isoformat(timespec="seconds"), "is_whole": is_whole})
    with contextlib.suppress(OSError):
        fresh = _verification_file(standing).with_suffix(f".{os.getpid()}.new")
        fresh.write_text(text, "ascii")
        fresh.replace(_verification_file(standing))


def probe_verification(standing: Ground) -> Verification | None:
    """The last verification of all tills, if it is known."""
    try:
        kept = json.loads(_verification_file(standing).read_text("ascii"))
        return Verification(datetime.fromisoformat(kept["happened_at"]), bool(kept["is_whole"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None
