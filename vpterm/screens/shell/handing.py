"""Handing a document to the person: into the page of their browser, to an address, or into a folder of theirs."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from rich.style import Style
from rich.text import Text
from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Static

from vpterm.documents.paper import Paper
from vpterm.documents.press import press
from vpterm.kernel.errors import Refused
from vpterm.kernel.i18n import _, ngettext
from vpterm.screens.keymap.standard import keymap
from vpterm.screens.link import HandedOut, HandsOut
from vpterm.screens.shell.place import Dialog

if TYPE_CHECKING:
    from vpterm.screens.shell.app import PracticeApp


async def hand_out(app: PracticeApp, make: Callable[[], Awaitable[Paper]]) -> None:
    """Make a paper, set it, hand it out, and say where it is.

    Where nothing can leave, that is said before `make` counts a copy that nobody could get.
    """
    link: object = app.link
    if not isinstance(link, HandsOut):
        raise Refused(_("No document can leave this terminal."), _("Come in by the browser."))
    await link.can_hand_out()
    paper = await make()
    handed = await link.hand_out(paper.file_name, await press(paper))
    await _tell(app, paper.file_name, handed)


async def _tell(app: PracticeApp, file_name: str, handed: HandedOut) -> None:
    match handed.how:
        case "page":
            app.say(_("{name}: print or save it in the window of the browser.").format(name=file_name))
        case "folder":
            app.say(_("Written: {path}").format(path=handed.where))
        case "address":
            await app.ask(AddressShown(file_name, handed.where, handed.minutes, linked=app.request.glyphs == "full"))


class AddressShown(Dialog[None]):
    """Where a document waits; as a link (OSC 8) where terminals know them, and as text to be copied."""

    place = "address"

    def __init__(self, file_name: str, address: str, minutes: int, *, linked: bool) -> None:
        super().__init__()
        self._file_name, self._address, self._minutes, self._linked = file_name, address, minutes, linked

    def compose(self) -> ComposeResult:
        """The name, the address, how long."""
        style = Style(underline=True, link=self._address) if self._linked else Style()
        with Vertical(classes="card") as card:
            card.styles.width = min(len(self._address) + 4, self.app.size.width)
            yield Static(self._file_name, markup=False, classes="title")
            yield Static("")
            yield Static(Text(self._address, style=style, overflow="fold", no_wrap=False))
            yield Static("")
            yield Static(_("Open it in your browser, with your own login: it is there once."), markup=False)
            gone = ngettext("After {n} minute it is gone.", "After {n} minutes it is gone.", self._minutes)
            yield Static(gone.format(n=self._minutes) + " " + _("Enter or Esc goes back."), markup=False)

    def on_key(self, event: events.Key) -> None:
        """Enter has read it."""
        if event.key == "enter":
            event.stop()
            self.answer(None)


keymap.add(AddressShown.place, *keymap.own_actions("dialog"))
