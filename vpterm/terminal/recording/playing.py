"""Plays a recording in the terminal one sits at, in its own time or faster, and leaves the terminal as it was."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import sys
import termios
import time
import tty
from collections.abc import Callable, Iterable, Iterator
from types import FrameType

from vpterm.terminal.recording.asciicast import Event

_TAKE = "\x1b[?1049h\x1b[?25l\x1b[?7l\x1b[0m\x1b[2J\x1b[H"
_GIVE_BACK = "\x1b[0m\x1b[?7h\x1b[?25h\x1b[?1049l"
_QUIT = {"q", "\x03", "\x04", "\x1b"}
_FASTEST, _SLOWEST = 64.0, 1 / 8


class Stopped(Exception):  # noqa: N818 - it says what has happened
    """Who watches has seen enough."""


class Player:
    """Shows events when they are due. `wait(seconds)` gives the key pressed within that time, "" for none.

    Space pauses, + and - change the speed, m goes to the next mark, q ends. `clock` gives seconds that never go back.
    """

    def __init__(
        self,
        write: Callable[[str], None],
        wait: Callable[[float | None], str],
        *,
        speed: float = 1.0,
        idle_limit_s: float | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._write, self._wait, self._clock = write, wait, clock
        self.speed, self._idle_limit_s = speed, idle_limit_s
        self._seeks_mark = False

    def play(self, events: Iterable[Event]) -> None:
        """Play to the end. Raises Stopped when told to."""
        shown_s = 0.0
        for event in events:
            self._pass(event.at_s - shown_s)
            shown_s = event.at_s
            if event.kind == "o":
                self._write(event.text)
            elif event.kind == "r":
                self._write("\x1b[0m\x1b[2J")  # the whole screen of the new size comes next
            else:
                self._seeks_mark = False

    def _pass(self, seconds: float) -> None:
        """Let so much of the recording's time go by."""
        left = seconds if self._idle_limit_s is None else min(seconds, self._idle_limit_s)
        while left > 0 and not self._seeks_mark:
            began = self._clock()
            key = self._wait(left / self.speed)
            left -= (self._clock() - began) * self.speed
            if key:
                self._obey(key)

    def _obey(self, key: str) -> None:
        if key in _QUIT:
            raise Stopped
        if key == " ":
            while (key := self._wait(None)) != " ":
                if key in _QUIT or not key:
                    raise Stopped
                self._obey(key)
        elif key == "+":
            self.speed = min(self.speed * 2, _FASTEST)
        elif key == "-":
            self.speed = max(self.speed / 2, _SLOWEST)
        elif key == "m":
            self._seeks_mark = True


def play_here(events: Iterable[Event], *, speed: float, idle_limit_s: float | None) -> None:
    """Play in the terminal of stdin and stdout, which both are one, until the end or until told to stop."""
    keyboard = sys.stdin.fileno()

    def write(text: str) -> None:
        sys.stdout.write(text)
        sys.stdout.flush()

    def wait(seconds: float | None) -> str:
        ready, _, _ = select.select([keyboard], [], [], seconds)
        # One at a time: keys that come together are each meant.
        return os.read(keyboard, 1).decode("utf-8", "replace") or "q" if ready else ""

    with _taken(keyboard, write), contextlib.suppress(Stopped, KeyboardInterrupt):
        player = Player(write, wait, speed=speed, idle_limit_s=idle_limit_s)
        player.play(events)
        wait(None)  # the last screen stands until a key


@contextlib.contextmanager
def _taken(keyboard: int, write: Callable[[str], None]) -> Iterator[None]:
    """The terminal is ours, and goes back as it was, also when we are told to end."""
    before = termios.tcgetattr(keyboard)

    def end(number: int, _frame: FrameType | None) -> None:
        raise SystemExit(128 + number)

    handlers = {number: signal.signal(number, end) for number in (signal.SIGTERM, signal.SIGHUP)}
    try:
        tty.setcbreak(keyboard)
        write(_TAKE)
        yield
    finally:
        with contextlib.suppress(OSError):  # the terminal may be gone
            write(_GIVE_BACK)
        termios.tcsetattr(keyboard, termios.TCSAFLUSH, before)
        for number, handler in handlers.items():
            signal.signal(number, handler)
