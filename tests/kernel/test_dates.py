"""Days and times: short ways to type them, and what is shown can be typed again."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vpterm.kernel.dates import (
    PARIS,
    Prefer,
    add_months,
    at_time,
    day_bounds,
    format_date,
    format_date_long,
    format_date_short,
    format_day_title,
    format_duration,
    format_moment,
    format_month,
    format_time,
    format_week,
    paris_day,
    parse_date,
    parse_duration,
    parse_time,
    week_start,
)
from vpterm.kernel.errors import Refused
from vpterm.kernel.i18n import using

TODAY = date(2026, 11, 22)  # a Sunday
days = st.dates(date(1950, 1, 1), date(2150, 12, 31))
languages = st.sampled_from(["fr", "en"])


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        (".", "2026-11-22"), ("+7", "2026-11-29"), ("+ 7", "2026-11-29"), ("+7j", "2026-11-29"),
        ("-1", "2026-11-21"),
        ("+2s", "2026-12-06"), ("+2w", "2026-12-06"), ("2 semaines", "2026-12-06"), ("+3m", "2027-02-22"),
        ("3 mois", "2027-02-22"), ("-1m", "2026-10-22"), ("1a", "2027-11-22"), ("1y", "2027-11-22"),
        ("1 an", "2027-11-22"),
        ("lun", "2026-11-23"), ("LUNDI", "2026-11-23"), ("mon", "2026-11-23"), ("dim", "2026-11-29"),
        ("sa", "2026-11-28"),
        ("24", "2026-11-24"), ("22", "2026-11-22"), ("3", "2026-12-03"), ("31", "2026-12-31"),
        ("24/11", "2026-11-24"), ("24.11", "2026-11-24"), ("24-11", "2026-11-24"), ("24 11", "2026-11-24"),
        ("2411", "2026-11-24"), ("24/11/26", "2026-11-24"), ("24/11/2026", "2026-11-24"),
        ("241126", "2026-11-24"),
        ("24112026", "2026-11-24"), ("2026-11-24", "2026-11-24"), ("1/2/27", "2027-02-01"),
        ("03/01", "2027-01-03"),
        ("12/06", "2026-06-12"), ("29/02", "2028-02-29"), ("24/11/46", "2046-11-24"),
        ("24/11/47", "1947-11-24"),
        ("24 nov", "2026-11-24"), ("24 nov. 2027", "2027-11-24"), ("24nov27", "2027-11-24"),
        ("1er déc", "2026-12-01"),
        ("3 aug", "2026-08-03"), ("3 août", "2026-08-03"), ("1st may", "2027-05-01"),
        ("mardi 24 novembre", "2026-11-24"),
        ("demain", "2026-11-23"), ("hier", "2026-11-21"), ("Aujourd'hui", "2026-11-22"),
        ("après-demain", "2026-11-24"),
        ("tomorrow", "2026-11-23"),
    ],
)  # fmt: skip
def test_days_as_typed(typed: str, day: str) -> None:
    assert parse_date(typed, TODAY) == date.fromisoformat(day)


@pytest.mark.parametrize(
    "typed",
    ["", " ", "m", "j", "jui", "31/02", "32", "0", "29/02/26", "24/13", "24/11/0226", "24/11/226", "+",
     "++7", "7x", "abc",
     "+99999", "24//11", "lundi 24 nov", "24/11/26/1", "٢٤/١١", "99999a"],
)  # fmt: skip
def test_days_that_cannot_be_read(typed: str) -> None:
    with pytest.raises(Refused) as caught:
        parse_date(typed, TODAY, field="day")
    assert caught.value.field == "day"
    assert caught.value.advice != ""


@pytest.mark.parametrize(
    ("typed", "prefer", "day"),
    [
        ("12/06", "future", date(2027, 6, 12)), ("12/06", "past", date(2026, 6, 12)),
        ("03/01", "past", date(2026, 1, 3)),
        ("22/11", "future", TODAY), ("22/11", "past", TODAY), ("29/02", "past", date(2024, 2, 29)),
    ],
)  # fmt: skip
def test_a_day_without_a_year_lies_where_it_is_preferred(typed: str, prefer: Prefer, day: date) -> None:
    assert parse_date(typed, TODAY, prefer=prefer) == day


@given(days, days)
def test_four_digits_of_the_year_read_back_whatever_today_is(day: date, today: date) -> None:
    for shown in (format_date(day), day.isoformat(), f"{day:%d%m%Y}"):
        assert parse_date(shown, today) == day


@given(st.dates(date(1990, 1, 1), date(2150, 12, 31)), st.integers(-79 * 365, 20 * 365))
def test_two_digits_of_the_year_read_back_near_today(today: date, away: int) -> None:
    day = today + timedelta(days=away)
    if -79 <= day.year - today.year <= 20:
        assert parse_date(format_date_short(day), today) == day
        assert parse_date(f"{day:%d%m%y}", today) == day


@given(days, languages)
def test_the_long_form_reads_back(day: date, language: str) -> None:
    assert parse_date(format_date_long(day, language), TODAY) == day


@given(days, st.integers(-150, 150), languages)
def test_the_title_of_a_day_reads_back_near_today(today: date, away: int, language: str) -> None:
    day = today + timedelta(days=away)
    assert parse_date(format_day_title(day, language), today) == day


@given(days, st.sampled_from(["lun", "mar", "mer", "jeu", "ven", "sam", "dim"]))
def test_a_weekday_is_the_next_one_never_today(today: date, typed: str) -> None:
    found = parse_date(typed, today)
    assert 1 <= (found - today).days <= 7
    assert format_day_title(found, "fr").startswith(typed)


@given(days, st.integers(-1200, 1200))
def test_months_are_added_and_taken_back(day: date, months: int) -> None:
    moved = add_months(day, months)
    assert (moved.year * 12 + moved.month) - (day.year * 12 + day.month) == months
    if day.day <= 28:
        assert add_months(moved, -months) == day


def test_a_month_too_short_ends_on_its_last_day() -> None:
    assert add_months(date(2026, 1, 31), 1) == date(2026, 2, 28)
    assert add_months(date(2028, 2, 29), 12) == date(2029, 2, 28)


def test_days_as_shown() -> None:
    day = date(2026, 11, 24)
    assert format_date_short(day, "fr") == "24/11/26"
    assert format_date(day) == "24/11/2026"
    assert format_day_title(day, "fr") == "mar. 24 nov."
    assert format_day_title(day, "en") == "Tue 24 Nov"
    assert format_date_long(date(2026, 12, 1), "fr") == "mardi 1er décembre 2026"
    assert format_date_long(date(2026, 12, 1), "en") == "Tuesday 1 December 2026"
    assert format_month(day, "fr") == "novembre 2026"
    assert format_week(day, "fr") == "semaine 48"
    assert format_week(day, "en") == "week 48"
    assert week_start(day) == date(2026, 11, 23)
    with using("en"):
        assert format_day_title(day) == "Tue 24 Nov"


@pytest.mark.parametrize(
    ("typed", "clock"),
    [
        ("830", "08:30"), ("0830", "08:30"), ("8h30", "08:30"), ("8 h 30", "08:30"), ("8:30", "08:30"),
        ("8.30", "08:30"),
        ("8,30", "08:30"), ("8 30", "08:30"), ("8", "08:00"), ("8h", "08:00"), ("14", "14:00"),
        ("1430", "14:30"),
        ("2pm", "14:00"), ("2:30 pm", "14:30"), ("12am", "00:00"), ("12pm", "12:00"), ("0", "00:00"),
        ("000", "00:00"),
        ("130", "01:30"), ("8h5", "08:05"),
    ],
)  # fmt: skip
def test_times_as_typed(typed: str, clock: str) -> None:
    assert parse_time(typed) == time.fromisoformat(clock)


@pytest.mark.parametrize("typed", ["", "24", "24:00", "8:60", "860", "2460", "12345", "8h30m", "h30", "-8", "x", "٨"])
def test_times_that_cannot_be(typed: str) -> None:
    with pytest.raises(Refused) as caught:
        parse_time(typed, field="start")
    assert caught.value.field == "start"


@given(st.integers(0, 1439))
def test_a_time_shown_can_be_typed(minutes: int) -> None:
    clock = time(minutes // 60, minutes % 60)
    assert parse_time(format_time(clock)) == clock
    assert parse_time(f"{clock:%H%M}") == clock
    assert parse_time(f"{clock.hour}h{clock:%M}") == clock
    assert parse_time(f"{clock.hour}{clock:%M}") == clock


@given(st.integers(1, 1440))
def test_a_duration_shown_can_be_typed(minutes: int) -> None:
    assert parse_duration(format_duration(minutes)) == minutes


def test_durations() -> None:
    assert [parse_duration(one) for one in ("20", "20 min", "1h", "1h30", "1:30", "90")] == [20, 20, 60, 90, 90, 90]
    assert format_duration(65) == "1\u00a0h\u00a005"
    assert format_duration(21) == "21\u00a0min"
    for wrong in ("", "0", "25h", "1441", "abc", "-20"):
        with pytest.raises(Refused):
            parse_duration(wrong)


def test_paris_keeps_its_own_midnight() -> None:
    late = datetime(2026, 7, 1, 22, 30, tzinfo=UTC)
    assert paris_day(late) == date(2026, 7, 2)
    assert format_moment(late, "fr") == "02/07/26 00:30"
    assert format_time(late) == "00:30"
    with pytest.raises(ValueError, match="zone"):
        paris_day(datetime(2026, 7, 1))  # noqa: DTZ001  (the naive moment is the point)


def test_days_are_23_and_25_hours_long_when_the_clocks_change() -> None:
    for day, hours in ((date(2026, 3, 29), 23), (date(2026, 10, 25), 25), (date(2026, 11, 24), 24)):
        start, end = day_bounds(day)
        assert end.astimezone(UTC) - start.astimezone(UTC) == timedelta(hours=hours)
        assert paris_day(start) == day
    twice = at_time(date(2026, 10, 25), time(2, 30))
    assert twice.astimezone(UTC).hour == 0  # the first of the two, still in summer time
    assert twice.tzinfo is PARIS
