"""The opening hours of a resource: a line a weekday. What they leave outside is told before they are saved."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from textual.widget import Widget

from vpterm.kernel.dates import format_moment, format_weekday
from vpterm.kernel.i18n import N_, _, ngettext
from vpterm.practice.agenda.furniture import RIGHT, set_opening_hours
from vpterm.practice.agenda.hours import format_week_hours, hours_of
from vpterm.practice.agenda.queries import BookingRow, ResourceRow, bookings_outside_hours, list_resources
from vpterm.practice.agenda.rules import Hours
from vpterm.screens.agenda.fields import DayHoursField
from vpterm.screens.keymap.registry import Action, Keys
from vpterm.screens.keymap.standard import SAVE_FORM
from vpterm.screens.shell.app import PracticeApp
from vpterm.screens.shell.openers import opens
from vpterm.screens.shell.place import Place
from vpterm.screens.widgets.columns import Column
from vpterm.screens.widgets.dialogs import PickList, Question
from vpterm.screens.widgets.form import Form
from vpterm.screens.widgets.paragraph import Paragraph

WEEK = range(1, 8)
MOST_TOLD = 6  # bookings that a question lists


class HoursForm(Place):
    """Seven lines; `=` repeats the line above."""

    place = "agenda.hours"
    title_label = N_("Opening hours")
    actions = (
        SAVE_FORM,
        Action("like", Keys("ctrl+e", ("f14",)), N_("same as"), N_("Take over the hours of somebody else.")),
    )

    def __init__(self, row: ResourceRow, others: Sequence[ResourceRow], *, is_new: bool) -> None:
        super().__init__()
        self.row, self.others, self.is_new = row, others, is_new
        self.days: list[DayHoursField] = []
        for weekday in WEEK:
            label = format_weekday(weekday)
            above = self.days[-1] if self.days else None
            field = DayHoursField(
                str(weekday), label[:1].upper() + label[1:], hours_of(weekday, row.hours), above=above
            )
            self.days.append(field)
        self.form = Form(*self.days, on_save=self.save)

    def body(self) -> Iterable[Widget]:
        """The week, and how it is typed."""
        yield self.form
        hint = Paragraph(
            _("8:30-12 14-18:30 with a break, 9-12 without, nothing on a closed day; = repeats the line above."),
            "quiet",
        )
        hint.styles.margin = (1, 0, 0, 0)
        yield hint

    def on_mount(self) -> None:
        """Monday."""
        self.head.show_subject(self.row.name, _("opening hours"))
        self.days[0].focus()
        if self.is_new:
            self.say(
                _("{name} is in the agenda. When does it open? Ctrl+E takes over other hours.").format(
                    name=self.row.name
                )
            )

    async def do_like(self) -> None:
        """Ctrl+E."""
        columns = [
            Column[ResourceRow]("", lambda row: row.name, 16),
            Column[ResourceRow]("", lambda row: format_week_hours(row.hours), 30, stretch=1, role="quiet"),
        ]
        picked = await self.app.ask(
            PickList(
                _("Whose hours?"),
                self.others,
                identity=lambda row: row.id,
                columns=columns,
                filter_text=lambda row: row.name,
                width=76,
            )
        )
        if picked is not None:
            for weekday, field in zip(WEEK, self.days, strict=True):
                field.set_text(field.show(hours_of(weekday, picked.hours)))

    async def save(self, values: dict[str, Any]) -> None:
        """Save, unless the person would rather look at the bookings that it leaves outside first."""
        hours: list[Hours] = [(weekday, *opening) for weekday in WEEK for opening in values[str(weekday)]]
        outside = await bookings_outside_hours(self.app.context, resource_id=self.row.id, hours=hours)
        if outside and await self.app.ask(self._question(outside)) != "save":
            return
        await set_opening_hours(self.app.context, resource_id=self.row.id, hours=hours)
        words = _("Opening hours of {name}: saved.").format(name=self.row.name)
        self.app.work(self.app.go_back(says=words))

    def _question(self, outside: Sequence[BookingRow]) -> Question:
        words = ngettext(
            "{n} booking stands outside these hours. It stays booked.",
            "{n} bookings stand outside these hours. They stay booked.",
            len(outside),
        ).format(n=len(outside))
        lines = [f"{format_moment(row.starts_at)}  {row.who}" for row in outside[:MOST_TOLD]]
        if len(outside) > MOST_TOLD:
            lines.append(_("and {n} more").format(n=len(outside) - MOST_TOLD))
        answers = {"save": _("Save these hours"), "change": _("Go on changing them")}
        return Question(words, answers, details="\n" + "\n".join(lines), safe="change")


@opens("agenda.hours", right=RIGHT)
async def open_hours(app: PracticeApp, *, resource_id: int, is_new: bool = False) -> HoursForm:
    """As they are now."""
    resources = await list_resources(app.context, closed=True)
    row = next(one for one in resources if one.id == resource_id)
    others = [one for one in resources if one.id != resource_id and one.hours]
    return HoursForm(row, others, is_new=is_new)
