"""Which session somebody comes in to: the one that is open, the one they ask for by name, or a choice. No I/O."""

from __future__ import annotations

from dataclasses import dataclass

from vpterm.kernel.errors import Refused
from vpterm.kernel.i18n import _
from vpterm.screens.session_names import FIRST
from vpterm.terminal.gateway.last_sites import LastSites
from vpterm.terminal.gateway.registry import OpenSession, Registry
from vpterm.terminal.identity.identity import Account, SiteAccess

MOST_SESSIONS = 12  # of one person, over all sites


@dataclass(frozen=True)
class Wanted:
    """A session by its name, at a site or (without one) wherever it is."""

    name: str
    site_code: str = ""


class Choosing:
    """A person's sessions at the sites where their account lets them in."""

    def __init__(self, registry: Registry, last_sites: LastSites) -> None:
        self._registry, self._last_sites = registry, last_sites

    def choices(self, account: Account) -> list[OpenSession]:
        """What to choose from, the one used last first; nothing where nobody need be asked.

        A session that F6 has left behind at another site has the name of the one in front, and is no question.
        """
        own = self._own(account)
        return own if len({session.name for session in own}) > 1 else []

    def where(self, account: Account, wanted: Wanted | None) -> tuple[SiteAccess, str] | None:
        """Site and name of the session to bring somebody to, open or not; nothing for who works nowhere."""
        own = self._own(account)
        if wanted is None:
            name = own[0].name if own else FIRST
        else:
            name = wanted.name
            own = [each for each in own if each.name == name and wanted.site_code in ("", each.site_code)]
        last = self._last_sites.choose(account.login, [site.code for site in account.sites])
        if wanted is not None and wanted.site_code:
            code: str | None = wanted.site_code
        elif any(each.site_code == last and each.name == name for each in own) or not own:
            code = last
        else:
            code = own[0].site_code
        site = account.site(code) if code is not None else None
        return (site, name) if site is not None else None

    def name_at(self, session: OpenSession, site_code: str) -> str:
        """How the session is called to which F6 leads: as this one, unless only others are open over there."""
        there = [each.name for each in self._registry.list_of(session.login) if each.site_code == site_code]
        return session.name if session.name in there or not there else there[0]

    def check_room(self, login: str) -> None:
        """Refused for who has too many sessions open already."""
        count = len(self._registry.list_of(login))
        if count >= MOST_SESSIONS:
            raise Refused(_("You have {count} sessions open already.").format(count=count), _("Go on in one of them."))

    def _own(self, account: Account) -> list[OpenSession]:
        return [each for each in self._registry.list_of(account.login) if account.site(each.site_code) is not None]
