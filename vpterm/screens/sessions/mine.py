"""One's own sessions: go to another, begin one under another name, call this one otherwise."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from textual.widget import Widget

from vpterm.kernel.ago import ago
from vpterm.kernel.i18n import N_, _
from vpterm.screens.keymap.registry import Action, Keys
from vpterm.screens.keymap.standard import MAIN
from vpterm.screens.session_names import show_session_name
from vpterm.screens.sessions.reading import OwnSession, ask_door, read_own
from vpterm.screens.shell.app import PracticeApp
from vpterm.screens.shell.commands import command
from vpterm.screens.shell.openers import opens
from vpterm.screens.shell.place import Place
from vpterm.screens.widgets.columns import Cell, Column
from vpterm.screens.widgets.paragraph import Paragraph
from vpterm.screens.widgets.rows import Rows


class OwnSessions(Place):
    """The list."""

    place = "sessions.mine"
    title_label = N_("My sessions")
    actions = (
        Action("new", MAIN, N_("new session"), N_("Begin a session under another name, or go to the one of that name.")),
        Action("rename", Keys("ctrl+e", ("f14",)), N_("rename"), N_("Call the session in which you are otherwise.")),
    )

    def __init__(self, app: PracticeApp, sessions: tuple[OwnSession, ...]) -> None:
        super().__init__()
        self.sessions = sessions
        columns: list[Column[OwnSession]] = [
            Column(N_("name"), lambda each: Cell(show_session_name(each.name), "strong"), 14, stretch=1),
            Column(N_("site"), lambda each: each.site_name, 18, stretch=1),
            Column(N_("used"), lambda each: ago(each.typed_at, app.now()), 13),
            Column(N_("from where"), lambda each: _("here") if each.is_here else each.seen_from, 17, stretch=1),
        ]
        self.rows = Rows(columns, sessions, identity=lambda each: each.number, on_open=self._go, id="sessions")

    def body(self) -> Iterable[Widget]:
        """Two sentences, the sessions."""
        yield Paragraph(_("Each session keeps its own place and its own half-written forms. Enter goes to it; from a"
                          " terminal: ssh -t LOGIN@SERVER NAME."))  # fmt: skip
        yield self.rows

    def on_mount(self) -> None:
        """Whose they are."""
        self.head.show_subject(self.app.person, self.app.request.login)
        self.rows.focus()

    async def reload(self) -> None:
        """As the door sees it now."""
        self.sessions = await read_own(self.app)
        self.rows.set_rows(self.sessions)

    async def _go(self, session: OwnSession) -> None:
        if session.is_here:
            await self.app.go_back()
            return
        await self.app.keep_typed()
        await ask_door(self.app, "sessions.go", {"number": str(session.number)})

    async def do_new(self) -> None:
        """F9."""
        await self.app.open("sessions.new")

    async def do_rename(self) -> None:
        """Ctrl+E."""
        await self.app.open("sessions.rename")


@opens("sessions.mine", label=N_("My sessions"))
async def open_own(app: PracticeApp) -> OwnSessions:
    """Asked of the door."""
    return OwnSessions(app, await read_own(app))


@command("sessions", label=N_("My sessions"))
async def go_to_own(app: Any, rest: str) -> None:
    if rest:  # "> sessions consultation" goes straight there
        await app.keep_typed()
        await ask_door(app, "sessions.open", {"name": rest})
    else:
        await app.open("sessions.mine")
