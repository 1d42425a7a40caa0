"""One request of support and what became of it. Plain bookkeeping; what is done about it is desk.py."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from vpterm.practice.support.actions import Event
from vpterm.practice.support.rules import Grant, Happening, Reach
from vpterm.screens.link import SupportStanding
from vpterm.terminal.gateway.registry import OpenSession
from vpterm.terminal.gateway.seat import Seat
from vpterm.terminal.guests import Guest
from vpterm.terminal.identity.identity import Account


class Why(StrEnum):
    """Why a visit is over; what the trail says of it."""

    PERSON = "person"  # by their key
    TIME = "time"
    SUPPORT = "support"  # the supporter has left
    SESSION = "session"  # it ended, or is locked
    LEFT = "left"  # the person has left it
    SERVER = "server"


@dataclass(eq=False)
class Visit:
    """`supporter` asks to look into `session` of `person`; `glass`: without consent, by a second person's approval."""

    session: OpenSession
    supporter: Account
    person: Account
    reason: str
    glass: bool
    asked_at: datetime
    number: int = 0
    grant: Grant | None = None
    approver: str = ""
    began_at: datetime | None = None
    until: datetime | None = None
    has_keyboard: bool = False
    is_answering: bool = False
    seat: Seat | None = None
    timer: asyncio.TimerHandle | None = None
    answered: asyncio.Future[Grant | None] = field(default_factory=lambda: asyncio.get_running_loop().create_future())
    over: asyncio.Future[Why] = field(default_factory=lambda: asyncio.get_running_loop().create_future())

    @property
    def is_open(self) -> bool:
        """Whether the answer has not come yet."""
        return not self.answered.done() and not self.over.done()

    @property
    def is_here(self) -> bool:
        """Whether the supporter sees the session now."""
        return self.seat is not None

    def event(self, kind: Happening, now: datetime, *, detail: str = "") -> Event:
        """A line of the trail."""
        grant, is_end = self.grant, kind in (Happening.ENDED, Happening.GLASS_ENDED)
        return Event(
            kind=kind,
            happened_at=now,
            supporter_id=self.supporter.staff_id,
            person_id=self.person.staff_id,
            site_code=self.session.site_code,
            session_number=self.session.number,
            request_id=self.number or None,
            reason=self.reason,
            reach=grant.reach.value if grant is not None else "",
            minutes=grant.minutes if grant is not None else None,
            sees_private=grant.sees_private if grant is not None else False,
            lasted_s=int((now - self.began_at).total_seconds()) if is_end and self.began_at is not None else None,
            detail=detail,
        )

    def guest(self, now: datetime) -> Guest:
        """What the worker is told."""
        grant = self.grant or Grant()
        site = self.supporter_site
        return Guest(
            name=self.supporter.display_name,
            where=f"{self.person.display_name} · {site}",
            points=grant.reach is not Reach.VIEW,
            types=grant.reach is Reach.TYPE,
            sees_private=grant.sees_private,
            has_keyboard=self.has_keyboard,
            seconds=max(int((self.until - now).total_seconds()), 0) if self.until is not None else 0,
        )

    @property
    def supporter_site(self) -> str:
        """The site's name."""
        code = self.session.site_code
        return next((site.name for site in self.supporter.supports if site.code == code), code)

    def standing(self) -> SupportStanding:
        """What the person's app shows."""
        if self.glass and not self.is_here and not self.over.done():
            return SupportStanding()  # it waits for a second person's approval: nobody looks in
        grant = self.grant or Grant()
        return SupportStanding(
            phase="was_here" if self.over.done() else "here" if self.is_here else "asks",
            number=self.number,
            name=self.supporter.display_name,
            reason=self.reason,
            reach=grant.reach.value,
            sees_private=grant.sees_private,
            has_keyboard=self.has_keyboard,
            glass=self.glass,
            approver=self.approver,
            began=self.began_at.isoformat() if self.began_at is not None else "",
            until=self.until.isoformat() if self.until is not None else "",
        )
