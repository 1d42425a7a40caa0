"""The sessions of the group, asked about from within the session of somebody who manages it.

A worker's word for that counts for nothing: the right is looked up here, in the accounts, at every question.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from vpterm.kernel.errors import NotAllowed, NotFound, Refused
from vpterm.kernel.i18n import _
from vpterm.terminal.gateway.gateway import Gateway
from vpterm.terminal.gateway.registry import OpenSession
from vpterm.terminal.gateway.sight import see
from vpterm.terminal.identity.identity import Account
from vpterm.terminal.questions import number_in

_log = logging.getLogger("vpterm.terminal")

RIGHT = "staff.manage"
_PAGE = 40  # an answer travels in the header of one frame
_LONGEST_SENTENCE = 500


class AllSessions:
    """The questions `sessions.all` (after), `sessions.tell` (number, sentence), `sessions.end` (number)."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway
        self.questions = {"sessions.all": self.all, "sessions.tell": self.tell, "sessions.end": self.end}

    async def all(self, session: OpenSession, account: Account, given: Mapping[str, str]) -> dict[str, Any]:
        """A page of them, oldest first, after the number that is given."""
        _require(account, session)
        after = number_in(given, "after")
        rest = [each for each in self._gateway.registry.list_sessions() if each.number > after]
        return {
            "sessions": [await self._told(each) for each in rest[:_PAGE]],
            "has_more": len(rest) > _PAGE,
            "here": session.number,
        }

    async def _told(self, session: OpenSession) -> list[Any]:
        info = see(self._gateway, session)
        names = {seat.account.display_name for seat in self._gateway.seats if seat.account.login == session.login}
        seen = [[looker.origin, looker.size] for looker in info.onlookers if not looker.watches]
        return [
            info.number, info.login, next(iter(names), ""), info.site_code, info.name, info.opened_at, info.typed_at,
            info.is_locked, *(seen[0] if seen else [info.left_from, ""]), bool(seen),
        ]  # fmt: skip

    async def tell(self, session: OpenSession, account: Account, given: Mapping[str, str]) -> dict[str, Any]:
        """Say something on the screen of a session."""
        wanted = self._wanted(session, account, given)
        sentence = given.get("sentence", "").strip()[:_LONGEST_SENTENCE]
        if not sentence:
            raise Refused(_("There is nothing to say."), field="sentence")
        self._gateway.tell_session(wanted.number, sentence)
        return {}

    async def end(self, session: OpenSession, account: Account, given: Mapping[str, str]) -> dict[str, Any]:
        """End a session; what is typed in it is kept. Nobody ends the one from which they ask: that is leaving."""
        wanted = self._wanted(session, account, given)
        if wanted.number == session.number:
            raise Refused(_("This is your own session."), _("Esc on the home board leaves it."))
        _log.info("staff %(staff)s ends session %(session)s", {"staff": account.staff_id, "session": wanted.number})
        self._gateway.end_session(wanted.number)
        return {}

    def _wanted(self, session: OpenSession, account: Account, given: Mapping[str, str]) -> OpenSession:
        _require(account, session)
        wanted = self._gateway.registry.session(number_in(given, "number"))
        if wanted is None:
            raise NotFound(_("This session has ended meanwhile."))
        return wanted


def _require(account: Account, session: OpenSession) -> None:
    if not account.may(RIGHT, session.site_code):
        raise NotAllowed(_("Your role does not allow this."), _("Ask a colleague who may, or the management."))
