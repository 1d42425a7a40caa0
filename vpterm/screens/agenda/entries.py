"""The forms of a resource and of a reason: what it is called, of which kind, for how long."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from textual.widget import Widget

from vpterm.kernel.i18n import N_, _
from vpterm.practice.agenda import furniture
from vpterm.practice.agenda.queries import ReasonRow, ResourceRow, list_resources
from vpterm.practice.agenda.rules import RESOURCE_KINDS
from vpterm.practice.staff.queries import StaffRow, list_staff
from vpterm.screens.agenda.fields import DurationField
from vpterm.screens.keymap.standard import SAVE_FORM
from vpterm.screens.shell.app import PracticeApp
from vpterm.screens.shell.openers import opens
from vpterm.screens.shell.place import Place
from vpterm.screens.widgets.choice import Choice, ChoiceField
from vpterm.screens.widgets.fields import TextField
from vpterm.screens.widgets.form import Form

LONGEST_NAME = 40


def _kinds() -> list[Choice]:
    return [Choice(kind, _(label)) for kind, label in RESOURCE_KINDS.items()]


class ResourceForm(Place):
    """A practitioner, a room, a theatre; a new one goes on to its opening hours."""

    place = "agenda.resource"
    title_label = N_("Who or what is booked")
    actions = (SAVE_FORM,)

    def __init__(self, row: ResourceRow | None, people: list[StaffRow]) -> None:
        super().__init__()
        self.row = row
        self.form = Form(
            TextField("name", _("Name"), row.name if row else "", required=True, max_length=LONGEST_NAME,
                      hint=_("as the agenda shows it: Dr Martin, Room 2")),
            ChoiceField("kind", _("Kind"), _kinds(), row.kind if row else "practitioner", required=True),
            ChoiceField("staff_id", _("Person"), [Choice(one.id, one.name, one.login) for one in people],
                        row.staff_id if row else None, hint=_("whose agenda it is; none for a room")),
            on_save=self.save,
        )  # fmt: skip

    def body(self) -> Iterable[Widget]:
        """The form."""
        yield self.form

    def on_mount(self) -> None:
        """What it is called."""
        self.head.show_subject(self.row.name if self.row else _("New in the agenda"))

    async def save(self, values: dict[str, Any]) -> None:
        """Add or change."""
        context = self.app.context
        if self.row is not None:
            await furniture.change_resource(context, resource_id=self.row.id, **values)
            self.app.work(self.app.go_back(says=_("{name} is saved.").format(name=values["name"])))
            return
        number = await furniture.add_resource(context, **values)
        self.app.work(self.app.replace("agenda.hours", resource_id=number, is_new=True))


class ReasonForm(Place):
    """A reason to come."""

    place = "agenda.reason"
    title_label = N_("Reason to come")
    actions = (SAVE_FORM,)

    def __init__(self, row: ReasonRow | None) -> None:
        super().__init__()
        self.row = row
        self.form = Form(
            TextField("name", _("Name"), row.name if row else "", required=True, max_length=LONGEST_NAME),
            DurationField("duration_min", _("Duration"), row.duration_min if row else None, required=True,
                          hint=_("20, 1h30"), width=14),
            ChoiceField("kind", _("With"), _kinds(), row.kind if row else "practitioner", required=True),
            on_save=self.save,
        )  # fmt: skip

    def body(self) -> Iterable[Widget]:
        """The form."""
        yield self.form

    def on_mount(self) -> None:
        """What it is called."""
        self.head.show_subject(self.row.name if self.row else _("New reason"))

    async def save(self, values: dict[str, Any]) -> None:
        """Add or change; bookings keep the time they have."""
        if self.row is None:
            await furniture.add_reason(self.app.context, **values)
        else:
            await furniture.change_reason(self.app.context, reason_id=self.row.id, **values)
        self.app.work(self.app.go_back(says=_("{name} is saved.").format(name=values["name"])))


@opens("agenda.resource", right=furniture.RIGHT)
async def open_resource(app: PracticeApp, *, row: ResourceRow | None = None) -> ResourceForm:
    """As the list showed it; the people who work here and have no line of their own yet."""
    taken = {one.staff_id for one in await list_resources(app.context, closed=True) if row is None or one.id != row.id}
    people = await list_staff(app.context.database, site_code=app.context.site_code)
    return ResourceForm(row, [one for one in people if one.active and one.id not in taken])


@opens("agenda.reason", right=furniture.RIGHT)
async def open_reason(app: PracticeApp, *, row: ReasonRow | None = None) -> ReasonForm:
    """As the list showed it."""
    return ReasonForm(row)
