"""Playing: time, pauses, speed, marks; and the stock player on what is exported."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.terminal.recording.tapes import BEGAN
from vpterm.terminal.recording.asciicast import Event, event_line, for_players, header_line, joined, parse_event
from vpterm.terminal.recording.playing import Player, Stopped

EVENTS = [
    Event(0.0, "o", "a"), Event(1.0, "o", "b"), Event(61.0, "o", "c"), Event(62.0, "m", "clients.sheet"),
    Event(63.0, "o", "d"),
]  # fmt: skip


class Hand:
    """A hand on the keyboard, and the time that goes by: `keys` are pressed at those moments."""

    def __init__(self, *keys: tuple[float, str]) -> None:
        self.now = 0.0
        self.keys = list(keys)
        self.shown: list[tuple[float, str]] = []

    def wait(self, seconds: float | None) -> str:
        if self.keys and (seconds is None or self.keys[0][0] <= self.now + seconds):
            at, key = self.keys.pop(0)
            self.now = max(self.now, at)
            return key
        assert seconds is not None, "it waits for ever"
        self.now += seconds
        return ""

    def write(self, text: str) -> None:
        self.shown.append((round(self.now, 3), text))

    def play(self, *, speed: float = 1.0, idle: float | None = None) -> list[tuple[float, str]]:
        Player(self.write, self.wait, speed=speed, idle_limit_s=idle, clock=lambda: self.now).play(EVENTS)
        return self.shown


def test_it_takes_the_time_it_took() -> None:
    assert Hand().play() == [(0.0, "a"), (1.0, "b"), (61.0, "c"), (63.0, "d")]


def test_faster_and_without_long_pauses() -> None:
    assert Hand().play(speed=2, idle=2) == [(0.0, "a"), (0.5, "b"), (1.5, "c"), (2.5, "d")]


def test_a_pause_stands_still_until_it_is_over() -> None:
    assert Hand((0.5, " "), (100.0, " ")).play(idle=2) == [(0.0, "a"), (100.5, "b"), (102.5, "c"), (104.5, "d")]


def test_the_speed_is_changed_on_the_way() -> None:
    assert Hand((0.5, "+"), (1.0, "-"), (1.5, "-")).play(idle=2) == [
        (0.0, "a"), (0.75, "b"), (3.5, "c"), (7.5, "d"),
    ]  # fmt: skip


def test_to_the_next_mark() -> None:
    assert Hand((0.5, "m")).play() == [(0.0, "a"), (0.5, "b"), (0.5, "c"), (1.5, "d")]


@pytest.mark.parametrize("keys", [((0.5, "q"),), ((0.5, "\x1b"),), ((0.2, " "), (0.5, "\x03"))])
def test_enough_is_enough(keys: tuple[tuple[float, str], ...]) -> None:
    hand = Hand(*keys)
    with pytest.raises(Stopped):
        hand.play()
    assert hand.shown == [(0.0, "a")]


def test_pieces_of_one_painting_are_one_event() -> None:
    pieces = [Event(1.0, "o", "a"), Event(1.005, "o", "b"), Event(1.02, "o", "c"), Event(1.021, "m", "x"),
              Event(1.022, "o", "d")]  # fmt: skip
    assert list(joined(pieces)) == [Event(1.0, "o", "ab"), Event(1.02, "o", "c"), *pieces[3:]]
    assert list(joined([])) == []


def lines() -> Iterator[str]:
    yield from (event_line(event) for event in EVENTS)


def test_players_are_given_no_cursor_and_their_terminal_back() -> None:
    head, *rest = for_players(header_line(80, 24, 0, "vpterm lilas"), lines())
    assert json.loads(head)["version"] == 2
    events = [parse_event(line) for line in rest]
    assert events[0] == Event(0.0, "o", "\x1b[?25l\x1b[?7l")
    assert events[1:-1] == EVENTS
    assert events[-1] == Event(63.0, "o", "\x1b[0m\x1b[?7h\x1b[?25h")


def test_asciinema_shows_all_of_it(tmp_path: Path) -> None:
    cast = tmp_path / "lilas.cast"
    events = [Event(0.0, "o", "\x1b[2J\x1b[1;1Hété ● "), Event(0.1, "r", "100x30"), Event(0.2, "m", "home"),
              Event(0.3, "o", "œ €")]  # fmt: skip
    text = for_players(header_line(80, 24, int(BEGAN.timestamp()), "vpterm"), (event_line(each) for each in events))
    cast.write_text("".join(f"{line}\n" for line in text), "utf-8")
    player = Path(sys.executable).with_name("asciinema")
    shown = subprocess.run(
        [str(player), "cat", str(cast)], capture_output=True, check=True, timeout=30,
        env={"LC_ALL": "C.UTF-8", "PATH": "/usr/bin:/bin", "HOME": str(tmp_path)},
    )  # fmt: skip
    assert shown.stdout.decode() == "\x1b[?25l\x1b[?7l\x1b[2J\x1b[1;1Hété ● œ €\x1b[0m\x1b[?7h\x1b[?25h"
