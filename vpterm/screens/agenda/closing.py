"""Closing time: leave, surgery, a meeting."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from textual.widget import Widget

from vpterm.kernel.dates import at_time, day_bounds, paris_day
from vpterm.kernel.i18n import N_, _
from vpterm.practice.agenda.actions import close_for_all, close_time
from vpterm.practice.agenda.queries import ResourceRow, list_resources
from vpterm.screens.keymap.standard import SAVE_FORM
from vpterm.screens.shell.app import PracticeApp
from vpterm.screens.shell.openers import opens
from vpterm.screens.shell.place import Place
from vpterm.screens.widgets.choice import Choice, ChoiceField
from vpterm.screens.widgets.fields import DateField, TextField, TimeField
from vpterm.screens.widgets.form import Form

EVERYBODY = 0  # stands for every resource in the list of choices


class ClosingForm(Place):
    """From when to when, for whom, and what for; without times, whole days."""

    place = "agenda.close"
    title_label = N_("Close time")
    actions = (SAVE_FORM,)

    def __init__(
        self, resources: list[ResourceRow], *, resource_id: int | None, day: date, starts_at: datetime | None
    ) -> None:
        super().__init__()
        clock = at_time(day, datetime.min.time()).tzinfo
        start = starts_at.astimezone(clock).time() if starts_at else None
        choices = [*(Choice(row.id, row.name) for row in resources), Choice(EVERYBODY, _("the whole site"))]
        self.form = Form(
            ChoiceField("resource_id", _("Who or what"), choices, resource_id, required=True),
            TextField("note", _("What for"), required=True, hint=_("leave, surgery, meeting")),
            DateField("from_day", _("From"), day, required=True),
            TimeField("from_time", _("at"), start, width=24, hint=_("beginning of the day")),
            DateField("to_day", _("Until"), day, required=True),
            TimeField("ends_at", _("at"), None, width=24, hint=_("end of the day")),
            on_save=self.save,
        )

    def body(self) -> Iterable[Widget]:
        """The form."""
        yield self.form

    def on_mount(self) -> None:
        """What for is what one comes to say, once it is known for whom."""
        self.head.show_subject(_("Close time"))
        whose = self.form.fields["resource_id"]
        (self.form.fields["note"] if whose.text else whose).focus()

    async def save(self, values: dict[str, Any]) -> None:
        """Close, or say what is booked in the way."""
        first, last = values["from_day"], values["to_day"]
        starts_at = at_time(first, values["from_time"]) if values["from_time"] else day_bounds(first)[0]
        ends_at = at_time(last, values["ends_at"]) if values["ends_at"] else day_bounds(last)[1]
        span = {"starts_at": starts_at, "ends_at": ends_at, "note": values["note"]}
        if values["resource_id"] == EVERYBODY:
            await close_for_all(self.app.context, **span)
        else:
            await close_time(self.app.context, resource_id=values["resource_id"], **span)
        self.app.work(self.app.go_back(says=_("Closed: {note}.").format(note=values["note"])))


@opens("agenda.close", label=N_("Close time"), right="agenda.edit")
async def open_closing(
    app: PracticeApp, *, resource_id: int | None = None, day: date | None = None, starts_at: datetime | None = None
) -> ClosingForm:
    """From the day and the time under the cursor."""
    day = day or (paris_day(starts_at) if starts_at else app.context.today())
    return ClosingForm(await list_resources(app.context), resource_id=resource_id, day=day, starts_at=starts_at)
