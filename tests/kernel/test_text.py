"""Folding, widths and names."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vpterm.kernel.text import display_width, fit, initials, normalise, pad, plain, title_name

widths = st.integers(0, 40)


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("L'Œuvre  d’Été n°2", "l oeuvre d ete n 2"), ("Straße", "strasse"), ("STRASSE", "strasse"), ("Ægir", "aegir"),
        ("Jean-Pierre LE GOÛT", "jean pierre le gout"), ("  ", ""), ("...", ""), ("Øystein Łuk", "oystein luk"),
        ("e\u0301te\u0301", "ete"), ("ﬁn", "fin"), ("m²", "m2"), ("06.12-34/56", "06 12 34 56"), ("Ñandú", "nandu"),
        ("İstanbul", "istanbul"), ("Мирза 2", "2"), ("Łódź", "lodz"), ("ŒUF", "oeuf"), ("snake_case", "snake case"),
    ],
)  # fmt: skip
def test_texts_are_folded(text: str, folded: str) -> None:
    assert normalise(text) == folded


@given(st.text())
def test_folding_twice_changes_nothing(text: str) -> None:
    once = normalise(text)
    assert normalise(once) == once
    assert once == once.strip()
    assert once.isascii()
    assert all(char.isalnum() or char == " " for char in once)
    assert "  " not in once


@given(st.text(st.characters(categories=["L", "N", "P", "Zs"], max_codepoint=0x24F)))
def test_case_and_composition_make_no_difference(text: str) -> None:
    assert normalise(unicodedata.normalize("NFD", text)) == normalise(unicodedata.normalize("NFC", text))


@given(st.text(), widths)
def test_what_is_fitted_fits_and_what_is_padded_fills(text: str, width: int) -> None:
    assert display_width(fit(text, width)) <= width
    for align in ("left", "right", "centre"):
        assert display_width(pad(text, width, align)) == width


def test_texts_are_cut_by_what_they_take_on_the_screen() -> None:
    assert fit("Mirza", 5) == "Mirza"
    assert fit("Mirza", 4) == "Mir…"
    assert fit("Crème brûlée", 7) == "Crème…"
    assert fit("日本語", 5) == "日本…"
    assert fit("日本語", 4) == "日…"
    assert fit("e\u0301te\u0301", 3) == "e\u0301te\u0301"
    assert fit("anything", 0) == ""
    assert pad("86,40", 8, "right") == "   86,40"
    assert pad("日本語", 4) == "日… "
    assert pad("ab", 5, "centre") == " ab  "
    assert display_width("🐕") == 2


def test_no_text_steers_the_terminal() -> None:
    assert plain("Rex\x1b[2J\r\nMax\x07") == "Rex [2J  Max "
    assert plain("safe\u202eexe") == "safe exe"
    assert fit("Rex\x9b31m", 20) == "Rex 31m"
    assert plain("Été\u00a0🐕") == "Été\u00a0🐕"


def test_names() -> None:
    assert initials("Jean-Pierre Martin") == "JPM"
    assert initials("anne de la tour d'ivoire") == "ADL"
    assert initials("") == ""
    assert title_name("jean-pierre de la tour") == "Jean-Pierre de La Tour"
    assert title_name("d'artagnan") == "d'Artagnan"
    assert title_name("élodie  o'neil") == "Élodie O'Neil"
    for as_written in ("McDonald", "DUPONT", "de La Tour", "Jean-Pierre de la Tour", "iPhone"):
        assert title_name(as_written) == as_written
