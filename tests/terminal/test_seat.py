"""What waits at a seat is bounded in both directions, and nothing typed is lost."""

import asyncio
import time
from typing import Any, cast

from hypothesis import given
from hypothesis import strategies as st

from tests.terminal.door import LILAS
from vpterm.terminal.gateway.seat import Ending, Seat
from vpterm.terminal.gateway.workers import WorkerLink
from vpterm.terminal.identity.identity import Account
from vpterm.terminal.identity.limits import TokenBucket
from vpterm.terminal.painting.modes import GIVE_BACK, TAKE
from vpterm.terminal.painting.terminal_kind import TerminalKind
from vpterm.terminal.wire import Frame, WireProtocol

ACCOUNT = Account("vet.lilas", 1, "Vet", "en", (LILAS,), None)


class Phone:
    """The connection to a terminal, noting what goes over it."""

    def __init__(self) -> None:
        self.written = b""
        self.reads = True
        self.place = ""
        self.ending: tuple[Ending, str] | None = None

    def write(self, data: bytes) -> None:
        self.written += data

    def pause_reading(self) -> None:
        self.reads = False

    def resume_reading(self) -> None:
        self.reads = True

    def name_place(self, name: str) -> None:
        self.place = name

    def hang_up(self, ending: Ending, message: str) -> None:
        self.ending = (ending, message)


class NotedWire(WireProtocol):
    """A wire that notes its frames."""

    def __init__(self) -> None:
        super().__init__(lambda frame: None, lambda: None)
        self.sent: list[tuple[str, bytes]] = []
        self.resumed: list[dict[str, Any]] = []

    def send(self, kind: str, body: bytes = b"", **fields: Any) -> None:
        self.sent.append((kind, body))
        if kind == "viewer.resume":
            self.resumed.append(fields)


class Place:
    """A seat, its line and its worker."""

    def __init__(self) -> None:
        self.phone, self.wire = Phone(), NotedWire()
        self.seat = Seat(ACCOUNT, self.phone, (80, 24), TerminalKind())

    async def look(self) -> None:
        worker = WorkerLink(1, "lilas", lambda link, frame: None, lambda link: None)
        worker.wire = self.wire
        self.seat.look(worker, 1, 7, notice="", watches=False)

    def paint(self, data: bytes, *, whole: bool = False) -> None:
        self.seat.show(Frame("viewer.output", {"viewer": 7, "whole": whole}, data))

    def reads(self) -> bool:
        return self.phone.reads

    @property
    def typed(self) -> bytes:
        return b"".join(body for kind, body in self.wire.sent if kind == "viewer.input")

    @property
    def shown(self) -> bytes:
        return self.phone.written.removeprefix(TAKE.encode())


async def test_what_is_typed_early_arrives_and_a_flood_is_not_read() -> None:
    place = Place()
    place.seat.type(b"Rex")
    assert place.reads()
    await place.look()
    assert place.typed == b"Rex"
    place.seat.type(b"x" * 9000)
    assert not place.reads()
    place.seat.taken(3000)
    assert not place.reads()
    place.seat.taken(3000)
    assert place.reads()
    assert place.typed == b"Rex" + b"x" * 9000


async def test_a_flood_before_there_is_a_session_is_not_read_either() -> None:
    place = Place()
    place.seat.type(b"x" * 9000)
    assert not place.reads()
    await place.look()
    assert not place.reads()
    place.seat.taken(9000)
    assert place.reads()


async def test_a_terminal_that_does_not_keep_up_gets_what_was_under_way_and_then_the_changes() -> None:
    place = Place()
    await place.look()
    place.paint(b"one ")
    place.seat.hold()
    place.paint(b"painted before the worker knew ")
    place.seat.release(2000)
    place.paint(b"two")
    assert place.shown == b"one painted before the worker knew two"
    assert [kind for kind, _ in place.wire.sent] == ["viewer.attach", "viewer.pause", "viewer.resume"]
    assert place.wire.resumed == [{"viewer": 7, "whole": False, "bytes_s": 2000}]


async def test_a_worker_that_does_not_wait_fills_nothing() -> None:
    place = Place()
    await place.look()
    place.seat.hold()
    for _ in range(10):
        place.paint(b"x" * 30_000)
    assert len(place.shown) == 60_000
    place.seat.release()
    place.paint(b"change of what was lost ")
    place.paint(b"WHOLE ", whole=True)
    place.paint(b"two")
    assert place.shown[60_000:] == b"WHOLE two"
    assert place.wire.resumed == [{"viewer": 7, "whole": True, "bytes_s": 0}]


@given(st.lists(st.sampled_from(["hold", "release", "change", "whole"]), max_size=30))
def test_no_change_is_ever_shown_upon_a_screen_with_a_gap(steps: list[str]) -> None:
    place = Place()
    asyncio.run(place.look())
    is_held, has_gap, since_held = False, False, 0
    for step in steps:
        before = place.shown
        if step in ("hold", "release"):
            is_held, since_held = step == "hold", 0
            getattr(place.seat, step)()
            continue
        place.paint(step.encode() * 4000, whole=step == "whole")
        since_held += len(step) * 4000
        is_shown = place.shown != before
        may_be_shown = not is_held or since_held <= 64 * 1024
        assert is_shown == (may_be_shown and (step == "whole" or not has_gap))
        has_gap = not is_shown if step == "whole" else has_gap or not is_shown


async def test_a_seat_gives_the_terminal_back_and_hangs_up_once() -> None:
    place = Place()
    await place.look()
    assert place.phone.place == "Les Lilas · Vet"
    place.seat.close(Ending.LEFT, "Goodbye.")
    place.seat.close(Ending.FAILED, "again")
    assert place.shown == GIVE_BACK.encode()
    assert place.phone.ending == (Ending.LEFT, "Goodbye.")
    assert place.seat.session is None
    assert cast("Any", place.wire.sent[-1])[0] == "viewer.detach"


async def test_a_terminal_that_was_never_taken_is_not_given_back() -> None:
    place = Place()
    place.seat.close(Ending.FAILED, "Your account is not attached to any site.")
    assert place.phone.written == b""
    assert place.phone.ending == (Ending.FAILED, "Your account is not attached to any site.")


async def test_a_session_that_fails_again_and_again_is_not_replaced_for_ever() -> None:
    seat = Place().seat
    assert [seat.may_restart(now) for now in (0, 1, 2, 3)] == [True, True, True, False]
    assert seat.may_restart(100)


async def test_a_flood_is_not_read_until_it_is_even_whatever_the_app_takes() -> None:
    place = Place()
    await place.look()
    began = time.monotonic()
    place.seat.inflow = TokenBucket(4000.0, 5000.0, time.monotonic)
    place.seat.type(b"x" * 5000)
    assert place.reads()
    place.seat.type(b"x" * 1400)
    place.seat.type(b"x" * 1400)  # was under way already
    assert not place.reads()
    place.seat.taken(7800)
    assert not place.reads()
    while not place.reads():
        assert time.monotonic() - began < 20
        await asyncio.sleep(0.01)
    assert time.monotonic() - began >= 0.6  # 2800 bytes over, at 4000 a second
    assert place.typed == b"x" * 7800


async def test_a_worker_that_lies_about_what_it_has_taken_stops_nothing_for_good() -> None:
    place = Place()
    await place.look()
    place.seat.taken(-(10**9))
    place.seat.type(b"x")
    assert place.reads()
