"""What differs between two lines, what a piece of changes holds, and when a line counts as slow."""

import asyncio

import pyte
from hypothesis import given
from hypothesis import strategies as st
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from vpterm.terminal.gateway.backlog import Backlog
from vpterm.terminal.session.changes import Shown, differing

PLAIN, BOLD = Style(color="red"), Style(color="red", bold=True)
SIGNS = st.sampled_from("abcd é漢字…")
LINES = st.lists(st.tuples(SIGNS, st.sampled_from([PLAIN, BOLD])), max_size=12)


def line(cells: list[tuple[str, Style]], width: int = 24) -> Strip:
    return Strip([Segment(sign, style) for sign, style in cells]).adjust_cell_length(width, PLAIN)


def text_of(strip: Strip) -> str:
    return "".join(segment.text for segment in strip)


@given(LINES, LINES)
def test_what_differs_put_over_the_line_before_gives_the_line_of_now(
    old: list[tuple[str, Style]], new: list[tuple[str, Style]]
) -> None:
    before, now = line(old), line(new)
    span = differing(before, now)
    if span is None:
        assert [text_of(before), list(before.simplify())] == [text_of(now), list(now.simplify())]
        return
    start, end = span
    put_together = Strip.join([before.crop(0, start), now.crop(start, end), before.crop(end, 24)])
    assert text_of(put_together) == text_of(now)
    assert "".join(text_of(now.crop(*at)) for at in ((0, start), (start, end), (end, 24))) == text_of(now)


def test_a_key_is_the_cells_that_it_changed() -> None:
    before, now = line([("R", PLAIN), ("e", PLAIN), (" ", BOLD)]), line([("R", PLAIN), ("e", PLAIN), ("x", PLAIN)])
    assert differing(before, now) == (2, 3)
    assert differing(now, now) is None
    assert differing(None, now) == (0, 24)


@given(st.lists(st.lists(LINES, min_size=4, max_size=4), min_size=1, max_size=6), st.integers(1, 60))
def test_pieces_of_changes_lead_to_the_newest_screen_whatever_came_between(
    screens: list[list[list[tuple[str, Style]]]], most: int
) -> None:
    shown, terminal = Shown(), pyte.Screen(24, 4)
    stream = pyte.Stream(terminal)
    for screen in screens:  # each is newer, and only a piece of it is sent
        stream.feed(shown.take_changes([line(cells) for cells in screen], text_of, most)[0])
    newest = [line(cells) for cells in screens[-1]]
    for _ in range(5):
        changes, is_all = shown.take_changes(newest, text_of, most)
        stream.feed(changes)
    assert is_all
    assert shown.take_changes(newest, text_of, most) == ("", True)
    drawn = ["".join(terminal.buffer[y][x].data for x in range(24)) for y in range(4)]
    assert drawn == [text_of(each) for each in newest]


class Seat:
    """Notes when it is held."""

    def __init__(self) -> None:
        self.is_held = False
        self.rates: list[int] = []

    def hold(self) -> None:
        self.is_held = True

    def release(self, bytes_s: int = 0) -> None:
        self.is_held = False
        self.rates.append(bytes_s)


class Line:
    """A line that carries so many bytes a second; paintings are given to it while it is not held."""

    def __init__(self, bytes_s: float) -> None:
        self.seat, self._bytes_s = Seat(), bytes_s
        self._under_way, self._at = 0.0, asyncio.get_running_loop().time()
        self.longest = 0
        self.backlog = Backlog(self.seat, self.under_way, lambda: 0.02)

    def under_way(self) -> int:
        now = asyncio.get_running_loop().time()
        self._under_way = max(0.0, self._under_way - (now - self._at) * self._bytes_s)
        self._at = now
        return round(self._under_way)

    def paint(self, count: int) -> None:
        if not self.seat.is_held:
            self._under_way = self.under_way() + count
            self.backlog.wrote(count)
            self.longest = max(self.longest, self.under_way())


async def test_a_slow_line_is_found_out_and_never_far_behind() -> None:
    slow = Line(2000)
    for _ in range(40):  # half a second of paintings, then what is under way is known to be too much
        slow.paint(500)
        await asyncio.sleep(0.02)
    slow.longest = 0
    until = asyncio.get_running_loop().time() + 6
    while asyncio.get_running_loop().time() < until:
        slow.paint(500)
        await asyncio.sleep(0.02)
    slow.backlog.close()
    assert slow.longest < 1500  # less than a second of the line
    assert 1000 < slow.seat.rates[-1] < 3500


async def test_a_line_that_keeps_up_is_never_held() -> None:
    quick = Line(2_000_000)
    for _ in range(50):
        quick.paint(6000)
        await asyncio.sleep(0.02)
    quick.backlog.close()
    assert quick.seat.rates == []
    assert not quick.seat.is_held


async def test_a_client_that_takes_nothing_is_held_until_it_does() -> None:
    quick = Line(2_000_000)
    states = []
    quick.backlog.block()
    states.append(quick.seat.is_held)
    await asyncio.sleep(0.3)
    states.append(quick.seat.is_held)
    quick.backlog.unblock()
    states.append(quick.seat.is_held)
    assert states == [True, True, False]
    quick.backlog.close()
