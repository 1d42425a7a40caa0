"""The only place, with textual_savings.py, that touches private parts of Textual, written against 8.2.8.

Each use is held by a contract test in tests/terminal/test_textual_internals.py: when a new release of Textual
breaks one, the test names it. Nothing of sessions, viewers or wires is known here.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import threading
from collections.abc import Callable, Iterable, Iterator
from types import FrameType
from typing import Any, cast

import textual.app
from rich.color import ColorSystem
from rich.style import Style
from textual import events
from textual._context import visible_screen_stack
from textual._keyboard_protocol import FUNCTIONAL_KEYS
from textual._xterm_parser import XTermParser
from textual.app import App, ComposeResult
from textual.containers import Horizontal, VerticalScroll
from textual.driver import Driver
from textual.geometry import Size
from textual.message import Message
from textual.message_pump import MessagePump
from textual.strip import Strip
from textual.widgets import Input, Static, TextArea

from vpterm.screens.link import HasCursorLine, KeepsTyped
from vpterm.terminal.session.textual_savings import save_memory

_log = logging.getLogger("vpterm.terminal")


class ServerDriver(Driver):
    """A driver without terminal, threads or signals: what the app paints goes to `on_write`.

    While `renders` is false the app believes itself headless and paints nothing.
    """

    def __init__(
        self,
        app: App[Any],
        *,
        on_write: Callable[[str], None],
        debug: bool = False,
        mouse: bool = True,
        size: tuple[int, int] | None = None,
    ) -> None:
        super().__init__(app, debug=debug, mouse=mouse, size=size)
        self._on_write = on_write
        self.renders = False

    @property
    def is_headless(self) -> bool:
        """True while nobody looks."""
        return not self.renders

    def send_message(self, message: Message) -> None:
        """Give a message to the app, on the loop we are on; the base class takes a detour by a thread."""
        self._app.post_message(message)

    def write(self, data: str) -> None:
        """Called by the app with each whole painting."""
        self._on_write(data)

    def start_application_mode(self) -> None:
        """Nothing to do: the gateway has taken the terminal."""

    def disable_input(self) -> None:
        """Nothing to do: the session gates input."""

    def stop_application_mode(self) -> None:
        """Nothing to do: the gateway gives the terminal back."""

    def open_url(self, url: str, new_tab: bool = True) -> None:
        """Refused: the base class would open a browser on the server."""
        _log.warning("an app asked to open an address in a browser; refused on a server")

    def deliver_binary(self, binary: Any, *, delivery_key: str, **_: Any) -> None:
        """Refused: the base class would write a file on the server."""
        binary.close()
        refusal = PermissionError("files are not delivered over this door")
        self._app.post_message(events.DeliveryFailed(key=delivery_key, exception=refusal))


class _NoRedirect(contextlib.nullcontext[None]):
    def __init__(self, target: object) -> None:
        super().__init__()


def tame_textual() -> None:
    """Once per process: undo what Textual does to the whole process, not fit for many apps on one loop."""
    # redirect_stdout is process-wide, and apps do not end in the order in which they began.
    for name in ("redirect_stdout", "redirect_stderr"):
        setattr(textual.app, name, _NoRedirect)
    save_memory()


def prepare_app(app: App[Any], on_write: Callable[[str], None], on_crash: Callable[[BaseException], None]) -> None:
    """Give an app our driver, full colour whatever the worker's environment, and a crash without a printout.

    Textual renders a crash with the values of local variables, which may be a client's data, and prints it.
    """

    def driver_class(app: App[Any], **options: Any) -> ServerDriver:
        return ServerDriver(app, on_write=on_write, **options)

    def fatal_error() -> None:
        on_crash(app._exception or RuntimeError("unknown"))
        app._close_messages_no_wait()

    app.driver_class = cast("type[Driver]", driver_class)
    app.console._color_system = ColorSystem.TRUECOLOR
    app._fatal_error = fatal_error  # type: ignore[method-assign]
    app._print_error_renderables = app._exit_renderables.clear  # type: ignore[method-assign]


async def run_app(app: App[Any], size: tuple[int, int], on_ready: Callable[[], None]) -> None:
    """Run an app from mount to its end by the steps of `App.run_test`.

    `App.run_async` would set a task factory for the whole loop.
    """
    with app._context():
        app._loop = asyncio.get_running_loop()
        app._thread_id = threading.get_ident()
        app._task = asyncio.current_task()
        try:
            await app._process_messages(ready_callback=on_ready, headless=False, terminal_size=size)
        finally:
            await app._shutdown()


class Sample(App[None]):
    """Nobody's app: shows a little of everything."""

    CSS = "Horizontal { height: 3; } VerticalScroll { height: 3; }"

    def compose(self) -> ComposeResult:
        yield Horizontal(Static("é œ ▁ 漢", markup=False), Input())
        yield VerticalScroll(*(Static(str(number)) for number in range(9)))


async def warm_up(make: Callable[[], App[Any]]) -> None:
    """Run an app for a moment, so that a process forked from this one need not load modules and tables."""
    app, ready = make(), asyncio.Event()
    prepare_app(app, lambda text: None, lambda error: None)
    running = asyncio.create_task(run_app(app, (80, 24), ready.set))
    await ready.wait()
    await asyncio.sleep(0.1)  # its screen is laid out and painted at its next 1/60 s
    full_frame(app)
    ask_to_end(app)
    await running


def driver_of(app: App[Any]) -> ServerDriver | None:
    """The app's driver, once it has one."""
    return cast("ServerDriver | None", app._driver)


def has_failed(app: App[Any]) -> bool:
    """Whether the app ended, or is ending, by an exception of its own."""
    return app._exception is not None


def ask_to_end(app: App[Any]) -> None:
    """Ask an app to end, from outside of its tasks, once it has kept what is half typed."""

    async def keep_and_close() -> None:
        try:
            if isinstance(app, KeepsTyped):
                await app.keep_typed()
        finally:
            app._close_messages_no_wait()

    if not app.call_later(keep_and_close):
        app._close_messages_no_wait()


def resize_app(app: App[Any], columns: int, rows: int) -> None:
    """Tell an app its new size in cells."""
    size = Size(columns, rows)
    app.post_message(events.Resize(size, size))


def size_of(app: App[Any]) -> tuple[int, int]:
    """The size in cells that an app paints for."""
    return app.size.width, app.size.height


@contextlib.contextmanager
def _looking(app: App[Any]) -> Iterator[Any]:
    """The compositor of the screen on top, its pending damage kept: others still need to see it."""
    with app._context():
        compositor = app.screen._compositor
        damage = set(compositor._dirty_regions)
        token = visible_screen_stack.set(app._background_screens)
        try:
            yield compositor
        finally:
            visible_screen_stack.reset(token)
            compositor._dirty_regions |= damage


def full_frame(app: App[Any]) -> str:
    """The whole screen as it stands, as a painting for one new viewer."""
    if not app._screen_stack:
        return ""
    with _looking(app) as compositor:
        return cast("str", compositor.render_full_update().render_segments(app.console))


def painted_lines(app: App[Any], columns: int, rows: int) -> list[Strip]:
    """The screen as lines cropped or padded to a size in cells, each with its colours."""
    strips = painted_strips(app)[:rows]
    if not strips:
        return []
    strips += [Strip.blank(columns)] * (rows - len(strips))
    return [strip.adjust_cell_length(columns, Style.null()) for strip in strips]


def rendered(app: App[Any], strip: Strip) -> str:
    """A line, or a part of one, as a painting in full colour."""
    return strip.render(app.console)


def painted_strips(app: App[Any]) -> list[Strip]:
    """The screen as lines with their styles, and what those carry beside the look."""
    if not app._screen_stack:
        return []
    with _looking(app) as compositor:
        return list(compositor.render_strips())


def cursor_of(app: App[Any]) -> tuple[int, int]:
    """The cell of the screen at which the person works: the cursor of a field or of a list, else the corner."""
    focused = app.screen.focused if app._screen_stack else None
    if focused is None:
        return 0, 0
    if isinstance(focused, HasCursorLine):
        return focused.region.x, focused.region.y + focused.cursor_line
    if isinstance(focused, (Input, TextArea)):
        return focused.cursor_screen_offset.x, focused.cursor_screen_offset.y
    return focused.region.x, focused.region.y


def waiting_messages(app: App[Any]) -> int:
    """How many messages wait in the queues through which a key goes: app, screen, focused widget."""
    pumps: list[MessagePump] = [app]
    if app._screen_stack:
        pumps += [pump for pump in (app.screen, app.screen.focused) if pump is not None]
    return sum(pump._message_queue.qsize() for pump in pumps)


def give_message(app: App[Any], message: Message) -> None:
    """Give an app a key, a paste or a mouse report, with the bookkeeping of mouse buttons."""
    driver = app._driver
    if driver is not None:
        driver.process_message(message)


class _Parser(XTermParser):
    # The decorated function keeps every parser, and by way of it every closed app, alive.
    _plain_extended_key = XTermParser._parse_extended_key.__wrapped__

    def _parse_extended_key(self, sequence: str) -> list[events.Key] | None:  # type: ignore[override]
        """Keys with modifiers. Textual takes the number of a key it does not know for a character to type."""
        number, final = sequence[2:-1].partition(";")[0] or "1", sequence[-1:]
        if len(sequence) > 2 and final != "u" and f"{number}{final}" not in FUNCTIONAL_KEYS:
            return None
        return self._plain_extended_key(sequence)


class KeyNames:
    """Textual's names of keys and mouse reports; each call takes one whole sequence."""

    def __init__(self) -> None:
        self._parser = _Parser()

    def keys(self, sequence: str) -> Iterable[events.Key]:
        """The keys of one sequence or one character; nothing for one that Textual does not know."""
        for key in self._parser._sequence_to_key_events(sequence):
            if key.key != "<ignore>":
                yield key

    def alt(self, character: str) -> Iterable[events.Key]:
        """A character typed with Alt. It carries no character: it must not be typed into a field."""
        for key in self._parser._sequence_to_key_events(character):
            name = f"shift+{key.key.lower()}" if len(key.key) == 1 and key.key.isupper() else key.key
            yield events.Key(f"alt+{name}", None)

    def mouse(self, sequence: str) -> Iterable[Message]:
        """The mouse report in a sequence of the SGR form; nothing if it is none."""
        message = self._parser.parse_mouse_code(sequence)
        if message is not None:
            yield message


def app_in_frames(frame: FrameType | None) -> App[Any] | None:
    """The app whose code runs in a stack of frames, innermost first: for the watchdog's thread."""
    while frame is not None:
        owner = frame.f_locals.get("self")
        for _ in range(100):
            if isinstance(owner, App):
                return owner
            if not isinstance(owner, MessagePump):
                break
            owner = owner._parent
        frame = frame.f_back
    return None
