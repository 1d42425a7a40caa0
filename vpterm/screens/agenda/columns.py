"""How a line of the agenda looks, in the one list of a narrow terminal and in the columns of a wide one."""

from __future__ import annotations

from vpterm.kernel.dates import format_day_title, format_duration, format_time, paris_day
from vpterm.kernel.i18n import N_, _
from vpterm.kernel.identifiers import format_phone
from vpterm.practice.agenda.queries import BookingRow, Gap, Slot
from vpterm.screens.theme.look import Look, Role
from vpterm.screens.widgets.columns import Cell, Column

Entry = BookingRow | Gap
STATES = {
    "booked": N_("booked"),
    "waiting": N_("arrived"),
    "in_consultation": N_("in consultation"),
    "to_bill": N_("to bill"),
    "gone": N_("seen"),
}


def role_of_entry(entry: Entry) -> Role | None:
    """Quiet for what needs nobody any more, or nobody yet."""
    if isinstance(entry, Gap) or entry.hidden or entry.is_closed or entry.state == "gone":
        return "quiet"
    return None


def day_columns(look: Look) -> list[Column[Entry]]:
    """One resource over the whole width."""
    return [
        Column[Entry](N_("time"), lambda entry: format_time(entry.starts_at), 5),
        Column[Entry]("", lambda entry: sign(entry, look), 1),
        Column[Entry](N_("who"), who, 12, stretch=2),
        Column[Entry](N_("reason"), why, 12, stretch=1),
        Column[Entry](N_("owner"), owner, 14, stretch=1),
        Column[Entry](N_("telephone"), phone, 14, rank=1),
        Column[Entry](N_("species"), lambda entry: _of(entry, "species"), 8, rank=3),
        Column[Entry](N_("note"), lambda entry: "" if _closed(entry) else _of(entry, "note"), 16, rank=4, stretch=2),
    ]


def side_columns(look: Look) -> list[Column[Entry]]:
    """One of several resources side by side."""
    return [
        Column[Entry]("", lambda entry: format_time(entry.starts_at), 5),
        Column[Entry]("", lambda entry: sign(entry, look), 1),
        Column[Entry]("", who, 9, stretch=2),
        Column[Entry]("", why, 8, stretch=1),
        Column[Entry]("", last_name, 8, stretch=1, rank=1),
    ]


SLOTS: list[Column[Slot]] = [
    Column[Slot](N_("day"), lambda slot: format_day_title(paris_day(slot.starts_at)), 14),
    Column[Slot](N_("time"), lambda slot: format_time(slot.starts_at), 5),
    Column[Slot](N_("lasts"), lambda slot: format_duration(slot.duration_min), 8, align="right"),
    Column[Slot](N_("with whom"), lambda slot: slot.resource_name, 20, stretch=1),
]


def sign(entry: Entry, look: Look) -> str | Cell:
    """Where the animal is."""
    state = entry.state if isinstance(entry, BookingRow) else ""
    if state == "waiting":
        return Cell(look.glyph("ring"), "waiting")
    return {"in_consultation": look.glyph("dot"), "to_bill": "€"}.get(state, "")


def who(entry: Entry) -> str:
    """The patient, the caller, what the time is closed for, or that it is free."""
    if isinstance(entry, Gap):
        return "  " + _("free")
    return _("taken") if entry.hidden else entry.who


def why(entry: Entry) -> str:
    """The reason; of free, closed and unknown time how long it is."""
    if isinstance(entry, Gap) or entry.hidden or _closed(entry):
        return format_duration(entry.minutes)
    return entry.reason or format_duration(entry.minutes)


def owner(entry: Entry) -> str:
    """The client, beside an animal."""
    return entry.client_name if isinstance(entry, BookingRow) and entry.animal else ""


def last_name(entry: Entry) -> str:
    """The client's last name, beside an animal."""
    return entry.last_name if isinstance(entry, BookingRow) and entry.animal else ""


def phone(entry: Entry) -> str:
    """As one dials it."""
    return format_phone(entry.phone) if isinstance(entry, BookingRow) and entry.phone else ""


def _closed(entry: Entry) -> bool:
    return isinstance(entry, BookingRow) and entry.is_closed


def _of(entry: Entry, name: str) -> str:
    return str(getattr(entry, name)) if isinstance(entry, BookingRow) else ""
