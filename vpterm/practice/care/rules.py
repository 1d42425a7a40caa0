"""What the medical record allows, and how an entry is summed up in a line. Pure."""

from decimal import Decimal

from vpterm.kernel.errors import Refused
from vpterm.kernel.i18n import N_, _
from vpterm.kernel.text import ELLIPSIS

KINDS = {
    "consultation": N_("consultation"),
    "surgery": N_("surgery"),
    "call": N_("telephone call"),
    "result": N_("result"),
    "note": N_("note"),
}
SUMMARY_LENGTH = 120


def check_kind(kind: str) -> str:
    if kind not in KINDS:
        raise Refused(_("“{kind}” is no kind of entry.").format(kind=kind), ", ".join(KINDS), field="kind")
    return kind


def summary_of(note: str) -> str:
    """The first line of a note that says something, at most SUMMARY_LENGTH characters."""
    for line in note.splitlines():
        single = " ".join(line.strip(" -*#\t").split())
        if single:
            if len(single) <= SUMMARY_LENGTH:
                return single
            return single[: SUMMARY_LENGTH - 1].rsplit(" ", 1)[0].rstrip(" ,;:") + ELLIPSIS
    return ""


def check_quantity(quantity: Decimal | int) -> Decimal:
    """Above zero, at most three decimals, as the table holds it."""
    exact = Decimal(quantity)
    if exact <= 0:
        raise Refused(_("A quantity is above zero."), field="quantity")
    if exact > 1_000_000 or exact != round(exact, 3):
        message = _("This quantity is too large or too fine.")
        raise Refused(message, _("Keep at most three decimals."), field="quantity")
    return exact


def check_may_change(*, entry_site_id: int, site_id: int, author_id: int, staff_id: int, finished: bool) -> None:
    """An entry is changed at the site that wrote it; once finished, by its author alone.

    The audit trail keeps what stood there before.
    """
    if entry_site_id != site_id:
        raise Refused(_("Another clinic wrote this entry; it is changed there."), _("Add an entry of your own."))
    if finished and author_id != staff_id:
        raise Refused(_("This entry is finished; only its author changes it."), _("Add an entry of your own."))
