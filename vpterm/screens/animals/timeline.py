"""How the timeline is shown: the day and the site once, what follows from them below; weights on demand."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

from vpterm.kernel.dates import format_date_short, paris_day
from vpterm.kernel.i18n import N_, _
from vpterm.kernel.quantities import format_quantity, format_weight
from vpterm.practice.animals.rules import HOW
from vpterm.practice.care.queries import TimelineRow
from vpterm.practice.care.rules import KINDS
from vpterm.screens.privacy import owner
from vpterm.screens.widgets.columns import Cell, Column

KIND_LABELS = {
    **KINDS,
    "service": N_("service"),
    "product": N_("product"),
    "vaccine": N_("vaccine"),
    "weight": N_("weight"),
    "transfer": N_("new owner"),
}


@dataclass(frozen=True, slots=True)
class Moment:
    """A line of the timeline; `first` of its day and site, which then need not be repeated."""

    row: TimelineRow
    first: bool
    key: Hashable


def moments(rows: Sequence[TimelineRow], *, weights: bool) -> list[Moment]:
    """The lines to show, the newest first."""
    found: list[Moment] = []
    before: Hashable = None
    for place, row in enumerate(rows):
        if row.kind == "weight" and not weights:
            continue
        group = (paris_day(row.happened_at), row.site_code, row.author_login)
        found.append(
            Moment(row, group != before, (row.kind, row.entry_id, row.happened_at, row.text, len(rows) - place))
        )
        before = group
    return found


def _text(moment: Moment) -> str:
    row = moment.row
    if row.weight_g is not None:
        return format_weight(row.weight_g)
    text = row.text
    if row.quantity is not None and row.quantity != 1:
        text = f"{text} × {format_quantity(row.quantity)}"
    if row.how:
        return owner(_("{owners} ({how})").format(owners=row.text, how=_(HOW[row.how])))
    if row.lot:
        text = _("{text}  lot {lot}").format(text=text, lot=row.lot)
    if row.unfinished:
        text = _("{text} (to finish)").format(text=text).strip()
    return text


def _kind(moment: Moment) -> Cell:
    main = moment.row.kind in KINDS
    return Cell(_(KIND_LABELS[moment.row.kind]), "text" if main else "quiet")


TIMELINE: list[Column[Moment]] = [
    Column[Moment]("", lambda one: format_date_short(paris_day(one.row.happened_at)) if one.first else "", 8),
    Column[Moment]("", lambda one: one.row.site_code.capitalize() if one.first else "", 6, rank=2),
    Column[Moment]("", _kind, 12, rank=1),
    Column[Moment]("", _text, 26, stretch=1),
    Column[Moment]("", lambda one: one.row.author_login if one.first else "", 9, rank=3, role="quiet"),
]
