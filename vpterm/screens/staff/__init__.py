"""One's own account: logins, password, PIN, codes, keys, support."""

from vpterm.screens.staff import account as account
from vpterm.screens.staff import codes as codes
from vpterm.screens.staff import password as password
from vpterm.screens.staff import pin as pin
from vpterm.screens.staff import support as support
