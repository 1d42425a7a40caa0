"""What a session tells the app it opens, and what the app may ask of its session.

Nothing of Textual and nothing of the terminal server lives here: both sides import this module.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Literal, Protocol, cast, get_args, runtime_checkable

from vpterm.kernel.i18n import N_

Colours = Literal["truecolor", "256", "16", "8", "mono"]
Glyphs = Literal["full", "console", "ascii"]


@dataclass(frozen=True)
class SessionRequest:
    """Everything an app needs to know to open: where, for whom, on what kind of terminal.

    `database_url` is the address of the site's own login and of no other. `columns` and `rows` are the size
    in cells at the start; later sizes arrive as Textual's own Resize events. `sites` are the codes between
    which this person may change (`SessionLink.request_site`), the present one included. `recorded`
    says why what is shown is recorded from the first screen on ("all"); "" when it is not.
    """

    site_code: str
    database_url: str
    staff_id: int
    login: str
    language: str = "fr"
    colours: Colours = "truecolor"
    glyphs: Glyphs = "full"
    columns: int = 80
    rows: int = 24
    display_name: str = ""
    sites: tuple[str, ...] = ()
    at_home: bool = False
    session_name: str = ""
    locked: bool = False
    recorded: str = ""

    def to_json(self) -> dict[str, Any]:
        """The request as plain JSON values, without the database address (a worker holds its own)."""
        values = asdict(self)
        del values["database_url"]
        return {**values, "sites": list(self.sites)}

    @classmethod
    def from_json(cls, values: Mapping[str, Any], database_url: str) -> SessionRequest:
        """The request from `to_json`. Raises ValueError on an unknown, missing or ill-typed field."""
        expected = {field.name: field for field in fields(cls) if field.name != "database_url"}
        if set(values) - set(expected):
            raise ValueError(f"unknown fields in a session request: {sorted(set(values) - set(expected))}")
        kinds: dict[str, type] = {"staff_id": int, "columns": int, "rows": int, "sites": list}
        kinds |= {"at_home": bool, "locked": bool}
        for name, value in values.items():
            if type(value) is not kinds.get(name, str):
                raise ValueError(f"a session request with a wrong {name}: {value!r}")
        if {"site_code", "staff_id", "login"} - set(values):
            raise ValueError("a session request without a site, a member of staff or a login")
        colours, glyphs = values.get("colours", "truecolor"), values.get("glyphs", "full")
        if colours not in get_args(Colours) or glyphs not in get_args(Glyphs):
            raise ValueError(f"a session request with unknown colours or glyphs: {colours!r}, {glyphs!r}")
        plain = {name: value for name, value in values.items() if name != "sites"}
        sites = tuple(str(code) for code in cast("list[Any]", values.get("sites", [])))
        return cls(**plain, sites=sites, database_url=database_url)


class KeyKeeper(Protocol):
    """The `gate` of an app that keeps keys back while it is busy, where it has one.

    The session gives it no more than MOST_WAITING_KEYS; the rest waits in the terminal, nothing is lost.
    """

    @property
    def waiting_keys(self) -> int:
        """How many keys the app has taken and not yet handled."""


MOST_WAITING_KEYS = 200


@runtime_checkable
class Hears(Protocol):
    """An app that can be told something from outside, by the administrator of the server."""

    def hear(self, sentence: str) -> None:
        """Show it to the person, without taking anything from their hands. Called from outside the app's own tasks."""


SupportPhase = Literal["none", "asks", "here", "was_here"]


@dataclass(frozen=True)
class SupportStanding:
    """How things stand between this session and support, as its person is shown them all the time.

    `asks`: `name` asks, because of `reason`; `here`: they look in until `until`; `was_here`: they looked in without
    consent (`glass`, approved by `approver`) while perhaps nobody sat here, which the person has not said to have seen.
    """

    phase: SupportPhase = "none"
    number: int = 0
    name: str = ""
    reason: str = ""
    reach: str = ""
    sees_private: bool = False
    has_keyboard: bool = False
    glass: bool = False
    approver: str = ""
    began: str = ""
    until: str = ""

    def to_json(self) -> dict[str, Any]:
        """As plain values; moments are in ISO 8601."""
        return asdict(self)

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> SupportStanding:
        """From `to_json`. Raises TypeError for anything else."""
        return cls(**values)


@runtime_checkable
class ShowsSupport(Protocol):
    """An app that shows who of support asks to look in, or looks in."""

    def stand_with_support(self, standing: SupportStanding) -> None:
        """Things stand like this from now on. Called from outside the app's own tasks."""


@runtime_checkable
class HasCursorLine(Protocol):
    """A widget whose cursor is a line of its own: what a smaller picture of the screen follows."""

    @property
    def cursor_line(self) -> int:
        """The line of the widget, counted from 0."""


@runtime_checkable
class SaysRecorded(Protocol):
    """An app that can say that what it shows is recorded."""

    def be_recorded(self, reason: str) -> None:
        """Say it from now on, all the time: "all", or "support" while support looks; "" when it is over."""


@runtime_checkable
class LookedAt(Protocol):
    """An app that need not keep its clock right while no terminal shows it."""

    def looked_at(self, *, seen: bool) -> None:
        """Somebody looks from now on, and the screen is to be right at once; or the last one has gone."""


@runtime_checkable
class KeepsTyped(Protocol):
    """An app that can keep what is half typed before its session is ended from outside."""

    async def keep_typed(self) -> None:
        """Keep it now; returns when it is kept, or cannot be."""


@runtime_checkable
class Locks(Protocol):
    """An app that hides behind a locked screen, and comes back when its person has proved at a door who they are."""

    def unlock(self) -> None:
        """Show everything again as it was. Called from outside the app's own tasks."""


@dataclass(frozen=True, slots=True)
class HandedOut:
    """Where a document went. "page": into the page of the browser, which asks what to do with it; "address": it waits
    at the address `where`, for `minutes`, for one fetch by its person; "folder": it is the file `where`.
    """

    how: Literal["page", "address", "folder"]
    where: str = ""
    minutes: int = 0


MOST_DOCUMENT_BYTES = 8 * 1024 * 1024


@runtime_checkable
class HandsOut(Protocol):
    """A link by which documents reach the person."""

    async def can_hand_out(self) -> None:
        """Raises Refused, with what to do, where none can from here."""

    async def hand_out(self, file_name: str, pdf: bytes) -> HandedOut:
        """Give the person a document, at most MOST_DOCUMENT_BYTES. Raises Refused, Unavailable."""


End = Literal["alone", "longest"]


class SessionLink(Protocol):
    """What an app may ask of the session that carries it. Every call that is no coroutine returns at once."""

    def request_site(self, site_code: str) -> None:
        """Take the person to their session at another site; this session stays open behind."""

    def leave(self) -> None:
        """End the session and close the connection: the person has finished."""

    def detach(self) -> None:
        """Close the connection only: the session waits for the next login."""

    def note_place(self, name: str) -> None:
        """The person is at this place now: a mark in the recording, where there is one."""

    def shut_out(self) -> None:
        """End the session with SHUT_OUT: the person works here no more."""

    def has_locked(self) -> None:
        """The screen is locked: from now on it takes a proof (`unlock` asked of the door, or a login) to go on."""

    def end(self, why: End) -> None:
        """End the session because its time is over; the person is told at their next login."""

    async def ask_door(self, question: str, values: Mapping[str, str]) -> dict[str, Any]:
        """Ask what only the door knows: of this session's own person, or of sessions (terminal/gateway/answers.py).

        Passwords, codes and logins are the door's: no site's login reads them. Raises Refused, Unavailable.
        """


SHUT_OUT = N_(
    "You no longer work at this site: your session was closed, what you had typed is kept. Ask the management."
)
