"""Looks at everything and judges it: the whole visit of the doctor, in the order in which one reads it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from vpterm.cli.doctor.findings import Finding
from vpterm.cli.doctor.last_verification import probe_verification
from vpterm.cli.doctor.probe_database import probe_database, probe_sites, probe_wall
from vpterm.cli.doctor.probe_door import probe_door, probe_recordings
from vpterm.cli.doctor.probe_machine import probe_files, probe_libraries, probe_machine
from vpterm.cli.doctor.rules_database import judge_database, judge_walls
from vpterm.cli.doctor.rules_door import judge_door, judge_libraries, judge_verification
from vpterm.cli.doctor.rules_files import judge_files
from vpterm.cli.doctor.rules_machine import judge_machine
from vpterm.cli.doctor.rules_recordings import judge_recordings
from vpterm.cli.ground import Ground
from vpterm.terminal.settings import DoorSettings


def examine(standing: Ground, host: str, port: int) -> Iterator[Finding]:
    """All findings. Nothing is started, changed or repaired."""
    files = probe_files(standing)
    yield from judge_files(files)
    if files.secrets_mode is not None:
        state = probe_database(standing)
        sites = probe_sites(standing)
        yield from judge_database(state, len(sites))
        if not state.failure:
            yield from judge_walls([probe_wall(standing, code) for code in sites])
            yield judge_verification(probe_verification(standing), datetime.now(UTC))
    door = probe_door(standing, host, port)
    yield from judge_door(door)
    yield from judge_recordings(probe_recordings(standing))
    yield from judge_machine(
        probe_machine(standing), door, DoorSettings(state_folder=standing.installation.home).connections
    )
    yield judge_libraries(probe_libraries())
