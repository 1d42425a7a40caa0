"""What the doctor looks at. Sizes in MiB unless said; None where the machine does not tell."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Files:
    """The folder of the installation. Modes as in stat(2), permission bits only; None for what is not there."""

    home: str
    secrets_mode: int | None
    open_secrets: tuple[str, ...]  # names of secret files that others can read
    secret_count: int
    host_key_mode: int | None


@dataclass(frozen=True, slots=True)
class DatabaseState:
    """PostgreSQL as the owner of the schema sees it. `failure` says why nothing else is known;
    `rests`: it is the embedded one, and nobody serves.
    """

    failure: str = ""
    rests: bool = False
    version: int = 0  # 180004 is 18.4
    settings: Mapping[str, str] | None = None
    revision: str | None = None
    newest_revision: str = ""
    tables_without_walls: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SiteWall:
    """What one site's own login reaches. `guarded` counts the tables in which others have rows to be kept apart."""

    code: str
    failure: str = ""
    is_own: bool = True  # whether the database takes this login for this site
    foreign_rows: int = 0
    guarded: int = 0


@dataclass(frozen=True, slots=True)
class Machine:
    """Disk, memory, limits, clock, words."""

    disk_free: Mapping[str, int]
    memory_available: int | None
    has_cgroup2: bool
    open_files: int
    clock_synchronised: bool | None
    has_time_zones: bool
    encoding: str
    terminals_known: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OpenDoor:
    """The door of this installation. `port_answers`: what the port says first; "" for a closed one."""

    is_kept: bool  # whether a process keeps the installation open
    port: int
    port_answers: str = ""
    offered: Mapping[str, tuple[str, ...]] | None = None  # algorithms, by the names of algorithms.OFFERED
    sessions: int | None = None
    workers_mib: float | None = None
    limits: str = ""  # what holds the workers: "cgroup", "process"; "" where nobody says
    worker_memory_mib: int = 0  # how much each may hold; 0: no limit


@dataclass(frozen=True, slots=True)
class Recordings:
    """What the running gateway says of its recordings. `failing`: why ("disk", "database", "key"), by site."""

    folder: str
    running: int
    failing: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Verification:
    """The last `vpterm verify`."""

    happened_at: datetime
    was_whole: bool
