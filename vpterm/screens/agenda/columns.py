"""How a line of the agenda looks, in the one list of a narrow terminal and in the columns of a wide one."""

from __future__ import annotations

from vpterm.kernel.dates import format_day_title, format_duration, format_time, paris_day
from vpterm.kernel.i18n import N_, _
from vpterm.practice.agenda.queries import BookingRow, Gap, Slot
from vpterm.screens.desk.shown import Entry, is_closed, last_name, phone, sign, why
from vpterm.screens.privacy import owner as owner_name
from vpterm.screens.privacy import private
from vpterm.screens.theme.look import Look
from vpterm.screens.widgets.columns import Column


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
        Column[Entry](
            N_("note"), lambda entry: private("" if is_closed(entry) else _of(entry, "note")), 16, rank=4, stretch=2
        ),
    ]


def side_columns(look: Look) -> list[Column[Entry]]:
    """One of several resources side by side."""
    return [
        Column[Entry]("", lambda entry: format_time(entry.starts_at), 5),
        Column[Entry]("", lambda entry: sign(entry, look), 1),
        Column[Entry]("", who, 8, stretch=2),
        Column[Entry]("", why, 8, stretch=1),
        Column[Entry]("", last_name, 8, stretch=1, rank=1),
    ]


SLOTS: list[Column[Slot]] = [
    Column[Slot](N_("day"), lambda slot: format_day_title(paris_day(slot.starts_at)), 14),
    Column[Slot](N_("time"), lambda slot: format_time(slot.starts_at), 5),
    Column[Slot](N_("lasts"), lambda slot: format_duration(slot.duration_min), 8, align="right"),
    Column[Slot](N_("with whom"), lambda slot: slot.resource_name, 20, stretch=1),
]


def who(entry: Entry) -> str:
    """The patient, the caller, what the time is closed for, or that it is free."""
    if isinstance(entry, Gap):
        return "  " + _("free")
    if entry.hidden:
        return _("taken")
    return entry.who if entry.animal or entry.is_closed else owner_name(entry.who)


def owner(entry: Entry) -> str:
    """The client, beside an animal."""
    return owner_name(entry.client_name) if isinstance(entry, BookingRow) and entry.animal else ""


def _note(entry: Entry) -> str:
    return private("" if is_closed(entry) else _of(entry, "note"))


def _of(entry: Entry, name: str) -> str:
    return str(getattr(entry, name)) if isinstance(entry, BookingRow) else ""
