"""A person's own sessions, asked about from within one of them: which are open, another one, another name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from vpterm.kernel.errors import NotFound, Refused
from vpterm.kernel.i18n import _
from vpterm.screens.session_names import check_session_name, show_session_name
from vpterm.terminal.gateway.gateway import Gateway
from vpterm.terminal.gateway.registry import OpenSession
from vpterm.terminal.gateway.sight import see
from vpterm.terminal.identity.identity import Account
from vpterm.terminal.questions import number_in


class OwnSessions:
    """The questions `sessions.own`, `sessions.go` (number), `sessions.open` (name), `sessions.rename` (name)."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway
        self.questions = {
            "sessions.own": self.own,
            "sessions.go": self.go,
            "sessions.open": self.open,
            "sessions.rename": self.rename,
        }

    async def own(self, session: OpenSession, account: Account, given: Mapping[str, str]) -> dict[str, Any]:
        """The person's sessions at the sites where they work, the one used last first."""
        sites = {site.code: site.name for site in account.sites}
        listed = [each for each in self._gateway.registry.list_of(account.login) if each.site_code in sites]
        return {"here": session.number, "sessions": [_told(self._gateway, each, sites) for each in listed]}

    async def go(self, session: OpenSession, account: Account, given: Mapping[str, str]) -> dict[str, Any]:
        """Move who types here to another of their sessions."""
        wanted = self._gateway.registry.session(number_in(given, "number"))
        if wanted is None or wanted.login != session.login:
            raise NotFound(_("This session has ended meanwhile."))
        self._gateway.move(session, wanted.site_code, wanted.name)
        return {}

    async def open(self, session: OpenSession, account: Account, given: Mapping[str, str]) -> dict[str, Any]:
        """Move who types here to the session of this name at this site, begun now if there is none."""
        name = check_session_name(given.get("name", ""))
        if name == session.name:
            raise Refused(_("You are in it."), field="name")
        if self._gateway.registry.find(session.login, session.site_code, name) is None:
            self._gateway.choosing.check_room(session.login)
        self._gateway.move(session, session.site_code, name)
        return {}

    async def rename(self, session: OpenSession, account: Account, given: Mapping[str, str]) -> dict[str, Any]:
        """Give this session another name."""
        name = check_session_name(given.get("name", ""))
        if name != session.name:
            if self._gateway.registry.find(session.login, session.site_code, name) is not None:
                said = _("Another session of yours is called “{name}”.").format(name=show_session_name(name))
                raise Refused(said, field="name")
            self._gateway.registry.rename(session.number, name)
        return {"name": name}


def _told(gateway: Gateway, session: OpenSession, sites: Mapping[str, str]) -> list[Any]:
    info = see(gateway, session)
    seen = [looker.origin for looker in info.onlookers]
    return [info.number, info.name, sites[info.site_code], info.typed_at, ", ".join(seen) or info.left_from, bool(seen)]
