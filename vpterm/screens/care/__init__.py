"""The consultation: the note, the weight, what was done."""

from vpterm.screens.care import consultation as consultation
from vpterm.screens.care import reading as reading
