"""Telling people what happened: messages, mistakes, failures, what is under way. All stand on the message line."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Coroutine
from typing import Any

from textual.app import App
from textual.screen import Screen

from vpterm.kernel.errors import VptermError
from vpterm.kernel.i18n import _
from vpterm.screens.shell.guard import recover
from vpterm.screens.shell.place import Place

log = logging.getLogger("vpterm.screens")


class TellingApp(App[None]):
    """The part of the app that talks to the person. `failures` are the unexpected ones; tests look there."""

    def __init__(self, **arguments: Any) -> None:
        super().__init__(**arguments)
        self.messages: deque[str] = deque(maxlen=20)
        self.failures: list[BaseException] = []
        self.broken_places: set[Screen[Any]] = set()
        self._busy_place: Place | None = None

    @property
    def open_place(self) -> Place | None:
        """The uppermost place, under any question."""
        return next((screen for screen in reversed(self.screen_stack) if isinstance(screen, Place)), None)

    def say(self, message: str) -> None:
        """Put a sentence on the message line of the present place."""
        self.messages.append(message)
        if self.open_place is not None:
            self.open_place.say(message)

    def hear(self, sentence: str) -> None:
        """Something said from outside, by the administrator of the server."""
        self.call_later(self._say_heard, sentence)  # there, and not here, this session's language is spoken

    def _say_heard(self, sentence: str) -> None:
        self.say(_("The administrator says: {sentence}").format(sentence=sentence))
        self.repaint_beneath()

    def tell_failure(self, error: BaseException) -> None:
        """A work failed: say why, mark the field it names. Keys typed ahead were meant for what did not happen."""
        self.forget_waiting_keys()
        self._show(error, getattr(error, "field", None))

    def tell_mistake(self, error: BaseException) -> None:
        """Something went wrong beside the work at hand: say so, and leave cursor and keys alone."""
        self._show(error, None)

    def _show(self, error: BaseException, field: str | None) -> None:
        if not self.is_running:  # the session is closing: its screens are gone, and nobody is there to be told
            log.info("given up at the end of a session: %(what)s", {"what": type(error).__name__})
            return
        sentence = self._sentence(error)
        self.messages.append(sentence)
        self.show_again(sentence, field)

    def _sentence(self, error: BaseException) -> str:
        if isinstance(error, VptermError):
            return f"{error.message} {error.advice}".strip()
        if isinstance(error, asyncio.CancelledError):
            return _("Given up: nothing was opened.")
        self.failures.append(error)
        log.error("a screen failed", exc_info=error)
        return _("The program made a mistake here; it has been noted.") + " " + _("Try again, or press Esc.")

    def show_again(self, sentence: str, field: str | None = None) -> None:
        """Show an error on the place that is open now."""
        if self.open_place is not None:
            self.open_place.show_error(sentence, field)
            self.repaint_beneath()

    def repaint_beneath(self) -> None:
        """A place under a question is painted only together with the question."""
        if self.screen is not self.open_place:
            self.screen.refresh()

    def show_busy(self, stage: int, can_cancel: bool) -> None:
        """0: over; 1: something takes its time; 2: so long that Esc gives it up, unless it is being saved."""
        loading = ("", _("Loading…"), _("Still loading… Esc gives up."))
        saving = ("", _("One moment…"), _("Still at work…"))
        place, before = self.open_place, self._busy_place
        if before is not None and before is not place:
            before.show_busy("")  # what took its time was the opening of another place over this one
        self._busy_place = place if stage else None
        if place is not None:
            place.show_busy((loading if can_cancel else saving)[stage])
            self.repaint_beneath()

    def _handle_exception(self, error: Exception) -> None:
        """Textual's last word on a widget whose message loop broke: leave that place, keep the session."""
        recover(self, error)

    @property
    def is_hidden(self) -> bool:
        """Whether the screen is locked; see PracticeApp."""
        return False

    def forget_waiting_keys(self) -> None:
        """Drop the keys typed ahead. The app that has keys says how."""

    def work(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Do something that may take time; see PracticeApp."""
        return asyncio.create_task(work)

    async def go_home(self) -> None:
        """Back to the home board; see PracticeApp."""
