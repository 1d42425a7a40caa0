"""The locked screen: nothing of anybody is readable, the work waits behind it exactly as it stands.

It comes through the gate, as a key does, so that it never falls into something half done. Whether it opens is decided
at the door, which holds passwords and PINs; a session without one (screens alone) cannot be locked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from textual import events
from textual.app import ComposeResult
from textual.renderables.blank import Blank

from vpterm.kernel.errors import Refused, VptermError
from vpterm.kernel.i18n import N_, _
from vpterm.screens.keymap.registry import Action
from vpterm.screens.keymap.standard import BACK, LOCK
from vpterm.screens.shell.lock_face import LockFace
from vpterm.screens.shell.place import Dialog

if TYPE_CHECKING:
    from vpterm.screens.shell.app import PracticeApp


class LockedScreen(Dialog[None]):
    """Asks for the PIN or the password. Esc empties the line, then gives the terminal to somebody else."""

    place = "locked"
    actions = (Action("back", BACK, N_("give up the place"), N_("Close the connection; the session waits, locked.")),)

    def __init__(self) -> None:
        super().__init__()
        self.face = LockFace(self._typed)

    def compose(self) -> ComposeResult:
        """All of it is drawn by one widget."""
        yield self.face

    def render(self) -> Any:
        """Opaque whatever the theme: a question lets through what it lies on, this never does."""
        return Blank(self.styles.background)

    def on_mount(self) -> None:
        """Ask which ways there are; until it is known, both are named."""
        self.app.background(self._find_ways())

    async def _find_ways(self) -> None:
        try:
            ways = await self.app.lock.ask_door("unlock.ways", {})
        except VptermError:
            return
        self.face.show_ways(pin=ways.get("pin") is True, password=ways.get("password") is True)

    def _typed(self, secret: str) -> None:
        self.app.work(self._try(secret))

    async def _try(self, secret: str) -> None:
        """Told here and not by the app: its message line is behind the lock."""
        self.face.tell(_("One moment…"))
        try:
            await self.app.lock.ask_door("unlock", {"secret": secret})
        except VptermError as failure:
            self.face.tell(f"{failure.message} {failure.advice}".strip(), is_error=True)
            await self._find_ways()
        else:
            self.answer(None)

    async def do_back(self) -> None:
        """Esc."""
        if not self.face.clear():
            self.app.detach()


class Lock:
    """The lock of one app."""

    def __init__(self, app: PracticeApp) -> None:
        self._app = app
        self._screen: LockedScreen | None = None

    @property
    def is_locked(self) -> bool:
        """Whether the screen is hidden, or about to be."""
        return self._screen is not None

    def ask(self) -> None:
        """Lock once everything that is under way is over: a key among the others."""
        if not self.is_locked:
            self._app.gate.put(events.Key(LOCK.key, None))

    async def close(self) -> None:
        """Lock, and wait until it was opened; from a work. Refused where nobody could open it again."""
        if self.is_locked:
            return
        if self._app.link is None:
            raise Refused(_("This screen cannot be locked: there is no door to ask for the password."))
        self._app.keep_drafts()
        self._screen = LockedScreen()
        self._app.link.has_locked()
        try:
            await self._app.ask(self._screen)
        finally:
            self._screen = None
        self._app.lifetime.awake()

    def open(self) -> None:
        """The person has proved who they are."""
        if self._screen is not None:
            self._screen.answer(None)

    def refresh(self) -> None:
        """A minute has gone by."""
        if self._screen is not None:
            self._screen.face.refresh()

    async def ask_door(self, question: str, values: dict[str, str]) -> dict[str, Any]:
        """Ask the door, in words that a locked screen can show."""
        if self._app.link is None:
            raise Refused(_("This screen cannot be locked: there is no door to ask for the password."))
        return await self._app.link.ask_door(question, values)
