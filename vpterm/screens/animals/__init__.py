"""The animal: its page, which is the heart of the program, and its form."""

from vpterm.screens.animals import form as form
from vpterm.screens.animals import sheet as sheet
from vpterm.screens.animals import transfer as transfer
