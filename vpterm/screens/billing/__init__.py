"""Invoices: what waits to be billed, a draft or a document, its lines."""

from vpterm.screens.billing import credit as credit
from vpterm.screens.billing import invoice as invoice
from vpterm.screens.billing import line as line
from vpterm.screens.billing import list as list
