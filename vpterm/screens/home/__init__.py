"""The home board: the day's agenda, the waiting room, what waits to be billed, what is left to do."""

from vpterm.screens.home import board as board
