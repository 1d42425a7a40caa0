"""What the door tells of sessions, as rows (terminal/gateway/own_sessions.py, all_sessions.py)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from vpterm.kernel.errors import Refused
from vpterm.kernel.i18n import _
from vpterm.screens.shell.app import PracticeApp


@dataclass(frozen=True)
class OwnSession:
    """A session of one's own. `seen_from` is where it is looked at, or was last."""

    number: int
    name: str
    site_name: str
    typed_at: datetime
    seen_from: str
    is_seen: bool
    is_here: bool


@dataclass(frozen=True)
class AnySession:
    """A session of the group. `size` is that of its terminal, "" where nobody looks at it."""

    number: int
    login: str
    person: str
    site_code: str
    name: str
    opened_at: datetime
    typed_at: datetime
    is_locked: bool
    seen_from: str
    size: str
    is_seen: bool
    is_here: bool


async def ask_door(app: PracticeApp, question: str, values: Mapping[str, str] | None = None) -> dict[str, Any]:
    """Ask the door. Refused where there is none: a workstation's program is its only session."""
    if app.link is None:
        raise Refused(_("Sessions are kept at the door."), _("Come in by it: ssh LOGIN@SERVER"))
    return await app.link.ask_door(question, values or {})


async def read_own(app: PracticeApp) -> tuple[OwnSession, ...]:
    """One's own sessions, the one used last first."""
    told = await ask_door(app, "sessions.own")
    return tuple(
        OwnSession(number, name, site, datetime.fromisoformat(typed_at), seen_from, is_seen, number == told["here"])
        for number, name, site, typed_at, seen_from, is_seen in told["sessions"]
    )


async def read_all(app: PracticeApp) -> tuple[AnySession, ...]:
    """The sessions of the group, oldest first. The door answers a page at a time."""
    found: list[AnySession] = []
    has_more = True
    while has_more:
        told = await ask_door(app, "sessions.all", {"after": str(found[-1].number if found else 0)})
        has_more = told["has_more"]
        found += [_any(row, told["here"]) for row in told["sessions"]]
    return tuple(found)


def _any(row: list[Any], here: int) -> AnySession:
    number, login, person, site_code, name, opened_at, typed_at, is_locked, seen_from, size, is_seen = row
    opened, typed = datetime.fromisoformat(opened_at), datetime.fromisoformat(typed_at)
    return AnySession(
        number, login, person, site_code, name, opened, typed, is_locked, seen_from, size, is_seen, number == here
    )
