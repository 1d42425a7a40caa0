"""A PIN for one's own locked screens, or none."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from textual.widget import Widget

from vpterm.kernel.errors import Refused
from vpterm.kernel.i18n import N_, _
from vpterm.practice.staff.rules import LONGEST_PIN, SHORTEST_PIN, check_pin
from vpterm.screens.keymap.standard import SAVE_FORM
from vpterm.screens.shell.app import PracticeApp
from vpterm.screens.shell.openers import opens
from vpterm.screens.shell.place import Place
from vpterm.screens.staff.reading import ask_door
from vpterm.screens.widgets.fields import TextField
from vpterm.screens.widgets.form import Form
from vpterm.screens.widgets.paragraph import Paragraph


class PinForm(Place):
    """The password, the PIN twice. No draft is kept of it."""

    place = "account.pin"
    title_label = N_("My PIN")
    actions = (SAVE_FORM,)

    def __init__(self) -> None:
        super().__init__()
        hint = _("{least} to {most} digits; leave it empty for none").format(least=SHORTEST_PIN, most=LONGEST_PIN)
        self.form = Form(
            TextField("password", _("Password"), required=True, secret=True),
            TextField("pin", _("New PIN"), secret=True, hint=hint, max_length=LONGEST_PIN),
            TextField("again", _("Once more"), secret=True, max_length=LONGEST_PIN),
            on_save=self.save,
        )

    def body(self) -> Iterable[Widget]:
        """What it is for, and the form."""
        yield Paragraph(_("It opens your locked screens and no door. After five wrong ones only the password does."))
        yield self.form

    def on_mount(self) -> None:
        """Whose it is."""
        self.head.show_subject(_("My PIN"), self.app.request.login)

    async def save(self, values: dict[str, Any]) -> None:
        """F2, or Enter on the last field."""
        if values["pin"]:
            check_pin(values["pin"])
        if values["pin"] != values["again"]:
            raise Refused(_("The two are not the same."), field="again")
        await ask_door(self.app, "pin", {"password": values["password"], "pin": values["pin"]})
        says = _("The PIN opens your locked screens from now on.") if values["pin"] else _("You have no PIN any more.")
        self.app.work(self.app.go_back(says=says))


@opens("account.pin")
async def open_pin(app: PracticeApp) -> PinForm:
    """Nothing to read first."""
    return PinForm()
