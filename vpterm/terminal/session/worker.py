"""One worker: a process with one loop that holds the sessions of one site, at the end of a wire.

It knows its own site's database address and no other. It ends itself when the gateway is gone.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import inspect
import logging
import os
import signal
import socket
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

from textual.app import App

from vpterm.kernel.errors import NotAllowed, Refused
from vpterm.kernel.i18n import _, set_language
from vpterm.screens.link import (
    MOST_DOCUMENT_BYTES,
    End,
    HandedOut,
    Hears,
    Locks,
    SaysRecorded,
    SessionRequest,
    ShowsSupport,
    SupportStanding,
)
from vpterm.terminal.guests import Guest
from vpterm.terminal.painting.terminal_kind import TerminalKind
from vpterm.terminal.questions import HANDING, Questions
from vpterm.terminal.session.confinement import confine
from vpterm.terminal.session.session import Session
from vpterm.terminal.session.spares import Spares
from vpterm.terminal.session.textual_internals import tame_textual
from vpterm.terminal.session.tidying import keep_tidy, tune_collector
from vpterm.terminal.session.viewer import Viewer
from vpterm.terminal.session.watchdog import Watchdog, WatchedSelector
from vpterm.terminal.wire import Frame, WireProtocol

_log = logging.getLogger("vpterm.terminal")
_MAKING_S = 20.0
_QUIET_S = 1.0
_PIECE = 1024 * 1024  # a frame of the largest size in full colour is more
_DOCUMENT_PIECE = 64 * 1024  # between two pieces the keys of others go their way


class _Link:
    """What an app asks of its session goes to the gateway."""

    def __init__(self, session: int, wire: WireProtocol, questions: Questions) -> None:
        self._session, self._wire, self._questions = session, wire, questions

    async def ask_door(self, question: str, values: Mapping[str, str]) -> dict[str, Any]:
        """See SessionLink."""

        def send(number: int) -> None:
            self._wire.send("link.ask", session=self._session, number=number, question=question, values=dict(values))

        return await self._questions.ask(send)

    async def can_hand_out(self) -> None:
        """See HandsOut."""
        await self.ask_door(HANDING, {})

    async def hand_out(self, file_name: str, pdf: bytes) -> HandedOut:
        """See HandsOut."""
        if len(pdf) > MOST_DOCUMENT_BYTES:
            raise Refused(_("This document is too large to be handed out."))

        async def send(number: int) -> None:
            self._wire.send("link.offer", session=self._session, number=number, name=file_name, size=len(pdf))
            for start in range(0, len(pdf), _DOCUMENT_PIECE):
                await self._wire.until_room()
                piece = pdf[start : start + _DOCUMENT_PIECE]
                self._wire.send("link.piece", piece, session=self._session, number=number)

        return HandedOut(**await self._questions.ask(send))

    def request_site(self, site_code: str) -> None:
        """See SessionLink."""
        self._wire.send("link.site", session=self._session, site=site_code)

    def leave(self) -> None:
        """See SessionLink."""
        self._wire.send("link.leave", session=self._session)

    def detach(self) -> None:
        """See SessionLink."""
        self._wire.send("link.detach", session=self._session)

    def note_place(self, name: str) -> None:
        """See SessionLink."""
        self._wire.send("link.place", session=self._session, place=name)

    def shut_out(self) -> None:
        """See SessionLink."""
        self._wire.send("link.shut_out", session=self._session)

    def has_locked(self) -> None:
        """See SessionLink."""
        self._wire.send("link.locked", session=self._session)

    def end(self, why: End) -> None:
        """See SessionLink."""
        self._wire.send("link.end", session=self._session, why=why)


class Worker:
    """Takes frames, runs sessions. `done` is set when the process should end."""

    def __init__(self, factory: str, selector: WatchedSelector) -> None:
        self.done = asyncio.Event()
        self._selector = selector
        self.wire = WireProtocol(self._take, self.done.set, self._flow)
        module, _, name = factory.partition(":")
        self._module = importlib.import_module(module)
        self._make_app: Callable[..., App[Any] | Awaitable[App[Any]]] = getattr(self._module, name or "make_app")
        self._sessions: dict[int, Session] = {}
        self._seats: dict[int, tuple[Viewer, Session]] = {}
        self._recorded: dict[int, str] = {}  # why each session is recorded, "" for no more; by session
        self._tasks: set[asyncio.Task[None]] = set()
        self._resources: Any = None
        self._database_url = ""
        self._questions = Questions()
        self._starts = asyncio.Semaphore(2)
        self._most_sessions = 0
        self._spares = Spares(self._make_spare, self._wants_spare)
        self._watchdog: Watchdog | None = None
        self._has_ended_one = False
        self._stirred = asyncio.Event()

    # --- the worker -----------------------------------------------------------------------------------

    def _take(self, frame: Frame) -> None:
        method = getattr(self, "_on_" + frame.kind.replace(".", "_"), None)
        if method is None:
            return
        if frame.kind != "ping":
            self._stirred.set()
        try:
            method(frame)
        except Exception:  # the border of a session: what its app cannot paint ends it, not its neighbours
            _log.exception("%(kind)s could not be done", {"kind": frame.kind})
            seat = self._seats.get(frame.fields.get("viewer", 0))
            if seat is not None:
                seat[1].end("crashed")

    def _do(self, work: Any) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _on_worker_open(self, frame: Frame) -> None:
        settings = frame.fields["settings"]
        name_process(frame.text("site"))
        confine(int(settings.get("memory_mib", 0)), int(settings.get("nice", 0)))
        self._database_url = frame.text("database_url")
        self._starts = asyncio.Semaphore(int(settings.get("concurrent_starts", 2)))
        self._most_sessions = int(settings.get("sessions", 0))
        self._watchdog = Watchdog(self._selector, float(settings.get("busy_limit_s", 3.0)), self._end_guilty)
        self._watchdog.start()
        self._do(self._open(frame.text("site")))
        self._do(keep_tidy(self._last_input, self._session_has_ended, self._stirred))

    async def _open(self, site: str) -> None:
        opening = getattr(self._module, "open_worker", None)
        try:
            if opening is not None:
                self._resources = await opening(site, self._database_url)
        except Exception as error:  # a border: whatever keeps a worker from opening is told to the gateway
            _log.exception("the worker of %(site)s cannot open", {"site": site})
            self.wire.send("worker.failed", why=type(error).__name__)
            return
        self.wire.send("worker.ready")

    async def close(self) -> None:
        """End all sessions, then the shared resources."""
        if self._watchdog is not None:
            self._watchdog.stop()
        self._spares.close()
        for session in list(self._sessions.values()):
            session.end()
        ending = [session.ended for session in self._sessions.values()]
        if ending:
            await asyncio.wait(ending, timeout=3)
        closing = getattr(self._module, "close_worker", None)
        if closing is not None and self._resources is not None:
            await closing(self._resources)

    def _on_worker_close(self, frame: Frame) -> None:
        self.done.set()

    def _on_ping(self, frame: Frame) -> None:
        self.wire.send("pong", number=frame.number("number"), sessions=len(self._sessions))

    def _flow(self, flows: bool) -> None:
        """The gateway does not keep up with us (or does again): everybody gets the whole screen later."""
        for viewer, session in list(self._seats.values()):
            (session.release if flows else session.hold)(viewer, "wire")

    def _last_input(self) -> float:
        return max((session.last_input for session in self._sessions.values()), default=0.0)

    def _session_has_ended(self) -> bool:
        ended, self._has_ended_one = self._has_ended_one, False
        return ended

    def _end_guilty(self, app: App[Any]) -> None:
        for session in list(self._sessions.values()):
            if session.app is app:
                session.end("busy")

    # --- sessions -------------------------------------------------------------------------------------

    def _on_session_open(self, frame: Frame) -> None:
        number = frame.number("session")
        try:
            request = SessionRequest.from_json(frame.fields["request"], self._database_url)
        except ValueError:
            _log.exception("a session that cannot be opened")
            self.wire.send("session.ended", session=number, reason="failed")
            return
        size = (request.columns, request.rows)
        session = self._spares.take()
        if session is not None:
            session.claim(number, size)
            self._do(self._start(session, request, self._give_spare))
        else:
            session = self._new_session(number, size)
            self._do(self._start(session, request, self._mount))
        self._sessions[number] = session

    def _new_session(self, number: int, size: tuple[int, int]) -> Session:
        return Session(
            number,
            size,
            on_ended=self._ended,
            on_taken=lambda viewer, count: self.wire.send("viewer.taken", viewer=viewer.number, bytes=count),
            on_viewer_closed=lambda viewer: self.wire.send("viewer.closed", viewer=viewer.number),
            on_keyboard_back=lambda session: self.wire.send("session.keyboard_back", session=session.number),
        )

    def _on_link_answered(self, frame: Frame) -> None:
        self._questions.answered(frame.number("number"), frame.fields["answer"])

    async def _start(
        self, session: Session, request: SessionRequest, open_app: Callable[[Session, SessionRequest], Awaitable[None]]
    ) -> None:
        self._spares.disturbed()
        async with self._starts:
            if session.is_closed:
                return
            try:
                set_language(request.language)  # in this task's context, which the app's own tasks inherit
                await open_app(session, request)
            except NotAllowed:
                session.end("shut_out")  # the rights were taken away since the door looked
                return
            except Exception:  # a border: an app that cannot be made ends its own session only
                _log.exception("the app of a session cannot be made")
                session.end("failed")
                return
        self._spares.disturbed()
        self._tell_recorded(session)
        self.wire.send("session.opened", session=session.number)

    async def _mount(self, session: Session, request: SessionRequest) -> None:
        made = self._make_app(request, _Link(session.number, self.wire, self._questions), self._resources)
        # A factory that reads the database first is a coroutine.
        async with asyncio.timeout(_MAKING_S):
            app = await made if inspect.isawaitable(made) else made
        await session.start(app)

    # --- the spare ------------------------------------------------------------------------------------

    def _wants_spare(self) -> bool:
        """Whether somebody is here already, another fits in, and the factory knows apps that wait for a person."""
        is_quiet = asyncio.get_running_loop().time() - self._last_input() > _QUIET_S
        if not is_quiet:
            self._spares.disturbed()
        return is_quiet and 0 < len(self._sessions) < self._most_sessions and hasattr(self._module, "make_spare")

    async def _make_spare(self) -> Session:
        session = self._new_session(0, (80, 24))
        await session.start(self._module.make_spare(self._resources))
        return session

    async def _give_spare(self, session: Session, request: SessionRequest) -> None:
        async with asyncio.timeout(_MAKING_S):
            await self._module.give_spare(
                session.app, request, _Link(session.number, self.wire, self._questions), self._resources
            )
        session.show(request.language)

    def _ended(self, session: Session, reason: str) -> None:
        if self._sessions.pop(session.number, None) is None:
            return  # a spare that nobody was given
        self._has_ended_one = True
        self._recorded.pop(session.number, None)
        self._stirred.set()
        for number in [number for number, (_viewer, owner) in self._seats.items() if owner is session]:
            del self._seats[number]
        if not self.done.is_set():  # else the whole worker ends, and the gateway brings its people elsewhere
            self.wire.send("session.ended", session=session.number, reason=reason)

    def _on_session_end(self, frame: Frame) -> None:
        session = self._sessions.get(frame.number("session"))
        if session is not None:
            session.end()

    def _on_session_move(self, frame: Frame) -> None:
        """End here, what is typed and where kept: the person goes on in a worker of another release."""
        session = self._sessions.get(frame.number("session"))
        if session is not None:
            session.end("moved")

    def _on_session_tell(self, frame: Frame) -> None:
        session = self._sessions.get(frame.number("session"))
        app: object = session.app if session is not None else None
        if isinstance(app, Hears):
            app.hear(frame.text("sentence"))

    def _on_session_unlock(self, frame: Frame) -> None:
        session = self._sessions.get(frame.number("session"))
        app: object = session.app if session is not None else None
        if isinstance(app, Locks):
            app.unlock()

    def _on_session_recorded(self, frame: Frame) -> None:
        session = self._sessions.get(frame.number("session"))
        if session is not None:
            self._recorded[session.number] = frame.text("reason")
            self._tell_recorded(session)

    def _tell_recorded(self, session: Session) -> None:
        """Tell the app what its head has to show; it may have been told before it was its person's."""
        app: object = session.app
        reason = self._recorded.get(session.number)
        if isinstance(app, SaysRecorded) and reason is not None:
            app.be_recorded(reason)

    def _on_session_support(self, frame: Frame) -> None:
        session = self._sessions.get(frame.number("session"))
        app: object = session.app if session is not None else None
        if isinstance(app, ShowsSupport):
            app.stand_with_support(SupportStanding.from_json(frame.fields["standing"]))

    # --- viewers --------------------------------------------------------------------------------------

    def _on_viewer_attach(self, frame: Frame) -> None:
        session = self._sessions.get(frame.number("session"))
        if session is None:
            return  # it has just ended; the gateway is about to learn
        number = frame.number("viewer")

        def send(data: bytes, whole: bool) -> None:
            for start in range(0, len(data), _PIECE):
                piece = data[start : start + _PIECE]
                self.wire.send("viewer.output", piece, viewer=number, whole=whole and not start)

        def tell_size(columns: int, rows: int) -> None:
            self.wire.send("viewer.size", viewer=number, columns=columns, rows=rows)

        size = (frame.number("columns"), frame.number("rows"))
        kind = TerminalKind.from_json(frame.fields["terminal"])
        follows = tell_size if size == (0, 0) else None
        viewer = Viewer(number, size, kind, send, watches=frame.fields["watches"], on_size=follows)
        viewer.notice = frame.text("notice")
        if (guest := Guest.from_json(frame.fields["guest"])) is not None:
            session.guests.welcome(viewer, guest)
        self._seats[number] = (viewer, session)
        session.attach(viewer)

    def _on_viewer_guest(self, frame: Frame) -> None:
        guest = Guest.from_json(frame.fields["guest"])
        if guest is not None and (seat := self._seat(frame)):
            seat[1].guests.change(seat[0], guest)

    def _seat(self, frame: Frame) -> tuple[Viewer, Session] | None:
        return self._seats.get(frame.number("viewer"))

    def _on_viewer_input(self, frame: Frame) -> None:
        if seat := self._seat(frame):
            seat[1].feed(seat[0], frame.body)

    def _on_viewer_resize(self, frame: Frame) -> None:
        if seat := self._seat(frame):
            seat[1].resize(seat[0], frame.number("columns"), frame.number("rows"))

    def _on_viewer_pause(self, frame: Frame) -> None:
        if seat := self._seat(frame):
            seat[1].hold(seat[0], "terminal")

    def _on_viewer_resume(self, frame: Frame) -> None:
        if seat := self._seat(frame):
            seat[0].bytes_s = frame.number("bytes_s")
            seat[1].release(seat[0], "terminal", whole=frame.fields["whole"])

    def _on_viewer_detach(self, frame: Frame) -> None:
        if seat := self._seats.pop(frame.number("viewer"), None):
            seat[1].detach(seat[0])


async def _run(wire: socket.socket, factory: str, selector: WatchedSelector) -> None:
    worker = Worker(factory, selector)
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTERM, worker.done.set)
    await loop.connect_accepted_socket(lambda: worker.wire, wire)
    await worker.done.wait()
    await worker.close()
    worker.wire.close()
    await asyncio.sleep(0)


def name_process(site: str) -> None:
    """Let `ps` and `top` tell workers apart by their site (Linux keeps 15 bytes of it)."""
    with contextlib.suppress(OSError):
        Path("/proc/self/comm").write_text(f"vpterm:{site}"[:15], "ascii")


def run_worker(wire: socket.socket, factory: str) -> None:
    """The life of a worker process, from its fork to its end; `wire` is its end of the pair."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the gateway, which ends us in order
    tune_collector()
    tame_textual()
    try:
        selector = WatchedSelector()
        with asyncio.Runner(loop_factory=lambda: asyncio.SelectorEventLoop(selector)) as runner:
            runner.run(_run(wire, factory, selector))
    except BaseException:  # the border of the process
        _log.exception("worker %(pid)s failed", {"pid": os.getpid()})
        os._exit(1)
    os._exit(0)
