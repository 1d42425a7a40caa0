"""Whose program it is: the app of a site, given to a person when they come; and how the person leaves it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from vpterm.database.context import Context
from vpterm.kernel.i18n import Speech, _, set_language
from vpterm.screens.link import End, SessionLink, SessionRequest
from vpterm.screens.shell.standing import ReadStanding
from vpterm.screens.shell.telling import TellingApp
from vpterm.screens.shell.works import Background
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
        self._background = Background(self.tell_mistake)
        self.read_standing: ReadStanding | None = None
        self._speech: Speech | None = None
        self._become(context, SessionRequest(context.site_code, "", context.staff_id, ""), site)
        self.animation_level = "none"
        self.register_theme(TRUECOLOR)
        self.register_theme(CONSOLE)
        self.theme = self._theme_name

    def _become(self, context: Context, request: SessionRequest, site: SiteFace) -> None:
        self.context = context
        self.request, self.site = request, site
        self.sites: tuple[SiteFace, ...] = (site,)
        self.link: SessionLink | None = None
        self.recorded = request.recorded
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
        read_standing: ReadStanding | None = None,
    ) -> None:
        """Be this person's from now on. `sites` are those between which they may change (F6)."""
        if self.is_taken:
            raise RuntimeError("an app belongs to one person for good")
        self.is_taken = True
        self._become(context, request, site)
        self.sites, self.link, self.read_standing = sites or (site,), link, read_standing
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

    # -- being recorded

    def be_recorded(self, reason: str) -> None:
        """What is shown is recorded from now on, or no more: told once, and by the head all the time."""
        if reason != self.recorded:
            self.recorded = reason
            self.call_later(self._say_recorded)  # there, and not here, this session's language is spoken
        self.note_place()

    def _say_recorded(self) -> None:
        told = {
            "all": _("From now on your session is recorded: the group has decided so for this site."),
            "support": _("Your session is recorded while support looks."),
        }
        self.say(told.get(self.recorded, _("Your session is no longer recorded.")))
        if self.open_place is not None:
            self.open_place.head.refresh()
        self.repaint_beneath()

    def note_place(self) -> None:
        """Have the recording, if there is one, know where the person is."""
        place = self.open_place
        if self.recorded and self.link is not None and place is not None and place.opened_as:
            self.link.note_place(place.place)

    def begin(self) -> None:
        """The person is here. What to open says the app."""

    # -- what goes on beside the keys

    def background(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Do something that no key waits for (keeping a draft). Leaving waits for it, 2 s at most."""
        return self._background.start(work)

    def keep_drafts(self) -> None:
        """Have the open place keep what is typed."""
        if self.open_place is not None:
            self.open_place.keep_drafts()

    async def keep_typed(self) -> None:
        """Have the open form keep what is typed now, and wait until it is kept: the session is about to end."""
        self.keep_drafts()
        await self._background.finish()

    # -- leaving

    def detach(self) -> None:
        """Close the connection; the session waits as it is."""
        self.keep_drafts()
        self._tell_session(lambda link: link.detach())

    async def shut_out(self) -> None:
        """The person no longer works at this site: the session ends and says so; what is typed is kept."""
        await self.keep_typed()
        self._tell_session(lambda link: link.shut_out())

    async def end_for(self, why: End) -> None:
        """The session's time is over; what is typed is kept."""
        await self.keep_typed()
        self._tell_session(lambda link: link.end(why))

    def _tell_session(self, wish: Callable[[SessionLink], None]) -> None:
        """The session does what is wished; without one (a local terminal) the program ends."""
        if self.link is not None:
            wish(self.link)
        else:
            self.exit()
