"""The agenda: a day by resource, the booking form, closing time."""

from vpterm.screens.agenda import booking as booking
from vpterm.screens.agenda import closing as closing
from vpterm.screens.agenda import day as day
