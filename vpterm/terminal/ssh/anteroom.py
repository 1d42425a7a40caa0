"""Between the door and the seat, in plain lines: the code of who came by a key, or the enrolment that the group asks.

No session and no worker know of the person yet; what is asked and shown here stays between the terminal and the door.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from vpterm.kernel.errors import Refused
from vpterm.kernel.i18n import _, using
from vpterm.practice.staff.codes import new_totp_secret, totp_uri
from vpterm.practice.staff.pictures import draw_qr
from vpterm.terminal.identity.greeting import language_of
from vpterm.terminal.identity.identity import Account
from vpterm.terminal.identity.proving import Proving, TooManyAttempts
from vpterm.terminal.plain_lines import PersonLeft, PlainLines

_PATIENCE_S = 300.0
_TRIES = 3


class Anteroom(PlainLines):
    """One terminal whose person is half proved."""

    def __init__(self, proving: Proving, write: Callable[[bytes], None], *, draws: bool) -> None:
        super().__init__(write)
        self._proving, self._draws = proving, draws

    async def pass_through(self) -> bool:
        """Do what is left to do; false when the person may not come in. Raises what the accounts raise."""
        account = self._proving.account
        with using(language_of(account)):
            try:
                async with asyncio.timeout(_PATIENCE_S):
                    if self._proving.next_step == "enrol" and account is not None:
                        return await self._enrol(account)
                    return await self._ask_code()
            except (PersonLeft, TooManyAttempts, TimeoutError):
                return False

    async def _ask_code(self) -> bool:
        for _try in range(_TRIES):
            if await self._proving.code_is_right(await self.ask(_("Code:"), shown=False)):
                return True
            self.say(_("This code is wrong, or was used already."))
        return False

    async def _enrol(self, account: Account) -> bool:
        secret = new_totp_secret()
        self.say(_("Your group asks for a code from your telephone at every login. Take it up now:"))
        picture = draw_qr(totp_uri(secret, account.login)) if self._draws else []
        for line in picture:
            self._write(f"\x1b[0;30;107m{line}\x1b[0m\r\n".encode())
        spaced = " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))
        self.say(_("Or type this into the application: {secret}").format(secret=spaced))
        for _try in range(_TRIES):
            code = await self.ask(_("Code shown by the telephone:"), shown=True)
            try:
                codes = await self._proving.accounts.enrol(account, secret, code)
            except Refused as refusal:
                self.say(f"{refusal.message} {refusal.advice}")
                continue
            await self._show_recovery(codes)
            self._proving.method = "code"
            return True
        return False

    async def _show_recovery(self, codes: Sequence[str]) -> None:
        self.say(_("Recovery codes, for the day the telephone is lost. Each opens once; they are not shown again:"))
        for code in codes:
            self.say(f"    {code}")
        await self.ask(_("Written down? Enter goes on."), shown=True)
