"""The till: means, change, what is hashed and how. Pure; the database does the same in definitions.sql."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from vpterm.kernel.errors import Refused
from vpterm.kernel.i18n import N_, _
from vpterm.kernel.money import Money, format_money

MEANS = {
    "cash": N_("cash"),
    "card": N_("card"),
    "cheque": N_("cheque"),
    "transfer": N_("bank transfer"),
    "direct_debit": N_("direct debit"),
}
ACCOUNT = "account"  # no money changes hands: a credit of the client moves
MEANS_LABELS = {**MEANS, ACCOUNT: N_("account")}
KINDS = {
    "payment": N_("payment"),
    "refund": N_("refund"),
    "correction": N_("correction"),
    "allocation": N_("allocation"),
    "closing": N_("closing"),
}
PERIODS = {"day": N_("day"), "month": N_("month"), "year": N_("year")}


@dataclass(frozen=True, slots=True)
class EntryFacts:
    """What the law wants inalterable of an entry of the journal: all that is hashed, in this order."""

    site_id: int
    id: int
    sequence: int
    till_id: int | None
    kind: str
    means: str
    amount: Money
    client_id: int | None
    invoice_id: int | None
    corrects_id: int | None
    remark: str
    taken_at: datetime
    taken_on: date
    perpetual_total: Money
    created_by: int


def entry_text(entry: EntryFacts) -> str:
    """The text of an entry that is hashed: the same, to the character, as till_entry_text() of the database."""
    remark = entry.remark.replace("\\", "\\\\").replace("|", "\\p")
    parts = (
        entry.site_id, entry.id, entry.sequence, entry.till_id or 0, entry.kind, entry.means, entry.amount,
        entry.client_id or 0, entry.invoice_id or 0, entry.corrects_id or 0, remark,
        entry.taken_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f"), entry.taken_on.isoformat(),
        entry.perpetual_total, entry.created_by,
    )  # fmt: skip
    return "|".join(str(part) for part in parts)


def entry_hash(previous_hash: str, entry: EntryFacts) -> str:
    """The link of the chain: SHA-256, in hexadecimal, over the hash before and the entry's text."""
    return hashlib.sha256(f"{previous_hash}|{entry_text(entry)}".encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class ClosingFacts:
    """What a closing says, and its seal in the journal repeats."""

    period: str
    closes_on: date
    first_sequence: int
    last_sequence: int
    total: Money
    cash_expected: Money
    cash_counted: Money | None
    perpetual_total: Money
    journal_hash: str


def closing_seal(closing: ClosingFacts) -> str:
    """The remark of the entry that seals a closing: through it, the chain of hashes covers closings too."""
    counted = "" if closing.cash_counted is None else str(closing.cash_counted)
    return (
        f"{closing.period} {closing.closes_on.isoformat()} {closing.first_sequence}-{closing.last_sequence} "
        f"total={closing.total} cash={closing.cash_expected} counted={counted} "
        f"perpetual={closing.perpetual_total} journal={closing.journal_hash}"
    )


@dataclass(frozen=True, slots=True)
class Settlement:
    """What becomes of amounts handed over: the parts to enter, the change to give, what is left to pay."""

    parts: tuple[tuple[str, Money], ...]
    change: Money
    left: Money


def settle(due: Money, given: Sequence[tuple[str, Money]]) -> Settlement:
    """Amounts handed over against what is due: change is given on cash alone, and comes off the cash parts.

    What other means bring above the amount due stays in `left`, below zero: it is refused, or kept as credit.
    """
    total = Money.total(amount for _means, amount in given)
    excess = max(total - due, Money.zero())
    cash = Money.total(amount for means, amount in given if means == "cash")
    change = min(excess, cash)
    parts, to_take = [], change
    for means, amount in reversed(given):
        taken = min(amount, to_take) if means == "cash" else Money.zero()
        to_take -= taken
        if amount != taken:
            parts.append((means, amount - taken))
    return Settlement(tuple(reversed(parts)), change, due - total + change)


def check_parts(parts: Sequence[tuple[str, Money]]) -> None:
    """Every part by a known means and above zero; at least one."""
    if not parts:
        raise Refused(_("There is no amount to take."), field="amount")
    for means, amount in parts:
        if means not in MEANS:
            raise Refused(_("“{means}” is no means of payment.").format(means=means), ", ".join(MEANS), field="means")
        if amount <= Money.zero():
            raise Refused(_("A payment is above zero."), _("To give money back, use a refund."), field="amount")


def check_over_payment(due: Money, parts: Sequence[tuple[str, Money]], *, keep_as_credit: bool) -> None:
    """Refused when more is paid than is due, unless the client leaves it as credit."""
    over = Money.total(amount for _means, amount in parts) - max(due, Money.zero())
    if over > Money.zero() and not keep_as_credit:
        raise Refused(
            _("This is {over} more than the {due} due.").format(
                over=format_money(over), due=format_money(max(due, Money.zero()))
            ),
            _("Change the amount, or keep the rest as credit."),
            field="amount",
        )


@dataclass(frozen=True, slots=True)
class Pocket:
    """Where money of a client stands: on an invoice, or (invoice_id None) on the account.

    amount: above zero, so much was paid too much there; below zero, so much is due.
    """

    invoice_id: int | None
    number: str
    issued_on: date | None
    total: Money
    amount: Money

    @property
    def due(self) -> Money:
        return max(-self.amount, Money.zero())


def credit_of(pockets: Sequence[Pocket]) -> Money:
    """What a client can use for an invoice: all that was paid too much, less what the account itself lacks."""
    too_much = Money.total(max(pocket.amount, Money.zero()) for pocket in pockets)
    lacking = Money.total(pocket.due for pocket in pockets if pocket.invoice_id is None)
    return max(too_much - lacking, Money.zero())


def draw(pockets: Sequence[Pocket], amount: Money) -> list[tuple[Pocket, Money]]:
    """From which pockets an amount is taken, in their order; never more than a pocket holds."""
    drawn = []
    for pocket in pockets:
        part = min(max(pocket.amount, Money.zero()), amount)
        if part:
            drawn.append((pocket, part))
            amount -= part
    return drawn


def check_use(due: Money, credit: Money, amount: Money | None) -> Money:
    """How much of a credit is used for an invoice: the amount told, or all that there is and is due."""
    if credit <= Money.zero():
        raise Refused(_("Nothing stands to the client's credit."))
    if due <= Money.zero():
        raise Refused(_("Nothing is left to pay here."))
    if amount is None:
        return min(due, credit)
    if amount <= Money.zero():
        raise Refused(_("There is no amount to take."), field="amount")
    if amount > credit:
        message = _("Only {credit} stand to the client's credit.").format(credit=format_money(credit))
        raise Refused(message, field="amount")
    if amount > due:
        raise Refused(_("Only {due} are left to pay.").format(due=format_money(due)), field="amount")
    return amount


def check_because(because: str) -> str:
    """Why money goes back or an entry is corrected: it must say something."""
    single = " ".join(because.split())
    if not single:
        raise Refused(_("Say why: it stands in the journal."), field="because")
    return single
