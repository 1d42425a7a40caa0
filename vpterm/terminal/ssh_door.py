"""The SSH door: who may come in, and with what kind of terminal. Everything but a terminal is refused.

One `Door` per connection answers asyncssh's questions about identity; channels are in entrance.py.
"""

from __future__ import annotations

import asyncio
import logging
import time
from dataclasses import dataclass, field
from typing import Any

import asyncssh

from vpterm.kernel.i18n import _, using
from vpterm.terminal.entrance import Entrance
from vpterm.terminal.gateway import Gateway, language_of
from vpterm.terminal.identity import Account, Accounts, LoginMethod
from vpterm.terminal.limits import ConnectionLimiter, GuessLimiter
from vpterm.terminal.logs import mark
from vpterm.terminal.settings import DoorSettings

_log = logging.getLogger("vpterm.terminal")

_MAX_LOGIN = 64
_MAX_PASSWORD = 1024
_MAX_GUESSES = 6  # per connection, as OpenSSH's MaxAuthTries
_MAX_KEYS = 30
_MAX_CHANNELS = 4


@dataclass
class Doorkeeper:
    """What all connections share."""

    settings: DoorSettings
    accounts: Accounts
    gateway: Gateway
    guesses: GuessLimiter = field(init=False)
    held: ConnectionLimiter = field(init=False)
    connections: set[asyncssh.SSHServerConnection] = field(default_factory=set)

    def __post_init__(self) -> None:
        chosen = self.settings
        self.guesses = GuessLimiter(
            chosen.guesses_per_account, chosen.guesses_per_address, chosen.ban_s, time.monotonic
        )
        self.held = ConnectionLimiter(chosen.connections, chosen.connections_per_address)


class Door(asyncssh.SSHServer):
    """One connection. Wrong passwords wait longer and longer, then are not looked at for a while."""

    def __init__(self, keeper: Doorkeeper) -> None:
        self._keeper = keeper
        self._connection: asyncssh.SSHServerConnection | None = None
        self._address = ""
        self._is_counted = False
        self._login = ""
        self._account: Account | None = None
        self._method: LoginMethod = "password"
        self._guesses = self._keys = self._channels = 0

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        """Refuse what is banned or too much before a word is spoken."""
        peer = conn.get_extra_info("peername")
        self._address = str(peer[0]) if peer else ""
        self._connection = conn
        keeper = self._keeper
        self._is_counted = not keeper.guesses.is_address_banned(self._address) and keeper.held.enter(self._address)
        if self._is_counted:
            keeper.connections.add(conn)
        else:
            keeper.gateway.metrics.connection_refused(banned=keeper.guesses.is_address_banned(self._address))
            conn.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection is gone."""
        if self._is_counted:
            self._keeper.held.leave(self._address)
        if self._connection is not None:
            self._keeper.connections.discard(self._connection)

    async def begin_auth(self, username: str) -> bool:
        """Find the account; everybody must prove who they are, whether it exists or not."""
        self._login = username[:_MAX_LOGIN].strip().lower()
        try:
            self._account = await self._keeper.accounts.find(self._login)
        except Exception:  # whatever keeps the accounts must not end a connection without a word
            _log.exception("the accounts cannot be read")
            self._refused("accounts_away")
            self._throw_out(_("The accounts cannot be reached now. Please try again in a moment."))
        return True

    async def auth_completed(self) -> None:
        """The person has come in."""
        self._keeper.guesses.succeeded(self._login, self._address)
        self._keeper.gateway.metrics.login_accepted(self._method, self._connection)
        if self._account is None:
            return
        came = {"staff": self._account.staff_id, "method": self._method, "from": mark(self._address)}
        _log.info("staff %(staff)s came in by %(method)s from %(from)s", came)
        try:
            await self._keeper.accounts.record_login(self._account, self._address, self._method)
        except Exception:  # who has proved who they are is let in, noted or not
            _log.exception("a login could not be noted")

    # --- passwords ------------------------------------------------------------------------------------

    def password_auth_supported(self) -> bool:
        """Yes."""
        return True

    def kbdint_auth_supported(self) -> bool:
        """Yes: for clients that ask so; it is the same password."""
        return True

    def get_kbdint_challenge(
        self, username: str, lang: str, submethods: str
    ) -> tuple[str, str, str, list[tuple[str, bool]]]:
        """Ask for the password."""
        with using(language_of(self._account)):
            return "", "", "", [(_("Password:") + " ", False)]

    async def validate_kbdint_response(self, username: str, responses: Any) -> bool:
        """Check the password given as an answer."""
        return len(responses) == 1 and await self.validate_password(username, responses[0])

    async def validate_password(self, username: str, password: str) -> bool:
        """Check a password, after the wait that earlier failures have earned."""
        limiter, login, address = self._keeper.guesses, self._login, self._address
        self._guesses += 1
        if self._guesses > _MAX_GUESSES or limiter.is_address_banned(address):
            self._refused("too_many_guesses")
            self._throw_out(_("Too many attempts."))
            return False
        await asyncio.sleep(limiter.delay_s(login, address))
        is_banned = limiter.is_account_banned(login, address)
        known = None if is_banned or len(password) > _MAX_PASSWORD else self._account
        if await self._keeper.accounts.verify_password(known, password[:_MAX_PASSWORD]) and known is not None:
            self._method = "password"
            return True
        limiter.failed(login, address)
        self._refused("account_banned" if is_banned else "wrong_password")
        _log.info("a wrong password from %(from)s", {"from": mark(address)})
        return False

    def _refused(self, reason: str) -> None:
        self._keeper.gateway.metrics.login_refused(reason)

    def _throw_out(self, why: str) -> None:
        if self._connection is not None:
            self._connection.disconnect(asyncssh.DISC_NO_MORE_AUTH_METHODS_AVAILABLE, why)

    # --- keys -----------------------------------------------------------------------------------------

    def public_key_auth_supported(self) -> bool:
        """Yes."""
        return True

    def validate_public_key(self, username: str, key: asyncssh.SSHKey) -> bool:
        """Whether the key is one of the account's; asyncssh then checks that the client holds it."""
        self._keys += 1
        if self._keys > _MAX_KEYS:
            self._refused("too_many_keys")
            self._throw_out(_("Too many attempts."))
            return False
        offered = key.public_data
        for line in self._account.public_keys if self._account is not None else ():
            try:
                known = asyncssh.import_public_key(line).public_data
            except asyncssh.KeyImportError:
                whose = {"staff": self._account and self._account.staff_id}
                _log.warning("the account of staff %(staff)s holds a key that cannot be read", whose)
                continue
            if known == offered:
                self._method = "publickey"
                return True
        return False

    # --- channels -------------------------------------------------------------------------------------

    def session_requested(self) -> Any:
        """A channel for a terminal, a few per connection. (Forwardings are refused by asyncssh's defaults.)"""
        self._channels += 1
        if self._account is None or self._channels > _MAX_CHANNELS:
            raise asyncssh.ChannelOpenError(asyncssh.OPEN_ADMINISTRATIVELY_PROHIBITED, "Too many channels")
        return Entrance(self._account, self._keeper.gateway)
