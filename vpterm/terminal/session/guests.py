"""Support at a session: its own picture of the screen, at its own size and covered, its pointer, and the keyboard.

A guest never gets the app's stream. What was granted is told by the gateway (guests.py of terminal); what is not
granted is refused here once more.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from textual import events
from textual.app import App
from textual.message import Message
from textual.strip import Strip

from vpterm.terminal.guests import Guest
from vpterm.terminal.painting.modes import move_to
from vpterm.terminal.session import textual_internals as internals
from vpterm.terminal.session.guest_picture import GuestPicture, label_at, label_of
from vpterm.terminal.session.intake import Intake
from vpterm.terminal.session.viewer import Viewer

_STEPS = {"left": (-1, 0), "right": (1, 0), "up": (0, -1), "down": (0, 1)}
_LEAPS = {"ctrl+left": (-10, 0), "ctrl+right": (10, 0), "pageup": (0, -8), "pagedown": (0, 8)}
_STATUS_PERIOD_S = 15.0
_AMBER = "\x1b[0;30;43m"


@dataclass
class _Presence:
    """One guest: until when, the picture, where they point."""

    viewer: Viewer
    guest: Guest
    until: float
    picture: GuestPicture
    pointer: tuple[int, int] | None = None
    clock: asyncio.TimerHandle | None = None


class Guests:
    """The guests of one session. `intake` gives the app their keys, `repaint` sends a viewer its picture anew.

    `keyboard_back` tells the gateway that the person typed while a guest had the keyboard.
    """

    def __init__(
        self,
        intake: Intake,
        repaint: Callable[[Viewer], None],
        repaint_all: Callable[[], None],
        keyboard_back: Callable[[], None],
    ) -> None:
        self._intake, self._repaint, self._repaint_all = intake, repaint, repaint_all
        self._keyboard_back = keyboard_back
        self._present: dict[int, _Presence] = {}

    def welcome(self, viewer: Viewer, guest: Guest) -> None:
        """A guest looks in from now on."""
        presence = _Presence(viewer, guest, _now() + guest.seconds, GuestPicture(masked=not guest.sees_private))
        self._present[viewer.number] = presence
        viewer.is_guest = True
        self._tick(presence)

    def change(self, viewer: Viewer, guest: Guest) -> None:
        """The keyboard changed hands."""
        presence = self._present.get(viewer.number)
        if presence is not None:
            presence.guest, presence.until = guest, _now() + guest.seconds
            self._repaint(viewer)

    def bid_farewell(self, viewer: Viewer) -> None:
        """A terminal is gone, and with it its pointer and what it typed ahead."""
        presence = self._present.pop(viewer.number, None)
        if presence is None:
            return
        self._intake.forget(viewer)
        if presence.clock is not None:
            presence.clock.cancel()
        if presence.pointer is not None:
            self._repaint_all()

    def close(self) -> None:
        """The session is over."""
        for presence in self._present.values():
            if presence.clock is not None:
                presence.clock.cancel()
        self._present.clear()

    def _tick(self, presence: _Presence) -> None:
        """The time left is told anew."""

        def again() -> None:
            self._repaint(presence.viewer)
            self._tick(presence)

        presence.clock = asyncio.get_running_loop().call_later(_STATUS_PERIOD_S, again)

    # --- what a guest sees ----------------------------------------------------------------------------

    def lines_for(self, viewer: Viewer, app: App[Any]) -> list[Strip]:
        """The screen for a terminal of another size; for a guest as they may see it, with a status line of theirs."""
        presence = self._present.get(viewer.number)
        if presence is None:
            return internals.painted_lines(app, viewer.columns, viewer.rows)
        left_s = presence.until - _now()
        if (
            left_s <= 0
        ):  # to the second of the grant, in the middle of a painting too; the gateway is about to close this terminal
            return [Strip.blank(viewer.columns)] * viewer.rows
        strips = internals.painted_strips(app)
        focus = presence.pointer or internals.cursor_of(app)
        size = (viewer.columns, viewer.rows)
        pointer = (presence.pointer, presence.guest.name) if presence.pointer is not None else None
        return presence.picture.draw(strips, size, focus, pointer, presence.guest, int(left_s), viewer.kind.language)

    def overlay(self, app: App[Any]) -> str:
        """The pointers of the guests, as painted over the person's own screen after everything else."""
        pointing = [presence for presence in self._present.values() if presence.pointer is not None]
        if not pointing:
            return ""
        strips = internals.painted_strips(app)
        return "".join(_pointer(presence, strips) for presence in pointing)

    # --- what a guest types ---------------------------------------------------------------------------

    def take(self, viewer: Viewer, received: Iterable[Message], size: tuple[int, int]) -> None:
        """What a guest typed: keys for the app while they have the keyboard, else steps of the pointer."""
        presence = self._present[viewer.number]
        guest = presence.guest
        if presence.until <= _now():
            return
        if guest.types and guest.has_keyboard:
            self._intake.put(viewer, *(one for one in received if isinstance(one, (events.Key, events.Paste))))
            return
        before = presence.pointer
        if guest.points:
            for one in received:
                presence.pointer = _moved(presence, one, size)
        if presence.pointer != before:
            self._repaint_all()

    def person_typed(self) -> None:
        """The person's key always wins: whoever had the keyboard has it no more, before this very key."""
        for presence in self._present.values():
            if presence.guest.has_keyboard:
                presence.guest = Guest(**{**presence.guest.to_json(), "has_keyboard": False})
                self._intake.forget(presence.viewer)
                self._keyboard_back()
                self._repaint(presence.viewer)


def _moved(presence: _Presence, message: Message, size: tuple[int, int]) -> tuple[int, int] | None:
    """Where the pointer stands after a key or a click; Esc takes it away."""
    at = presence.pointer or (size[0] // 2, size[1] // 2)
    if isinstance(message, events.Key):
        if message.key == "escape":
            return None
        step = _STEPS.get(message.key) or _LEAPS.get(message.key)
        if step is None:
            return presence.pointer
        at = (at[0] + step[0], at[1] + step[1])
    elif isinstance(message, events.MouseDown):
        at = presence.picture.cell_at(int(message.x), int(message.y))
    else:
        return presence.pointer
    return min(max(at[0], 0), size[0] - 1), min(max(at[1], 0), size[1] - 1)


def _pointer(presence: _Presence, strips: Sequence[Strip]) -> str:
    """A pointer as escape sequences; nothing while the screen is being laid out anew and has no such cell."""
    column, row = presence.pointer or (0, 0)
    name = presence.guest.name
    if row >= len(strips) or column >= strips[row].cell_length:
        return ""
    start, beneath = label_at((column, row), name, (strips[row].cell_length, len(strips)))
    cell = f"{move_to(column, row)}{_AMBER}{strips[row].crop(column, column + 1).text or ' '}"
    label = label_of(name)[: strips[row].cell_length]
    return f"{cell}{move_to(start, beneath)}{_AMBER}{label}\x1b[0m"


def _now() -> float:
    return asyncio.get_running_loop().time()
