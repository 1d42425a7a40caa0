"""A payment: the amount due is there already, a letter says by what means, several means pay together."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from textual.containers import Vertical
from textual.widget import Widget

from vpterm.kernel.errors import Refused
from vpterm.kernel.i18n import N_, _
from vpterm.kernel.money import Money, format_money
from vpterm.practice.billing.queries import invoice_sheet
from vpterm.practice.clients.queries import find_client
from vpterm.practice.till.account import client_account
from vpterm.practice.till.actions import open_till, take_payment
from vpterm.practice.till.queries import list_tills
from vpterm.practice.till.rules import MEANS, Settlement, settle
from vpterm.screens.keymap.registry import Action
from vpterm.screens.keymap.standard import DELETE, MAIN
from vpterm.screens.privacy import owner
from vpterm.screens.shell.app import PracticeApp
from vpterm.screens.shell.openers import opens
from vpterm.screens.shell.place import Place
from vpterm.screens.theme.look import Role
from vpterm.screens.till.account import USE, ask_and_use, said_of_use
from vpterm.screens.till.means import MeansField, letters
from vpterm.screens.widgets.columns import Column
from vpterm.screens.widgets.dialogs import yes_no
from vpterm.screens.widgets.fields import MoneyField
from vpterm.screens.widgets.form import Form
from vpterm.screens.widgets.rows import Rows
from vpterm.screens.widgets.section import Line, Section


@dataclass(frozen=True, slots=True)
class Part:
    """An amount handed over."""

    number: int
    means: str
    amount: Money


PARTS: list[Column[Part]] = [
    Column[Part]("", lambda part: _(MEANS[part.means]), 20, stretch=1),
    Column[Part]("", lambda part: format_money(part.amount), 16, align="right"),
]


class Payment(Place):
    """What a client pays, of one invoice or on the account."""

    place = "till.payment"
    title_label = N_("Payment")
    actions = (
        Action("take", MAIN, N_("take the payment"), N_("Enter what was handed over into the till's journal.")),
        Action("use", USE, N_("use the credit"), N_("Pay the invoice with what stands to the client's credit.")),
        Action("remove", DELETE, N_("remove"), N_("Take back an amount of the list."), False),
    )

    def __init__(
        self, *, client_id: int, client_name: str, invoice_id: int | None, about: str, due: Money, credit: Money
    ) -> None:
        self.due = due  # first: what can be done depends on it
        self.credit = credit if invoice_id is not None else Money.zero()
        super().__init__()
        self.client_id, self.client_name, self.invoice_id = client_id, client_name, invoice_id
        self.about = about
        self.parts: list[Part] = []
        self.due_line, self.credit_line, self.given_line, self.change_line = Line(), Line(), Line(), Line()
        self.parts_list = Rows[Part](
            PARTS, (), identity=lambda part: part.number, show_titles=False,
            empty=N_("Enter adds a first amount, when it is paid by several means."),
        )  # fmt: skip
        self.means = MeansField("means", _("Means"))
        proposed = due if due > Money.zero() and invoice_id is not None else None
        self.amount = MoneyField("amount", _("Amount"), proposed)
        self.form = Form(self.means, self.amount, on_save=self.add_part)

    def body(self) -> Iterable[Widget]:
        """What is due, the two fields, what was handed over, what is left or to give back."""
        column = Vertical(
            self.due_line, self.credit_line, Line((letters(), "quiet")), Line(), self.form,
            Section(_("Handed over"), after=True), self.parts_list, self.given_line, self.change_line,
        )  # fmt: skip
        column.styles.max_width = 78  # an amount stands near its name, on any terminal
        yield column

    def on_mount(self) -> None:
        """The means: the amount is there already."""
        self.head.show_subject(owner(self.client_name), self.about)
        self.parts_list.styles.height = 6
        self._show()
        self.means.focus()

    def on_input_changed(self) -> None:
        """Change and rest follow what is typed."""
        if self.is_mounted:
            self._show()

    def can(self, action: Action) -> bool:
        """The Delete key is the fields', except in the list; a credit is used where there is one."""
        if action.name == "use":
            return bool(self.credit) and self.due > Money.zero()
        return action.name != "remove" or (
            hasattr(self, "parts_list") and self.is_mounted and self.focused is self.parts_list
        )

    def _typed(self) -> tuple[str, Money] | None:
        """The part in the fields, None while they do not make one."""
        try:
            means, amount = self.means.read(), self.amount.read()
        except Refused:
            return None
        return (means, amount) if means and amount is not None and amount > Money.zero() else None

    def _given(self, *, typed: bool = True) -> list[tuple[str, Money]]:
        more = self._typed() if typed else None
        return [(part.means, part.amount) for part in self.parts] + ([more] if more else [])

    def _settled(self, *, typed: bool = True) -> Settlement:
        """On the account nothing is due and nothing is given back: all is kept."""
        given = self._given(typed=typed)
        if self.invoice_id is None:
            return settle(Money.total(amount for _means, amount in given), given)
        return settle(max(self.due, Money.zero()), given)

    def _propose(self, left: Money) -> None:
        self.amount.set_text(self.amount.show(left) if left else "")

    def _show(self) -> None:
        self.parts_list.set_rows(self.parts)
        settled = self._settled()
        if self.invoice_id is None:
            self._show_account(settled)
            return
        self.due_line.show(*_sum(_("To pay"), self.due, "strong"))
        self.credit_line.display = bool(self.credit)
        self.credit_line.show(*_sum(_("To their credit: Ctrl+E uses it"), self.credit, "waiting"))
        left, over = max(settled.left, Money.zero()), -min(settled.left, Money.zero())
        self.given_line.show(*_sum(_("Left to pay"), left, "waiting" if left else "quiet"))
        if over:
            self.change_line.show(*_sum(_("Too much, not in cash"), over, "waiting"))
        else:
            role: Role = "strong" if settled.change else "quiet"
            self.change_line.show(*_sum(_("Change to give"), settled.change, role))

    def _show_account(self, settled: Settlement) -> None:
        owes = self.due > Money.zero()
        self.due_line.show(*_sum(_("Owes in all") if owes else _("To their credit"), abs(self.due), "text"))
        self.credit_line.display = self.given_line.display = False
        self.change_line.show(*_sum(_("Kept to their credit"), _total(settled), "strong"))

    async def add_part(self, values: dict[str, Any]) -> None:
        """Enter in the last field: this amount is handed over; what is left is proposed next."""
        if not values["means"]:
            raise Refused(_("By what means?"), letters(), field="means")
        if values["amount"] is None or values["amount"] <= Money.zero():
            raise Refused(_("There is no amount to take."), field="amount")
        number = max((part.number for part in self.parts), default=0) + 1
        self.parts.append(Part(number, values["means"], values["amount"]))
        left = max(self._settled(typed=False).left, Money.zero())
        self.means.set_text("")
        self._propose(left)
        self.means.focus()
        self._show()
        if not left and self.invoice_id is not None:
            self.say(_("All is there: F9 takes the payment."))

    async def do_remove(self) -> None:
        """Del in the list."""
        part = self.parts_list.current
        if part is not None:
            self.parts.remove(part)
            self._propose(max(self._settled(typed=False).left, Money.zero()))
            self._show()

    async def do_use(self) -> None:
        """Ctrl+E, before anything is handed over."""
        if self.parts or self.invoice_id is None:
            raise Refused(_("Take what was handed over first, or remove it from the list."))
        due = self.due
        used = await ask_and_use(
            self.app, client_id=self.client_id, invoice_id=self.invoice_id, number=self.about, due=due,
            credit=self.credit,
        )  # fmt: skip
        if not used:
            return
        if used == due:
            await self.app.go_back(says=said_of_use(used, due, self.about))
            return
        self.due, self.credit = due - used, self.credit - used
        self._propose(self.due)
        self._show()
        self.foot.show_actions(self.available_actions())
        self.say(said_of_use(used, due, self.about))

    async def do_take(self) -> None:
        """F9."""
        if self.means.text.strip():
            self.form.read()  # what is typed and cannot be read is told, not left out
        settled = self._settled()
        if not settled.parts:
            raise Refused(_("By what means?"), letters(), field="means")
        keep = settled.left < Money.zero()
        if keep:
            question = _("{amount} too much: keep it to the client's credit?").format(
                amount=format_money(-settled.left)
            )
            if await self.app.ask(yes_no(question)) != "yes":
                return
        await take_payment(
            self.app.context, client_id=self.client_id, invoice_id=self.invoice_id, parts=settled.parts,
            keep_as_credit=keep or self.invoice_id is None,
        )  # fmt: skip
        self.parts, said = [], [_("Taken: {amount}.").format(amount=format_money(_total(settled)))]
        if settled.change:
            said.append(_("Give back {amount}.").format(amount=format_money(settled.change)))
        elif settled.left > Money.zero():
            said.append(_("Left to pay: {amount}.").format(amount=format_money(settled.left)))
        await self.app.go_back(says=" ".join(said))


def _sum(label: str, amount: Money, role: Role) -> list[tuple[str, Role]]:
    """A label, and its amount at the right; a label is quiet unless its amount waits."""
    return [(label, "waiting" if role == "waiting" else "quiet"), ("", "text"), (f"{format_money(amount):>16}", role)]


def _total(settled: Settlement) -> Money:
    return Money.total(amount for _means, amount in settled.parts)


@opens("till.payment", right="payments.take")
async def open_payment(app: PracticeApp, *, invoice_id: int | None = None, client_id: int | None = None) -> Payment:
    """For an invoice, or on a client's account. The first payment of a site opens its first till."""
    context = app.context
    if not await list_tills(context):
        if await app.ask(yes_no(_("This site has no till yet. Open one now?"))) != "yes":
            raise Refused(_("This site has no till yet."))
        await open_till(context, name=_("Front desk"))
    if invoice_id is not None:
        sheet = await invoice_sheet(context, invoice_id=invoice_id)
        account = await client_account(context, client_id=sheet.client_id)
        return Payment(
            client_id=sheet.client_id, client_name=sheet.client_name, invoice_id=invoice_id,
            about=sheet.number or "", due=sheet.due, credit=account.credit,
        )  # fmt: skip
    if client_id is None:
        raise ValueError("till.payment opens with an invoice or a client")
    client = await find_client(context, client_id=client_id)
    account = await client_account(context, client_id=client_id)
    return Payment(
        client_id=client_id, client_name=client.name, invoice_id=None, about=_("on the account"),
        due=account.balance, credit=account.credit,
    )  # fmt: skip
