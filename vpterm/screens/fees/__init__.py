"""The fee schedule of the site."""

from vpterm.screens.fees import list as list
from vpterm.screens.fees import price as price
