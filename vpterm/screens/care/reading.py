"""An entry of the record, to read: finished, or written by another clinic."""

from __future__ import annotations

from collections.abc import Iterable

from textual.containers import VerticalScroll
from textual.widget import Widget
from textual.widgets import Static

from vpterm.documents.paper import Paper
from vpterm.documents.report import report_paper
from vpterm.kernel.dates import format_moment
from vpterm.kernel.i18n import N_, _
from vpterm.kernel.quantities import format_quantity
from vpterm.practice.animals.queries import animal_sheet
from vpterm.practice.care.queries import EntrySheet, PerformedRow
from vpterm.practice.care.rules import KINDS
from vpterm.practice.sites.queries import find_site
from vpterm.screens.keymap.registry import Action
from vpterm.screens.keymap.standard import MAIN, PRINT
from vpterm.screens.privacy import owner
from vpterm.screens.shell.handing import hand_out
from vpterm.screens.shell.place import Place
from vpterm.screens.widgets.columns import Column
from vpterm.screens.widgets.rows import Rows
from vpterm.screens.widgets.section import Line, Section

PERFORMED: list[Column[PerformedRow]] = [
    Column[PerformedRow]("", lambda row: format_quantity(row.quantity), 5, align="right"),
    Column[PerformedRow]("", lambda row: row.label + (f"  {_('lot')} {row.lot}" if row.lot else ""), 24, stretch=1),
    Column[PerformedRow]("", lambda row: row.practitioner_name, 18, role="quiet"),
]


class EntryPage(Place):
    """One entry; its author may complete it."""

    place = "care.entry"
    title_label = N_("Entry of the record")
    actions = (
        Action("complete", MAIN, N_("complete"), N_("Add to your own entry; the trail keeps what was there.")),
        Action("print", PRINT, N_("report"), N_("The report of this visit, for the owner or a colleague.")),
    )

    def __init__(self, sheet: EntrySheet, *, is_own: bool) -> None:
        self.sheet, self.is_own = sheet, is_own  # before the rest: what can be done depends on it
        super().__init__()

    def body(self) -> Iterable[Widget]:
        """When, where, by whom; the note; what was done."""
        sheet = self.sheet
        state = "" if sheet.finished_at else _("unfinished")
        yield Line(
            (f"{format_moment(sheet.happened_at)}  {sheet.site_name}  ", "text"),
            (f"{sheet.author_name}  ", "quiet"), (state, "waiting"),
        )  # fmt: skip
        yield Line((_(KINDS[sheet.kind]), "quiet"), (f"  {sheet.reason}", "strong"))
        yield VerticalScroll(Static("\n" + (sheet.note or _("Nothing was written.")), markup=False))
        yield Section(_("Done"))
        self.done = Rows[PerformedRow](
            PERFORMED, sheet.services, identity=lambda row: row.id, show_titles=False,
            empty=N_("Nothing was done yet."),
        )  # fmt: skip
        yield self.done

    def on_mount(self) -> None:
        """Arrows move the note."""
        self.head.show_subject(self.sheet.animal_name, owner(self.sheet.client_name))
        self.done.styles.height = max(min(len(self.sheet.services), 6), 1)
        self.query_one(VerticalScroll).focus()

    def can(self, action: Action) -> bool:
        """Only one's own entry is completed."""
        return action.name != "complete" or self.is_own

    async def do_complete(self) -> None:
        """F9."""
        await self.app.replace("care.consultation", entry_id=self.sheet.id, complete=True)

    async def do_print(self) -> None:
        """Ctrl+U."""
        await hand_out(self.app, self._paper)

    async def _paper(self) -> Paper:
        context, sheet = self.app.context, self.sheet
        animal = await animal_sheet(context, animal_id=sheet.animal_id)
        return report_paper(sheet, animal, await find_site(context.database, code=sheet.site_code))
