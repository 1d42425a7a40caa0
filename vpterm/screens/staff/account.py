"""One's own account: from where it was opened or tried, the keys that open it, its password and its codes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from textual.widget import Widget

from vpterm.kernel.dates import format_date_short, format_moment, paris_day
from vpterm.kernel.i18n import N_, _, ngettext
from vpterm.screens.keymap.registry import Action, Keys
from vpterm.screens.keymap.standard import MAIN
from vpterm.screens.shell.app import PracticeApp
from vpterm.screens.shell.commands import command
from vpterm.screens.shell.openers import opens
from vpterm.screens.shell.place import Place
from vpterm.screens.staff.reading import METHODS, Account, Key, Login, read_account
from vpterm.screens.widgets.columns import Cell, Column
from vpterm.screens.widgets.rows import Rows
from vpterm.screens.widgets.section import Line, Section


def _how(login: Login) -> str | Cell:
    how = _(METHODS[login.method]) if login.method in METHODS else login.method
    if login.accepted:
        return how
    told = _("Code").lower() if login.method == "code" else how
    return Cell(_("turned away: {how}").format(how=told), "danger")


LOGINS: list[Column[Login]] = [
    Column[Login](N_("when"), lambda row: format_moment(row.happened_at), 14),
    Column[Login](N_("from"), lambda row: row.address or "-", 24, stretch=1),
    Column[Login](N_("how"), _how, 27),
]
KEYS: list[Column[Key]] = [
    Column[Key](N_("kind"), lambda key: key.kind, 36),
    Column[Key](N_("name"), lambda key: key.comment, 20, stretch=1),
    Column[Key](N_("since"), lambda key: format_date_short(paris_day(key.added_at)), 10, "right"),
]
MOST_KEYS = 4


class OwnAccount(Place):
    """Who one is to the doors."""

    place = "account.own"
    title_label = N_("My account")
    actions = (
        Action("password", MAIN, N_("password"), N_("Give yourself another password.")),
        Action("codes", Keys("ctrl+e", ("f13",)), N_("codes"), N_("Take up codes from your telephone, or end them.")),
        Action("pin", Keys("ctrl+a", ("f14",)), N_("PIN"), N_("A PIN for your locked screens, or none.")),
    )

    def __init__(self, account: Account) -> None:
        super().__init__()
        self.account = account
        self.codes = Line()
        self.pin = Line()
        self.keys = Rows[Key](
            KEYS, (), identity=lambda key: (key.kind, key.comment, key.added_at),
            empty=N_("No SSH key: an administrator adds one."), id="keys",
        )  # fmt: skip
        self.logins = Rows[Login](
            LOGINS, (), identity=lambda row: row.number, empty=N_("Nobody has come in yet."), id="logins"
        )

    def body(self) -> Iterable[Widget]:
        """Codes, keys, logins."""
        yield Section(_("Codes from the telephone"))
        yield self.codes
        yield self.pin
        yield Section(_("SSH keys"), after=True)
        yield self.keys
        yield Section(_("Logins"), after=True)
        yield self.logins

    def on_mount(self) -> None:
        """The list of logins has the cursor."""
        self.head.show_subject(self.app.person, self.app.request.login)
        self._show()
        self.logins.focus()

    def _show(self) -> None:
        account = self.account
        self.codes.show(*_said_of_codes(account))
        said = _("A PIN opens your locked screens.") if account.has_pin else _("No PIN for locked screens. Ctrl+A: one.")
        self.pin.show((said, "text" if account.has_pin else "quiet"))
        self.keys.styles.height = min(max(len(account.keys), 1), MOST_KEYS) + (1 if account.keys else 0)
        self.keys.set_rows(account.keys)
        self.logins.set_rows(account.logins)

    async def reload(self) -> None:
        """As the door sees it now."""
        self.account = await read_account(self.app)
        self._show()

    async def do_password(self) -> None:
        """F9."""
        await self.app.open("account.password")

    async def do_codes(self) -> None:
        """Ctrl+E."""
        await self.app.open("account.end" if self.account.has_code else "account.enrol")

    async def do_pin(self) -> None:
        """Ctrl+A."""
        await self.app.open("account.pin")


def _said_of_codes(account: Account) -> tuple[tuple[str, Any], ...]:
    if account.has_code:
        left = account.recovery_left
        counted = ngettext("{n} recovery code left", "{n} recovery codes left", left).format(n=left)
        return (
            (_("Asked for at every login by password.") + "  ", "text"),
            (counted, "waiting" if left < 3 else "quiet"),
        )
    if account.must_have:
        return ((_("Your group asks for codes of your role: take them up."), "danger"),)
    if account.may_enrol:
        return ((_("Not asked for. Ctrl+E takes them up."), "quiet"),)
    return ((_("Your group does not offer them to your role."), "quiet"),)


@opens("account.own", label=N_("My account"))
async def open_account(app: PracticeApp) -> OwnAccount:
    """Asked of the door."""
    return OwnAccount(await read_account(app))


@command("compte", "account", label=N_("My account"))
async def go_to_account(app: Any, rest: str) -> None:
    await app.open("account.own")
