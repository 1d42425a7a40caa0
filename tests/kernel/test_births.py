"""Births as owners tell them, ages as a vet says them."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vpterm.kernel.dates import (
    BirthDate,
    Precision,
    add_months,
    age_text,
    format_birth,
    parse_birth,
    whole_months,
)
from vpterm.kernel.errors import Refused

TODAY = date(2026, 11, 22)
past_days = st.dates(date(1990, 1, 1), TODAY)


@pytest.mark.parametrize(
    ("typed", "day", "precision"),
    [
        ("2a", "2024-11-22", "year"), ("2 ans", "2024-11-22", "year"), ("2y", "2024-11-22", "year"),
        ("3m", "2026-08-22", "month"), ("3 mois", "2026-08-22", "month"), ("1a6m", "2025-05-22", "month"),
        ("1 an 6 mois", "2025-05-22", "month"), ("6s", "2026-10-11", "month"), ("10j", "2026-11-12", "day"),
        ("2020", "2020-01-01", "year"), ("06/2020", "2020-06-01", "month"), ("6/2020", "2020-06-01", "month"),
        ("06/20", "2020-06-01", "month"), ("juin 2020", "2020-06-01", "month"),
        ("06/12", "2025-12-06", "day"),
        ("15/09", "2026-09-15", "day"), ("24/11/25", "2025-11-24", "day"), ("24112019", "2019-11-24", "day"),
        (".", "2026-11-22", "day"), ("hier", "2026-11-21", "day"), ("24/11/98", "1998-11-24", "day"),
    ],
)  # fmt: skip
def test_births_as_told(typed: str, day: str, precision: Precision) -> None:
    assert parse_birth(typed, TODAY) == BirthDate(date.fromisoformat(day), precision)


@pytest.mark.parametrize(
    "typed", ["", "2030", "demain", "+7", "24/11/26", "24/11/30", "13/2020", "3x", "200a", "abc", "06/28"]
)
def test_births_that_cannot_be(typed: str) -> None:
    with pytest.raises(Refused) as caught:
        parse_birth(typed, TODAY, field="birth")
    assert caught.value.field == "birth"


@given(past_days, st.sampled_from(["day", "month", "year"]))
def test_a_birth_shown_can_be_typed(day: date, precision: Precision) -> None:
    start = {"day": day, "month": day.replace(day=1), "year": date(day.year, 1, 1)}[precision]
    assert parse_birth(format_birth(start, precision), TODAY) == BirthDate(start, precision)


@pytest.mark.parametrize(
    ("birth", "french", "english"),
    [
        ("2020-07-01", "6 ans 4 mois", "6 years 4 months"), ("2020-11-22", "6 ans", "6 years"),
        ("2020-11-23", "5 ans 11 mois", "5 years 11 months"),
        ("2025-08-20", "1 an 3 mois", "1 year 3 months"),
        ("2026-07-31", "3 mois", "3 months"), ("2026-08-23", "13 semaines", "13 weeks"),
        ("2026-11-08", "2 semaines", "2 weeks"),
        ("2026-11-09", "13 jours", "13 days"), ("2026-11-21", "1 jour", "1 day"),
        ("2026-11-22", "0 jour", "0 days"),
        ("2026-11-23", "", ""),
    ],
)  # fmt: skip
def test_ages_as_said(birth: str, french: str, english: str) -> None:
    assert age_text(date.fromisoformat(birth), TODAY, "fr") == french
    assert age_text(date.fromisoformat(birth), TODAY, "en") == english


def test_a_leap_birth_is_a_year_older_on_the_last_of_february() -> None:
    assert age_text(date(2024, 2, 29), date(2025, 2, 28), "fr") == "1 an"


@given(st.dates(date(1950, 1, 1), date(2050, 1, 1)), st.integers(0, 20_000))
def test_whole_months_are_neither_too_many_nor_too_few(start: date, away: int) -> None:
    end = start + timedelta(days=away)
    months = whole_months(start, end)
    assert add_months(start, months) <= end < add_months(start, months + 1)
