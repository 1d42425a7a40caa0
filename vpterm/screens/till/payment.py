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
from vpterm.practice.billing.queries import client_balance, invoice_sheet
from vpterm.practice.clients.queries import find_client
from vpterm.practice.till.actions import open_till, take_payment
from vpterm.practice.till.queries import list_tills
from vpterm.practice.till.rules import MEANS, Settlement, settle
from vpterm.screens.keymap.registry import Action
from vpterm.screens.keymap.standard import DELETE, MAIN
from vpterm.screens.shell.app import PracticeApp
from vpterm.screens.shell.openers import opens
from vpterm.screens.shell.place import Place
from vpterm.screens.theme.look import Role
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
        Action("remove", DELETE, N_("remove"), N_("Take back an amount of the list."), False),
    )

    def __init__(self, *, client_id: int, client_name: str, invoice_id: int | None, about: str, due: Money) -> None:
        super().__init__()
        self.client_id, self.client_name, self.invoice_id = client_id, client_name, invoice_id
        self.about, self.due = about, due
        self.parts: list[Part] = []
        self.due_line, self.given_line, self.change_line = Line(), Line(), Line()
        self.parts_list = Rows[Part](
            PARTS, (), identity=lambda part: part.number, show_titles=False,
            empty=N_("Enter adds a first amount, when it is paid by several means."),
        )  # fmt: skip
        self.means = MeansField("means", _("Means"))
        self.amount = MoneyField("amount", _("Amount"), max(due, Money.zero()))
        self.form = Form(self.means, self.amount, on_save=self.add_part)

    def body(self) -> Iterable[Widget]:
        """What is due, the two fields, what was handed over, what is left or to give back."""
        column = Vertical(
            self.due_line, Line((letters(), "quiet")), Line(), self.form, Section(_("Handed over"), after=True),
            self.parts_list, self.given_line, self.change_line,
        )  # fmt: skip
        column.styles.max_width = 78  # an amount stands near its name, on any terminal
        yield column

    def on_mount(self) -> None:
        """The means: the amount is there already."""
        self.head.show_subject(self.client_name, self.about)
        self.parts_list.styles.height = 6
        self._show()
        self.means.focus()

    def on_input_changed(self) -> None:
        """Change and rest follow what is typed."""
        if self.is_mounted:
            self._show()

    def can(self, action: Action) -> bool:
        """The Delete key is the fields', except in the list."""
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
        return settle(max(self.due, Money.zero()), self._given(typed=typed))

    def _show(self) -> None:
        settled = self._settled()
        self.due_line.show((_("To pay"), "quiet"), ("", "text"), (f"{format_money(self.due):>16}", "strong"))
        left = max(settled.left, Money.zero())
        self.given_line.show((_("Left to pay"), "quiet"), ("", "text"), (f"{format_money(left):>16}", _left_role(left)))
        over = -min(settled.left, Money.zero())
        if over:
            amount = f"{format_money(over):>16}"
            self.change_line.show((_("Too much, not in cash"), "waiting"), ("", "text"), (amount, "waiting"))
        else:
            role: Role = "strong" if settled.change else "quiet"
            self.change_line.show(
                (_("Change to give"), role), ("", "text"), (f"{format_money(settled.change):>16}", role)
            )
        self.parts_list.set_rows(self.parts)

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
        self.amount.set_text(self.amount.show(left))
        self.means.focus()
        self._show()
        if not left:
            self.say(_("All is there: F9 takes the payment."))

    async def do_remove(self) -> None:
        """Del in the list."""
        part = self.parts_list.current
        if part is not None:
            self.parts.remove(part)
            self.amount.set_text(self.amount.show(max(self._settled(typed=False).left, Money.zero())))
            self._show()

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
            keep_as_credit=keep,
        )  # fmt: skip
        self.parts, said = [], [_("Taken: {amount}.").format(amount=_total(settled))]
        if settled.change:
            said.append(_("Give back {amount}.").format(amount=format_money(settled.change)))
        elif settled.left > Money.zero():
            said.append(_("Left to pay: {amount}.").format(amount=format_money(settled.left)))
        await self.app.go_back(says=" ".join(said))


def _total(settled: Settlement) -> str:
    return format_money(Money.total(amount for _means, amount in settled.parts))


def _left_role(left: Money) -> Role:
    return "waiting" if left else "quiet"


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
        return Payment(
            client_id=sheet.client_id, client_name=sheet.client_name, invoice_id=invoice_id,
            about=sheet.number or "", due=sheet.due,
        )  # fmt: skip
    if client_id is None:
        raise ValueError("till.payment opens with an invoice or a client")
    client = await find_client(context, client_id=client_id)
    balance = await client_balance(context, client_id=client_id)
    return Payment(
        client_id=client_id, client_name=client.name, invoice_id=None, about=_("on the account"), due=balance.here
    )
