"""How what an app paints reaches the terminals that look at it: as a stream, by lines, or as a word about its size."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from vpterm.kernel.i18n import using
from vpterm.terminal.session import textual_internals as internals
from vpterm.terminal.session.viewer import Viewer

if TYPE_CHECKING:
    from vpterm.terminal.session.session import Session

LINES_PERIOD_S = 0.05


class Showing:
    """The paintings of one session."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def painted(self, text: str) -> None:
        """The app has painted something."""
        viewers, timers = self._session.viewers.values(), self._session.timers
        for viewer in viewers:
            viewer.has_missed = viewer.has_missed or viewer.is_paused
            if viewer.showing == "stream":
                viewer.paint(text + self._session.guests.overlay(self._session.running_app()))
        if any(viewer.showing == "lines" for viewer in viewers) and "lines" not in timers:
            timers.later("lines", LINES_PERIOD_S, self._lines)

    def _lines(self) -> None:
        for viewer in self._session.viewers.values():
            if viewer.showing == "lines" and not viewer.is_paused:
                self.draw_lines(viewer)

    def all(self) -> None:
        """Send every terminal the whole screen."""
        for viewer in list(self._session.viewers.values()):
            self.whole(viewer)

    def whole(self, viewer: Viewer) -> None:
        """Send one terminal the whole screen."""
        session = self._session
        if viewer.showing == "message":
            viewer.paint_message()
        elif session.is_running and viewer.showing == "stream":
            with using(session.language):  # widgets are drawn here, outside the app's own tasks
                app = session.running_app()
                viewer.paint_frame(internals.full_frame(app) + session.guests.overlay(app))
        elif session.is_running:
            viewer.forget_lines()
            self.draw_lines(viewer)

    def draw_lines(self, viewer: Viewer) -> None:
        """Send one terminal what has changed, line by line; the rest soon where that was not all."""
        session = self._session
        app = session.running_app()
        with using(session.language):
            lines = session.guests.lines_for(viewer, app)
            is_all = viewer.paint_lines(lines, lambda strip: internals.rendered(app, strip))
        if is_all:
            viewer.forget_slow(session.size, asyncio.get_running_loop().time())
        elif "lines" not in session.timers:
            session.timers.later("lines", LINES_PERIOD_S, self._lines)
