"""A word from the management on the screen of a session."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from textual.widget import Widget

from vpterm.kernel.i18n import N_, _
from vpterm.screens.keymap.standard import SAVE_FORM
from vpterm.screens.sessions.all import RIGHT
from vpterm.screens.sessions.reading import ask_door
from vpterm.screens.shell.app import PracticeApp
from vpterm.screens.shell.openers import opens
from vpterm.screens.shell.place import Place
from vpterm.screens.widgets.fields import TextField
from vpterm.screens.widgets.form import Form
from vpterm.screens.widgets.paragraph import Paragraph


class TellSession(Place):
    """One sentence. It stands on the message line of who is told, and in their help page."""

    place = "sessions.tell"
    title_label = N_("A word to a session")
    actions = (SAVE_FORM,)

    def __init__(self, number: int, login: str) -> None:
        super().__init__()
        self.number, self.login = number, login
        self.form = Form(TextField("sentence", _("Message"), required=True, max_length=400), on_save=self.save)

    def body(self) -> Iterable[Widget]:
        """Where it will stand, the field."""
        yield Paragraph(_("It is shown on their message line and takes nothing from their hands."))
        yield self.form

    def on_mount(self) -> None:
        """To whom."""
        self.head.show_subject(_("A word to a session"), self.login)

    async def save(self, values: dict[str, Any]) -> None:
        """F2 or Enter."""
        await ask_door(self.app, "sessions.tell", {"number": str(self.number), "sentence": values["sentence"]})
        self.app.work(self.app.go_back(says=_("It is on the screen of {login}.").format(login=self.login)))


@opens("sessions.tell", right=RIGHT)
async def open_tell(app: PracticeApp, *, number: int, login: str) -> TellSession:
    """Nothing to read first."""
    return TellSession(number, login)
