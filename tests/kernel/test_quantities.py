"""Numbers and weights come back as they were typed, in both languages."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vpterm.kernel.errors import Refused
from vpterm.kernel.quantities import (
    format_decimal,
    format_percent,
    format_quantity,
    format_weight,
    parse_decimal,
    parse_quantity,
    parse_weight_g,
)

languages = st.sampled_from(["fr", "en"])


@pytest.mark.parametrize(
    ("typed", "grams"),
    [("18,4", 18400), ("18.4 kg", 18400), ("350 g", 350), ("350g", 350),
     ("0,35", 350), ("1 200 g", 1200), ("0.6t", 600_000), (",5", 500), ("4 KG", 4000)],
)  # fmt: skip
def test_weights_as_typed(typed: str, grams: int) -> None:
    assert parse_weight_g(typed) == grams


@pytest.mark.parametrize("typed", ["", "kg", "-3", "0", "12,5 g", "18 lb", "6000", "1,2,3", "18,4 kg kg", "1 2"])
def test_weights_that_cannot_be(typed: str) -> None:
    with pytest.raises(Refused) as caught:
        parse_weight_g(typed, field="weight")
    assert caught.value.field == "weight"


def test_weights_as_shown() -> None:
    assert format_weight(18400, "fr") == "18,4\u00a0kg"
    assert format_weight(18400, "en") == "18.4\u00a0kg"
    assert format_weight(350, "fr") == "350\u00a0g"
    assert format_weight(999, "fr") == "999\u00a0g"
    assert format_weight(1000, "fr") == "1\u00a0kg"
    assert format_weight(1_200_005, "fr") == "1\u00a0200,005\u00a0kg"


@given(st.integers(1, 5_000_000), languages)
def test_a_weight_shown_can_be_typed(grams: int, language: str) -> None:
    assert parse_weight_g(format_weight(grams, language)) == grams


@given(st.decimals(-(10**9), 10**9, places=4), languages)
def test_a_number_shown_can_be_typed(value: Decimal, language: str) -> None:
    assert parse_decimal(format_decimal(value, language)) == value


@pytest.mark.parametrize(
    ("typed", "value"), [("3", "3"), ("3x", "3"), ("x3", "3"), ("3 x", "3"), ("2×", "2"),
                         ("2,5", "2.5"), ("1 000", "1000")]
)  # fmt: skip
def test_quantities_as_typed(typed: str, value: str) -> None:
    assert parse_quantity(typed) == Decimal(value)


@pytest.mark.parametrize("typed", ["", "x", "0", "-1", "1,2345", "2000000", "3y", "nan", "1e3"])
def test_quantities_that_cannot_be(typed: str) -> None:
    with pytest.raises(Refused):
        parse_quantity(typed)


def test_numbers_as_shown() -> None:
    assert format_quantity(Decimal("2.500"), "fr") == "2,5"
    assert format_quantity(Decimal("10"), "fr") == "10"
    assert format_quantity(Decimal("-0.0"), "fr") == "0"
    assert format_decimal(Decimal("1234.5"), "fr", places=2) == "1\u00a0234,50"
    assert format_decimal(Decimal("-0.001"), "en", places=2) == "0.00"
    assert format_percent(Decimal("12.50"), "fr") == "12,5\u00a0%"
    assert format_percent(Decimal("12.50"), "en") == "12.5%"
