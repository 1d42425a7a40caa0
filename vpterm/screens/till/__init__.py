"""The till: taking a payment, closing the day."""

from vpterm.screens.till import closing as closing
from vpterm.screens.till import payment as payment
