"""The agenda: a day by resource, the booking form, closed time, and setting it all up."""

from vpterm.screens.agenda import closing as closing
from vpterm.screens.agenda import closures as closures
from vpterm.screens.agenda import day as day
from vpterm.screens.agenda import entries as entries
from vpterm.screens.agenda import hours as hours
from vpterm.screens.agenda import settings as settings
from vpterm.screens.agenda import ways_in as ways_in
