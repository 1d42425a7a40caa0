"""Where a person is: the open places and what they were opened with, kept for the day on which the program is cut off.

It is written in the background, a moment after a place was opened or left; no key waits for it. Whoever leaves in
order begins the next day on the home board.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from textual.screen import Screen

from vpterm.kernel.errors import Unavailable, VptermError
from vpterm.kernel.i18n import _
from vpterm.practice.drafts.actions import keep_places, rename_kept
from vpterm.practice.drafts.queries import find_places
from vpterm.screens.shell.place import Place

if TYPE_CHECKING:
    from vpterm.screens.shell.app import PracticeApp

log = logging.getLogger("vpterm.screens")
KEEP_AFTER_S = 0.3
KEPT_FOR = timedelta(hours=12)  # the next morning begins on the home board

KeptPlace = tuple[str, dict[str, Any]]


def to_kept(value: Any) -> Any:
    """What a place was opened with, as a JSON value. Raises ValueError for what cannot be kept (a row, say)."""
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, datetime):
        return {"moment": value.isoformat()}
    if isinstance(value, date):
        return {"day": value.isoformat()}
    raise ValueError(f"a {type(value).__name__} cannot be kept")


def from_kept(value: Any) -> Any:
    """The value of `to_kept`. Raises ValueError for what it never makes."""
    match value:
        case None | bool() | int() | str():
            return value
        case {"moment": str(text)}:
            return datetime.fromisoformat(text)
        case {"day": str(text)}:
            return date.fromisoformat(text)
    raise ValueError(f"not a kept value: {value!r:.40}")


def kept_places(screens: Iterable[Screen[Any]]) -> list[KeptPlace]:
    """The places of a stack of screens, up to the first to which no way leads back."""
    found: list[KeptPlace] = []
    for screen in screens:
        if not isinstance(screen, Place) or not screen.opened_as:
            break
        try:
            arguments = {name: to_kept(value) for name, value in screen.way_back().items()}
        except ValueError:
            break
        found.append((screen.opened_as, arguments))
    return found


class Whereabouts:
    """Keeps where the person of an app is, and brings them back."""

    def __init__(self, app: PracticeApp) -> None:
        self._app = app
        self._kept: list[KeptPlace] | None = None
        self._is_back = False
        self._timer: asyncio.TimerHandle | None = None

    def changed(self) -> None:
        """A place was opened or left, or shows something else by now."""
        if self._timer is None and self._is_back:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_later(KEEP_AFTER_S, lambda: self._app.background(self._keep()))

    def keep_now(self) -> None:
        """Keep it without waiting, if it is still to be kept: the session is about to end."""
        if self._timer is not None:
            self._timer.cancel()
            self._app.background(self._keep())

    def close(self) -> None:
        """The app is closing; what is kept stays."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    async def _keep(self) -> None:
        self._timer = None
        await self._write(kept_places(self._app.screen_stack[2:]))

    async def renamed(self, name: str) -> None:
        """The session is called otherwise: what is kept goes with it."""
        try:
            await rename_kept(self._app.context, name=name)
        finally:  # the door calls it so already
            self._app.context = replace(self._app.context, session_name=name)

    async def forget(self) -> None:
        """The person leaves in order."""
        self.close()
        await self._write([])

    async def _write(self, places: list[KeptPlace]) -> None:
        if places == self._kept:
            return
        try:
            await keep_places(self._app.context, places=places)
        except VptermError as error:  # the next change tries again; nobody typed this
            log.info("where somebody is could not be kept: %(why)s", {"why": error.message})
        else:
            self._kept = places

    async def come_back(self) -> None:
        """Open again what was open when the program was cut off; if that fails, say so on the home board."""
        kept = await self._find()
        self._is_back = True
        try:
            for name, arguments in kept:
                await self._open(name, arguments)
        except VptermError as error:
            await self._give_up(f"{error.message} {error.advice}".strip())
        except (LookupError, TypeError, ValueError):  # kept by another release, whose places were others
            log.exception("a place cannot be opened again")
            await self._give_up("")

    async def _find(self) -> tuple[KeptPlace, ...]:
        context = self._app.context
        try:
            found = await find_places(context)
        except Unavailable as error:
            log.info("where somebody was could not be read: %(why)s", {"why": error.message})
            return ()
        self._kept = list(found.places) if found is not None else []
        if found is None or self._app.request.at_home or context.now() - found.kept_at > KEPT_FOR:
            self._is_back = True
            self.changed()
            return ()
        return found.places

    async def _open(self, name: str, arguments: Mapping[str, Any]) -> None:
        await self._app.open(name, **{key: from_kept(value) for key, value in arguments.items()})

    async def _give_up(self, why: str) -> None:
        await self._app.go_home()
        self._app.say(f"{_('The place where you were cannot be opened again.')} {why}".strip())
