"""What the tests of the terminal server share."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))  # small_app and door, which the workers import by the same name

from door import RunningDoor


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningDoor]:
    """A terminal server that the tests of a module share; each test has people of its own."""
    running = RunningDoor(tmp_path_factory.mktemp("door"))
    yield running
    running.close()
