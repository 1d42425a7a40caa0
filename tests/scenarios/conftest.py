"""One demo group for all stories of a test process; every story works on its own clients and animals."""

from collections.abc import Iterator

import pytest

from tests.scenarios.clinic import Clinic, running_clinic


@pytest.fixture(scope="session")
def clinic() -> Iterator[Clinic]:
    """`vpterm demo`, running."""
    with running_clinic() as running:
        yield running
