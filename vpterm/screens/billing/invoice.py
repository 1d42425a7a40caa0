"""An invoice: as a draft its lines are added, changed and removed; issued, it is read, paid or credited."""

from __future__ import annotations

from collections.abc import Iterable

from textual.widget import Widget

from vpterm.documents.invoice import invoice_paper
from vpterm.documents.paper import Paper
from vpterm.kernel.dates import format_date
from vpterm.kernel.errors import Refused
from vpterm.kernel.i18n import N_, _
from vpterm.kernel.money import Money, format_money
from vpterm.practice.billing.actions import add_line, discard_draft, prepare_invoice, remove_line
from vpterm.practice.billing.issuing import issue_invoice
from vpterm.practice.billing.queries import InvoiceSheet, LineRow, invoice_sheet
from vpterm.practice.copies.actions import copy_invoice
from vpterm.screens.billing.columns import LINES, foot_of
from vpterm.screens.keymap.registry import Action, Keys
from vpterm.screens.keymap.standard import DELETE, MAIN, PRINT
from vpterm.screens.privacy import owner
from vpterm.screens.shell.app import PracticeApp
from vpterm.screens.shell.handing import hand_out
from vpterm.screens.shell.openers import opens
from vpterm.screens.shell.place import Place
from vpterm.screens.theme.look import Role
from vpterm.screens.widgets.dialogs import Question, yes_no
from vpterm.screens.widgets.fee_field import FeeField, Picked, fee_rows
from vpterm.screens.widgets.form import Form
from vpterm.screens.widgets.rows import Rows
from vpterm.screens.widgets.section import Line, Rule


class InvoicePage(Place):
    """A draft, an invoice or a credit note."""

    place = "billing.invoice"
    title_label = N_("Invoice")
    actions = (
        Action("go_on", MAIN, N_("issue, pay"), N_("Issue the draft, then take the payment.")),
        Action("remove", DELETE, N_("remove line"), N_("Take a line off the draft; what was done waits again."), False),
        Action("discard", Keys("ctrl+x", ("f14",)), N_("discard draft"), N_("Throw the whole draft away."), False),
        Action("print", PRINT, N_("print"), N_("The document, to print or to save; the second copy is a duplicate.")),
        Action("credit", Keys("ctrl+e", ("f15",)), N_("credit"), N_("Take the issued invoice back by a credit note.")),
    )  # fmt: skip
    follows = frozenset({"invoices", "performed_services"})

    def __init__(self, sheet: InvoiceSheet) -> None:
        self.sheet = sheet  # before the rest: what can be done depends on it
        super().__init__()
        self.state = Line()
        self.lines_list = Rows[LineRow](
            LINES, sheet.lines, identity=lambda line: line.id, on_open=self.open_line,
            empty=N_("No line yet: type a code or words below."),
        )  # fmt: skip
        self.rule = Rule()
        self.feet = (Line(), Line())
        self.proposals = fee_rows()
        self.service = FeeField(
            "service", _("Add"), below=self.proposals, on_take=self.add_picked, on_nothing=self.do_go_on,
            hint=_("code or words: 3x food"),
        )  # fmt: skip
        self.form = Form(self.service)

    def body(self) -> Iterable[Widget]:
        """Whose it is, the lines, the sums; for a draft the field that adds."""
        yield self.state
        yield self.lines_list
        yield self.rule
        yield from self.feet
        yield self.proposals
        yield self.form

    def on_mount(self) -> None:
        """The field that adds; a document has none."""
        self.proposals.styles.height = 8
        self._show()
        (self.service if self.sheet.is_draft else self.lines_list).focus()

    def _show(self) -> None:
        sheet = self.sheet
        title = _("Draft") if sheet.is_draft else _("Invoice") if sheet.kind == "invoice" else _("Credit note")
        self.head.show_subject(owner(sheet.client_name), title + (f" {sheet.number}" if sheet.number else ""))
        self.state.show(*self._state())
        self.lines_list.set_rows(sheet.lines)
        self.foot.show_actions(self.footer_actions())
        feet = foot_of(sheet)
        for line, pieces in zip(self.feet, [*feet, ()][:2], strict=True):
            line.show(*pieces)
        self.feet[1].display = len(feet) > 1
        self._show_lists()

    def _state(self) -> list[tuple[str, Role]]:
        sheet = self.sheet
        if sheet.is_draft:
            return [(_("Not issued yet: it can still change."), "quiet")]
        pieces: list[tuple[str, Role]] = [(_("Issued on {day}").format(day=format_date(sheet.issued_on)), "text")] if (
            sheet.issued_on
        ) else []  # fmt: skip
        if sheet.credit_note:
            pieces.append(("   " + _("Taken back by {number}").format(number=sheet.credit_note), "waiting"))
        if sheet.credited_number:
            because = _("Takes {number} back: {because}").format(
                number=sheet.credited_number, because=sheet.credited_because
            )
            pieces.append(("   " + because, "text"))
        return pieces

    def _show_lists(self) -> None:
        typing = bool(self.service.value.strip())
        self.form.display = self.sheet.is_draft
        self.proposals.display = self.sheet.is_draft and typing

    def on_input_changed(self) -> None:
        """Fees while something is typed."""
        if self.is_mounted:
            self._show_lists()

    async def reload(self) -> None:
        """Read it again; gone when somebody threw the draft away."""
        self.sheet = await invoice_sheet(self.app.context, invoice_id=self.sheet.id)
        self._show()

    def can(self, action: Action) -> bool:
        """What a draft and a document allow; the Delete key is the field's, except in the list."""
        sheet = getattr(self, "sheet", None)
        if sheet is None:
            return True
        if action.name == "remove":
            return sheet.is_draft and self.is_mounted and self.focused is self.lines_list
        if action.name == "credit":
            credited = sheet.is_draft or sheet.kind != "invoice" or bool(sheet.credit_note)
            return not credited and self.app.context.may("invoices.credit")
        if action.name == "print":
            return not sheet.is_draft
        return action.name != "discard" or sheet.is_draft

    def is_worth_showing(self, action: Action) -> bool:
        """F9 answers where nothing is left to pay; there is no need to offer that."""
        sheet = self.sheet
        is_open = sheet.is_draft or sheet.due < Money.zero() or (sheet.kind == "invoice" and sheet.due > Money.zero())
        return action.name != "go_on" or is_open

    # -- lines of a draft

    async def add_picked(self, picked: Picked) -> None:
        """A fee was taken below the field; it is for the animal of the line above."""
        animal_id = self.sheet.lines[-1].animal_id if self.sheet.lines else None
        await add_line(
            self.app.context, invoice_id=self.sheet.id, fee_code=picked.fee.code, quantity=picked.quantity,
            animal_id=animal_id,
        )  # fmt: skip
        await self.reload()
        self.lines_list.action_move(len(self.sheet.lines))
        self.lines_list.top = 0  # more room is coming: the list fills it from its first line

    async def open_line(self, line: LineRow) -> None:
        """Enter on a line of a draft."""
        if not self.sheet.is_draft:
            raise Refused(_("An issued invoice never changes."), _("Correct it by a credit note."))
        await self.app.open("billing.line", line=line)

    async def do_remove(self) -> None:
        """Del."""
        line = self.lines_list.current
        if line is None:
            raise Refused(_("There is no line here."))
        await remove_line(self.app.context, line_id=line.id)
        await self.reload()
        self.say(_("Removed: {label}.").format(label=line.label))

    async def do_discard(self) -> None:
        """Ctrl+X."""
        question = _("Throw this draft away? What was done waits to be billed again.")
        if await self.app.ask(yes_no(question)) != "yes":
            return
        await discard_draft(self.app.context, invoice_id=self.sheet.id)
        await self.app.go_back(says=_("The draft is thrown away."))

    # -- issue, payment, credit

    async def do_go_on(self) -> None:
        """F9: issue, then pay."""
        if self.sheet.is_draft:
            self.service.check_is_empty()
            await self._issue()
        elif self.sheet.kind == "invoice" and self.sheet.due > Money.zero():
            await self.app.open("till.payment", invoice_id=self.sheet.id)
        elif self.sheet.due < Money.zero():  # paid too much, or credited after it was paid
            await self.app.open("till.account", client_id=self.sheet.client_id)
        else:
            raise Refused(_("Nothing is left to pay here."))

    async def _issue(self) -> None:
        if not self.sheet.lines:
            raise Refused(_("There is nothing on this draft yet."), _("Add a line, or throw the draft away."))
        question = _("Issue the invoice of {total} to {client}?").format(
            total=format_money(self.sheet.total), client=self.sheet.client_name
        )
        answers = {"yes": _("Yes, issue it"), "no": _("No, not yet")}
        details = _("It gets its number and never changes again.")
        if await self.app.ask(Question(question, answers, details=details, safe="yes")) != "yes":
            return
        number = await issue_invoice(self.app.context, invoice_id=self.sheet.id)
        await self.reload()
        if self.sheet.due > Money.zero() and self.app.context.may("payments.take"):
            await self.app.open("till.payment", invoice_id=self.sheet.id)
        self.app.say(_("Invoice {number} is issued.").format(number=number))

    async def do_print(self) -> None:
        """Ctrl+U."""
        await hand_out(self.app, self._paper)

    async def _paper(self) -> Paper:
        return invoice_paper(*await copy_invoice(self.app.context, invoice_id=self.sheet.id))

    async def do_credit(self) -> None:
        """Ctrl+E."""
        await self.app.open("billing.credit", sheet=self.sheet)


@opens("billing.invoice", right="invoices.issue")
async def open_page(app: PracticeApp, *, client_id: int | None = None, invoice_id: int | None = None) -> InvoicePage:
    """The client's draft, with everything done here and not billed yet; or the document of this number."""
    if invoice_id is None:
        if client_id is None:
            raise ValueError("billing.invoice opens with a client or an invoice")
        invoice_id = await prepare_invoice(app.context, client_id=client_id)
    return InvoicePage(await invoice_sheet(app.context, invoice_id=invoice_id))
