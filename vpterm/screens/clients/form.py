"""The form of a client, in the order people speak on the telephone; likely duplicates stand below while one types."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from textual.screen import Screen
from textual.widget import Widget

from vpterm.kernel.dates import format_time
from vpterm.kernel.i18n import N_, _
from vpterm.kernel.identifiers import format_phone
from vpterm.kernel.text import title_name
from vpterm.practice.clients.actions import change_client, register_client
from vpterm.practice.clients.queries import ClientRow, LikelyDuplicate, find_client, find_likely_duplicates
from vpterm.practice.clients.rules import ClientFields, read_phone
from vpterm.practice.drafts.actions import discard_draft, keep_draft, take_draft
from vpterm.practice.drafts.queries import DraftRow
from vpterm.screens.clients.telephones import TelephoneField, put_first, telephone_fields, telephones_of
from vpterm.screens.keymap.registry import Action, Keys
from vpterm.screens.keymap.standard import SAVE_FORM
from vpterm.screens.privacy import owner, private
from vpterm.screens.shell.app import PracticeApp
from vpterm.screens.shell.openers import opens
from vpterm.screens.shell.place import Place
from vpterm.screens.widgets.columns import Cell, Column
from vpterm.screens.widgets.fields import TextField
from vpterm.screens.widgets.form import Form
from vpterm.screens.widgets.rows import Rows
from vpterm.screens.widgets.section import Section

FORM = "clients.form"
REASONS = {"phone": N_("same telephone"), "name": N_("same name"), "similar": N_("a similar name")}
DUPLICATES: list[Column[LikelyDuplicate]] = [
    Column[LikelyDuplicate](
        N_("client"), lambda one: owner(f"{one.last_name} {one.first_name}".strip()), 20, stretch=2
    ),
    Column[LikelyDuplicate](N_("telephone"), lambda one: private(format_phone(one.phone) if one.phone else ""), 16),
    Column[LikelyDuplicate](N_("town"), lambda one: private(one.town), 10, stretch=1),
    Column[LikelyDuplicate]("", lambda one: Cell(_(REASONS[one.reason]), "waiting"), 18),
]


class ClientForm(Place):
    """A new client, or one to change. Tab or arrows reach the duplicates; Enter opens one instead."""

    place = "clients.form"
    title_label = N_("Client's form")
    actions = (
        SAVE_FORM,
        Action(
            "first", Keys("ctrl+u", ("f16",)), N_("first telephone"), N_("Put this telephone before the others."), False
        ),
        Action("forget", Keys("ctrl+x", ("f15",)), N_("empty"), N_("Throw away what is typed and begin anew.")),
    )

    def __init__(self, client: ClientRow | None, *, last_name: str = "", draft: DraftRow | None = None) -> None:
        super().__init__()
        self.client, self.draft = client, draft
        self._typed_name = last_name
        self.duplicates = Rows[LikelyDuplicate](
            DUPLICATES, (), identity=lambda one: one.client_id, on_open=self.open_duplicate, show_titles=False,
        )  # fmt: skip
        self.duplicates_title = Section(_("Perhaps already here"), after=True)
        self.telephones = telephone_fields(
            client.phones if client else (), self._look_for_duplicates if client is None else None
        )
        self._wanted: tuple[str, str, str] = ("", "", "")
        self._is_asking = False
        self.form = Form(*self._fields(), on_save=self.save, on_draft=self.keep)

    @property
    def subject(self) -> str:
        return f"client:{self.client.id}" if self.client else "new"

    def _fields(self) -> list[TextField]:
        client = self.client
        look = self._look_for_duplicates if client is None else None
        last_name = client.last_name if client else title_name(self._typed_name)
        return [
            TextField("last_name", _("Last name"), last_name, required=True, max_length=80, on_change=look),
            TextField(
                "first_name", _("First name"), client.first_name if client else "", max_length=80, on_change=look
            ),
            TextField(
                "title", _("Title"), client.title if client else "", width=14, max_length=20, hint=_("Mrs, Mr, farm")
            ),
            *self.telephones,
            TextField("address", _("Address"), client.address if client else ""),
            TextField("postcode", _("Postcode"), client.postcode if client else "", width=10, max_length=10),
            TextField("town", _("Town"), client.town if client else "", max_length=80),
            TextField("email", _("E-mail"), client.email if client else "", max_length=120),
            TextField("alert", _("Alert"), client.alert if client else "", hint=_("shown in red on every page")),
            TextField("note", _("Note"), client.note if client else "", max_length=4000),
        ]

    def body(self) -> Iterable[Widget]:
        """The form; below it, who may be the same person."""
        yield self.form
        yield self.duplicates_title
        yield self.duplicates

    def on_mount(self) -> None:
        """A draft is back as it was typed."""
        self.head.show_subject(owner(self.client.name) if self.client else _("New client"))
        self.duplicates_title.display = False
        self.duplicates.can_focus = False
        self._untouched = self.form.texts()
        fields = self.form.fields
        (fields["first_name"] if self._typed_name else fields["last_name"]).focus()
        if self.draft is not None:
            self.form.restore(self.draft.values)
            when = format_time(self.draft.typed_at)
            self.say(_("What you typed at {time} is back; Ctrl+X empties the form.").format(time=when))
        elif self._typed_name:
            self._look_for_duplicates(self._typed_name)

    # -- saving

    async def save(self, values: dict[str, Any]) -> None:
        """A new client opens at once; a changed one is seen on the page beneath."""
        fields = ClientFields(
            last_name=values["last_name"], first_name=values["first_name"], title=values["title"],
            address=values["address"], postcode=values["postcode"], town=values["town"], email=values["email"],
            alert=values["alert"], note=values["note"], phones=telephones_of(values),
        )  # fmt: skip
        if self.client is None:
            client_id = await register_client(self.app.context, **fields)
            self.app.work(self.app.replace("clients.sheet", client_id=client_id))
        else:
            await change_client(
                self.app.context, client_id=self.client.id, seen_changed_at=self.client.changed_at, **fields
            )
            self.app.work(self.app.go_back(says=_("Saved.")))

    async def keep(self, texts: dict[str, str]) -> None:
        """Keep what is typed, or forget it once it is saved."""
        await keep_draft(self.app.context, form=FORM, subject=self.subject, values=texts)

    def can(self, action: Action) -> bool:
        """A telephone is put first from its own field."""
        return action.name != "first" or (self.is_mounted and isinstance(self.focused, TelephoneField))

    async def do_first(self) -> None:
        """Ctrl+U in a telephone's field."""
        if isinstance(self.focused, TelephoneField) and self.focused.text.strip():
            put_first(self.telephones, self.focused)
            self.say(_("{telephone} comes first.").format(telephone=self.telephones[0].text))

    async def do_forget(self) -> None:
        """Ctrl+X."""
        self.form.restore(self._untouched)
        await discard_draft(self.app.context, form=FORM, subject=self.subject)
        self.say(_("The form is as it was."))

    # -- duplicates

    def _look_for_duplicates(self, _text: str) -> None:
        fields = self.form.fields
        self._wanted = (fields["last_name"].text, fields["first_name"].text, read_phone(fields["phone1"].text)[0])
        if not self._is_asking and self.is_attached:
            self._is_asking = True
            self.app.background(self._ask_for_duplicates())

    async def _ask_for_duplicates(self) -> None:
        """One question at a time, always about what is typed last."""
        asked = None
        try:
            while asked != self._wanted:
                asked = self._wanted
                found = await find_likely_duplicates(
                    self.app.context, last_name=asked[0], first_name=asked[1], phone=asked[2]
                )
                if asked == self._wanted and self.is_attached:
                    self._show_duplicates(found)
        finally:
            self._is_asking = False

    def _show_duplicates(self, found: list[LikelyDuplicate]) -> None:
        self.duplicates.set_rows(found)
        self.duplicates_title.display = bool(found)
        self.duplicates.can_focus = bool(found)

    async def open_duplicate(self, one: LikelyDuplicate) -> None:
        """Enter on a duplicate: their page; the draft stays."""
        await self.app.open("clients.sheet", client_id=one.client_id)


@opens("clients.form", label=N_("New client"), right="clients.edit")
async def open_form(app: PracticeApp, *, client_id: int | None = None, last_name: str = "") -> Screen[Any]:
    """Empty, with a name, or filled from a client; a draft of this person about it is offered again."""
    client = await find_client(app.context, client_id=client_id) if client_id is not None else None
    subject = f"client:{client_id}" if client_id is not None else "new"
    draft = await take_draft(app.context, form=FORM, subject=subject)
    if last_name and draft is not None:
        draft = None
    return ClientForm(client, last_name=last_name, draft=draft)
