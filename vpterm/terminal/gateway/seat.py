"""One person's place at the door: a connected terminal, and which session it looks at. The gateway's side.

A seat bounds what waits in both directions: input beyond what the app has taken stops the reading; when the terminal
does not keep up, the worker is told to wait, and what it goes on sending is dropped until it sends the whole screen.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Protocol

from vpterm.screens.link import SessionRequest
from vpterm.terminal.gateway.choosing import Wanted
from vpterm.terminal.gateway.metrics import Pace
from vpterm.terminal.gateway.workers import WorkerLink
from vpterm.terminal.guests import Guest
from vpterm.terminal.identity.greeting import language_of
from vpterm.terminal.identity.identity import Account, SiteAccess
from vpterm.terminal.identity.limits import TokenBucket
from vpterm.terminal.painting.modes import CLEAR, GIVE_BACK, TAKE
from vpterm.terminal.painting.terminal_kind import TerminalKind
from vpterm.terminal.wire import Frame

_MOST_UNTAKEN = 8 * 1024
_RESTARTS = 3
_RESTART_PERIOD_S = 60.0
_PIECE = 32 * 1024
_MOST_AFTER_HOLD = 64 * 1024  # what was painted before the worker had heard that it is to wait


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
        wanted: Wanted | None = None,
        proved_at: float | None = None,
    ) -> None:
        """`greeting` is shown for a moment as the person comes in; `origin` tells door and address: "ssh 10.0.0.4".

        `wanted` is the session they asked for; `proved_at` (monotonic) when they last proved who they are: now.
        """
        self.account, self.kind, self.greeting, self.origin = account, kind, greeting, origin
        self.wanted = wanted
        self.proved_at = proved_at if proved_at is not None else time.monotonic()
        self.is_proved = True  # until a session before them locks
        self.came_at = self.typed_at = datetime.now(UTC)
        self.columns, self.rows = size
        self.is_gone = False
        self._line = line
        self._view: _View | None = None
        self._early = bytearray()
        self._untaken = 0
        self._is_held = False
        self._since_held = 0
        self._wants_whole = True
        self._has_taken = False
        self._restarts: list[float] = []
        self._held_back: set[str] = set()
        self.pace: Pace | None = None  # given by a door that measures
        self.inflow: TokenBucket | None = None  # given by the gateway
        self.command = ""  # what was asked for by `ssh -t HOST COMMAND`, where that is offered
        self.divert: Callable[[bytes], None] | None = None  # takes what is typed, in place of the session
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

    def request(self, site: SiteAccess, name: str, *, at_home: bool, recorded: str) -> SessionRequest:
        """A session for this person, of this seat's kind and size; `recorded`: why it is, or ""."""
        account = self.account
        return SessionRequest(
            site_code=site.code,
            database_url="",
            staff_id=account.staff_id,
            login=account.login,
            language=language_of(account),
            colours=self.kind.colours,
            glyphs=self.kind.glyphs,
            columns=self.columns,
            rows=self.rows,
            display_name=account.display_name,
            sites=tuple(each.code for each in account.sites),
            at_home=at_home,
            session_name=name,
            locked=not self.is_proved,
            recorded=recorded,
        )

    # --- looking at a session -------------------------------------------------------------------------

    def look(
        self,
        worker: WorkerLink,
        session: int,
        viewer: int,
        *,
        notice: str,
        watches: bool,
        guest: Guest | None = None,
    ) -> None:
        """Look at a session from now on; as a guest, where it is somebody else's."""
        self.look_away()
        if not self._has_taken:
            self._has_taken = True
            self._line.write(TAKE.encode())
        site = self.account.site(worker.site_code)
        place = guest.where if guest is not None else site.name if site else worker.site_code
        self._line.name_place(f"{place} · {self.account.display_name}")
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
            guest=guest.to_json() if guest is not None else {},
        )
        if self._is_held:
            worker.wire.send("viewer.pause", viewer=viewer)
        self._untaken = 0
        if self.pace is not None:
            self.pace.moved()
        self._read_on("untaken")
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
        self._slow_down(len(data))
        if self.divert is not None:
            self.divert(data)
        else:
            self.pass_on(data)

    def pass_on(self, data: bytes) -> None:
        """Give what was typed to the session."""
        if self._view is None:
            self._early += data
            if len(self._early) > _MOST_UNTAKEN:
                self._read_no_more("untaken")
            return
        for start in range(0, len(data), _PIECE):
            self._view.worker.wire.send("viewer.input", data[start : start + _PIECE], viewer=self._view.viewer)
        self._untaken += len(data)
        if self.pace is not None:
            self.pace.typed(len(data))
        if self._untaken > _MOST_UNTAKEN:
            self._read_no_more("untaken")

    def taken(self, count: int) -> None:
        """The app has taken so many bytes."""
        count = max(0, count)
        self._untaken = max(0, self._untaken - count)
        if self.pace is not None:
            self.pace.taken(count)
        if self._untaken <= _MOST_UNTAKEN // 2:
            self._read_on("untaken")

    def _slow_down(self, count: int) -> None:
        """Whoever floods waits: nothing more is read from that terminal for so long as it takes to be even."""
        wait_s = self.inflow.take(count) if self.inflow is not None else 0.0
        if wait_s > 0 and "flood" not in self._held_back:
            self._read_no_more("flood")
            asyncio.get_running_loop().call_later(wait_s, self._end_flood)

    def _end_flood(self) -> None:
        self._held_back.discard("flood")
        self._slow_down(0)  # what had been read already may have come on top
        if "flood" not in self._held_back:
            self._read_on("flood")

    def _read_no_more(self, why: str) -> None:
        self._held_back.add(why)
        self._line.pause_reading()

    def _read_on(self, why: str) -> None:
        self._held_back.discard(why)
        if not self._held_back:
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
            self._since_held += len(frame.body)
        if self._is_held and self._since_held > _MOST_AFTER_HOLD:
            self._wants_whole = True  # what is dropped now would be missing from every later change
        elif frame.fields["whole"] or not self._wants_whole:
            self._wants_whole = False
            self._line.write(frame.body)
            if self.pace is not None:
                self.pace.painted()

    def write(self, text: str) -> None:
        """Write to the terminal while it looks at nothing."""
        self._line.write(text.encode())

    def give_back(self) -> None:
        """Look at nothing, and give the terminal back as it was: what it showed is gone from it."""
        self.look_away()
        if self._has_taken and not self.is_gone:
            self._has_taken = False
            self._line.write((CLEAR + GIVE_BACK).encode())  # cleared: not every terminal has a screen to change to

    def hold(self) -> None:
        """The terminal does not keep up: nothing more is painted for it."""
        self._is_held, self._since_held = True, 0
        if self._view is not None:
            self._view.worker.wire.send("viewer.pause", viewer=self._view.viewer)

    def release(self, bytes_s: int = 0) -> None:
        """The terminal keeps up again, and gets what has changed by now: as much as its line carries soon."""
        self._is_held = False
        if self._view is not None:
            wire = self._view.worker.wire
            wire.send("viewer.resume", viewer=self._view.viewer, whole=self._wants_whole, bytes_s=bytes_s)

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
