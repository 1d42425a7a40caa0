"""Whom else to speak to about a client's animals: a spouse, a neighbour, a farm hand."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from textual.screen import Screen
from textual.widget import Widget

from vpterm.kernel.errors import Refused
from vpterm.kernel.i18n import N_, _
from vpterm.kernel.identifiers import format_phone
from vpterm.practice.clients.actions import add_contact, change_contact, remove_contact
from vpterm.practice.clients.queries import ClientRow, ContactRow, find_client
from vpterm.screens.keymap.registry import Action, Keys
from vpterm.screens.keymap.standard import DELETE, SAVE_FORM
from vpterm.screens.privacy import owner, private
from vpterm.screens.shell.app import PracticeApp
from vpterm.screens.shell.openers import opens
from vpterm.screens.shell.place import Place
from vpterm.screens.widgets.columns import Cell, Column
from vpterm.screens.widgets.dialogs import yes_no
from vpterm.screens.widgets.fields import PhoneField, TextField
from vpterm.screens.widgets.form import Form
from vpterm.screens.widgets.rows import Rows

CONTACTS: list[Column[ContactRow]] = [
    Column[ContactRow](N_("name"), lambda one: Cell(owner(one.name), "strong"), 20, stretch=2),
    Column[ContactRow](N_("who it is"), lambda one: private(one.relation), 14, stretch=1),
    Column[ContactRow](N_("telephone"), lambda one: private(format_phone(one.phone) if one.phone else ""), 16),
]


class ContactsPlace(Place):
    """Enter changes one, Ctrl+A adds, Del removes."""

    place = "clients.contacts"
    title_label = N_("Contacts")
    actions = (
        Action("add", Keys("ctrl+a", ("f13",)), N_("new contact"), N_("Somebody else to speak to.")),
        Action("remove", DELETE, N_("remove"), N_("Take this contact away.")),
    )

    def __init__(self, client: ClientRow) -> None:
        super().__init__()
        self.client = client
        self.contacts = Rows[ContactRow](
            CONTACTS, client.contacts, identity=lambda one: one.id, on_open=self.open_contact,
            empty=N_("Nobody else yet: Ctrl+A adds a spouse, a neighbour, a farm hand."),
        )  # fmt: skip

    def body(self) -> Iterable[Widget]:
        """The list."""
        yield self.contacts

    def on_mount(self) -> None:
        """Whose contacts."""
        self.head.show_subject(owner(self.client.name), _("Contacts"))
        self.contacts.focus()

    async def reload(self) -> None:
        """Read them again."""
        self.client = await find_client(self.app.context, client_id=self.client.id)
        self.contacts.set_rows(self.client.contacts)

    async def open_contact(self, one: ContactRow) -> None:
        """Enter."""
        await self.app.open("clients.contact", client=self.client, contact=one)

    async def do_add(self) -> None:
        """Ctrl+A."""
        await self.app.open("clients.contact", client=self.client)

    async def do_remove(self) -> None:
        """Del, once asked."""
        one = self.contacts.current
        if one is None:
            raise Refused(_("There is nobody to remove."))
        if await self.app.ask(yes_no(_("Remove {name} from the contacts?").format(name=one.name))) == "yes":
            await remove_contact(self.app.context, contact_id=one.id)
            await self.reload()
            self.say(_("{name} is removed.").format(name=one.name))


class ContactForm(Place):
    """One contact, new or to change."""

    place = "clients.contact"
    title_label = N_("Contact")
    actions = (SAVE_FORM,)

    def __init__(self, client: ClientRow, contact: ContactRow | None) -> None:
        super().__init__()
        self.client, self.contact = client, contact
        name, relation, phone = (contact.name, contact.relation, contact.phone) if contact else ("", "", "")
        self.form = Form(
            TextField("name", _("Name"), name, required=True, max_length=80),
            TextField("relation", _("Who it is"), relation, max_length=80, hint=_("husband, neighbour, farm hand")),
            PhoneField("phone", _("Telephone"), phone),
            on_save=self.save,
        )

    def body(self) -> Iterable[Widget]:
        """Three fields."""
        yield self.form

    def on_mount(self) -> None:
        """Whose contact."""
        self.head.show_subject(owner(self.client.name), _("Contact"))
        self.form.fields["name"].focus()

    async def save(self, values: dict[str, Any]) -> None:
        """F2, or Enter in the last field."""
        known = {"name": values["name"], "relation": values["relation"], "phone": values["phone"] or ""}
        if self.contact is None:
            await add_contact(self.app.context, client_id=self.client.id, **known)
        else:
            await change_contact(self.app.context, contact_id=self.contact.id, **known)
        self.app.work(self.app.go_back(says=_("Saved.")))


@opens("clients.contacts", right="clients.edit")
async def open_contacts(app: PracticeApp, *, client_id: int) -> Screen[Any]:
    """Of one client."""
    return ContactsPlace(await find_client(app.context, client_id=client_id))


@opens("clients.contact", right="clients.edit")
async def open_contact(app: PracticeApp, *, client: ClientRow, contact: ContactRow | None = None) -> Screen[Any]:
    """An empty form, or that of a contact as the list showed it."""
    return ContactForm(client, contact)
