"""Whatever is typed, pasted or scanned, a field answers with a value or a clear refusal, never with a crash."""

from collections.abc import Callable
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vpterm.kernel.dates import parse_birth, parse_date, parse_duration, parse_time
from vpterm.kernel.errors import Refused
from vpterm.kernel.i18n import using
from vpterm.kernel.identifiers import (
    check_identification,
    check_siren,
    check_siret,
    check_vat_number,
    parse_phone,
)
from vpterm.kernel.money import parse_money
from vpterm.kernel.quantities import parse_decimal, parse_quantity, parse_weight_g

TODAY = date(2026, 11, 22)
FIELDS: dict[str, Callable[[str], object]] = {
    "amount": parse_money,
    "birth": lambda text: parse_birth(text, TODAY),
    "date": lambda text: parse_date(text, TODAY),
    "duration": parse_duration,
    "identification": check_identification,
    "number": parse_decimal,
    "phone": parse_phone,
    "quantity": parse_quantity,
    "siren": check_siren,
    "siret": check_siret,
    "time": parse_time,
    "vat number": check_vat_number,
    "weight": parse_weight_g,
}
typed = st.text(max_size=40) | st.text("0123456789+-/.,:hjamkg €", max_size=16)


@pytest.mark.parametrize("name", FIELDS)
@given(text=typed)
def test_any_text_gives_a_value_or_a_refusal_in_words(name: str, text: str) -> None:
    sentences = []
    with using("qps"):
        try:
            FIELDS[name](text)
        except Refused as refused:
            sentences = [refused.message, refused.advice or "⟦⟧"]
    assert all(sentence.startswith("⟦") and len(sentence) < 120 for sentence in sentences)


@pytest.mark.parametrize("name", FIELDS)
def test_an_empty_field_and_a_very_long_one_are_refused(name: str) -> None:
    for text in ("", "   ", "9" * 10_000, "x" * 10_000, "1 " * 5_000):
        with pytest.raises(Refused) as caught:
            FIELDS[name](text)
        assert len(caught.value.message) < 120
