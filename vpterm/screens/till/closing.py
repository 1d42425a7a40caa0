"""Closing the till: the cash is counted blind, then the figures are shown beside what was expected."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from textual.containers import Horizontal, Vertical
from textual.widget import Widget

from vpterm.kernel.dates import format_date_long, format_date_short, format_time
from vpterm.kernel.errors import Refused
from vpterm.kernel.i18n import N_, _, ngettext
from vpterm.kernel.money import Money, format_money
from vpterm.practice.till.closings import close_day
from vpterm.practice.till.queries import ClosingRow, JournalRow, TillDay, journal, list_closings, till_day
from vpterm.practice.till.rules import KINDS, MEANS, MEANS_LABELS, PERIODS
from vpterm.screens.keymap.registry import Action
from vpterm.screens.keymap.standard import MAIN
from vpterm.screens.privacy import owner
from vpterm.screens.shell.app import PracticeApp
from vpterm.screens.shell.commands import command
from vpterm.screens.shell.openers import opens
from vpterm.screens.shell.place import Place
from vpterm.screens.theme.look import Role
from vpterm.screens.widgets.columns import Cell, Column
from vpterm.screens.widgets.dialogs import yes_no
from vpterm.screens.widgets.fields import MoneyField
from vpterm.screens.widgets.form import Form
from vpterm.screens.widgets.rows import Rows
from vpterm.screens.widgets.section import Line, Section

WIDE = 110
CLOSINGS: list[Column[ClosingRow]] = [
    Column[ClosingRow]("", lambda row: _(PERIODS[row.period]), 6, role="quiet"),
    Column[ClosingRow](N_("date"), lambda row: format_date_short(row.closes_on), 8),
    Column[ClosingRow](N_("total"), lambda row: format_money(row.total), 13, "right", stretch=1),
    Column[ClosingRow](N_("cash"), lambda row: format_money(row.cash_expected), 13, "right"),
    Column[ClosingRow](N_("difference"), lambda row: difference_cell(row.cash_expected, row.cash_counted), 14, "right"),
    Column[ClosingRow](N_("perpetual total"), lambda row: format_money(row.perpetual_total), 16, "right", rank=1),
]
JOURNAL: list[Column[JournalRow]] = [
    Column[JournalRow]("", lambda row: str(row.sequence), 6, "right", rank=2, role="quiet"),
    Column[JournalRow](N_("time"), lambda row: format_time(row.taken_at), 5, role="quiet"),
    Column[JournalRow]("", lambda row: _(KINDS[row.kind]), 10),
    Column[JournalRow]("", lambda row: _(MEANS_LABELS[row.means]) if row.means else "", 12),
    Column[JournalRow](N_("client"), lambda row: owner(row.client_name), 8, stretch=1),
    Column[JournalRow](N_("invoice"), lambda row: row.invoice_number, 15, rank=1, role="quiet"),
    Column[JournalRow](N_("amount"), lambda row: format_money(row.amount), 13, "right"),
]


def difference_cell(expected: Money, counted: Money | None) -> Cell:
    """What was counted less what was expected; a difference is danger, with its sign."""
    if counted is None:
        return Cell(_("not counted"), "quiet")
    difference = counted - expected
    if not difference:
        return Cell(_("none"), "quiet")
    sign = "+" if difference > Money.zero() else ""
    return Cell(sign + format_money(difference), "danger")


class Closing(Place):
    """The day's till. Before it is closed, no amount is shown: what is counted owes nothing to what is expected."""

    place = "till.closing"
    title_label = N_("Closing the till")
    actions = (Action("close", MAIN, N_("close the day"), N_("Close the till of the day; it never opens again.")),)

    def __init__(self, day: TillDay, entries: Sequence[JournalRow], closings: Sequence[ClosingRow]) -> None:
        self.day, self.entries, self.closings = day, entries, closings  # before the rest: actions depend on it
        super().__init__()
        self.state = Line()
        self.counted = MoneyField("cash_counted", _("Cash counted, without the float"))
        self.form = Form(self.counted, on_save=self.close_counted)
        self.figures = [Line() for _means in range(len(MEANS) + 2)]
        self.closings_list = Rows[ClosingRow](
            CLOSINGS, closings, identity=lambda row: (row.period, row.closes_on), empty=N_("No closing yet."),
        )  # fmt: skip
        self.journal_title = Section(_("Journal of the day"))
        self.journal_list = Rows[JournalRow](
            JOURNAL, (), identity=lambda row: row.id, empty=N_("Nothing was taken on this day.")
        )

    def body(self) -> Iterable[Widget]:
        """The day, the count, (closed) its figures; below, the closings before. Wide: its journal."""
        yield self.state
        left = Vertical(self.form, *self.figures, Section(_("Closings"), after=True), self.closings_list)
        if self.app.size.width >= WIDE:
            left.styles.width = 66
            right = Vertical(self.journal_title, self.journal_list)
            right.styles.margin = (0, 0, 0, 3)
            yield Horizontal(left, right)
        else:
            yield left

    def on_mount(self) -> None:
        """The count."""
        self.head.show_subject(_("Till"), format_date_long(self.day.day))
        self._show()
        (self.closings_list if self.day.closed_at else self.counted).focus()

    def can(self, action: Action) -> bool:
        """A closed day stays closed."""
        day = getattr(self, "day", None)
        return action.name != "close" or day is None or day.closed_at is None

    def _show(self) -> None:
        closed = self.day.closed_at is not None
        count = ngettext("{n} entry", "{n} entries", self.day.entries).format(n=self.day.entries)
        state: list[tuple[str, Role]] = [(count, "text")]
        if closed:
            state.append(("   " + _("closed"), "strong"))
        else:
            state.append(
                ("   " + _("Count the cash first: what is expected is shown once the day is closed."), "quiet")
            )
        self.state.show(*state)
        self.form.display = not closed
        for line, pieces in zip(self.figures, self._figures(), strict=True):
            line.display = closed
            line.show(*pieces)
        self.journal_title.display = self.journal_list.display = closed and self.app.size.width >= WIDE
        self.foot.show_actions(self.available_actions())
        self.journal_list.set_rows(self.entries if closed else ())
        self.closings_list.set_rows(self.closings)

    def _figures(self) -> list[list[tuple[str, Role]]]:
        lines: list[list[tuple[str, Role]]] = [
            _figure(_(MEANS[means]).capitalize(), format_money(amount), "text" if amount else "quiet")
            for means, amount in self.day.by_means
        ]
        lines.append(_figure(_("Total of the day"), format_money(self.day.total), "strong"))
        difference = difference_cell(self.day.cash_expected, self.day.cash_counted)
        label = _("Difference in cash")
        if self.day.cash_counted is not None:
            label = _("Difference in cash ({counted} counted)").format(counted=format_money(self.day.cash_counted))
        lines.append(_figure(label, difference.shown, difference.role))
        return lines

    async def reload(self) -> None:
        """Read the same day again."""
        self.day, self.entries, self.closings = await read_day(self.app, self.day)
        self._show()

    async def do_close(self) -> None:
        """F9."""
        await self.form.save()

    async def close_counted(self, values: dict[str, Any]) -> None:
        """Close with what was counted; without a count one is asked whether that is meant."""
        if self.day.closed_at is not None:
            raise Refused(_("This day is closed already."))
        counted = values["cash_counted"]
        if counted is None and await self.app.ask(yes_no(_("Close without counting the cash?"))) != "yes":
            raise Refused(_("The day stays open."), field="cash_counted")
        made = await close_day(self.app.context, day=self.day.day, cash_counted=counted)
        await self.reload()
        self.closings_list.focus()
        difference = difference_cell(made[-1].cash_expected, counted)
        if difference.role == "danger":
            self.say(_("Closed, with a difference in cash: {amount}.").format(amount=difference.text))
        else:
            self.say(_("Closed."))


def _figure(label: str, amount: str, role: Role) -> list[tuple[str, Role]]:
    return [(label, "quiet"), ("", "text"), (f"{amount:>16}", role)]


async def read_day(
    app: PracticeApp, known: TillDay | None = None
) -> tuple[TillDay, list[JournalRow], list[ClosingRow]]:
    """The oldest open day (or the one that is shown), its journal, and the closings so far."""
    day = await till_day(app.context, day=known.day if known else None)
    return day, await journal(app.context, day=day.day), await list_closings(app.context)


@opens("till.closing", label=N_("Closing the till"), right="till.close")
async def open_closing(app: PracticeApp) -> Closing:
    """The oldest day that is still open."""
    return Closing(*await read_day(app))


@command("caisse", "till", label=N_("Closing the till"))
async def go_to_closing(app: Any, rest: str) -> None:
    # for instance: caisse
    await app.open("till.closing")
