"""The SSH door: who may come in, and with what kind of terminal. Everything but a terminal is refused.

One `Door` per connection answers asyncssh's questions about identity; channels are in entrance.py.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from typing import Any

import asyncssh

from vpterm.kernel.i18n import N_, _, using
from vpterm.terminal.gateway.doorkeeper import Doorkeeper, as_login
from vpterm.terminal.identity.authority import read_presented
from vpterm.terminal.identity.greeting import language_of
from vpterm.terminal.identity.proving import Proving, TooManyAttempts
from vpterm.terminal.identity.security_keys import demand_verification, is_key_of_line, judge_certificates
from vpterm.terminal.mosh.door import MoshDoor
from vpterm.terminal.ssh.entrance import Entrance
from vpterm.terminal.ssh.link_watch import watch_link

_log = logging.getLogger("vpterm.terminal")

_MAX_KEYS = 30
_MAX_CHANNELS = 4

Challenge = tuple[str, str, str, list[tuple[str, bool]]]


class Door(asyncssh.SSHServer):
    """One connection. Wrong passwords wait longer and longer, then are not looked at for a while."""

    def __init__(self, keeper: Doorkeeper, mosh: MoshDoor | None = None) -> None:
        self._keeper, self._mosh = keeper, mosh
        self._connection: asyncssh.SSHServerConnection | None = None
        self._address = ""
        self._is_counted = False
        self._proving: Proving | None = None
        self._arrival: asyncio.Task[str] | None = None
        self._is_waiting_for_code = self._has_noted_certificate = False
        self._trusted: bytes | None = None
        self._keys = self._channels = 0
        self._proved_at = 0.0

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        """Refuse what is banned or too much before a word is spoken."""
        peer = conn.get_extra_info("peername")
        self._address = str(peer[0]) if peer else ""
        self._connection = conn
        keeper = self._keeper
        self._is_counted = not keeper.guesses.is_address_banned(self._address) and keeper.held.enter(self._address)
        judge_certificates(conn, self._judge_certificate, self._note_certificate)
        if self._is_counted:
            watch_link(conn, keeper.settings.keepalive_s, keeper.settings.keepalive_missed)
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
        tries = self._proving.tries if self._proving is not None else 0  # another name gives no new tries
        self._proving = self._keeper.proving(as_login(username), self._address, tries=tries)
        self._is_waiting_for_code = False
        try:
            await self._proving.find()
        except Exception:  # whatever keeps the accounts must not end a connection without a word
            self._cannot_ask()
        return True

    def auth_completed(self) -> None:
        """The person has come in, unless something is left to do: then at the end of the anteroom."""
        self._proved_at = time.monotonic()
        if self._proving is not None and self._proving.next_step == "in":
            self._arrive()

    def _arrive(self) -> asyncio.Task[str]:
        """Note once that the person is in; gives their greeting."""
        if self._arrival is None:
            if self._proving is None:
                raise RuntimeError("nobody has proved who they are")
            self._keeper.gateway.metrics.login_accepted(self._proving.method, self._connection)
            self._arrival = asyncio.get_running_loop().create_task(self._proving.arrive())
        return self._arrival

    # --- passwords and codes --------------------------------------------------------------------------

    def password_auth_supported(self) -> bool:
        """Yes."""
        return True

    def kbdint_auth_supported(self) -> bool:
        """Yes: the same password, and then the code of who has one."""
        return True

    def get_kbdint_challenge(self, username: str, lang: str, submethods: str) -> Challenge:
        """Ask for the password."""
        self._is_waiting_for_code = False
        return self._ask(N_("Password:"))

    async def validate_kbdint_response(self, username: str, responses: Any) -> bool | Challenge:
        """Check the password; then, of who has one, the code. Whether somebody has one is told to nobody else."""
        if self._proving is None or len(responses) != 1:
            return False
        if self._is_waiting_for_code:
            self._is_waiting_for_code = False
            return await self._check(self._proving.code_is_right, responses[0])
        if not await self._check(self._proving.password_is_right, responses[0]):
            return False
        if self._proving.next_step != "code":
            return True
        self._is_waiting_for_code = True
        return self._ask(N_("Code:"))

    async def validate_password(self, username: str, password: str) -> bool:
        """Check a password. The method cannot ask for more, so it does not open to who has a code."""
        if self._proving is None or not await self._check(self._proving.password_is_right, password):
            return False
        if self._proving.next_step != "code":
            return True
        if self._connection is not None:
            with using(language_of(self._proving.account)):
                said = _("This account asks for a code: have your client use keyboard-interactive.")
            self._connection.send_auth_banner(said + "\r\n")
        return False

    def _ask(self, prompt: str) -> Challenge:
        with using(language_of(self._proving.account if self._proving is not None else None)):
            return "", "", "", [(_(prompt) + " ", False)]

    async def _check(self, check: Callable[[str], Awaitable[bool]], typed: str) -> bool:
        try:
            return await check(typed)
        except TooManyAttempts:
            self._throw_out(_("Too many attempts."))
        except Exception:  # as in begin_auth
            self._cannot_ask()
        return False

    def _cannot_ask(self) -> None:
        _log.exception("the accounts cannot be read")
        self._refused("accounts_away")
        self._throw_out(_("The accounts cannot be reached now. Please try again in a moment."))

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
        account = self._proving.account if self._proving is not None else None
        if self._proving is None or account is None or not self._may_offer_another():
            return False
        line = next((line for line in account.public_keys if is_key_of_line(key, line)), None)
        if line is None:
            return False
        if line in account.verified_keys:
            demand_verification(key)
        self._proving.method = "publickey"
        return True

    def _may_offer_another(self) -> bool:
        self._keys += 1
        if self._keys > _MAX_KEYS:
            self._refused("too_many_keys")
            self._throw_out(_("Too many attempts."))
        return self._keys <= _MAX_KEYS

    async def _judge_certificate(self, username: str, certificate: Any) -> bool:
        """Whether a certificate is what the group remembers; called before asyncssh looks at it (security_keys.py)."""
        self._trusted = None
        if self._proving is None or not self._may_offer_another():
            return False
        authority = self._keeper.authority.public_key()
        if authority is None or certificate.signing_key.public_data != authority.public_data:
            return False
        try:
            is_good = await self._proving.certificate_is_good(read_presented(certificate))
        except Exception:  # as in begin_auth
            self._cannot_ask()
            return False
        if is_good:
            self._trusted = authority.public_data
        else:
            await self._note_certificate()
        return is_good

    async def _note_certificate(self) -> None:
        """Write down that a certificate was refused: once per connection, a client may offer it many times."""
        if self._has_noted_certificate or self._proving is None:
            return
        self._has_noted_certificate = True
        await self._proving.accounts.record_login(self._proving.login, self._address, "certificate", accepted=False)

    def validate_ca_key(self, username: str, key: asyncssh.SSHKey) -> bool:
        """Only of a certificate that was judged good just now; asyncssh checks times, addresses and signature."""
        return self._trusted is not None and key.public_data == self._trusted

    # --- channels -------------------------------------------------------------------------------------

    def session_requested(self) -> Any:
        """A channel for a terminal, a few per connection. (Forwardings are refused by asyncssh's defaults.)"""
        self._channels += 1
        if self._proving is None or self._proving.account is None or self._channels > _MAX_CHANNELS:
            raise asyncssh.ChannelOpenError(asyncssh.OPEN_ADMINISTRATIVELY_PROHIBITED, "Too many channels")
        return Entrance(self._proving, self._keeper.gateway, self._arrive, self._mosh, proved_at=self._proved_at)
