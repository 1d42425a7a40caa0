"""asciicast v2: a line of JSON for the header, then one for each event. What is typed is no event here.

https://docs.asciinema.org/manual/asciicast/v2/
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

EventKind = Literal["o", "r", "m"]
# The cursor is painted by the program itself, and a line a cell too long must not scroll: as for a terminal (modes.py).
TAKE, GIVE_BACK = "\x1b[?25l\x1b[?7l", "\x1b[0m\x1b[?7h\x1b[?25h"
_TOGETHER_S = 0.01  # pieces of one painting are one event


@dataclass(frozen=True, slots=True)
class Event:
    """Something shown ("o"), a new size ("r", `120x40`), or a mark ("m"), so many seconds after the beginning."""

    at_s: float
    kind: EventKind
    text: str


def header_line(columns: int, rows: int, began_at: int, title: str) -> str:
    """The first line. `title` must say nothing of any person."""
    values = {
        "version": 2, "width": columns, "height": rows, "timestamp": began_at, "title": title,
        "env": {"TERM": "xterm-256color"},
    }  # fmt: skip
    return json.dumps(values, ensure_ascii=False)


def event_line(event: Event) -> str:
    """The line of an event, to the millisecond."""
    return json.dumps([round(event.at_s, 3), event.kind, event.text], ensure_ascii=False)


def joined(events: Iterable[Event]) -> Iterator[Event]:
    """The same events, with what was shown at the same moment in one."""
    last: Event | None = None
    for event in events:
        if last is not None and last.kind == event.kind == "o" and event.at_s - last.at_s < _TOGETHER_S:
            last = Event(last.at_s, "o", last.text + event.text)
            continue
        if last is not None:
            yield last
        last = event
    if last is not None:
        yield last


def parse_header(line: str) -> dict[str, Any]:
    """The header of a cast. ValueError."""
    header = json.loads(line)
    if not isinstance(header, dict) or header.get("version") != 2:
        raise ValueError("not an asciicast of version 2")
    return header


def parse_event(line: str) -> Event:
    """An event of a cast. ValueError."""
    at_s, kind, text = json.loads(line)
    return Event(float(at_s), kind, str(text))


def for_players(head: str, lines: Iterable[str]) -> Iterator[str]:
    """A recording's lines as any player should show them: without a cursor, which the program draws itself."""
    yield head
    yield event_line(Event(0.0, "o", TAKE))
    at_s = 0.0
    for line in lines:
        at_s = parse_event(line).at_s
        yield line
    yield event_line(Event(at_s, "o", GIVE_BACK))
