"""The settings of the terminal server: where the door is, how many fit, what is borne with."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class DoorSettings:
    """How the doors and their workers are run. Times are in seconds, sizes in cells or bytes.

    A line that is dead for `keepalive_s` and `keepalive_missed` questions more is dropped (ssh/link_watch.py).
    `factory` is the dotted name of the app factory; `import_paths` are put on the import path of the workers.
    With `take_over` false, a second login of the same person joins the open session instead of taking it over:
    the newest terminal types, the others watch. `metrics_port` opens the metrics on loopback (0: any free port);
    `log_json` makes gateway and workers log one JSON object a line.

    The browser door is closed while `web_port` is None; `web_host` is `host` unless said. It speaks plain HTTP on
    loopback only, else TLS with `web_certificate` and `web_key` (PEM) or a certificate of its own; `web_names` are
    the names under which browsers may call it. A browser without an open page for `web_idle_s`, or since its login
    for `web_login_s`, must say the password again.

    After an upgrade, who stays in the old release is moved after `drain_s`; a session there that nobody looks at, once
    that has lasted for `drain_unseen_s`.

    A person has at most `seats_per_person` terminals at once; a newer one closes the oldest. With so many `sessions`
    open nobody gets another. A terminal may send `input_burst` bytes at once and `input_rate` a second in the long run.

    A worker that holds more than `worker_memory_mib` (0: as much as it likes) is ended; 24 busy sessions need some 200.
    `worker_nice` has the doors go first where cores are scarce.

    mosh is offered on these UDP ports (first, last), each one person's; a client that is away longer than
    `mosh_away_s` must come in again.
    """

    state_folder: Path
    host: str = "127.0.0.1"
    port: int = 8022
    factory: str = "vpterm.screens.main:make_app"
    import_paths: tuple[str, ...] = ()
    sessions_per_worker: int = 24
    concurrent_starts: int = 2
    connections: int = 600
    connections_per_address: int = 60
    login_grace_s: float = 60.0
    keepalive_s: float = 14.0  # with those that may be missed, less than a minute to notice a dead line
    keepalive_missed: int = 3
    heartbeat_s: float = 5.0
    heartbeat_limit_s: float = 15.0
    busy_limit_s: float = 3.0
    guesses_per_account: int = 8
    guesses_per_address: int = 30
    ban_s: float = 600.0
    take_over: bool = True
    language: str = "fr"
    strict_algorithms: bool = False
    web_port: int | None = None
    web_host: str = ""
    web_names: tuple[str, ...] = ()
    web_certificate: Path | None = None
    web_key: Path | None = None
    web_idle_s: float = 900.0
    web_login_s: float = 12 * 3600.0
    metrics_port: int | None = None
    log_json: bool = False
    seats_per_person: int = 5
    sessions: int = 600
    input_rate: float = 8 * 1024.0
    input_burst: float = 256 * 1024.0
    worker_memory_mib: int = 768
    worker_nice: int = 2
    drain_s: float = 12 * 3600.0
    drain_unseen_s: float = 15.0
    mosh_ports: tuple[int, int] | None = None
    mosh_away_s: float = 4 * 3600.0

    @property
    def host_key_path(self) -> Path:
        """The private host key, made at the first start, readable by its owner only."""
        return self.state_folder / "ssh_host_ed25519_key"

    @property
    def control_path(self) -> Path:
        """Where administrators ask the running gateway."""
        return self.state_folder / "control.sock"

    @property
    def mosh_path(self) -> Path:
        """Where the programs that mosh-servers show come back to."""
        return self.state_folder / "mosh.sock"

    @property
    def web_key_path(self) -> Path:
        """The private key of the browser door's own certificate, readable by its owner only."""
        return self.state_folder / "web_key.pem"

    @property
    def web_certificate_path(self) -> Path:
        """The certificate that the browser door has made for itself."""
        return self.state_folder / "web_certificate.pem"

    @property
    def untold_path(self) -> Path:
        """What people have not been told yet of sessions that ended without them."""
        return self.state_folder / "untold.json"

    @property
    def last_sites_path(self) -> Path:
        """Where each person worked last."""
        return self.state_folder / "last-sites.json"


# A terminal smaller than this gets a message instead of the app; a larger one than that is used in part.
MIN_COLUMNS, MIN_ROWS = 20, 5
MAX_COLUMNS, MAX_ROWS = 500, 200


def clamp_size(columns: int, rows: int) -> tuple[int, int]:
    """A size in cells that we are ready to serve; 0 (unknown, RFC 4254 section 6.2) becomes 80x24."""
    columns, rows = columns or 80, rows or 24
    return max(1, min(columns, MAX_COLUMNS)), max(1, min(rows, MAX_ROWS))


def is_too_small(columns: int, rows: int) -> bool:
    """Whether no app can be shown at this size."""
    return columns < MIN_COLUMNS or rows < MIN_ROWS
