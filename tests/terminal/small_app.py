"""A small app for the tests of the terminal server: a title, a field, a line of what happened."""

import asyncio
import json
import os
import re
import time
from typing import Any, ClassVar

from rich.style import Style
from rich.text import Text
from textual.app import App, ComposeResult
from textual.binding import Binding
from textual.timer import Timer
from textual.widgets import Input, Static

from vpterm.kernel.errors import Refused, VptermError
from vpterm.screens.link import HandsOut, SessionLink, SessionRequest, SupportStanding
from vpterm.screens.privacy import marked, owner

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
    """Shows who and where, an owner, and how things stand with support.

    F5 fails, F7 never returns, F8 detaches, F10 leaves, F6 goes to the other site.
    Ctrl+O sends what stands in the field to support.

    F1 never returns from C, F2 eats memory little by little, F3 as fast as it can.
    F11 says that it is locked; F12 asks the door what the field says: "question name=value name=value".
    """

    CSS = "Static { height: 1; } #answer { height: auto; } Input { border: none; height: 1; }"
    BINDINGS: ClassVar = [
        Binding("f1", "spin"),
        Binding("f2", "leak"),
        Binding("f3", "eat"),
        Binding("ctrl+o", "support"),
        Binding("f4", "say('F4')"),
        Binding("f5", "fail"),
        Binding("f6", "other_site"),
        Binding("f7", "loop"),
        Binding("f8", "detach"),
        Binding("f9", "flood"),
        Binding("f10", "leave"),
        Binding("f11", "lock"),
        Binding("f12", "ask"),
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
        self.eaten: list[bytes] = []
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
        began = "locked" if request.locked else "open"
        yield Static(f"session <{request.session_name}> began {began}", id="session")
        yield Static("", id="answer")

    def on_resize(self, event: Any) -> None:
        """Show the size."""
        self.query_one("#size", Static).update(f"size {event.size.width}x{event.size.height}.")

    def action_say(self, text: str) -> None:
        """Show a key."""
        self.query_one("#line", Static).update(text)

    def be_recorded(self, reason: str) -> None:
        """What the head would show."""
        self.call_later(self.action_say, f"recorded: {reason or 'no'}.")
        self.link.note_place("small.app")

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

    def action_lock(self) -> None:
        """Say that the screen is hidden (it is not: what is tested is who opens it)."""
        self.link.has_locked()
        self.action_say("it is locked")

    def unlock(self) -> None:
        """The person has proved who they are."""
        self.call_later(self.action_say, "unlocked by the door")

    async def action_ask(self) -> None:
        """Ask the door; the answer is shown with what was asked, so that two of them can be told apart."""
        question, *given = self.query_one("#field", Input).value.split()
        self.query_one("#field", Input).value = ""
        values = dict(pair.split("=", 1) for pair in given)
        try:
            told = json.dumps(await self.link.ask_door(question, values), ensure_ascii=False)
        except VptermError as failure:
            told = f"refused: {failure.message}"
        self.query_one("#answer", Static).update(f"{question}: {told}")

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

    def action_spin(self) -> None:
        """Keep the loop busy in C, and the interpreter with it: no thread of this process runs any more."""
        re.fullmatch("(a|a)*b", "a" * 64)

    def action_leak(self) -> None:
        """Hold more and more, and answer all the while."""
        self.set_interval(0.05, lambda: self.eaten.append(os.urandom(8 * 1024 * 1024)))

    def action_eat(self) -> None:
        """Hold all there is at once."""
        while True:
            self.eaten.append(bytes(16 * 1024 * 1024))

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
