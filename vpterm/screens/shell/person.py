"""Whose program it is: the app of a site, given to a person when they come; and how the person leaves it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from vpterm.database.context import Context
from vpterm.kernel.i18n import Speech, set_language
from vpterm.screens.link import SessionLink, SessionRequest
from vpterm.screens.shell.telling import TellingApp
from vpterm.screens.theme.look import Look
from vpterm.screens.theme.themes import CONSOLE, TRUECOLOR


@dataclass(frozen=True)
class SiteFace:
    """What the screens show of a site. `colour` is `#rrggbb`."""

    code: str
    name: str
    colour: str


class PersonalApp(TellingApp):
    """One site, and one person from `belong_to` on. Before that it is mounted and shows nothing of anybody.

    Until then `context` is nobody's: it holds no right, and the database refuses what it would write.
    """

    def __init__(self, context: Context, *, site: SiteFace, **arguments: Any) -> None:
        super().__init__(**arguments)
        self.wanted_site: str | None = None
        self.is_taken = False
        self._is_dressed = asyncio.Event()
        self._background: set[asyncio.Task[None]] = set()
        self._speech: Speech | None = None
        self._become(context, SessionRequest(context.site_code, "", context.staff_id, ""), site)
        self.animation_level = "none"
        self.register_theme(TRUECOLOR)
        self.register_theme(CONSOLE)
        self.theme = self._theme_name

    def _become(self, context: Context, request: SessionRequest, site: SiteFace) -> None:
        self.context, self.request, self.site = context, request, site
        self.sites: tuple[SiteFace, ...] = (site,)
        self.link: SessionLink | None = None
        self.person = request.display_name or request.login
        is_console = request.colours in {"16", "8", "mono"}
        self._theme_name = CONSOLE.name if is_console else TRUECOLOR.name
        self.look = Look(site.colour, is_console, request.glyphs != "full" or request.colours == "8")

    def on_load(self) -> None:
        """Every task of this session descends from this one, and speaks its language."""
        self._speech = set_language(self.request.language)

    def belong_to(
        self,
        context: Context,
        request: SessionRequest,
        *,
        site: SiteFace,
        sites: tuple[SiteFace, ...] = (),
        link: SessionLink | None = None,
    ) -> None:
        """Be this person's from now on. `sites` are those between which they may change (F6)."""
        if self.is_taken:
            raise RuntimeError("an app belongs to one person for good")
        self.is_taken = True
        self._become(context, request, site)
        self.sites, self.link = sites or (site,), link
        if self._speech is None:  # not mounted yet
            self.theme = self._theme_name
            self._is_dressed.set()
        else:
            self._speech.change(request.language)
            self.call_later(self._dress)

    async def until_dressed(self) -> None:
        """Wait until the next painting is in the colours and the language of its person."""
        await self._is_dressed.wait()

    def _dress(self) -> None:
        """In the app's own task: colours, head and foot of this person; then their day begins."""
        self.theme = self._theme_name
        if self.open_place is not None:
            self.open_place.head.refresh()
            self.open_place.foot.refresh()
        self.begin()
        self._is_dressed.set()

    def begin(self) -> None:
        """The person is here. What to open says the app."""

    # -- what goes on beside the keys

    def background(self, work: Coroutine[Any, Any, None]) -> None:
        """Do something that no key waits for (keeping a draft). Leaving waits for it, 2 s at most."""
        task = asyncio.create_task(self._in_background(work))
        self._background.add(task)
        task.add_done_callback(self._background.discard)

    async def _in_background(self, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except Exception as error:  # a border: see guard.py
            self.tell_mistake(error)

    async def _finish_background(self) -> None:
        if self._background:
            await asyncio.wait(self._background, timeout=2)

    def keep_drafts(self) -> None:
        """Have the open place keep what is typed."""
        if self.open_place is not None and self.screen is self.open_place:
            self.open_place.keep_drafts()

    # -- leaving

    def detach(self) -> None:
        """Close the connection; the session waits as it is."""
        self.keep_drafts()
        self._tell_session(lambda link: link.detach())

    def _tell_session(self, wish: Callable[[SessionLink], None]) -> None:
        """The session does what is wished; without one (a local terminal) the program ends."""
        if self.link is not None:
            wish(self.link)
        else:
            self.exit()
