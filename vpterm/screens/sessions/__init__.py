"""Sessions as their persons and their administrator see them: one's own, and those of the group."""

from vpterm.screens.sessions import all as all
from vpterm.screens.sessions import mine as mine
from vpterm.screens.sessions import naming as naming
from vpterm.screens.sessions import telling as telling
