"""Finding clients, their sheet, their form."""

from vpterm.screens.clients import contacts as contacts
from vpterm.screens.clients import form as form
from vpterm.screens.clients import search as search
from vpterm.screens.clients import sheet as sheet
