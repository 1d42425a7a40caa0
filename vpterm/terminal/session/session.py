"""An app that outlives its viewers: it starts, is looked at by none, one or several terminals, and ends.

Terminals, wires and sites are not known here; the worker gives callbacks.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Any

from textual import events
from textual.app import App
from textual.message import Message

from vpterm.kernel.i18n import current_language, using
from vpterm.screens.link import LookedAt
from vpterm.terminal.session import textual_internals as internals
from vpterm.terminal.session.guests import Guests
from vpterm.terminal.session.intake import Intake
from vpterm.terminal.session.showing import Showing
from vpterm.terminal.session.timers import Timers
from vpterm.terminal.session.viewer import Viewer
from vpterm.terminal.settings import is_too_small

_log = logging.getLogger("vpterm.terminal")

NOTICE_S = 8.0
END_LIMIT_S = 5.0
_LEAVING_KEYS = {"ctrl+c", "ctrl+d"}
_WATCHER_KEYS = {*_LEAVING_KEYS, "q", "escape"}


class Session:
    """One person's app. `on_ended(reason)` is called once: "left", "crashed", "ended", or what `end` was told."""

    def __init__(
        self,
        number: int,
        size: tuple[int, int],
        *,
        on_ended: Callable[[Session, str], None],
        on_taken: Callable[[Viewer, int], None] = lambda viewer, count: None,
        on_viewer_closed: Callable[[Viewer], None] = lambda viewer: None,
        on_keyboard_back: Callable[[Session], None] = lambda session: None,
    ) -> None:
        self.number = number
        self.size = (80, 24) if is_too_small(*size) else size
        self.viewers: dict[int, Viewer] = {}
        self.controller: Viewer | None = None
        self.app: App[Any] | None = None
        self.last_input = 0.0
        self.is_closed = False
        self.language = current_language()
        self._on_ended, self._on_viewer_closed = on_ended, on_viewer_closed
        self.ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._is_ready = asyncio.Event()
        self._reason = "left"
        self._task: asyncio.Task[None] | None = None
        self._intake = Intake(on_taken, self._intake_failed)
        self.timers = Timers()
        self._showing = Showing(self)
        shown = self._showing
        self.guests = Guests(self._intake, shown.whole, shown.all, lambda: on_keyboard_back(self))

    # --- life -----------------------------------------------------------------------------------------

    async def start(self, app: App[Any]) -> None:
        """Mount the app; returns when it is ready, or has already ended."""
        self.app = app
        self.language = current_language()
        internals.prepare_app(app, self._showing.painted, self._crashed)
        loop = asyncio.get_running_loop()
        self._task = loop.create_task(self._run(app), name=f"session {self.number}")
        self._intake.start(app, f"input of session {self.number}")
        await self._is_ready.wait()

    async def _run(self, app: App[Any]) -> None:
        try:
            await internals.run_app(app, self.size, self._ready)
        except asyncio.CancelledError:
            self._reason = "ended"
        except Exception:  # the border of a session: what its shutdown raises is its own, not its neighbours'
            _log.exception("session %(session)s ended in its own shutdown", {"session": self.number})
            self._reason = "crashed"
        finally:
            if self._reason == "left" and internals.has_failed(app):
                self._reason = "crashed"
            self._is_ready.set()
            self._close()

    def _ready(self) -> None:
        self._is_ready.set()
        self._intake.open()
        self._look()
        if self.is_running and internals.size_of(self.running_app()) != self.size:
            self._resize_app()  # a terminal came, or changed its size, while the app was being mounted
        if any(viewer.notice for viewer in self.viewers.values()):
            self.timers.later("opened", 0.1, self._showing.all)  # the app's own first painting knows of no notice

    def claim(self, number: int, size: tuple[int, int]) -> None:
        """This session waited for nobody (number 0) and is somebody's from now on: nothing is shown until `show`."""
        self.number = number
        self._is_ready.clear()
        self._intake.shut()
        if not is_too_small(*size) and size != self.size:
            self.size = size
            self._resize_app()

    def show(self, language: str) -> None:
        """The app of a claimed session is its person's: paint it, and give it the keys that have come."""
        self.language = language
        self._ready()
        self._showing.all()

    def _crashed(self, error: BaseException) -> None:
        """The app raised: it ends by itself. The values of variables stay out of the log, they may be data."""
        self._reason = "crashed"
        _log.error("session %(session)s: the app failed", {"session": self.number}, exc_info=error)

    def end(self, reason: str = "ended") -> None:
        """Ask the app to end; by force if it has not after END_LIMIT_S."""
        self._reason = reason
        if self.app is None or self._task is None:
            self._close()
            return
        internals.ask_to_end(self.app)
        self.timers.later("end", END_LIMIT_S, self._task.cancel)

    def _close(self) -> None:
        if self.is_closed:
            return
        self.is_closed = True
        self._intake.close()
        self.timers.close()
        self.viewers.clear()
        self.guests.close()
        self.controller = self.app = self._task = None
        self.ended.set_result(None)
        self._on_ended(self, self._reason)

    # --- viewers --------------------------------------------------------------------------------------

    def attach(self, viewer: Viewer) -> None:
        """Show the session to one more terminal; unless it only watches, it types and sets the size."""
        self.viewers[viewer.number] = viewer
        if viewer.follows:  # nobody else need be painted anew for it
            viewer.choose(self.size)
            self._look()
            self._showing.whole(viewer)
            return
        if not viewer.watches:
            self.controller = viewer
            self._take_size(viewer)
        if viewer.notice:
            self.timers.later(f"notice {viewer.number}", NOTICE_S, lambda: self._end_notice(viewer))
        self._choose_all()

    def detach(self, viewer: Viewer) -> None:
        """A terminal is gone; the app goes on, and paints for nobody if it was the last."""
        self.viewers.pop(viewer.number, None)
        if self.controller is viewer:
            self.controller = None
        self.guests.bid_farewell(viewer)
        self._look()

    def resize(self, viewer: Viewer, columns: int, rows: int) -> None:
        """A terminal has another size. The app follows the one that types."""
        if (viewer.columns, viewer.rows) == (columns, rows):
            return
        viewer.columns, viewer.rows = columns, rows
        if viewer is self.controller:
            self._take_size(viewer)
            self._choose_all()
        else:
            viewer.choose(self.size)
            self._showing.whole(viewer)

    def hold(self, viewer: Viewer, by: str) -> None:
        """Something on the way to a terminal does not keep up: send nothing until `release`."""
        viewer.hold(by, asyncio.get_running_loop().time())

    def release(self, viewer: Viewer, by: str, *, whole: bool = True) -> None:
        """It keeps up again: send the screen as it is by now, or what of it has changed if nothing was lost."""
        viewer.held_by.discard(by)
        if viewer.is_paused:
            return
        due = viewer.due_at_release(self.size, asyncio.get_running_loop().time())
        if whole or due == "whole":
            self._showing.whole(viewer)
        elif due and self.is_running:
            self._showing.draw_lines(viewer)

    def _take_size(self, viewer: Viewer) -> None:
        if is_too_small(viewer.columns, viewer.rows) or (viewer.columns, viewer.rows) == self.size:
            return
        self.size = (viewer.columns, viewer.rows)
        if self.is_running:
            self._resize_app()

    def _resize_app(self) -> None:
        """The app lays itself out anew in its own time; then everybody gets the whole."""
        internals.resize_app(self.running_app(), *self.size)
        self.timers.later("resized", 0.1, self._showing.all)

    def _choose_all(self) -> None:
        for viewer in self.viewers.values():
            viewer.choose(self.size)
        self._look()
        self._showing.all()

    # --- painting -------------------------------------------------------------------------------------

    @property
    def is_running(self) -> bool:
        """Whether there is an app that can be painted."""
        return self._is_ready.is_set() and self.app is not None and internals.driver_of(self.app) is not None

    def running_app(self) -> App[Any]:
        """The app. RuntimeError when there is none."""
        if self.app is None:
            raise RuntimeError("the session has no app")
        return self.app

    def _look(self) -> None:
        """Let the app paint if anybody sees it, and if it is theirs."""
        driver = internals.driver_of(self.app) if self.app is not None else None
        is_seen = any(not viewer.follows for viewer in self.viewers.values()) and self._is_ready.is_set()
        if driver is None or driver.renders == is_seen:
            return
        driver.renders = is_seen
        app: object = self.app
        if isinstance(app, LookedAt):
            with using(self.language):
                app.looked_at(seen=is_seen)

    def _end_notice(self, viewer: Viewer) -> None:
        viewer.notice = ""
        if viewer.number in self.viewers:
            (self._showing.draw_lines if viewer.showing == "lines" else self._showing.whole)(viewer)

    # --- keys -----------------------------------------------------------------------------------------

    def feed(self, viewer: Viewer, data: bytes) -> None:
        """Take what a terminal sent. It is given to the app in its pace; `on_taken` tells how much was."""
        self._accept(viewer, list(viewer.decoder.feed(data)))
        self._intake.put(viewer, len(data))
        patience_s = viewer.decoder.patience_s
        if patience_s is not None:
            self.timers.later(f"escape {viewer.number}", patience_s, lambda: self._expire(viewer))
        else:
            self.timers.stop(f"escape {viewer.number}")

    def _expire(self, viewer: Viewer) -> None:
        self._accept(viewer, list(viewer.decoder.expire()))

    def _accept(self, viewer: Viewer, received: list[Message]) -> None:
        self.last_input = asyncio.get_running_loop().time()
        if viewer.is_guest:
            self.guests.take(viewer, received, self.size)
            return
        if viewer is self.controller and received:
            self.guests.person_typed()
        if viewer is self.controller and viewer.showing != "message":
            self._intake.put(viewer, *received)
            return
        leaving = _LEAVING_KEYS if viewer is self.controller else _WATCHER_KEYS
        if any(isinstance(message, events.Key) and message.key in leaving for message in received):
            self._on_viewer_closed(viewer)  # who cannot type into the app must still be able to go

    def _intake_failed(self, error: BaseException) -> None:
        self._crashed(error)
        self.end("crashed")
