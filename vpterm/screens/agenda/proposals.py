"""The free times below the booking form, for what it says so far."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import partial

from vpterm.database.context import Context
from vpterm.kernel.i18n import N_, _
from vpterm.practice.agenda.queries import Slot, find_free_slots
from vpterm.practice.agenda.wishes import Wish
from vpterm.screens.agenda.columns import SLOTS
from vpterm.screens.widgets.rows import Rows
from vpterm.screens.widgets.section import Section

MOST = 30


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a free time has to fit; without a reason and a length nothing can be proposed."""

    reason_id: int | None
    minutes: int | None
    resource_id: int | None
    wish: Wish | None
    from_: datetime


class FreeTimes:
    """A heading and a list. `beyond` is true when nothing fits the wish and the list shows what comes later."""

    def __init__(self, site_id: int | None) -> None:
        self.site_id = site_id
        self.beyond = False
        self.title = Section(_("Free times"), after=True)
        self.rows = Rows[Slot](
            SLOTS, (), identity=lambda slot: (slot.resource_id, slot.starts_at),
            empty=N_("Choose a reason, and free times stand here."),
        )  # fmt: skip
        self._asked: Wanted | None = None

    def display(self, shown: bool) -> None:
        """Show or hide both."""
        self.title.display = self.rows.display = shown

    @property
    def is_displayed(self) -> bool:
        """Whether a person sees them now."""
        return bool(self.rows.display)

    async def propose(self, context: Context, wanted: Wanted) -> None:
        """Read what fits; when nothing does, the next free times, and say so."""
        if wanted == self._asked:
            return
        self._asked = wanted
        found, beyond = await self._find(context, wanted)
        if wanted != self._asked:
            return
        self.beyond = beyond
        self.title.show_title(_("Nothing is free then; what comes next") if beyond else _("Free times"))
        self.rows.set_rows(found)
        self.rows.action_move(-len(found))

    async def _find(self, context: Context, wanted: Wanted) -> tuple[list[Slot], bool]:
        if wanted.reason_id is None and wanted.minutes is None:
            return [], False
        wish = wanted.wish
        find = partial(
            find_free_slots, context, reason_id=wanted.reason_id, duration_min=wanted.minutes,
            resource_id=wanted.resource_id, from_=wish.starts_at if wish else wanted.from_, count=MOST,
            site_id=self.site_id,
        )  # fmt: skip
        if wish is None or not wish.is_narrow:
            return await find(), False
        found = await find(until=wish.until, part=wish.part)
        return (found, False) if found else (await find(), True)
