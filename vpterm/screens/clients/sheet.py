"""A client: how to reach them, what they owe, their animals."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from textual.screen import Screen
from textual.widget import Widget

from vpterm.kernel.dates import age_text, format_date_short, paris_day
from vpterm.kernel.i18n import N_, _
from vpterm.kernel.identifiers import format_phone
from vpterm.kernel.money import Money, format_money
from vpterm.kernel.quantities import format_weight
from vpterm.practice.animals.queries import AnimalRow, ClientSheet, client_sheet
from vpterm.practice.animals.rules import sex_label
from vpterm.practice.billing.elsewhere import invoices_elsewhere
from vpterm.practice.billing.queries import Balance, client_balance
from vpterm.practice.clients.actions import archive_client
from vpterm.screens.clients.owed import ELSEWHERE, Owed, owed_elsewhere, owed_here, sums_elsewhere
from vpterm.screens.keymap.registry import Action, Keys
from vpterm.screens.keymap.standard import BILL, MAIN
from vpterm.screens.privacy import owner, private
from vpterm.screens.shell.app import PracticeApp
from vpterm.screens.shell.narrow import is_narrow
from vpterm.screens.shell.openers import opens
from vpterm.screens.shell.place import Place
from vpterm.screens.widgets.columns import Cell, Column
from vpterm.screens.widgets.dialogs import yes_no
from vpterm.screens.widgets.paragraph import Paragraph
from vpterm.screens.widgets.rows import Rows
from vpterm.screens.widgets.section import Line, Section

TALL = 30  # lines from which a long note has room beside the rest
MOST_ELSEWHERE = (3, 10)  # lines of invoices at other sites, on a low and a tall terminal; arrows reach the rest
RIGHTS = {
    "book": "agenda.edit", "edit": "clients.edit", "new": "animals.edit", "bill": "invoices.issue",
    "archive": "clients.edit", "contacts": "clients.edit", "account": "payments.take",
}  # fmt: skip


class ClientPlace(Place):
    """Enter opens the animal, F9 books, Ctrl+B bills."""

    place = "clients.sheet"
    title_label = N_("Client")
    actions = (
        Action("book", MAIN, N_("book"), N_("Book an appointment for this client.")),
        Action("edit", Keys("ctrl+e", ("f14",)), N_("change"), N_("Change name, telephones, address.")),
        Action("new", Keys("ctrl+a", ("f13",)), N_("new animal"), N_("Add an animal to this client.")),
        Action("bill", BILL, N_("bill"), N_("The draft invoice of this client.")),
        Action("contacts", Keys("ctrl+k", ("f16",)), N_("contacts"), N_("Whom else to speak to: add, change, remove.")),
        Action("account", Keys("ctrl+u", ("f17",)), N_("account"), N_("Payments, deposits, refunds of this client.")),
        Action("archive", None, N_("archive"), N_("Take a client who is gone out of the search, or back into it.")),
    )

    def __init__(self, app: PracticeApp, sheet: ClientSheet, balance: Balance, owed: list[Owed]) -> None:
        super().__init__()
        self.sheet, self.balance, self.owed = sheet, balance, owed
        self.alert = Paragraph(role="danger")
        self.reach, self.where, self.owes = Paragraph(role="strong"), Line(), Paragraph(role="danger")
        self.below = Paragraph(role="text", most=4)  # the address, where a telephone has no room beside it
        self.owes_elsewhere = Paragraph(role="waiting")
        self.elsewhere_title = Section(_("Left to pay elsewhere"), after=True)
        self.elsewhere = Rows[Owed](ELSEWHERE, (), identity=lambda one: (one.site_name, one.number), show_titles=False)
        few = app.size.height < TALL
        self.contacts, self.note = Paragraph(role="text", most=2), Paragraph(role="quiet", most=2 if few else 4)
        self.title_line = Section(_("Animals"), after=True)
        self.animals = Rows[AnimalRow](
            _columns(app), sheet.animals, identity=lambda animal: animal.id, on_open=self.open_animal,
            role_of=lambda animal: "quiet" if animal.died_on else None,
            empty=N_("No animal yet: Ctrl+A adds one."),
        )  # fmt: skip

    def can(self, action: Action) -> bool:
        """What this person may do."""
        right = RIGHTS.get(action.name)
        return right is None or self.app.context.may(right)

    def body(self) -> Iterable[Widget]:
        """How to reach them and whom else to speak to, what they owe, their animals."""
        yield self.alert
        yield self.reach
        yield self.contacts
        yield self.where
        yield self.below
        yield self.owes
        yield self.owes_elsewhere
        yield self.title_line
        yield self.animals
        yield self.elsewhere_title
        yield self.elsewhere
        yield self.note

    def on_mount(self) -> None:
        """The cursor stands on the first animal."""
        self._show()
        self.animals.focus()

    def _show(self) -> None:
        client = self.sheet.client
        facts = _("archived") if client.archived_at else client.town
        self.head.show_subject(owner(f"{client.title} {client.name}".strip()), private(facts))
        self.alert.show(private(f"! {client.alert}" if client.alert else ""))
        phones = "   ".join(f"{format_phone(phone.number)} {phone.label}".rstrip() for phone in client.phones)
        self.reach.show(private(phones) if phones else _("no telephone"), "strong" if phones else "quiet")
        address = ", ".join(part for part in (client.address, f"{client.postcode} {client.town}".strip()) if part)
        narrow = is_narrow(self.app.size.width)
        self.where.show((private(address), "text"), ("", "text"), (private(client.email), "quiet"))
        self.where.display = not narrow
        self.below.show(private(f"{address}\n{client.email}".strip()) if narrow else "")
        self.title_line.show_count(str(len(self.sheet.animals)))
        self.animals.set_rows(self.sheet.animals)
        self._show_elsewhere()
        self.contacts.show(
            owner("   ".join(
                " ".join(part for part in (one.name, f"({one.relation})" if one.relation else "",
                                           format_phone(one.phone) if one.phone else "") if part)
                for one in client.contacts
            ))
        )  # fmt: skip
        self.note.show(private(client.note))

    def _show_elsewhere(self) -> None:
        """Invoice by invoice where the group shows them, else a sum a site."""
        self.owes.show(owed_here(self.balance), "danger" if self.balance.here > Money.zero() else "text")
        self.owes_elsewhere.show("" if self.owed else sums_elsewhere(self.balance))
        self.elsewhere_title.show_count(format_money(Money.total(one.amount for one in self.owed)))
        self.elsewhere.set_rows(self.owed)
        self.elsewhere.styles.height = min(len(self.owed), MOST_ELSEWHERE[self.app.size.height >= TALL])
        self.elsewhere_title.display = self.elsewhere.display = self.elsewhere.can_focus = bool(self.owed)

    def on_resize(self) -> None:
        """A telephone that is turned round."""
        if self.is_mounted:
            self._show()

    async def reload(self) -> None:
        """Read everything again."""
        self.sheet, self.balance, self.owed = await _read(self.app, self.sheet.client.id)
        self._show()

    async def open_animal(self, animal: AnimalRow) -> None:
        """Enter."""
        await self.app.open("animals.sheet", animal_id=animal.id)

    async def do_book(self) -> None:
        """F9: for the animal under the cursor, while it lives."""
        animal = self.animals.current
        if animal is not None and animal.died_on is None:
            await self.app.open("agenda.book", client_id=self.sheet.client.id, animal_id=animal.id)
        else:
            await self.app.open("agenda.book", client_id=self.sheet.client.id)

    async def do_edit(self) -> None:
        """Ctrl+E."""
        await self.app.open("clients.form", client_id=self.sheet.client.id)

    async def do_new(self) -> None:
        """Ctrl+A."""
        await self.app.open("animals.form", client_id=self.sheet.client.id)

    async def do_bill(self) -> None:
        """Ctrl+B."""
        await self.app.open("billing.invoice", client_id=self.sheet.client.id)

    async def do_contacts(self) -> None:
        """Ctrl+K."""
        await self.app.open("clients.contacts", client_id=self.sheet.client.id)

    async def do_account(self) -> None:
        """Ctrl+U."""
        await self.app.open("till.account", client_id=self.sheet.client.id)

    async def do_archive(self) -> None:
        """Through the menu, once asked."""
        client = self.sheet.client
        question = _("Bring {name} back?") if client.archived_at else _("Take {name} out of the search?")
        if await self.app.ask(yes_no(private(question.format(name=client.name)))) == "yes":
            await archive_client(self.app.context, client_id=client.id, archived=client.archived_at is None)
            await self.reload()


def _columns(app: PracticeApp) -> list[Column[AnimalRow]]:
    def age(animal: AnimalRow) -> str:
        if animal.died_on is not None:
            return f"† {format_date_short(animal.died_on)}"
        return age_text(animal.birth_date, app.now().date()) if animal.birth_date else ""

    def seen(animal: AnimalRow) -> str:
        return format_date_short(paris_day(animal.last_seen)) if animal.last_seen else ""

    return [
        Column[AnimalRow](
            N_("name"), lambda animal: Cell(animal.name, "text" if animal.died_on else "strong"), 12, stretch=1
        ),
        Column[AnimalRow](N_("species"), lambda animal: animal.species, 8, stretch=1, rank=1),
        Column[AnimalRow](N_("breed"), lambda animal: animal.breed, 10, stretch=2, rank=2),
        Column[AnimalRow](N_("sex"), lambda animal: sex_label(animal.sex, animal.sterilised), 18, rank=4),
        Column[AnimalRow](N_("age"), age, 13),
        Column[AnimalRow](
            N_("weight"), lambda animal: format_weight(animal.last_weight_g) if animal.last_weight_g else "", 9, "right"
        ),
        Column[AnimalRow](N_("seen"), seen, 8, "right", rank=1),
        Column[AnimalRow](
            "", lambda animal: Cell(animal.alert, "danger") if animal.alert else "", 12, stretch=1, rank=3
        ),
    ]


async def _read(app: PracticeApp, client_id: int) -> tuple[ClientSheet, Balance, list[Owed]]:
    sheet = await client_sheet(app.context, client_id=client_id)
    balance = await client_balance(app.context, client_id=client_id)
    detail = await invoices_elsewhere(app.context, client_id=client_id) if balance.elsewhere else []
    return sheet, balance, owed_elsewhere(balance, detail)


@opens("clients.sheet")
async def open_sheet(app: PracticeApp, *, client_id: int) -> Screen[Any]:
    """One client."""
    return ClientPlace(app, *await _read(app, client_id))
