"""Making a copy: it is counted before it is set, so that no second original can exist (CGI art. 286-I-3° bis)."""

from typing import Any

from sqlalchemy import func, insert, select

from vpterm.database.context import Context
from vpterm.kernel.errors import Conflict, ConstraintViolated
from vpterm.kernel.i18n import _
from vpterm.practice.copies.queries import InvoiceFacts, ReceiptFacts, invoice_facts, receipt_facts
from vpterm.practice.copies.tables import PaperCopy

_TRIES = 5  # two desks that print the same invoice at once both get their number


async def copy_invoice(context: Context, *, invoice_id: int) -> tuple[InvoiceFacts, int]:
    """Count one more copy of an issued document; what stands on it, and its number: 1 for the original."""
    context.require("invoices.issue")
    facts = await invoice_facts(context, invoice_id=invoice_id)
    return facts, await _count(context, PaperCopy.invoice_id, invoice_id)


async def copy_receipt(context: Context, *, entry_id: int) -> tuple[ReceiptFacts, int]:
    """Count one more receipt of the payment to which an entry belongs; as `copy_invoice`."""
    context.require("payments.take")
    facts = await receipt_facts(context, entry_id=entry_id)
    return facts, await _count(context, PaperCopy.entry_id, facts.parts[0].id)


async def _count(context: Context, subject: Any, subject_id: int) -> int:
    known = select(func.coalesce(func.max(PaperCopy.copy_number), 0) + 1).where(
        PaperCopy.site_id == context.site_id, subject == subject_id
    )
    values = {"site_id": context.site_id, subject.key: subject_id, "made_at": context.now()}
    statement = insert(PaperCopy).values(**values, copy_number=known.scalar_subquery())
    for _try in range(_TRIES):
        try:
            async with context.writing() as connection:
                return int((await connection.execute(statement.returning(PaperCopy.copy_number))).scalar_one())
        except ConstraintViolated:
            continue
    raise Conflict(_("Somebody else prints this now."), _("Try again."))
