"""The door without a server: the same app in the terminal one sits at, by Textual's own driver.

Imports nothing that only unix has: this is how a workstation with Windows or macOS runs the program.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import inspect
import os
import signal
import sys
import threading
from collections.abc import Awaitable, Callable, Iterator, Mapping
from types import FrameType
from typing import Any, TextIO, cast

from textual.app import App

from vpterm.kernel.errors import Refused
from vpterm.kernel.i18n import N_, _, set_language
from vpterm.screens.link import SHUT_OUT, End, HandedOut, KeepsTyped, SessionRequest
from vpterm.terminal.own_folder import folder_of_person, keep_file

END_LIMIT_S = 5.0  # a terminal that is gone may hold the program up for ever; drafts are kept long before
# What Windows lacks of these is never sent there: closing its window ends the program at once.
ENDING_SIGNALS = ("SIGTERM", "SIGHUP")
Prove = Callable[[str], Awaitable[None]]
_ENDED: dict[End, str] = {
    "alone": N_("The program ended: nobody had typed for long. Drafts are kept."),
    "longest": N_("The program ended: it had been open for long enough. Drafts are kept."),
}


class LocalLink:
    """The link of an app without a server: to leave and to detach both end the program.

    A workstation holds one site's login only, so no other site can be asked for.
    """

    def __init__(self, prove: Prove | None = None) -> None:
        """`prove` checks the person's password once more; it raises what the person should read."""
        self._prove = prove
        self.app: App[Any] | None = None
        self.last_words = ""
        self.exit_code = 0

    def request_site(self, site_code: str) -> None:
        """Nothing: the other site's login is not here."""

    def leave(self) -> None:
        """End the program."""
        if self.app is not None:
            self.app.exit()

    async def ask_door(self, question: str, values: Mapping[str, str]) -> dict[str, Any]:
        """Only the password of a locked screen: a workstation's login reads no accounts, and so no PIN either."""
        if question == "unlock.ways":
            return {"pin": False, "password": True}
        if question == "unlock" and self._prove is not None:
            await self._prove(values["secret"])
            return {}
        raise Refused(_("Your account is kept at the door."), _("Come in by it: ssh LOGIN@SERVER"))

    def note_place(self, name: str) -> None:
        """Nothing: what no server carries is not recorded."""

    async def can_hand_out(self) -> None:
        """Into a folder, which there always is."""

    async def hand_out(self, file_name: str, pdf: bytes) -> HandedOut:
        """A file in the person's own folder."""
        path = await asyncio.to_thread(keep_file, folder_of_person(os.environ), file_name, pdf)
        return HandedOut("folder", str(path))

    def detach(self) -> None:
        """End the program: a local terminal leaves nothing to come back to but the saved drafts."""
        self.leave()

    def shut_out(self) -> None:
        """End the program, and say why once the terminal is as it was."""
        self.last_words = _(SHUT_OUT)
        self.exit_code = 1
        self.leave()

    def has_locked(self) -> None:
        """Nobody else need know."""

    def end(self, why: End) -> None:
        """End the program; the person reads why in their terminal."""
        self.last_words = _(_ENDED[why])
        self.leave()

    def told_to_end(self, number: int) -> None:
        """A signal came (`kill`, a window closed): what is typed is kept, then the program ends."""
        self.exit_code = 128 + number
        if self.app is not None:
            self.app.call_later(self._keep_and_leave)

    async def _keep_and_leave(self) -> None:
        app: object = self.app
        if isinstance(app, KeepsTyped):
            await app.keep_typed()
        self.leave()


def run_locally(
    request: SessionRequest, factory: str = "vpterm.screens.main:make_app", *, prove: Prove | None = None
) -> None:
    """Run the app of one person in this terminal until they leave. `factory` is as for the workers, `prove` checks
    their password again when the screen was locked.

    Raises SystemExit where the program did not end by the person's own wish.
    """
    # psycopg does not work on the loop that Windows has by default.
    loop_factory = asyncio.SelectorEventLoop if sys.platform == "win32" else None
    link = LocalLink(prove)
    with asyncio.Runner(loop_factory=loop_factory) as runner:
        runner.run(_run(request, factory, link))
    if link.last_words:
        print(link.last_words, file=sys.stderr)
    if link.exit_code:
        raise SystemExit(link.exit_code)


async def _run(request: SessionRequest, factory: str, link: LocalLink) -> None:
    set_language(request.language)
    module_name, _colon, name = factory.partition(":")
    module = importlib.import_module(module_name)
    opening, closing = getattr(module, "open_worker", None), getattr(module, "close_worker", None)
    resources = await opening(request.site_code, request.database_url) if opening is not None else None
    try:
        made = getattr(module, name or "make_app")(request, link, resources)
        app: App[Any] = await made if inspect.isawaitable(made) else made
        link.app = app
        with _signals_told_to(link), _terminal_that_may_go():
            await app.run_async()
        link.exit_code = link.exit_code or app.return_code or 0
    finally:
        if closing is not None:
            await closing(resources)


@contextlib.contextmanager
def _signals_told_to(link: LocalLink) -> Iterator[None]:
    """Signals become calls on the loop; a closed terminal is let go of before anything else is done to it.

    Not by the loop's own handlers: a window that closes sends SIGCONT right behind SIGHUP, and on that Textual would
    start writing to the terminal anew, before the loop had its turn.
    """
    loop = asyncio.get_running_loop()

    def tell(number: int, _frame: FrameType | None) -> None:
        if number == getattr(signal, "SIGHUP", None):
            _let_go_of_terminal()
        _end_at_the_latest(128 + number)
        loop.call_soon_threadsafe(link.told_to_end, number)

    numbers = [getattr(signal, name) for name in ENDING_SIGNALS if hasattr(signal, name)]
    before = {} if sys.platform == "win32" else {number: signal.signal(number, tell) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


class _MayGo:
    """The terminal as Textual writes to it: one that is gone takes what is written, and answers with no error.

    On an error Textual's writer stops, and whoever writes next waits for it for ever: the whole program does.
    """

    def __init__(self, terminal: TextIO) -> None:
        self._terminal = terminal

    def __getattr__(self, name: str) -> Any:
        return getattr(self._terminal, name)

    def write(self, text: str) -> int:
        """Write, or pass over it; its length."""
        with contextlib.suppress(OSError):
            self._terminal.write(text)
        return len(text)

    def flush(self) -> None:
        """Flush, or pass over it."""
        with contextlib.suppress(OSError):
            self._terminal.flush()


@contextlib.contextmanager
def _terminal_that_may_go() -> Iterator[None]:
    terminal = sys.__stderr__  # where Textual writes on unix
    if terminal is None:
        yield
        return
    sys.__stderr__ = cast("Any", _MayGo(terminal))  # type: ignore[misc]  # final, but Textual looks nowhere else
    try:
        yield
    finally:
        sys.__stderr__ = terminal  # type: ignore[misc]


def _end_at_the_latest(exit_code: int) -> None:
    timer = threading.Timer(END_LIMIT_S, os._exit, (exit_code,))
    timer.daemon = True
    timer.start()


def _let_go_of_terminal() -> None:
    """A closed terminal answers every write with an error, on which Textual's writer would stop for good."""
    signal.signal(signal.SIGCONT, signal.SIG_IGN)
    nothing = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nothing, descriptor)
