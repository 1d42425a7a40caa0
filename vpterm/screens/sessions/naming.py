"""The name of a session to begin or to go to, and another name for this one."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from textual.widget import Widget

from vpterm.kernel.i18n import N_, _
from vpterm.screens.keymap.standard import SAVE_FORM
from vpterm.screens.session_names import LONGEST_NAME, check_session_name, proposed_names, show_session_name
from vpterm.screens.sessions.reading import ask_door, read_own
from vpterm.screens.shell.app import PracticeApp
from vpterm.screens.shell.openers import opens
from vpterm.screens.shell.place import Place
from vpterm.screens.widgets.fields import TextField
from vpterm.screens.widgets.form import Form
from vpterm.screens.widgets.paragraph import Paragraph


class _Naming(Place):
    """One field; `proposed` is in it to begin with."""

    sentence = ""

    def __init__(self, proposed: str, names: Iterable[str]) -> None:
        super().__init__()
        hint = ", ".join(names)
        self.form = Form(
            TextField("name", _("Name"), proposed, required=True, max_length=LONGEST_NAME, hint=hint),
            on_save=self.save,
        )
        self._hint = hint

    def body(self) -> Iterable[Widget]:
        """What it is for, the field."""
        yield Paragraph(_(self.sentence))
        yield self.form
        if self._hint:
            yield Paragraph(_("For example: {names}.").format(names=self._hint), "quiet")

    def on_mount(self) -> None:
        """What is done here."""
        self.head.show_subject(_(self.title_label), self.app.request.login)

    async def save(self, values: dict[str, Any]) -> None:
        """F2 or Enter."""
        raise NotImplementedError


class NewSession(_Naming):
    """Begins a session, or goes to the one that is called so."""

    place = "sessions.new"
    title_label = N_("New session")
    actions = (SAVE_FORM,)
    sentence = N_("A place of work of its own at this site: what is open here stays as it is.")

    async def save(self, values: dict[str, Any]) -> None:
        """F2 or Enter."""
        name = check_session_name(values["name"])
        await ask_door(self.app, "sessions.open", {"name": name})
        self.app.work(self.app.go_back())


class RenameSession(_Naming):
    """Calls this session otherwise."""

    place = "sessions.rename"
    title_label = N_("Rename this session")
    actions = (SAVE_FORM,)
    sentence = N_("By its name you find it again: ssh -t LOGIN@SERVER NAME.")

    async def save(self, values: dict[str, Any]) -> None:
        """F2 or Enter: first the door, which knows whether the name is free, then what is kept."""
        name = check_session_name(values["name"])
        told = await ask_door(self.app, "sessions.rename", {"name": name})
        await self.app.whereabouts.renamed(told["name"])
        said = _("This session is called “{name}” from now on.").format(name=show_session_name(name))
        self.app.work(self.app.go_back(says=said))


@opens("sessions.new")
async def open_new(app: PracticeApp) -> NewSession:
    """With the first name that is not taken."""
    names = proposed_names({each.name for each in await read_own(app)})
    return NewSession(names[0] if names else "", names)


@opens("sessions.rename")
async def open_rename(app: PracticeApp) -> RenameSession:
    """With the present one."""
    names = proposed_names({each.name for each in await read_own(app)})
    return RenameSession(app.context.session_name, names)
