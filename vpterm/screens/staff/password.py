"""Another password for oneself."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from textual.widget import Widget

from vpterm.kernel.errors import Refused
from vpterm.kernel.i18n import N_, _
from vpterm.practice.staff.rules import SHORTEST_PASSWORD, check_password
from vpterm.screens.keymap.standard import SAVE_FORM
from vpterm.screens.shell.app import PracticeApp
from vpterm.screens.shell.openers import opens
from vpterm.screens.shell.place import Place
from vpterm.screens.staff.reading import ask_door
from vpterm.screens.widgets.fields import TextField
from vpterm.screens.widgets.form import Form


class PasswordForm(Place):
    """The old one, the new one twice. No draft is kept of it."""

    place = "account.password"
    title_label = N_("My password")
    actions = (SAVE_FORM,)

    def __init__(self) -> None:
        super().__init__()
        hint = _("at least {count} characters; a sentence is easy to remember").format(count=SHORTEST_PASSWORD)
        self.form = Form(
            TextField("old", _("Present password"), required=True, secret=True),
            TextField("new", _("New password"), required=True, secret=True, hint=hint),
            TextField("again", _("Once more"), required=True, secret=True),
            on_save=self.save,
        )

    def body(self) -> Iterable[Widget]:
        """The form."""
        yield self.form

    def on_mount(self) -> None:
        """Whose it is."""
        self.head.show_subject(_("My password"), self.app.request.login)

    async def save(self, values: dict[str, Any]) -> None:
        """F2, or Enter on the last field."""
        try:
            check_password(values["new"])
        except Refused as refusal:
            raise Refused(refusal.message, refusal.advice, field="new") from refusal
        if values["new"] != values["again"]:
            raise Refused(_("The two are not the same."), field="again")
        await ask_door(self.app, "password", {"old": values["old"], "new": values["new"]})
        self.app.work(self.app.go_back(says=_("Your password is another one from now on.")))


@opens("account.password")
async def open_password(app: PracticeApp) -> PasswordForm:
    """Nothing to read first."""
    return PasswordForm()
