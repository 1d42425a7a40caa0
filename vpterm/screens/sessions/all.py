"""The open sessions of the group, for who manages the staff: who, where, from where; a word to them; the end of one."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from textual.widget import Widget

from vpterm.kernel.ago import length_of
from vpterm.kernel.dates import format_time, paris_day
from vpterm.kernel.errors import Refused
from vpterm.kernel.i18n import N_, _, ngettext
from vpterm.screens.keymap.registry import Action
from vpterm.screens.keymap.standard import DELETE, MAIN
from vpterm.screens.sessions.reading import AnySession, ask_door, read_all
from vpterm.screens.shell.app import PracticeApp
from vpterm.screens.shell.commands import command
from vpterm.screens.shell.openers import opens
from vpterm.screens.shell.place import Place
from vpterm.screens.widgets.columns import Cell, Column
from vpterm.screens.widgets.dialogs import yes_no
from vpterm.screens.widgets.rows import Rows
from vpterm.screens.widgets.section import Line

RIGHT = "staff.manage"


class AllSessions(Place):
    """The list. Letters filter it by login, name, site, session."""

    place = "sessions.all"
    title_label = N_("Sessions of the group")
    actions = (
        Action("tell", MAIN, N_("message"), N_("Say something on the screen of this session.")),
        Action("end", DELETE, N_("end"), N_("End this session; what is typed in it is kept.")),
    )

    def __init__(self, app: PracticeApp, sessions: tuple[AnySession, ...]) -> None:
        super().__init__()
        self.sessions = sessions
        self.count = Line()
        columns: list[Column[AnySession]] = [
            Column(N_("login"), lambda each: Cell(each.login, "strong"), 12, stretch=1),
            Column(N_("person"), lambda each: each.person, 18, stretch=1, rank=2),
            Column(N_("site"), lambda each: each.site_code, 7),
            Column(N_("session"), lambda each: each.name, 12, stretch=1),
            Column(N_("opened"), lambda each: _since(each, app), 7, "right", rank=1),
            Column(N_("idle"), lambda each: length_of(each.typed_at, app.now()), 7, "right"),
            Column("", _state, 11),
            Column(N_("from where"), lambda each: each.seen_from or "-", 17, stretch=1),
            Column(N_("size"), lambda each: each.size, 7, rank=3),
        ]
        self.rows = Rows(
            columns,
            sessions,
            identity=lambda each: each.number,
            on_open=self._tell,
            filter_text=lambda each: f"{each.login} {each.person} {each.site_code} {each.name} {each.seen_from}",
            empty=N_("Nobody is at work."),
            id="sessions",
        )

    def body(self) -> Iterable[Widget]:
        """How many, and the sessions."""
        yield self.count
        yield self.rows

    def on_mount(self) -> None:
        """The title."""
        self.head.show_subject(_("Sessions of the group"))
        self._show()
        self.rows.focus()

    def _show(self) -> None:
        seen, locked = sum(each.is_seen for each in self.sessions), sum(each.is_locked for each in self.sessions)
        counted = ngettext("{n} session", "{n} sessions", len(self.sessions)).format(n=len(self.sessions))
        facts = _("{seen} before somebody, {locked} locked").format(seen=seen, locked=locked)
        self.count.show((f"{counted}  ", "text"), (facts, "quiet"))
        self.rows.set_rows(self.sessions)

    async def reload(self) -> None:
        """As the door sees it now."""
        self.sessions = await read_all(self.app)
        self._show()

    def _current(self) -> AnySession:
        if self.rows.current is None:
            raise Refused(_("No session is chosen."))
        return self.rows.current

    async def _tell(self, session: AnySession) -> None:
        await self.app.open("sessions.tell", number=session.number, login=session.login)

    async def do_tell(self) -> None:
        """F9, or Enter."""
        await self._tell(self._current())

    async def do_end(self) -> None:
        """Del, with a question."""
        session = self._current()
        who = session.person or session.login
        question = yes_no(
            _("End the session of {who} at {site}?").format(who=who, site=session.site_code),
            yes=_("Yes, end it"),
            details=_("Its screens close; what is typed is kept, and told at the next login."),
        )
        if await self.app.ask(question) == "yes":
            await ask_door(self.app, "sessions.end", {"number": str(session.number)})
            await self.reload()
            self.say(_("The session of {who} is ended.").format(who=who))


def _since(session: AnySession, app: PracticeApp) -> str:
    days = (paris_day(app.now()) - paris_day(session.opened_at)).days
    return format_time(session.opened_at) if not days else ngettext("{n} day", "{n} days", days).format(n=days)


def _state(session: AnySession) -> Cell | str:
    if session.is_here:
        return _("you")
    if session.is_locked:
        return Cell(_("locked"), "waiting")
    return "" if session.is_seen else Cell(_("left"), "quiet")


@opens("sessions.all", label=N_("Sessions of the group"), right=RIGHT)
async def open_all(app: PracticeApp) -> AllSessions:
    """The door asks for the right once more, in the accounts."""
    return AllSessions(app, await read_all(app))


@command("connectes", "everybody", label=N_("Sessions of the group"))
async def go_to_all(app: Any, rest: str) -> None:
    await app.open("sessions.all")
