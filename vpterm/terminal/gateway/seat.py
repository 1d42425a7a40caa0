"""One person's place at the door: a connected terminal, and which session it looks at. The gateway's side.

A seat bounds what waits in both directions: input beyond what the app has taken stops the reading, output
beyond what the terminal takes is dropped until the worker sends the whole screen.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Protocol

from vpterm.terminal.gateway.metrics import Pace
from vpterm.terminal.gateway.workers import WorkerLink
from vpterm.terminal.identity.identity import Account
from vpterm.terminal.painting.modes import GIVE_BACK, TAKE
from vpterm.terminal.painting.terminal_kind import TerminalKind
from vpterm.terminal.wire import Frame

_MOST_UNTAKEN = 8 * 1024
_RESTARTS = 3
_RESTART_PERIOD_S = 60.0
_PIECE = 32 * 1024


class Ending(StrEnum):
    """Why a seat is closed: what a door may have to tell apart, beside the words that people read."""

    TAKEN = "taken"  # the person has come in elsewhere
    LEFT = "left"  # the session has ended
    WAITING = "waiting"  # the session waits, as its person asked
    STOPPED = "stopped"  # the server ends
    FAILED = "failed"

    @property
    def status(self) -> int:
        """The exit status for a terminal's program."""
        return 1 if self is Ending.FAILED else 0


class Browser(Protocol):
    """The page at the other end of a seat, where there is one. `key` is that of its login at the browser door."""

    @property
    def key(self) -> str: ...

    def hand_over(self, path: str, name: str) -> None:
        """A document waits for this page alone, at this path."""


class Line(Protocol):
    """The connection to a terminal, as a seat uses it."""

    def write(self, data: bytes) -> None:
        """Send bytes."""

    def pause_reading(self) -> None:
        """Take no more from the terminal for now."""

    def resume_reading(self) -> None:
        """Take from the terminal again."""

    def name_place(self, name: str) -> None:
        """What is shown now, for the title of a window that is ours to name."""

    def hang_up(self, ending: Ending, message: str) -> None:
        """Say why, if there is anything to say, and close after everything has been sent."""


@dataclass
class _View:
    worker: WorkerLink
    session: int
    viewer: int
    watches: bool


class Seat:
    """A terminal of a person who has come in. `number` is that of its present viewer in a worker."""

    def __init__(
        self,
        account: Account,
        line: Line,
        size: tuple[int, int],
        kind: TerminalKind,
        greeting: str = "",
        *,
        origin: str = "",
    ) -> None:
        """`greeting` is shown for a moment as the person comes in; `origin` tells door and address: "ssh 10.0.0.4"."""
        self.account, self.kind, self.greeting, self.origin = account, kind, greeting, origin
        self.came_at = self.typed_at = datetime.now(UTC)
        self.columns, self.rows = size
        self.is_gone = False
        self._line = line
        self._view: _View | None = None
        self._early = bytearray()
        self._untaken = 0
        self._is_held = False
        self._wants_whole = True
        self._has_taken = False
        self._restarts: list[float] = []
        self.pace: Pace | None = None  # given by a door that measures
        self.browser: Browser | None = None  # given by a door whose other end can keep and print documents

    @property
    def session(self) -> int | None:
        """The number of the session that this seat looks at."""
        return self._view.session if self._view is not None else None

    @property
    def viewer(self) -> int | None:
        """The number of this seat's viewer."""
        return self._view.viewer if self._view is not None else None

    def is_shown_by(self, worker: WorkerLink) -> bool:
        """Whether this seat looks at a session of that worker."""
        return self._view is not None and self._view.worker is worker

    @property
    def is_held(self) -> bool:
        """Whether the terminal does not keep up."""
        return self._is_held

    @property
    def watches(self) -> bool:
        """Whether this seat only looks on."""
        return self._view is not None and self._view.watches

    # --- looking at a session -------------------------------------------------------------------------

    def look(self, worker: WorkerLink, session: int, viewer: int, *, notice: str, watches: bool) -> None:
        """Look at a session from now on."""
        self.look_away()
        if not self._has_taken:
            self._has_taken = True
            self._line.write(TAKE.encode())
        site = self.account.site(worker.site_code)
        self._line.name_place(f"{site.name if site else worker.site_code} · {self.account.display_name}")
        self._view = _View(worker, session, viewer, watches)
        self._wants_whole = False  # the first painting of a fresh session is whole without being marked so
        worker.wire.send(
            "viewer.attach",
            session=session,
            viewer=viewer,
            columns=self.columns,
            rows=self.rows,
            terminal=self.kind.to_json(),
            notice=notice,
            watches=watches,
        )
        if self._is_held:
            worker.wire.send("viewer.pause", viewer=viewer)
        self._untaken = 0
        if self.pace is not None:
            self.pace.moved()
        self._line.resume_reading()
        early, self._early = bytes(self._early), bytearray()
        if early:
            self.type(early)

    def look_away(self) -> None:
        """Look at nothing; the session goes on."""
        if self._view is not None:
            self._view.worker.wire.send("viewer.detach", viewer=self._view.viewer)
            self._view = None

    # --- from the terminal ----------------------------------------------------------------------------

    def type(self, data: bytes) -> None:
        """The terminal has sent something; while no session is there it is kept, none of it is lost."""
        self.typed_at = datetime.now(UTC)
        if self._view is None:
            self._early += data
            if len(self._early) > _MOST_UNTAKEN:
                self._line.pause_reading()
            return
        for start in range(0, len(data), _PIECE):
            self._view.worker.wire.send("viewer.input", data[start : start + _PIECE], viewer=self._view.viewer)
        self._untaken += len(data)
        if self.pace is not None:
            self.pace.typed(len(data))
        if self._untaken > _MOST_UNTAKEN:
            self._line.pause_reading()

    def taken(self, count: int) -> None:
        """The app has taken so many bytes."""
        self._untaken = max(0, self._untaken - count)
        if self.pace is not None:
            self.pace.taken(count)
        if self._untaken <= _MOST_UNTAKEN // 2:
            self._line.resume_reading()

    def resize(self, columns: int, rows: int) -> None:
        """The terminal has another size."""
        self.columns, self.rows = columns, rows
        if self._view is not None:
            wire = self._view.worker.wire
            wire.send("viewer.resize", viewer=self._view.viewer, columns=columns, rows=rows)

    # --- to the terminal ------------------------------------------------------------------------------

    def show(self, frame: Frame) -> None:
        """A worker paints."""
        if self._is_held:
            self._wants_whole = True  # what is dropped now would be missing from every later change
        elif frame.fields["whole"] or not self._wants_whole:
            self._wants_whole = False
            self._line.write(frame.body)
            if self.pace is not None:
                self.pace.painted()

    def hold(self) -> None:
        """The terminal does not keep up: nothing more is queued for it."""
        self._is_held = True
        if self._view is not None:
            self._view.worker.wire.send("viewer.pause", viewer=self._view.viewer)

    def release(self) -> None:
        """The terminal keeps up again, and gets the screen as it is by now."""
        self._is_held = False
        if self._view is not None:
            self._view.worker.wire.send("viewer.resume", viewer=self._view.viewer)

    def close(self, ending: Ending, message: str = "") -> None:
        """Give the terminal back as it was, say why, and hang up."""
        if self.is_gone:
            return
        self.is_gone = True
        self.look_away()
        if self._has_taken:
            self._line.write(GIVE_BACK.encode())
        self._line.hang_up(ending, message)

    def has_restarted(self, now: float) -> bool:
        """Whether a new session took the place of a lost one in the last minute."""
        self._restarts = [at for at in self._restarts if now - at < _RESTART_PERIOD_S]
        return bool(self._restarts)

    def may_restart(self, now: float) -> bool:
        """Whether another new session in place of a lost one is bearable: at most 3 in a minute."""
        self.has_restarted(now)
        self._restarts.append(now)
        return len(self._restarts) <= _RESTARTS
