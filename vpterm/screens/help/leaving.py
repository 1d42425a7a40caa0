"""The questions about the session: which site to go on at, and how to leave."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vpterm.kernel.errors import Refused
from vpterm.kernel.i18n import _
from vpterm.screens.widgets.dialogs import PickList, Question

if TYPE_CHECKING:
    from vpterm.screens.shell.app import PracticeApp


async def pick_site(app: PracticeApp) -> str | None:
    """The code of another site where the person works, or None. Raises Refused if there is no other."""
    others = [site for site in app.sites if site.code != app.site.code]
    if not others:
        raise Refused(_("You work at this site only."), _("The management can add you to another one."))
    picked = await app.ask(
        PickList(_("Go on at"), others, show=lambda site: site.name, identity=lambda site: site.code)
    )
    return picked.code if picked is not None else None


async def ask_how_to_leave(app: PracticeApp) -> str | None:
    """`detach`, `leave` or None. Whoever pressed Esc once too often and types on has answered nothing."""
    answers = {
        "stay": _("Stay"),
        "detach": _("Close the connection, keep everything open"),
        "leave": _("Quit"),
    }
    how = await app.ask(Question(_("Quit vpterm?"), answers, safe="leave", typing_goes_on=True))
    return None if how == "stay" else how
