"""A client's account here: what is due, what stands to their credit, everything that was paid; deposits, refunds."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from textual.widget import Widget

from vpterm.kernel.dates import format_date_short
from vpterm.kernel.errors import Refused
from vpterm.kernel.i18n import N_, _
from vpterm.kernel.money import Money, format_money
from vpterm.practice.clients.queries import ClientRow, find_client
from vpterm.practice.till.account import Account, client_account
from vpterm.practice.till.credit import use_credit
from vpterm.practice.till.queries import JournalRow, payments_of_client
from vpterm.practice.till.rules import KINDS, MEANS_LABELS, Pocket
from vpterm.screens.keymap.registry import Action, Keys
from vpterm.screens.keymap.standard import MAIN, PRINT
from vpterm.screens.privacy import owner, private
from vpterm.screens.shell.app import PracticeApp
from vpterm.screens.shell.openers import opens
from vpterm.screens.shell.place import Place
from vpterm.screens.theme.look import Role
from vpterm.screens.till.journal import print_receipt
from vpterm.screens.widgets.columns import Cell, Column
from vpterm.screens.widgets.dialogs import yes_no
from vpterm.screens.widgets.rows import Rows
from vpterm.screens.widgets.section import Line, Section

USE = Keys("ctrl+e", ("f14",))
OPEN: list[Column[Pocket]] = [
    Column[Pocket](N_("invoice"), lambda one: one.number, 16),
    Column[Pocket](N_("date"), lambda one: format_date_short(one.issued_on) if one.issued_on else "", 10, stretch=1),
    Column[Pocket](N_("total"), lambda one: format_money(one.total), 14, "right"),
    Column[Pocket](N_("left to pay"), lambda one: Cell(format_money(one.due), "waiting"), 14, "right"),
]
MOVEMENTS: list[Column[JournalRow]] = [
    Column[JournalRow](N_("date"), lambda row: format_date_short(row.taken_on), 8, role="quiet"),
    Column[JournalRow](N_("what"), lambda row: _what(row), 12),
    Column[JournalRow](N_("means"), lambda row: _(MEANS_LABELS[row.means]), 12),
    Column[JournalRow](N_("invoice"), lambda row: row.invoice_number or _("on the account"), 15, role="quiet"),
    Column[JournalRow]("", lambda row: private(row.remark), 6, stretch=1, role="quiet"),
    Column[JournalRow](N_("amount"), lambda row: format_money(row.amount), 13, "right"),
]


def _what(row: JournalRow) -> Cell:
    return Cell(_("corrected"), "waiting") if row.corrected else Cell(_(KINDS[row.kind]))


class AccountPlace(Place):
    """F9 pays the invoice under the cursor; a deposit, a credit used, money given back have their keys."""

    place = "till.account"
    title_label = N_("Client's account")
    actions = (
        Action("pay", MAIN, N_("pay"), N_("Take a payment: of the invoice under the cursor, or on the account.")),
        Action("deposit", Keys("ctrl+a", ("f13",)), N_("deposit"), N_("Take money on the account, for later.")),
        Action("use", USE, N_("use the credit"), N_("Pay the invoice under the cursor with the client's credit.")),
        Action("print", PRINT, N_("receipt"), N_("The receipt of the payment under the cursor."), False),
        Action("give_back", Keys("ctrl+x", ("f15",)), N_("give back"), N_("Give the client's credit back.")),
    )

    def __init__(self, client: ClientRow, account: Account, entries: Sequence[JournalRow]) -> None:
        self.client, self.account, self.entries = client, account, entries  # first: actions depend on them
        super().__init__()
        self.state = Line()
        self.open_title, self.moves_title = Section(_("Left to pay")), Section(_("Paid and given back"), after=True)
        self.open = Rows[Pocket](
            OPEN, account.open_invoices, identity=lambda one: one.invoice_id, on_open=self.open_invoice,
            empty=N_("No invoice is left to pay here."),
        )  # fmt: skip
        self.moves = Rows[JournalRow](
            MOVEMENTS, (), identity=lambda row: row.id, on_open=self.open_move,
            empty=N_("Nothing was paid here yet: Ctrl+A takes a deposit."),
        )  # fmt: skip

    def body(self) -> Iterable[Widget]:
        """Where they stand, what is open, what was paid."""
        yield self.state
        yield Line()
        yield self.open_title
        yield self.open
        yield self.moves_title
        yield self.moves

    def on_mount(self) -> None:
        """The oldest open invoice."""
        self.head.show_subject(owner(f"{self.client.title} {self.client.name}".strip()), _("account"))
        self.open.styles.height, self.moves.styles.height = "2fr", "3fr"
        self._show()
        (self.open if self.open.rows else self.moves).focus()

    def _show(self) -> None:
        self.state.show(*_state(self.account))
        self.open.set_rows(self.account.open_invoices)
        due = Money.total(one.due for one in self.account.open_invoices)
        self.open_title.show_count(format_money(due) if due else "")
        self.moves.set_rows(list(reversed(self.entries)), newest_first=True)
        self.foot.show_actions(self.available_actions())

    async def reload(self) -> None:
        """Read it again."""
        self.client, self.account, self.entries = await _read(self.app, self.client.id)
        self._show()

    def can(self, action: Action) -> bool:
        """A credit is used where something is due, and given back where nothing is."""
        if action.name == "use":
            return bool(self.account.credit and self.account.open_invoices)
        if action.name == "print":
            return self.is_mounted and self.focused is self.moves
        return action.name != "give_back" or self.account.balance < Money.zero()

    def _chosen(self) -> Pocket | None:
        return self.open.current if self.open.rows else None

    async def open_invoice(self, one: Pocket) -> None:
        """Enter above."""
        await self.app.open("billing.invoice", invoice_id=one.invoice_id)

    async def open_move(self, row: JournalRow) -> None:
        """Enter below."""
        if row.invoice_id is None:
            raise Refused(_("This entry is not of an invoice."))
        await self.app.open("billing.invoice", invoice_id=row.invoice_id)

    async def do_pay(self) -> None:
        """F9."""
        chosen = self._chosen()
        if chosen is None:
            await self.do_deposit()
        else:
            await self.app.open("till.payment", invoice_id=chosen.invoice_id)

    async def do_print(self) -> None:
        """Ctrl+U on what was paid."""
        if self.moves.current is None:
            raise Refused(_("Only a payment or a refund has a receipt."))
        await print_receipt(self.app, self.moves.current.id)

    async def do_deposit(self) -> None:
        """Ctrl+A."""
        await self.app.open("till.payment", client_id=self.client.id)

    async def do_use(self) -> None:
        """Ctrl+E."""
        chosen = self._chosen()
        if chosen is None or chosen.invoice_id is None:
            raise Refused(_("No invoice is left to pay here."))
        used = await ask_and_use(
            self.app, client_id=self.client.id, invoice_id=chosen.invoice_id, number=chosen.number, due=chosen.due,
            credit=self.account.credit,
        )  # fmt: skip
        if used:
            await self.reload()
            self.say(said_of_use(used, chosen.due, chosen.number))

    async def do_give_back(self) -> None:
        """Ctrl+X."""
        await self.app.open("till.refund", client=self.client, credit=-self.account.balance)


async def ask_and_use(
    app: PracticeApp, *, client_id: int, invoice_id: int, number: str, due: Money, credit: Money
) -> Money:
    """Use a credit once that is answered yes; zero when it is not."""
    question = _("Use {amount} of the credit for {number}?").format(
        amount=format_money(min(due, credit)), number=number
    )
    left = _("Left to pay: {due}. Left to their credit: {credit}.").format(
        due=format_money(max(due - credit, Money.zero())), credit=format_money(max(credit - due, Money.zero()))
    )
    if await app.ask(yes_no(question, details=left)) != "yes":
        return Money.zero()
    return await use_credit(app.context, client_id=client_id, invoice_id=invoice_id)


def said_of_use(used: Money, due: Money, number: str) -> str:
    """What a credit that was used has done."""
    done = _("{amount} of the credit pay {number}.").format(amount=format_money(used), number=number)
    if used < due:
        done += " " + _("Left to pay: {amount}.").format(amount=format_money(due - used))
    return done


def _state(account: Account) -> list[tuple[str, Role]]:
    pieces: list[tuple[str, Role]] = []
    if account.balance > Money.zero():
        pieces.append((_("! owes {amount}").format(amount=format_money(account.balance)), "danger"))
    elif account.balance < Money.zero():
        pieces.append((_("in credit {amount}").format(amount=format_money(-account.balance)), "strong"))
    else:
        pieces.append((_("Even: nothing is due, nothing is kept."), "quiet"))
    if account.credit and account.open_invoices:
        usable = _("{amount} of credit to use: Ctrl+E").format(amount=format_money(account.credit))
        pieces.append((f"   {usable}", "waiting"))
    return pieces


async def _read(app: PracticeApp, client_id: int) -> tuple[ClientRow, Account, list[JournalRow]]:
    context = app.context
    return (
        await find_client(context, client_id=client_id),
        await client_account(context, client_id=client_id),
        await payments_of_client(context, client_id=client_id),
    )


@opens("till.account", right="payments.take")
async def open_account(app: PracticeApp, *, client_id: int) -> Any:
    """Of one client, at this site."""
    return AccountPlace(*await _read(app, client_id))
