"""Drives a PracticeApp by keys, as a person would; every failure inside the app fails the test."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, cast

from rich.text import Text
from sqlalchemy.ext.asyncio import AsyncConnection
from textual import events
from textual.keys import _character_to_key
from textual.pilot import Pilot

from vpterm.database.context import Context
from vpterm.database.engine import Database
from vpterm.kernel.errors import Unavailable
from vpterm.kernel.i18n import set_language
from vpterm.screens.link import SessionRequest
from vpterm.screens.shell.app import PracticeApp
from vpterm.screens.shell.person import SiteFace

MORNING = datetime(2026, 11, 24, 7, 42, tzinfo=UTC)
LILAS = SiteFace("lilas", "Clinique des Lilas", "#8fb573")
PORT = SiteFace("port", "Clinique du Port", "#5aa9e6")


class Away:
    """A database that does not answer: what these screens show needs none."""

    def reading(self) -> AbstractAsyncContextManager[AsyncConnection]:
        raise Unavailable("Away.")

    def transaction(self, *, staff_id: int) -> AbstractAsyncContextManager[AsyncConnection]:
        raise Unavailable("Away.")


def context(rights: Iterable[str] = (), database: Database | None = None) -> Context:
    """The context of a person at Lilas, with a frozen clock; without a database unless one is given."""
    return Context(
        database=database or cast("Database", Away()),
        site_id=1,
        site_code="lilas",
        staff_id=7,
        rights=frozenset(rights),
        clock=lambda: MORNING,
    )


def request(language: str = "fr", **changes: Any) -> SessionRequest:
    """What a session asks for."""
    return SessionRequest("lilas", "", 7, "vet.lilas", language=language, **changes)


def app_for(home: str, language: str = "fr", *, sites: tuple[SiteFace, ...] = (), **changes: Any) -> PracticeApp:
    """An app whose home board is `home`."""
    return PracticeApp(context(), request(language, **changes), site=LILAS, sites=sites, home=home)


@dataclass
class Desk:
    """A person at the keyboard of `app`."""

    app: PracticeApp
    pilot: Pilot[None]

    def strike(self, *keys: str) -> None:
        """Hit keys without waiting for anything, as a scanner does; a longer word is a key name."""
        for key in keys:
            name = key if len(key) > 1 else _character_to_key(key)
            self.app.post_message(events.Key(name, key if len(key) == 1 else None))

    async def press(self, *keys: str) -> None:
        """Hit keys and wait until all is over."""
        self.strike(*keys)
        await self.settle()

    async def type(self, text: str) -> None:
        """Type a text and wait until all is over."""
        self.strike(*text)
        await self.settle()

    async def settle(self, timeout: float = 10) -> None:
        """Wait until every key so far has been handled to its end."""
        async with asyncio.timeout(timeout):
            await asyncio.sleep(0)
            while not self.app.gate.is_idle or self.app.message_queue_size:  # noqa: ASYNC110
                await asyncio.sleep(0.002)
            await self.pilot.pause()

    @property
    def lines(self) -> list[str]:
        """What the screen shows, line by line."""
        width, height = self.app.size
        strips = self.app.screen._compositor.render_strips()
        assert len(strips) == height, (len(strips), width)
        return ["".join(segment.text for segment in strip) for strip in strips]

    @property
    def text(self) -> str:
        """What the screen shows."""
        return "\n".join(self.lines)

    def sees(self, text: str) -> bool:
        """Whether the screen shows `text` on one line."""
        return any(Text(text).plain in line for line in self.lines)


@asynccontextmanager
async def at_desk(app: PracticeApp, size: tuple[int, int] = (80, 24), *, may_fail: bool = False) -> AsyncIterator[Desk]:
    """Open the app at `size` and sit down; unless `may_fail`, nothing unexpected may have happened at the end."""
    set_language(app.request.language)  # the pilot has screens drawn in this very task
    async with app.run_test(size=size) as pilot:
        desk = Desk(app, pilot)
        await desk.settle()
        yield desk
        await desk.settle()
    if not may_fail and app.failures:
        raise app.failures[0]
