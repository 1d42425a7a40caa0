"""Numbers of companies and telephones, as typed and as shown."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from vpterm.kernel.errors import Refused
from vpterm.kernel.identifiers import (
    check_siren,
    check_siret,
    check_vat_number,
    digits_of,
    format_phone,
    format_siren,
    format_siret,
    parse_phone,
    phone_kind,
)


def test_companies() -> None:
    assert check_siren("404 833 048") == "404833048"
    assert check_siret("404 833\u00a0048 00022") == "40483304800022"
    assert check_vat_number("fr 83 404 833 048") == "FR83404833048"
    assert format_siren("404833048") == "404 833 048"
    assert format_siret("40483304800022") == "404 833 048 00022"


@pytest.mark.parametrize("typed", ["", "404833049", "40483304", "4048330488", "40483304x"])
def test_a_siren_with_a_wrong_key_is_refused(typed: str) -> None:
    with pytest.raises(Refused) as caught:
        check_siren(typed, field="siren")
    assert (caught.value.field, caught.value.message) == ("siren", "Ce n'est pas un SIREN.")


@pytest.mark.parametrize("typed", ["", "404833048", "40483304800023", "404833048000220"])
def test_a_siret_with_a_wrong_key_is_refused(typed: str) -> None:
    with pytest.raises(Refused, match="SIRET"):
        check_siret(typed)


@given(st.integers(0, 8), st.integers(1, 9))
def test_any_wrong_digit_of_a_siren_is_seen(place: int, more: int) -> None:
    right = "404833048"
    wrong = right[:place] + str((int(right[place]) + more) % 10) + right[place + 1 :]
    with pytest.raises(Refused):
        check_siren(wrong)


@pytest.mark.parametrize("typed", ["FR84404833048", "BE0428759497", "404833048", ""])
def test_vat_numbers_that_are_not_french_or_not_right(typed: str) -> None:
    with pytest.raises(Refused, match="TVA"):
        check_vat_number(typed)


@pytest.mark.parametrize(
    ("typed", "e164", "shown", "kind"),
    [
        ("0612345678", "+33612345678", "06 12 34 56 78", "mobile"),
        ("06.12.34.56.78", "+33612345678", "06 12 34 56 78", "mobile"),
        ("+33 (0)6 12 34 56 78", "+33612345678", "06 12 34 56 78", "mobile"),
        ("0033 1 42 68 53 00", "+33142685300", "01 42 68 53 00", "fixed"),
        ("09 72 39 39 39", "+33972393939", "09 72 39 39 39", "fixed"),
        ("+32 2 555 12 12", "+3225551212", "+32 2 555 12 12", "fixed"),
        ("0800 123 456", "+33800123456", "0 800 12 34 56", "other"),
    ],
)
def test_telephones(typed: str, e164: str, shown: str, kind: str) -> None:
    assert parse_phone(typed) == e164
    assert format_phone(e164) == shown
    assert phone_kind(e164) == kind
    assert parse_phone(shown) == e164


def test_a_telephone_is_read_in_its_region() -> None:
    assert parse_phone("02 555 12 12", region="BE") == "+3225551212"


@pytest.mark.parametrize("typed", ["", "06 12", "061234567", "06123456789", "call me", "+999 123"])
def test_telephones_that_cannot_ring(typed: str) -> None:
    with pytest.raises(Refused) as caught:
        parse_phone(typed, field="phone")
    assert caught.value.field == "phone"


@given(st.integers(0, 99_999_999))
def test_every_french_mobile_comes_back(number: int) -> None:
    e164 = f"+336{number:08}"
    try:
        assert parse_phone(e164) == e164
    except Refused:
        assume(False)  # a range that is not given out
    assert parse_phone(format_phone(e164)) == e164


def test_what_is_no_number_is_shown_as_it_is() -> None:
    assert format_phone("poste 12") == "poste 12"
    assert phone_kind("poste 12") == "other"
    assert digits_of("06 12-34 ٣") == "061234"
