"""The identification of an animal: what is kept, what is refused, and what a nurse reads then."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from vpterm.kernel.i18n import using
from vpterm.kernel.identifiers import (
    Identification,
    IdentificationRefused,
    check_identification,
    format_identification,
)

CHIP = "250268600123456"
# the twelve digits after the country fit in 38 bits: 274 877 906 943 at most
french_chips = st.integers(260_000_000_000, 269_999_999_999).map(lambda number: f"250{number}")
places = st.integers(0, 14)


def refusal(text: str) -> IdentificationRefused:
    with pytest.raises(IdentificationRefused) as caught:
        check_identification(text, field="identification")
    assert caught.value.field == "identification"
    return caught.value


@pytest.mark.parametrize(
    "typed",
    [CHIP, "250 26 86 00123456", "250.26.86.00123456", " 250-26-86-00123456 ", "250 26\u00a086 00123456", f"*{CHIP}*"],
)
def test_a_french_transponder(typed: str) -> None:
    assert check_identification(typed) == Identification("transponder", CHIP, "FR", "86")


@given(french_chips)
def test_every_french_number_is_kept_and_shown_again(chip: str) -> None:
    assert check_identification(chip).text == chip
    assert check_identification(format_identification(chip)).text == chip


def test_numbers_are_shown_in_groups() -> None:
    assert format_identification(CHIP) == "250 26 86 00123456"
    assert format_identification("2ABC123") == "2ABC123"


@given(french_chips, places)
def test_a_missing_digit_is_counted_and_put_back_where_it_is_certain(chip: str, place: int) -> None:
    short = chip[:place] + chip[place + 1 :]
    refused = refusal(short)
    assert refused.message == "14 chiffres au lieu de 15."
    expected = None if short.startswith("25026") else chip
    assert refused.proposal == expected


@given(french_chips, places, st.integers(0, 9))
def test_a_digit_too_many_is_counted(chip: str, place: int, digit: int) -> None:
    long = chip[:place] + str(digit) + chip[place:]
    refused = refusal(long)
    assert refused.message == "16 chiffres au lieu de 15."
    if refused.proposal is not None:
        assert check_identification(refused.proposal).country == "FR"


@given(french_chips, st.integers(0, 4))
def test_neighbours_swapped_in_the_prefix_are_put_back(chip: str, place: int) -> None:
    swapped = chip[:place] + chip[place + 1] + chip[place] + chip[place + 2 :]
    assume(not swapped.startswith("25026"))
    refused = refusal(swapped)
    assert refused.message == "Deux chiffres voisins semblent inversés au début."
    assert refused.proposal == chip


@given(french_chips, places, st.sampled_from(["0O", "1I", "1L", "5S", "8B", "2Z", "0Q"]))
def test_a_letter_for_a_digit_is_put_right(chip: str, place: int, pair: str) -> None:
    digit, letter = pair[0], pair[1]
    right = chip[:place] + digit + chip[place + 1 :]
    assume(right.startswith("25026"))
    refused = refusal(right[:place] + letter.lower() + right[place + 1 :])
    assert refused.proposal == right
    assert refused.message == f"Une puce ne comporte que des chiffres, or on lit ici {letter}."
    assert refused.advice == f"Peut-être {format_identification(right)} : comparez avec le lecteur."


@pytest.mark.parametrize(
    ("typed", "message", "proposal"),
    [
        ("2502686001234", "13 chiffres au lieu de 15.", None),
        ("12345678", "8 chiffres au lieu de 15.", None),
        (CHIP * 2, "30 chiffres au lieu de 15.", CHIP),
        ("250288600123456", "Aucune puce ne peut porter ce numéro.", None),
        ("056999999999999", "Aucune puce ne peut porter ce numéro.", None),
        ("000000000000000", "Aucune puce ne peut porter ce numéro.", None),
        ("999000000000001", "999 désigne des puces d'essai.", None),
        ("émile", "« émile » contient des signes qu'aucune identification ne comporte.", None),
        (" ", "Il manque un numéro.", None),
        ("AB", "Un tatouage compte au moins trois caractères.", None),
        ("ABCDEFGHIJ", "Ni une puce (15 chiffres), ni un tatouage (8 caractères au plus).", None),
    ],
)  # fmt: skip
def test_what_a_nurse_reads(typed: str, message: str, proposal: str | None) -> None:
    refused = refusal(typed)
    assert (refused.message, refused.proposal) == (message, proposal)


def test_a_refusal_without_a_proposal_advises_to_scan_again() -> None:
    assert refusal("2502686001234").advice == "Relisez la puce ou le tatouage de l'animal."


@pytest.mark.parametrize(
    ("typed", "country", "maker", "remark"),
    [
        ("985112345678900", "", "985", "Code d'un fabricant (985) : le numéro ne dit pas le pays."),
        ("900012345678901", "", "900", "Code d'un fabricant (900) : le numéro ne dit pas le pays."),
        ("056098100000001", "BE", "", "Puce étrangère."),
        ("276098100000001", "DE", "", "Puce étrangère."),
        ("250229600000001", "FR", "", "Numéro français, mais pas celui d'un animal de compagnie (250 26)."),
        ("777098100000001", "", "", "Code de pays inconnu 777 : comparez avec le lecteur."),
    ],
)  # fmt: skip
def test_other_transponders_are_kept_with_a_remark(typed: str, country: str, maker: str, remark: str) -> None:
    with using("fr"):
        assert check_identification(typed) == Identification("transponder", typed, country, maker, remark)


@pytest.mark.parametrize(
    ("typed", "text"),
    [("abc 123", "ABC123"), ("2abc123", "2ABC123"), ("ABC-123", "ABC123"), ("123456", "123456"), ("NLD", "NLD")],
)
def test_tattoos_are_kept_loosely(typed: str, text: str) -> None:
    assert check_identification(typed) == Identification("tattoo", text)
