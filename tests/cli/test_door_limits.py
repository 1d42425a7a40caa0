"""The numbers that an administrator chooses in vpterm.toml."""

from pathlib import Path
from typing import Any

import pytest

from vpterm.cli.door_limits import CHOICES, chosen_limits
from vpterm.kernel.errors import VptermError
from vpterm.terminal.settings import DoorSettings


def test_what_is_chosen_reaches_the_door_and_the_rest_stays() -> None:
    chosen = chosen_limits({"door": {"worker_memory_mib": 500, "busy_limit_s": 2, "drain_s": 60.5}})
    settings = DoorSettings(state_folder=Path("/nowhere"), **chosen)
    assert (settings.worker_memory_mib, settings.busy_limit_s, settings.drain_s) == (500, 2, 60.5)
    assert settings.seats_per_person == 5
    assert chosen_limits({"database": {"host": "db"}}) == {}


@pytest.mark.parametrize(
    "door",
    [{"port": 22}, {"factory": "x:y"}, {"sessions": "many"}, {"sessions": 2.5}, {"sessions": True}, {"drain_s": -1}, 7],
)
def test_what_is_no_choice_is_refused_by_name(door: Any) -> None:
    with pytest.raises(VptermError):
        chosen_limits({"door": door})


def test_all_choices_are_settings_with_a_number() -> None:
    assert all(type(getattr(DoorSettings, name)) in (int, float) for name in CHOICES)
