"""Money is exact, and the VAT of lines adds up to what the client was told."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vpterm.kernel.errors import Refused
from vpterm.kernel.i18n import using
from vpterm.kernel.money import (
    Money,
    VatRate,
    format_money,
    parse_money,
    vat_of_line,
    vat_of_total,
    vat_table,
)

amounts = st.integers(-10_000_000, 10_000_000).map(Money.from_cents)
prices = st.integers(0, 1_000_000).map(Money.from_cents)
quantities = st.integers(-50_000, 50_000).map(lambda thousandths: Decimal(thousandths) / 1000)
discounts = st.integers(0, 10_000).map(lambda hundredths: Decimal(hundredths) / 100)
rates = st.sampled_from(VatRate)


def test_the_arithmetic_of_a_desk() -> None:
    assert Money("86.40") + Money("13.60") == Money(100)
    assert Money(10) - Money("10.01") == Money("-0.01")
    assert -Money("3.50") == Money("-3.50")
    assert Money("2.50") * 3 == 3 * Money("2.50") == Money("7.50")
    assert abs(Money("-2")) == Money(2)
    assert sum([Money("0.10"), Money("0.20")]) == Money("0.30")
    assert Money.total([]) == Money.zero()
    assert sorted([Money(2), Money(-1), Money("1.99")]) == [Money(-1), Money("1.99"), Money(2)]
    assert len({Money("1"), Money("1.00"), Money(Decimal("1.0"))}) == 1
    assert str(Money("-0.00")) == "0.00"
    assert repr(Money("86.4")) == "Money('86.40')"
    assert not Money.zero()
    assert Money("0.01")


@pytest.mark.parametrize("wrong", [1.5, True, None, b"1"])
def test_money_is_never_made_from_anything_inexact(wrong: object) -> None:
    with pytest.raises(TypeError):
        Money(wrong)  # type: ignore[arg-type]


@pytest.mark.parametrize("wrong", ["1.234", "NaN", "Infinity", "twelve", "", Decimal("0.001")])
def test_money_has_two_decimals_and_is_finite(wrong: str | Decimal) -> None:
    with pytest.raises(ValueError, match=r"cent|amount"):
        Money(wrong)


def test_money_does_not_mix_with_bare_numbers() -> None:
    with pytest.raises(TypeError):
        Money(1) + 1  # type: ignore[operator]
    with pytest.raises(TypeError):
        Money(1) * Decimal("0.5")  # type: ignore[operator]
    with pytest.raises(TypeError):
        assert Money(1) < 2  # type: ignore[operator]
    assert Money(1) != Decimal(1)


def test_rounding_is_half_up_and_symmetric() -> None:
    assert Money.rounded(Decimal("0.125")) == Money("0.13")
    assert Money.rounded(Decimal("-0.125")) == Money("-0.13")
    assert Money("0.05").times(Decimal("0.5")) == Money("0.03")


@given(amounts, st.integers(1, 60))
def test_a_split_loses_no_cent_and_is_fair(amount: Money, parts: int) -> None:
    shares = amount.split(parts)
    assert len(shares) == parts
    assert Money.total(shares) == amount
    assert max(shares) - min(shares) <= Money("0.01")


def test_a_split_in_three() -> None:
    assert Money(10).split(3) == (Money("3.34"), Money("3.33"), Money("3.33"))
    assert Money("-0.05").split(2) == (Money("-0.03"), Money("-0.02"))
    with pytest.raises(ValueError, match="one part"):
        Money(10).split(0)


@given(st.lists(amounts))
def test_sums_are_exact(found: list[Money]) -> None:
    assert Money.total(found).cents == sum(money.cents for money in found)
    assert sum(found) == (Money.total(found) if found else 0)


def test_a_line_as_told() -> None:
    line = vat_of_line(3, Money("9.99"), VatRate.NORMAL, discount_percent=10)
    assert line.total == Money("26.97")  # 29.97 less 10 percent is 26.973
    assert line.net == Money("22.48")  # 22.475, half up
    assert line.vat == Money("4.49")
    assert vat_of_line(1, Money(100), VatRate.NONE).vat == Money.zero()
    assert vat_of_line(1, Money("105.50"), VatRate.REDUCED).net == Money(100)
    with pytest.raises(ValueError, match="discount"):
        vat_of_line(1, Money(1), VatRate.NORMAL, discount_percent=101)


@given(quantities, prices, rates, discounts)
def test_net_and_vat_of_a_line_make_its_total(
    quantity: Decimal, price: Money, rate: VatRate, discount: Decimal
) -> None:
    line = vat_of_line(quantity, price, rate, discount)
    assert line.net + line.vat == line.total
    exact = price.amount * quantity * (100 - discount) / 100
    assert abs(line.total.amount - exact) <= Decimal("0.005")
    assert abs(line.net.amount * (100 + rate.percent) / 100 - line.total.amount) <= Decimal("0.006")
    credited = vat_of_line(-quantity, price, rate, discount)
    assert (credited.total, credited.net, credited.vat) == (-line.total, -line.net, -line.vat)


@given(st.lists(st.tuples(amounts, rates)))
def test_the_table_of_rates_agrees_with_the_lines(found: list[tuple[Money, VatRate]]) -> None:
    lines = [vat_of_total(total, rate) for total, rate in found]
    table = vat_table(lines)
    assert Money.total(row.total for row in table) == Money.total(line.total for line in lines)
    assert Money.total(row.vat for row in table) == Money.total(line.vat for line in lines)
    assert all(row.net + row.vat == row.total for row in table)
    assert [row.rate for row in table] == sorted({rate for _total, rate in found}, key=lambda rate: -rate.percent)


def test_rates_are_found_however_the_database_writes_them() -> None:
    assert VatRate.of("5.50") is VatRate.REDUCED
    assert VatRate.of(Decimal("20.000")) is VatRate.NORMAL
    assert VatRate.REDUCED.label("fr") == "5,5\u00a0%"
    assert VatRate.REDUCED.label("en") == "5.5%"
    with pytest.raises(ValueError, match="19"):
        VatRate.of("19.6")


@pytest.mark.parametrize(
    ("typed", "amount"),
    [
        ("86,4", "86.40"), ("86.40", "86.40"), ("12,5 €", "12.50"), ("€12", "12"), ("-€3", "-3"),
        ("-3", "-3"), ("1 234,50", "1234.50"), ("1\u00a0234,50\u00a0€", "1234.50"), ("1\u202f234,5", "1234.50"),
        (",5", "0.50"), ("5,", "5"), ("+7", "7"), ("\u22123", "-3"), ("0", "0"), ("1,234.50", "1234.50"),
        ("1.234,50", "1234.50"), ("1 234 567", "1234567"), ("-0", "0"),
    ],
)  # fmt: skip
def test_amounts_as_typed(typed: str, amount: str) -> None:
    assert parse_money(typed) == Money(amount)


@pytest.mark.parametrize(
    "typed",
    ["", "€", ",", "abc", "1.234", "1,234", "12€50", "1 23", "--3", "- 3", "1e3", "12 34", "€12€", "٣",
     "99999999", "1,2,3"],
)  # fmt: skip
def test_amounts_in_doubt_are_refused(typed: str) -> None:
    with pytest.raises(Refused) as caught:
        parse_money(typed, field="price")
    assert caught.value.field == "price"


def test_a_refusal_speaks_the_language_of_the_reader() -> None:
    with using("fr"), pytest.raises(Refused, match="« 12x » n'est pas un montant") as caught:
        parse_money("12x")
    assert caught.value.advice == "Tapez par exemple 86,40 ou 1234,5."
    with using("en"), pytest.raises(Refused, match="“12x” is not an amount"):
        parse_money("12x")


def test_amounts_as_shown() -> None:
    assert format_money(Money("1234.56"), "fr") == "1\u00a0234,56\u00a0€"
    assert format_money(Money("-86.4"), "fr") == "-86,40\u00a0€"
    assert format_money(Money("1234.56"), "en") == "€1,234.56"
    assert format_money(Money("-1234567"), "en") == "-€1,234,567.00"
    with using("en"):
        assert format_money(Money(1)) == "€1.00"


@given(st.integers(-999_999_999, 999_999_999).map(Money.from_cents), st.sampled_from(["fr", "en"]))
def test_what_is_shown_can_be_typed(amount: Money, language: str) -> None:
    assert parse_money(format_money(amount, language)) == amount
