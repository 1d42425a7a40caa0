"""Errors tell what happened and what to do."""

import pytest

from vpterm.kernel.errors import (
    Conflict,
    ConstraintViolated,
    NotAllowed,
    NotFound,
    Refused,
    Unavailable,
    VptermError,
)


@pytest.mark.parametrize("kind", [VptermError, Refused, NotAllowed, NotFound, Conflict, Unavailable])
def test_an_error_reads_as_its_message_and_keeps_its_advice(kind: type[VptermError]) -> None:
    error = kind("The slot is taken.", "Choose another.")
    assert isinstance(error, VptermError)
    assert (str(error), error.message, error.advice) == ("The slot is taken.", "The slot is taken.", "Choose another.")
    assert kind("No.").advice == ""


def test_a_refusal_names_its_field() -> None:
    assert Refused("No.", field="weight").field == "weight"
    assert Refused("No.").field is None


def test_a_violated_constraint_is_found_by_its_name() -> None:
    assert ConstraintViolated("animal_identification_key").constraint == "animal_identification_key"
