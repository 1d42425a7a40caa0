"""A small app for the tests of the terminal server: a title, a field, a line of what happened."""

import asyncio
import os
import time
from typing import Any, ClassVar

from rich.style import Style
from rich.text import Text
from textual.app import App, ComposeResult
from textual.binding import Binding
from textual.timer import Timer
from textual.widgets import Input, Static

from vpterm.kernel.errors import Refused
from vpterm.screens.link import SessionLink, SessionRequest, SupportStanding
from vpterm.screens.privacy import marked, owner


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
    """Shows who and where, an owner, and how things stand with support; F2 sends what stands in the field there.

    F5 fails, F7 never returns, F8 detaches, F10 leaves, F6 goes to the other site.
    """

    CSS = "Static { height: 1; } Input { border: none; height: 1; }"
    BINDINGS: ClassVar = [
        Binding("f2", "support"),
        Binding("f4", "say('F4')"),
        Binding("f5", "fail"),
        Binding("f6", "other_site"),
        Binding("f7", "loop"),
        Binding("f8", "detach"),
        Binding("f9", "flood"),
        Binding("f10", "leave"),
        Binding("shift+f3", "say('SHIFT-F3')"),
        Binding("alt+1", "say('ALT-1')", priority=True),
        Binding("ctrl+up", "say('CTRL-UP')", priority=True),
    ]
    ENABLE_COMMAND_PALETTE = False

    def __init__(self, request: SessionRequest, link: SessionLink, resources: dict[str, str]) -> None:
        super().__init__()
        self.request, self.link, self.resources = request, link, resources
        self.flood: Timer | None = None
        self.frames = 0
        self.standing = SupportStanding()

    def compose(self) -> ComposeResult:
        """Title, field, size, line."""
        request = self.request
        yield Static(f"SITE {request.site_code} {request.login} {self.resources['database_url']}", id="title")
        yield Input(id="field", select_on_focus=False)
        yield Static("", id="size")
        yield Static(Text("Quatrepoil 06 12 34 56 78", style=marked(owner(""), Style())), id="owner")
        yield Static("", id="support")
        yield Static(f"pid {os.getpid()} colours {request.colours}", id="line")

    def on_resize(self, event: Any) -> None:
        """Show the size."""
        self.query_one("#size", Static).update(f"size {event.size.width}x{event.size.height}.")

    def action_say(self, text: str) -> None:
        """Show a key."""
        self.query_one("#line", Static).update(text)

    def stand_with_support(self, standing: SupportStanding) -> None:
        """Tell how things stand."""
        self.standing = standing
        holder = "theirs" if standing.has_keyboard else "mine"
        told = f"support {standing.phase} {standing.name} {standing.reach} {holder} {standing.reason}"
        self.call_later(self.query_one("#support", Static).update, told)

    async def action_support(self) -> None:
        """`answer type 15 no`, `end`, `give`: what the person's screens would send."""
        question, *words = self.query_one("#field", Input).value.split()
        values = dict(zip(("reach", "minutes", "private"), words, strict=False))
        self.query_one("#field", Input).value = ""
        try:
            await self.link.ask_door(f"support.{question}", {**values, "number": str(self.standing.number)})
        except Refused as refused:
            self.action_say(f"REFUSED {refused.message}")

    def hear(self, sentence: str) -> None:
        """What the administrator says."""
        self.call_later(self.action_say, f"heard {sentence}")

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
