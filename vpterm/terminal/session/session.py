"""An app that outlives its viewers: it starts, is looked at by none, one or several terminals, and ends.

Terminals, wires and sites are not known here; the worker gives callbacks.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from functools import partial
from typing import Any

from textual import events
from textual.app import App
from textual.message import Message

from vpterm.kernel.i18n import current_language, using
from vpterm.terminal.session import textual_internals as internals
from vpterm.terminal.session.intake import Intake
from vpterm.terminal.session.viewer import Viewer
from vpterm.terminal.settings import is_too_small

_log = logging.getLogger("vpterm.terminal")

NOTICE_S = 8.0
LINES_PERIOD_S = 0.05
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
        self._timers: dict[str, asyncio.TimerHandle] = {}

    # --- life -----------------------------------------------------------------------------------------

    async def start(self, app: App[Any]) -> None:
        """Mount the app; returns when it is ready, or has already ended."""
        self.app = app
        self.language = current_language()
        internals.prepare_app(app, self._painted, self._crashed)
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
        if self._is_running and internals.size_of(self._running_app()) != self.size:
            self._resize_app()  # a terminal came, or changed its size, while the app was being mounted
        if any(viewer.notice for viewer in self.viewers.values()):
            self._later("opened", 0.1, self._show_all)  # the app's own first painting knows of no notice

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
        self._show_all()

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
        self._later("end", END_LIMIT_S, self._task.cancel)

    def _close(self) -> None:
        if self.is_closed:
            return
        self.is_closed = True
        self._intake.close()
        for timer in self._timers.values():
            timer.cancel()
        self._timers.clear()
        self.viewers.clear()
        self.controller = self.app = self._task = None
        self.ended.set_result(None)
        self._on_ended(self, self._reason)

    # --- viewers --------------------------------------------------------------------------------------

    def attach(self, viewer: Viewer) -> None:
        """Show the session to one more terminal; unless it only watches, it types and sets the size."""
        self.viewers[viewer.number] = viewer
        if not viewer.watches:
            self.controller = viewer
            self._take_size(viewer)
        if viewer.notice:
            self._later(f"notice {viewer.number}", NOTICE_S, lambda: self._end_notice(viewer))
        self._choose_all()

    def detach(self, viewer: Viewer) -> None:
        """A terminal is gone; the app goes on, and paints for nobody if it was the last."""
        self.viewers.pop(viewer.number, None)
        if self.controller is viewer:
            self.controller = None
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
            self._show(viewer)

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
            self._show(viewer)
        elif due and self._is_running:
            self._draw_lines(viewer)

    def _take_size(self, viewer: Viewer) -> None:
        if is_too_small(viewer.columns, viewer.rows) or (viewer.columns, viewer.rows) == self.size:
            return
        self.size = (viewer.columns, viewer.rows)
        if self._is_running:
            self._resize_app()

    def _resize_app(self) -> None:
        """The app lays itself out anew in its own time; then everybody gets the whole."""
        internals.resize_app(self._running_app(), *self.size)
        self._later("resized", 0.1, self._show_all)

    def _choose_all(self) -> None:
        for viewer in self.viewers.values():
            viewer.choose(self.size)
        self._look()
        self._show_all()

    # --- painting -------------------------------------------------------------------------------------

    @property
    def _is_running(self) -> bool:
        return self._is_ready.is_set() and self.app is not None and internals.driver_of(self.app) is not None

    def _running_app(self) -> App[Any]:
        if self.app is None:
            raise RuntimeError("the session has no app")
        return self.app

    def _look(self) -> None:
        """Let the app paint if anybody sees it, and if it is theirs."""
        driver = internals.driver_of(self.app) if self.app is not None else None
        if driver is not None:
            driver.renders = bool(self.viewers) and self._is_ready.is_set()

    def _painted(self, text: str) -> None:
        """The app has painted something."""
        for viewer in self.viewers.values():
            viewer.has_missed = viewer.has_missed or viewer.is_paused
            if viewer.showing == "stream":
                viewer.paint(text)
        if any(viewer.showing == "lines" for viewer in self.viewers.values()) and "lines" not in self._timers:
            self._later("lines", LINES_PERIOD_S, self._show_lines)

    def _show_lines(self) -> None:
        for viewer in self.viewers.values():
            if viewer.showing == "lines" and not viewer.is_paused:
                self._draw_lines(viewer)

    def _show_all(self) -> None:
        for viewer in list(self.viewers.values()):
            self._show(viewer)

    def _show(self, viewer: Viewer) -> None:
        """Send one terminal the whole screen."""
        if viewer.showing == "message":
            viewer.paint_message()
        elif self._is_running and viewer.showing == "stream":
            with using(self.language):  # widgets are drawn here, outside the app's own tasks
                viewer.paint_frame(internals.full_frame(self._running_app()))
        elif self._is_running:
            viewer.forget_lines()
            self._draw_lines(viewer)

    def _draw_lines(self, viewer: Viewer) -> None:
        with using(self.language):
            lines = internals.painted_lines(self._running_app(), viewer.columns, viewer.rows)
            is_all = viewer.paint_lines(lines, partial(internals.rendered, self._running_app()))
        if is_all:
            viewer.forget_slow(self.size, asyncio.get_running_loop().time())
        elif "lines" not in self._timers:
            self._later("lines", LINES_PERIOD_S, self._show_lines)

    def _end_notice(self, viewer: Viewer) -> None:
        viewer.notice = ""
        if viewer.number in self.viewers:
            (self._draw_lines if viewer.showing == "lines" else self._show)(viewer)

    def _later(self, name: str, delay_s: float, call: Callable[[], object]) -> None:
        """Call something later, once per name."""
        if name in self._timers:
            self._timers[name].cancel()

        def run() -> None:
            self._timers.pop(name, None)
            call()

        self._timers[name] = asyncio.get_running_loop().call_later(delay_s, run)

    # --- keys -----------------------------------------------------------------------------------------

    def feed(self, viewer: Viewer, data: bytes) -> None:
        """Take what a terminal sent. It is given to the app in its pace; `on_taken` tells how much was."""
        self._accept(viewer, list(viewer.decoder.feed(data)))
        self._intake.put(viewer, len(data))
        patience_s = viewer.decoder.patience_s
        if patience_s is not None:
            self._later(f"escape {viewer.number}", patience_s, lambda: self._expire(viewer))
        elif timer := self._timers.pop(f"escape {viewer.number}", None):
            timer.cancel()

    def _expire(self, viewer: Viewer) -> None:
        self._accept(viewer, list(viewer.decoder.expire()))

    def _accept(self, viewer: Viewer, received: list[Message]) -> None:
        self.last_input = asyncio.get_running_loop().time()
        if viewer is self.controller and viewer.showing != "message":
            self._intake.put(viewer, *received)
            return
        leaving = _LEAVING_KEYS if viewer is self.controller else _WATCHER_KEYS
        if any(isinstance(message, events.Key) and message.key in leaving for message in received):
            self._on_viewer_closed(viewer)  # who cannot type into the app must still be able to go

    def _intake_failed(self, error: BaseException) -> None:
        self._crashed(error)
        self.end("crashed")
