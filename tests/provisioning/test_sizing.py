"""How much machine a group needs."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provisioning.plan.sizing import SESSION_MIB, Need, need_of
from tests.provisioning.test_command import Desk, desk  # noqa: F401 - a fixture


def test_a_group_of_three_and_one_of_twenty() -> None:
    assert need_of(3, 6) == Need(machine_mib=320, host_mib=3072, disk_gib=13, uplink_mbit=2.9)
    assert need_of(20, 10) == Need(machine_mib=320, host_mib=9216, disk_gib=81, uplink_mbit=32.1)


@given(st.integers(1, 100), st.integers(1, 100))
def test_more_of_anything_never_needs_less(clinics: int, people: int) -> None:
    need = need_of(clinics, people)
    for more in (need_of(clinics + 1, people), need_of(clinics, people + 1)):
        assert more.machine_mib >= need.machine_mib
        assert more.host_mib >= need.host_mib
        assert more.uplink_mbit >= need.uplink_mbit
    assert need.host_mib >= clinics * need.machine_mib
    assert need.machine_mib >= people * SESSION_MIB


def test_nobody_needs_nothing() -> None:
    with pytest.raises(ValueError, match="at least one"):
        need_of(0, 6)


def test_the_command_says_it(desk: Desk) -> None:  # noqa: F811
    code, out, _err = desk.type("size", "--clinics", "3", "--people", "6", "--json")
    assert code == 0
    assert json.loads(out) == {"machine_mib": 320, "host_mib": 3072, "disk_gib": 13, "uplink_mbit": 2.9}
    assert 'memory = "320 MiB"' in desk.type("size", "--clinics", "3", "--people", "6")[1]
