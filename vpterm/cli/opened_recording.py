"""A recording that somebody is about to look at: found sound, opened with the key, written down with who and why."""

import asyncio
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from vpterm.cli.ground import Ground
from vpterm.kernel.errors import NotFound, Refused, VptermError
from vpterm.kernel.i18n import N_, _
from vpterm.practice.recordings.actions import note_use
from vpterm.practice.recordings.queries import RecordingRow, find_recording
from vpterm.practice.recordings.rules import Use

STATES = {
    "whole": N_("whole"),
    "failed": N_("ended by a fault, whole up to there"),
    "broken_off": N_("broken off, whole up to there"),
    "not_closed": N_("not closed"),
    "removed": N_("removed, its time being over"),
    "elsewhere": N_("kept by another installation"),
    "missing": N_("MISSING"),
    "altered": N_("ALTERED"),
    "unreadable": N_("cannot be read"),
    "left_over": N_("REMOVED, AND STILL THERE"),
    "unknown": N_("A FILE OF WHICH NOTHING IS WRITTEN DOWN"),
}
_NOTHING_TO_SHOW = {"removed", "elsewhere", "missing", "unreadable"}


def told(state: str) -> str:
    """A state in words."""
    return _(STATES[state])


@dataclass(frozen=True)
class Opened:
    """Its row, the first line of its cast, and the lines of its events, read as they are asked for."""

    row: RecordingRow
    head: str
    lines: Iterator[str]


def open_recording(standing: Ground, number: int, use: Use, reason: str, key: Path | None, *, damaged: bool) -> Opened:
    """Open recording `number` and write down who does. Raises NotFound, Refused, Damaged."""
    from vpterm.terminal.recording.archive import Archive
    from vpterm.terminal.recording.examining import examine
    from vpterm.terminal.recording.tape import read_tape

    archive = Archive(standing.installation)
    private = archive.keys.private(key)

    async def work() -> Opened:
        async with standing.management() as context:
            row = await find_recording(context.database, recording_id=number)
            (found,) = examine([row], archive, None)
            if found.state in _NOTHING_TO_SHOW or not (found.state.is_sound or damaged):
                raise NotFound(
                    _("Recording {number} cannot be shown: {state}.").format(number=number, state=told(found.state)),
                    _("What was found: vpterm recordings verify"),
                )
            lines = read_tape(archive.path_of(row.file_name), private)
            head = next(lines, "")
            if not head:
                raise NotFound(_("Nothing was shown in recording {number}.").format(number=number))
            await note_use(context, recording_id=number, what=use, account=account_here(), reason=reason)
            return Opened(row, head, lines)

    return asyncio.run(work())


@contextmanager
def told_of_damage() -> Iterator[None]:
    """What a file turns out to be while it is read, as a sentence."""
    from vpterm.terminal.recording.sealing import Damaged

    try:
        yield
    except Damaged as damage:
        if damage.damage == "other key":
            raise Refused(_("This key does not open this recording."), _("Name the right one with --key.")) from damage
        raise VptermError(
            _("The recording is not as it was written, from link {link} on.").format(link=damage.link),
            _("What was found: vpterm recordings verify"),
        ) from damage


def account_here() -> str:
    """Who runs this command, as the machine knows them."""
    import pwd  # not on Windows, where there is no door to record

    name = pwd.getpwuid(os.getuid()).pw_name
    behind = os.environ.get("SUDO_USER", "")
    return f"{name} ({behind})" if behind else name
