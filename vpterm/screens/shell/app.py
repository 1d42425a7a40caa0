"""The program of one session: site, person, language; opening places and going back. Keys: gate.py; works: works.py."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from datetime import datetime
from pathlib import Path
from typing import Any, ClassVar

from textual import events
from textual.binding import BindingType
from textual.message_pump import MessagePump
from textual.screen import Screen, ScreenResultType

from vpterm.database.context import Context
from vpterm.database.notices import Notices
from vpterm.kernel.dates import PARIS
from vpterm.kernel.errors import Refused
from vpterm.kernel.i18n import _
from vpterm.screens.keymap.standard import LOCK
from vpterm.screens.link import SessionLink, SessionRequest, SupportStanding
from vpterm.screens.shell.asking import Asking
from vpterm.screens.shell.boards import Boards
from vpterm.screens.shell.gate import KeyGate
from vpterm.screens.shell.lifetime import Lifetime
from vpterm.screens.shell.lock import Lock
from vpterm.screens.shell.minutes import Minutes
from vpterm.screens.shell.openers import opening
from vpterm.screens.shell.person import PersonalApp, SiteFace
from vpterm.screens.shell.place import Dialog, Opening, Place
from vpterm.screens.shell.standing import ReadStanding, StandingWatch
from vpterm.screens.shell.support import SupportAtScreen
from vpterm.screens.shell.whereabouts import Whereabouts
from vpterm.screens.shell.works import Works


class PracticeApp(PersonalApp, inherit_bindings=False):
    """One person at one site. Places are reached by `await app.open("noun.view", **arguments)`."""

    CSS_PATH = Path(__file__).parent.parent / "theme" / "vpterm.tcss"
    ENABLE_COMMAND_PALETTE = False
    ALLOW_SELECT = False
    BINDINGS: ClassVar[list[BindingType]] = []

    def __init__(
        self,
        context: Context,
        request: SessionRequest | None = None,
        *,
        site: SiteFace,
        sites: tuple[SiteFace, ...] = (),
        link: SessionLink | None = None,
        notices: Notices | None = None,
        read_standing: ReadStanding | None = None,
        home: str = "home.board",
        **arguments: Any,
    ) -> None:
        """Without a request `context` is nobody's, and `belong_to` comes later; `notices` tell what others changed on
        the site's boards, and that rights changed, which `read_standing` then reads; `arguments` go to Textual's App.
        """
        super().__init__(context, site=site, **arguments)
        self.notices = notices
        self.home = home
        self.last_patient: int | None = None
        self.support = SupportAtScreen(self)
        self.boards = Boards(self, notices)
        self.minutes = Minutes(self)
        self._standing: StandingWatch | None = None
        self.works = Works(self.show_busy, self.tell_failure)
        self.gate = KeyGate(self.works, self._deliver, self._way_of_keys)
        self._asking = Asking(self)
        self.whereabouts = Whereabouts(self)
        self.lock = Lock(self)
        self.lifetime = Lifetime(self)
        if request is not None:
            self.belong_to(context, request, site=site, sites=sites, link=link, read_standing=read_standing)

    # -- beginning, time, end

    def get_default_screen(self) -> Screen[Any]:
        """The ground of the stack."""
        return Opening()

    def on_mount(self) -> None:
        """Be ready for a person, who may be here already."""
        self.minutes.open()
        self.boards.open()
        if self.is_taken:
            self.begin()

    def begin(self) -> None:
        """Open the home board, and where a cut found the person; keys typed meanwhile wait for it."""
        self._standing = StandingWatch(self, self.notices, self.read_standing)
        self._standing.open()
        self.lifetime.begin()
        self.work(self._begin())

    async def _begin(self) -> None:
        if self.request.locked:
            await self.lock.close()
        await self._come_in()

    async def _come_in(self) -> None:
        await self._open(self.home, {})
        await self.whereabouts.come_back()

    def on_unmount(self) -> None:
        """Nothing outlives the session."""
        self.minutes.close()
        self.boards.close()
        if self._standing is not None:
            self._standing.close()
        self.whereabouts.close()
        self.lifetime.close()
        self.gate.close()
        self.works.close()

    def now(self) -> datetime:
        """The time at the clinic."""
        return self.context.now().astimezone(PARIS)

    def looked_at(self, *, seen: bool) -> None:
        """See LookedAt."""
        self.minutes.looked_at(seen=seen)

    # -- the way of a key

    async def on_event(self, event: events.Event) -> None:
        """Keys and pasted text go through the gate; everything else as Textual does."""
        if isinstance(event, (events.InputEvent, events.Paste)) and not event.is_forwarded:
            self.lifetime.touch()
        if isinstance(event, (events.Key, events.Paste)) and not event.is_forwarded:
            if not (isinstance(event, events.Key) and self.support.takes_at_once(event.key)):
                self.gate.put(event)
            return
        try:
            await super().on_event(event)
        except Exception as error:  # a border: see guard.py
            if not self.screen_stack:
                raise
            self.tell_failure(error)

    async def _deliver(self, event: events.Key | events.Paste) -> None:
        screen = self.screen
        if isinstance(event, events.Key) and event.key in LOCK.all:  # under a question too
            self.work(self.lock.close())
            return
        if isinstance(event, events.Key) and isinstance(screen, (Place, Dialog)):
            action = screen.action_for(event.key)
            if action is not None:
                self.work(screen.perform(action))
                return
        try:
            await super().on_event(event)
        except Exception as error:  # a border: the gate outlives any key
            self.tell_failure(error)

    def _way_of_keys(self) -> tuple[MessagePump, ...]:
        return tuple((self.focused or self.screen).ancestors_with_self) if self.screen_stack else ()

    @property
    def is_hidden(self) -> bool:
        """Whether the screen is locked."""
        return self.lock.is_locked

    def unlock(self) -> None:
        """The person has proved at a door who they are (link.py)."""
        self.call_later(self.lock.open)

    def forget_waiting_keys(self) -> None:
        """Drop the keys typed ahead of a failure."""
        self.gate.forget_waiting()

    def work(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Do something that may take time: keys wait for its end, its errors are told. The way out of a handler."""
        return self.works.start(work)

    # -- opening and going back

    async def open(self, name: str, /, **arguments: Any) -> None:
        """Open a place over this one. An action waits until it is there; a message handler goes on at once."""
        if self.works.is_current:
            await self._open(name, arguments)
        else:
            self.work(self._open(name, arguments))

    async def _open(self, name: str, arguments: dict[str, Any]) -> None:
        await self.push_screen(await self._load(name, arguments))
        self._arrived()

    async def _load(self, name: str, arguments: dict[str, Any]) -> Screen[Any]:
        """Have the place read what it shows; Esc may give that up, since nothing changes yet."""
        known = opening(name)
        if known.right:
            self.context.require(known.right)
        self.keep_drafts()
        self.works.let_cancel(allowed=True)
        screen = await known.opener(self, **arguments)
        self.works.let_cancel(allowed=False)
        if isinstance(screen, Place):
            screen.opened_as, screen.opened_with = name, arguments
        return screen

    async def replace(self, name: str, /, **arguments: Any) -> None:
        """Open a place instead of the present one: F7 and F8 between sheets, or a sheet after its form."""
        here = self.screen
        screen = await self._load(name, arguments)
        if self.screen is here and len(self.screen_stack) > 1:
            await self.switch_screen(screen)
            self._arrived()

    async def go_back(self, *, says: str = "") -> None:
        """Back to the place beneath, exactly as it was, with its rows read anew. On the home board: ask to leave."""
        if len(self.screen_stack) <= 2:
            await self.ask_to_leave()
            return
        self.keep_drafts()
        await self.pop_screen()
        await self._returned(says)

    async def go_home(self) -> None:
        """Back to the home board, from however deep."""
        self.keep_drafts()
        if len(self.screen_stack) == 1:
            await self._come_in()
            return
        while len(self.screen_stack) > 2:
            await self.pop_screen()
        await self._returned("")

    def _arrived(self) -> None:
        self.whereabouts.changed()
        self.note_place()

    async def _returned(self, says: str) -> None:
        self._arrived()
        if isinstance(self.screen, Place):
            self.screen.say(says)
            await self.screen.reload()

    async def keep_typed(self) -> None:
        """Keep what is typed, and where."""
        self.whereabouts.keep_now()
        await super().keep_typed()

    async def open_help(self, place: str) -> None:
        """F1."""
        from vpterm.screens.help import page

        await self.open(page.HelpPage.place, place=place)

    async def open_menu(self) -> None:
        """F10."""
        from vpterm.screens.help.menu import show_menu

        await show_menu(self)

    async def open_last_patient(self) -> None:
        """Ctrl+L: animal sheets set `app.last_patient` when they open."""
        if self.last_patient is None:
            raise Refused(_("No animal has been opened yet."), _("F3 finds one."))
        await self.open("animals.sheet", animal_id=self.last_patient)

    async def ask(self, dialog: Dialog[ScreenResultType]) -> ScreenResultType | None:
        """Ask the person, from an action; None for Esc."""
        return await self._asking.ask(dialog)

    def answer_dialog(self, dialog: Dialog[Any], result: Any) -> None:
        """Called by the dialog when the person has answered."""
        self._asking.answer(dialog, result)

    def stand_with_support(self, standing: SupportStanding) -> None:
        """Somebody of support asks, looks in, or has gone; from outside, so by way of the app's own language."""
        self.call_later(self.support.stand, standing)

    # -- leaving

    async def change_site(self) -> None:
        """F6: the new session runs under the other site's own login; this one stays open behind."""
        from vpterm.screens.help.leaving import pick_site

        code = await pick_site(self)
        if code is not None:
            await self.keep_typed()
            self.wanted_site = code
            self._tell_session(lambda link: link.request_site(code))

    async def ask_to_leave(self) -> None:
        """Esc on the home board."""
        from vpterm.screens.help.leaving import ask_how_to_leave

        how = await ask_how_to_leave(self)
        if how == "leave":
            self.whereabouts.close()
            self.background(self.whereabouts.forget())
            await self.keep_typed()
            self._tell_session(lambda link: link.leave())
        elif how == "detach":
            self.detach()
