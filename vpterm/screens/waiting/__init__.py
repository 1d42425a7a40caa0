"""The waiting room in full, and the arrival of somebody without a booking."""

from vpterm.screens.waiting import arrival as arrival
from vpterm.screens.waiting import room as room
