"""A second person at the server's own command line: who they are is proved as at a door, and counted as there."""

from __future__ import annotations

from typing import Any

from vpterm.kernel.errors import NotAllowed, Refused
from vpterm.kernel.i18n import _
from vpterm.terminal.gateway.doorkeeper import Doorkeeper, as_login
from vpterm.terminal.identity.proving import TooManyAttempts
from vpterm.terminal.support.answers import told_of
from vpterm.terminal.support.desk import SupportDesk

_HERE = "command line"


class Approvals:
    """What `vpterm support` asks of the running gateway (gateway/control.py)."""

    def __init__(self, desk: SupportDesk, keeper: Doorkeeper) -> None:
        self._desk, self._keeper = desk, keeper

    async def waiting(self, question: dict[str, Any]) -> list[dict[str, Any]]:
        """The requests that wait for a second person."""
        return [told_of(visit) for visit in self._desk.waiting_for_approval()]

    async def approve(self, question: dict[str, Any]) -> None:
        """Approve one, as who proves who they are by password, and by code where they have one."""
        proving = self._keeper.proving(as_login(str(question.get("login", ""))), _HERE)
        await proving.find()
        try:
            is_right = await proving.password_is_right(str(question.get("password", "")))
            if is_right and proving.next_step == "code":
                is_right = await proving.code_is_right(str(question.get("code", "")))
        except TooManyAttempts as failure:
            raise Refused(_("Too many attempts."), _("Wait ten minutes and try again.")) from failure
        if not is_right or proving.account is None:
            raise NotAllowed(_("Login, password or code is wrong."))
        await self._desk.answers.approve(str(question.get("request", "")), proving.account)
