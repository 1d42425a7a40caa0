"""What workers say, and who in the gateway it is for. A worker may speak of its own sessions and viewers only."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from vpterm.kernel.i18n import _
from vpterm.terminal.gateway.handing import KINDS as KINDS_OF_HANDING
from vpterm.terminal.gateway.registry import OpenSession
from vpterm.terminal.gateway.seat import Ending, Seat
from vpterm.terminal.gateway.workers import WorkerLink
from vpterm.terminal.questions import HANDING
from vpterm.terminal.wire import Frame

if TYPE_CHECKING:
    from vpterm.terminal.gateway.gateway import Gateway

_MOST_QUESTIONS = 4  # of one session at once: each may cost a password's hash


class Hearing:
    """Takes the frames of all workers of one gateway."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway
        self._asked: Counter[int] = Counter()  # questions under way, by session

    def take(self, worker: WorkerLink, frame: Frame) -> None:
        """What a worker says; what is not its own to say is not heard."""
        gateway = self._gateway
        if "viewer" in frame.fields:
            seat = gateway.seat_of(frame.number("viewer"))
            if seat is None:
                gateway.recorder.take(worker.number, frame)
            elif seat.is_shown_by(worker):
                self._of_seat(seat, frame)
        elif "session" in frame.fields:
            session = gateway.registry.session(frame.number("session"))
            if session is not None and session.worker == worker.number:
                self._of_session(worker, session, frame)

    def _of_seat(self, seat: Seat, frame: Frame) -> None:
        if frame.kind == "viewer.output":
            seat.show(frame)
        elif frame.kind == "viewer.taken":
            seat.taken(frame.number("bytes"))
        elif frame.kind == "viewer.closed":
            self._gateway.dismiss(seat, Ending.WAITING, str)

    def _of_session(self, worker: WorkerLink, session: OpenSession, frame: Frame) -> None:
        gateway = self._gateway
        seats = gateway.seats_of(session)
        if frame.kind == "session.ended":
            gateway.session_over(session, frame.text("reason"))
        elif frame.kind == "link.leave":
            gateway.end(session, "left")  # a login from now on gets a new one
        elif frame.kind == "link.shut_out":
            gateway.end(session, "shut_out")
        elif frame.kind == "link.end" and frame.text("why") in ("alone", "longest"):
            gateway.end(session, frame.text("why"))
        elif frame.kind == "link.detach":
            for seat in seats:
                gateway.dismiss(seat, Ending.WAITING, lambda: _("Your session is waiting for you."))
        elif frame.kind == "link.place":
            gateway.recorder.place_opened(session, frame.text("place"))
        elif frame.kind == "session.keyboard_back":
            gateway.support.keyboard_is_back(session)
        elif frame.kind == "link.locked":
            gateway.locked(session)
        elif frame.kind == "link.site":
            gateway.move(session, frame.text("site"), gateway.choosing.name_at(session, frame.text("site")))
        elif frame.kind == "link.ask" and self._asked[session.number] < _MOST_QUESTIONS:
            self._asked[session.number] += 1
            gateway.do(self._answer(worker, session, frame))
        elif frame.kind in KINDS_OF_HANDING:
            gateway.handing.take(session, frame, seats, lambda number, said: _say(worker, session, number, said))

    async def _answer(self, worker: WorkerLink, session: OpenSession, frame: Frame) -> None:
        """A worker asks for the person of one of its own sessions, and for nobody else."""
        gateway = self._gateway
        question, number = frame.text("question"), frame.number("number")
        try:
            if question == HANDING and not gateway.locks.is_locked(session.number):
                _say(worker, session, number, gateway.handing.way(session, gateway.seats_of(session)))
            elif gateway.answers is not None:
                _say(worker, session, number, await gateway.answers.answer(session, question, frame.fields["values"]))
        finally:
            self._asked -= Counter([session.number])


def _say(worker: WorkerLink, session: OpenSession, number: int, answer: dict[str, Any]) -> None:
    worker.wire.send("link.answered", session=session.number, number=number, answer=answer)
