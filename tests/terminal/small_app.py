"""A small app for the tests of the terminal server: a title, a field, a line of what happened."""

import asyncio
import os
import time
from typing import Any, ClassVar

from textual.app import App, ComposeResult
from textual.binding import Binding
from textual.timer import Timer
from textual.widgets import Input, Static

from vpterm.kernel.errors import VptermError
from vpterm.screens.link import HandsOut, SessionLink, SessionRequest

_SMALL_PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
)


def a_document(size: int) -> bytes:
    """A PDF of at least this many bytes, none twice the same in a row: one empty page, then remarks."""
    remarks = b"".join(b"%% %d\n" % number for number in range(size // 8))
    return _SMALL_PDF + remarks


async def open_worker(site_code: str, database_url: str) -> dict[str, str]:
    """What the sessions of a worker share."""
    await asyncio.sleep(0)
    if site_code == "broken":
        raise OSError("no database here")
    return {"site": site_code, "database_url": database_url}


async def close_worker(resources: dict[str, str]) -> None:
    """Release it."""
    resources.clear()


class SmallApp(App[None]):
    """Shows who and where; F5 fails, F7 never returns, F8 detaches, F10 leaves, F6 goes to the other site."""

    CSS = "Static { height: 1; } Input { border: none; height: 1; }"
    BINDINGS: ClassVar = [
        Binding("f4", "say('F4')"),
        Binding("f5", "fail"),
        Binding("f6", "other_site"),
        Binding("f7", "loop"),
        Binding("f8", "detach"),
        Binding("f9", "flood"),
        Binding("f10", "leave"),
        Binding("shift+f3", "say('SHIFT-F3')"),
        Binding("alt+2", "hand_out(0)", priority=True),
        Binding("alt+3", "hand_out(3000000)", priority=True),
        Binding("alt+4", "hand_out(12000000)", priority=True),
        Binding("alt+1", "say('ALT-1')", priority=True),
        Binding("ctrl+up", "say('CTRL-UP')", priority=True),
    ]
    ENABLE_COMMAND_PALETTE = False

    def __init__(self, request: SessionRequest, link: SessionLink, resources: dict[str, str]) -> None:
        super().__init__()
        self.request, self.link, self.resources = request, link, resources
        self.flood: Timer | None = None
        self.frames = 0

    def compose(self) -> ComposeResult:
        """Title, field, size, line."""
        request = self.request
        yield Static(f"SITE {request.site_code} {request.login} {self.resources['database_url']}", id="title")
        yield Input(id="field", select_on_focus=False)
        yield Static("", id="size")
        yield Static(f"pid {os.getpid()} colours {request.colours}", id="line")

    def on_resize(self, event: Any) -> None:
        """Show the size."""
        self.query_one("#size", Static).update(f"size {event.size.width}x{event.size.height}.")

    def action_say(self, text: str) -> None:
        """Show a key."""
        self.query_one("#line", Static).update(text)

    def hear(self, sentence: str) -> None:
        """What the administrator says."""
        self.call_later(self.action_say, f"heard {sentence}")

    async def action_hand_out(self, size: int) -> None:
        """Hand out a document of about this size."""
        link: object = self.link
        assert isinstance(link, HandsOut)
        try:
            await link.can_hand_out()
            handed = await link.hand_out(f"Reçu n°{size}.pdf", a_document(size))
        except VptermError as failure:
            self.action_say(f"{failure.message} {failure.advice}")
        else:
            self.action_say(f"{handed.how} {handed.minutes} {handed.where} .")

    def action_fail(self) -> None:
        """Fail as a programming error does."""
        raise RuntimeError("the small app fails")

    def action_loop(self) -> None:
        """Keep the loop busy."""
        while True:
            time.sleep(0.001)

    def action_other_site(self) -> None:
        """Ask for the other site."""
        self.link.request_site("port" if self.request.site_code == "lilas" else "lilas")

    def action_flood(self) -> None:
        """Paint the whole screen anew all the time, or stop it."""
        if self.flood is not None:
            self.flood.stop()
            self.flood = None
            self.action_say("frames stopped")
            return
        self.query_one("#line").styles.height = "1fr"
        self.flood = self.set_interval(0.02, self.paint_another)

    def paint_another(self) -> None:
        """A screen full of letters, none twice the same."""
        self.frames += 1
        letters = "".join(chr(97 + (self.frames * 7 + index * index) % 26) for index in range(300))
        self.query_one("#line", Static).update(f"frame {self.frames} " + letters * 90)

    def action_detach(self) -> None:
        """Close the laptop."""
        self.link.detach()

    def action_leave(self) -> None:
        """Finish."""
        self.link.leave()


def make_app(request: SessionRequest, link: SessionLink, resources: dict[str, str]) -> App[None]:
    """The factory, as the worker calls it."""
    if request.login == "vet.unmakable":
        raise RuntimeError("no app for this one")
    return SmallApp(request, link, resources)
