"""What the tests of several nouns begin with."""

import pytest

from tests.practice.clinic_day import ClinicDay, admit_patients, open_clinic
from tests.world import Group


@pytest.fixture
async def clinic(group: Group) -> ClinicDay:
    """Les Lilas on a Tuesday morning: resources, hours, reasons and some patients."""
    day = await open_clinic(group)
    await admit_patients(group, day)
    return day
