"""Time in the agenda: openings across changes of clocks, gaps, slots, what people type."""

from datetime import UTC, date, time, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.practice.clinic_day import TODAY, WEEK
from vpterm.kernel.dates import PARIS, day_bounds
from vpterm.kernel.errors import Refused
from vpterm.practice.agenda.rules import Span, check_hours, free_spans, opening_spans, parse_when, slots

DAYS = st.dates(date(2020, 1, 1), date(2035, 12, 31))
CHANGES = st.sampled_from([date(2026, 3, 29), date(2026, 10, 25), date(2027, 3, 28), date(2027, 10, 31)])
CLOCKS = st.times(time(0), time(23, 59)).map(lambda clock: clock.replace(second=0, microsecond=0))


@given(day=DAYS | CHANGES, clocks=st.lists(CLOCKS, min_size=2, max_size=2, unique=True))
def test_an_opening_lies_in_its_day_and_shows_its_clocks(day: date, clocks: list[time]) -> None:
    opens_at, closes_at = sorted(clocks)
    found = opening_spans(day, [(day.isoweekday(), opens_at, closes_at), (day.isoweekday() % 7 + 1, time(1), time(2))])
    assert len(found) <= 1
    for span in found:
        start, end = day_bounds(day)
        assert start <= span.start < span.end <= end
        if day not in (date(2026, 3, 29), date(2027, 3, 28)) and day.month != 3:
            assert span.start.astimezone(PARIS).time() == opens_at


def test_an_opening_over_the_change_of_clocks_has_the_hours_that_pass() -> None:
    night = [(7, time(1), time(5))]
    assert [span.minutes for span in opening_spans(date(2026, 3, 29), night)] == [3 * 60]
    assert [span.minutes for span in opening_spans(date(2026, 10, 25), night)] == [5 * 60]
    assert opening_spans(date(2026, 3, 29), [(7, time(2, 30), time(3, 15))]) == []


@st.composite
def busy_days(draw: st.DrawFn) -> tuple[list[Span], list[Span]]:
    day = draw(CHANGES | DAYS)
    midnight = day_bounds(day)[0].astimezone(UTC)
    spans = st.lists(
        st.tuples(st.integers(0, 1400), st.integers(1, 300)).map(
            lambda pair: Span(midnight + timedelta(minutes=pair[0]), midnight + timedelta(minutes=sum(pair)))
        ),
        max_size=12,
    )
    hours = [(day.isoweekday(), time(8, 30), time(12)), (day.isoweekday(), time(14), time(19))]
    return opening_spans(day, hours), draw(spans)


@given(busy_days())
def test_free_and_busy_make_up_the_opening_and_never_overlap(spans: tuple[list[Span], list[Span]]) -> None:
    openings, busy = spans
    free = free_spans(openings, busy)
    assert not any(gap.overlaps(span) for gap in free for span in busy)
    assert all(before.end < after.start for before, after in pairwise(free))
    taken = sum(
        1
        for opening in openings
        for minute in range(opening.minutes)
        if any(span.start <= opening.start + timedelta(minutes=minute) < span.end for span in busy)
    )
    assert sum(gap.minutes for gap in free) + taken == sum(opening.minutes for opening in openings)


@given(busy_days(), st.sampled_from([5, 15, 20, 30, 60, 90]), st.integers(0, 1400))
def test_a_slot_fits_into_a_gap_and_none_is_missed(
    spans: tuple[list[Span], list[Span]], duration: int, later: int
) -> None:
    openings, busy = spans
    free = free_spans(openings, busy)
    from_ = openings[0].start + timedelta(minutes=later - 600)
    found = list(slots(free, duration, from_=from_))
    assert found == sorted(set(found))
    for start in found:
        assert start >= from_
        assert any(gap.start <= start and start + timedelta(minutes=duration) <= gap.end for gap in free)
    for gap in free:
        if gap.start >= from_ and gap.minutes >= duration:
            assert gap.start in found


def test_hours_that_overlap_or_run_backwards_are_refused() -> None:
    assert check_hours(WEEK[::-1]) == WEEK
    for wrong in ([(1, time(9), time(9))], [(8, time(9), time(10))], [(1, time(9), time(11)), (1, time(10), time(12))]):
        with pytest.raises(Refused):
            check_hours(wrong)


@pytest.mark.parametrize(
    ("typed", "day", "clock"),
    [
        (".", TODAY, None),
        ("+7", date(2026, 12, 1), None),
        ("ven", date(2026, 11, 27), None),
        ("ven 10h30", date(2026, 11, 27), time(10, 30)),
        ("24/12 830", date(2026, 12, 24), time(8, 30)),
        (". 15h", TODAY, time(15)),
        ("14h", TODAY, time(14)),
        ("1430", TODAY, time(14, 30)),
        ("2612", date(2026, 12, 26), None),
        ("fri 2pm", date(2026, 11, 27), time(14)),
    ],
)
def test_a_day_and_a_time_are_typed_in_few_keys(typed: str, day: date, clock: time | None) -> None:
    assert parse_when(typed, TODAY) == (day, clock)


@pytest.mark.parametrize("typed", ["", "hello", "hello 10h", "ven hello", "32/13", "25h"])
def test_what_is_neither_a_day_nor_a_time_is_refused(typed: str) -> None:
    with pytest.raises(Refused):
        parse_when(typed, TODAY)
