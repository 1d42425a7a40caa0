"""How a line of the agenda and a visit are shown, on the home board, in the agenda and in the waiting room alike."""

from __future__ import annotations

from vpterm.kernel.dates import format_duration
from vpterm.kernel.i18n import N_
from vpterm.kernel.identifiers import format_phone
from vpterm.practice.agenda.queries import BookingRow, Gap
from vpterm.screens.privacy import owner, private
from vpterm.screens.theme.look import Look, Role
from vpterm.screens.widgets.columns import Cell

Entry = BookingRow | Gap
STATES = {
    "booked": N_("booked"),
    "waiting": N_("arrived"),
    "in_consultation": N_("in consultation"),
    "to_bill": N_("to bill"),
    "gone": N_("seen"),
}


def sign_of(state: str, look: Look) -> str | Cell:
    """Where the animal is: a ring waits, a dot is in consultation, a euro is to bill."""
    if state == "waiting":
        return Cell(look.glyph("ring"), "waiting")
    return {"in_consultation": look.glyph("dot"), "to_bill": "€"}.get(state, "")


def sign(entry: Entry, look: Look) -> str | Cell:
    """The sign of a booking; gaps have none."""
    return sign_of(entry.state, look) if isinstance(entry, BookingRow) else ""


def is_closed(entry: Entry) -> bool:
    """Time that is taken by nobody."""
    return isinstance(entry, BookingRow) and entry.is_closed


def role_of_entry(entry: Entry) -> Role | None:
    """Quiet for what needs nobody any more, or nobody yet."""
    if isinstance(entry, Gap) or entry.hidden or entry.is_closed or entry.state == "gone":
        return "quiet"
    return None


def why(entry: Entry) -> str:
    """The reason; of free, closed and unknown time how long it is."""
    if isinstance(entry, Gap) or entry.hidden or entry.is_closed:
        return format_duration(entry.minutes)
    return entry.reason or format_duration(entry.minutes)


def last_name(entry: Entry) -> str:
    """The client's last name, beside an animal."""
    return owner(entry.last_name) if isinstance(entry, BookingRow) and entry.animal else ""


def phone(entry: Entry) -> str:
    """As one dials it."""
    return private(format_phone(entry.phone)) if isinstance(entry, BookingRow) and entry.phone else ""
