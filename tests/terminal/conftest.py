"""What the tests of the terminal server share."""

from collections.abc import Iterator

import pytest

from tests.terminal.door import RunningDoor


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningDoor]:
    """A terminal server that the tests of a module share; each test has people of its own."""
    running = RunningDoor(tmp_path_factory.mktemp("door"))
    yield running
    running.close()
