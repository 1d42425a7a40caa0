"""The till: taking a payment, its journal, closing the day."""

from vpterm.screens.till import account as account
from vpterm.screens.till import closing as closing
from vpterm.screens.till import journal as journal
from vpterm.screens.till import payment as payment
from vpterm.screens.till import refund as refund
