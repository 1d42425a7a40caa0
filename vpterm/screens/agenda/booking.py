"""The booking form: who, why, with whom, when. The list below proposes patients, then free times."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from textual import events
from textual.widget import Widget

from vpterm.kernel.dates import format_day_title, format_duration, format_time, paris_day
from vpterm.kernel.errors import Conflict, Refused
from vpterm.kernel.i18n import N_, _
from vpterm.kernel.identifiers import format_phone
from vpterm.practice.agenda.actions import book
from vpterm.practice.agenda.queries import ReasonRow, ResourceRow, Slot, find_free_slots
from vpterm.practice.agenda.rules import check_start
from vpterm.practice.agenda.wishes import Wish
from vpterm.practice.drafts.actions import discard_draft, keep_draft
from vpterm.screens.agenda.day import AgendaDay
from vpterm.screens.agenda.fields import DurationField, WhenField, moment_text
from vpterm.screens.agenda.proposals import FreeTimes, Wanted
from vpterm.screens.keymap.standard import SAVE_FORM
from vpterm.screens.privacy import owner
from vpterm.screens.shell.place import Place
from vpterm.screens.widgets.choice import Choice, ChoiceField
from vpterm.screens.widgets.fields import PhoneField, TextField
from vpterm.screens.widgets.form import Form
from vpterm.screens.widgets.picking import PATIENTS, Patient, PatientField
from vpterm.screens.widgets.rows import Rows
from vpterm.screens.widgets.section import Section

FORM = "agenda.book"


class BookingForm(Place):
    """Fields in the order of a telephone call; the list below follows the field in use."""

    place = "agenda.book"
    title_label = N_("Booking")
    actions = (SAVE_FORM,)

    def __init__(
        self, *, resources: list[ResourceRow], reasons: list[ReasonRow], site_id: int | None, subject: str,
        slot_first: bool = False,
    ) -> None:  # fmt: skip
        super().__init__()
        self.resources, self.reasons = resources, reasons
        self.site_id, self.subject, self.slot_first = site_id, subject, slot_first
        self.subject_name = ""
        self.from_: datetime | None = None
        self.free = FreeTimes(site_id)
        self.patients = Rows[Patient](
            PATIENTS, (), identity=lambda one: one.key,
            empty=N_("A name, an animal, a telephone: type a few letters."),
        )  # fmt: skip
        self._make_fields()

    def _make_fields(self) -> None:
        self.who = PatientField(
            "who", _("Who"), below=self.patients, clients=True, callers=True, on_patient=self._know,
            hint=_("client, animal or caller"),
        )  # fmt: skip
        self.phone = PhoneField("phone", _("Telephone"), hint=_("of a caller"))
        reasons = [Choice(one.id, one.name, format_duration(one.duration_min)) for one in self.reasons]
        self.reason = ChoiceField("reason_id", _("Reason"), reasons, hint=_("F4 shows them"))
        choices = [Choice(one.id, one.name) for one in self.resources]
        self.resource = ChoiceField("resource_id", _("With"), choices, hint=_("whoever is free first"))
        self.when = WhenField(
            "starts_at", _("When"), below=self.free.rows, on_take=self._take_slot, required=True,
            hint=_(". +7 mon 10:30 24/12, w+1 morning"),
        )  # fmt: skip
        self.duration = DurationField("duration_min", _("Duration"), width=14, hint=_("as usual"))
        self.note = TextField("note", _("Note"), max_length=500)
        who, when = (self.who, self.phone), (self.reason, self.resource, self.when)
        order = (*when, *who) if self.slot_first else (*who, *when)
        self.form = Form(*order, self.duration, self.note, on_save=self.save, on_draft=self.keep)

    def _know(self, patient: Patient | None) -> None:
        """The telephone of a client is in the file: nobody types it, and Enter passes over it."""
        known = patient is not None
        self.phone.disabled = known
        self.phone.placeholder = format_phone(patient.phone) if patient and patient.phone else ""
        if not known:
            self.phone.placeholder = _("of a caller")

    def _take_slot(self, slot: Slot) -> None:
        self.resource.set_value(slot.resource_id)

    def body(self) -> Iterable[Widget]:
        """The form, then what can be taken with Enter."""
        yield self.form
        self.patients_title = Section(_("Who?"), after=True)
        yield self.patients_title
        yield self.patients
        yield self.free.title
        yield self.free.rows

    def on_mount(self) -> None:
        """The first field that is still empty; a list of free times that was asked for comes first."""
        self.head.show_subject(_("Booking"), owner(self.subject_name))
        order = list(self.form.fields.values())
        first = next((field for field in order if not field.text and not field.disabled), self.note)
        if self.slot_first and self.reason.text:
            first = self.when
        elif first in (self.phone, self.resource):
            first = next((field for field in (self.reason, self.when, self.note) if not field.text), self.note)
        first.focus()
        self._show_below(who=first is self.who)

    def _show_below(self, *, who: bool) -> None:
        self.patients_title.display = self.patients.display = who
        self.free.display(not who)

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """Patients while one says who; free times from then on."""
        self._show_below(who=event.widget is self.who)
        if event.widget is not self.who:
            self.app.work(self.propose())

    def on_input_changed(self) -> None:
        """Another reason, person or day: other proposals."""
        if self.focused in {self.reason, self.resource, self.when, self.duration}:
            self.app.work(self.propose())

    async def propose(self) -> None:
        """Read the free times for what the form says so far; unfinished fields count as empty."""
        wish = _quiet(self.when)
        from_ = self.from_ or self.app.context.now()
        wanted = Wanted(_quiet(self.reason), _quiet(self.duration), _quiet(self.resource), wish, from_)
        await self.free.propose(self.app.context, wanted)

    # -- saving and drafts

    async def do_save(self) -> None:
        """F2 with no time said takes the free time that the cursor shows, if it is one that was wished for."""
        proposed = self.free.rows.current
        if self.free.is_displayed and proposed is not None and self.when.offers and not self.free.beyond:
            self.when.take(proposed)
        await super().do_save()

    async def save(self, values: dict[str, Any]) -> None:
        """Book; a time at which nobody is free is refused with the next one."""
        wish: Wish = values["starts_at"]
        if wish.clock is None:
            raise Refused(_("At what time?"), _("Type it after the day, or take a free time below."), field="starts_at")
        starts_at = check_start(wish.starts_at, self.app.context.now())
        resource_id = values["resource_id"] or await self._whoever_is_free(values, starts_at)
        patient = self.who.patient
        number = await book(
            self.app.context, resource_id=resource_id, starts_at=starts_at, reason_id=values["reason_id"],
            duration_min=values["duration_min"], client_id=patient.client_id if patient else None,
            animal_id=patient.animal_id if patient else None, caller="" if patient else self._caller(values),
            note=values["note"], site_id=self.site_id,
        )  # fmt: skip
        await discard_draft(self.app.context, form=FORM, subject=self.subject)
        self.app.work(self._leave(number, starts_at, resource_id))

    async def _leave(self, number: int, starts_at: datetime, resource_id: int) -> None:
        name = next(one.name for one in self.resources if one.id == resource_id)
        who = self.who.patient.animal or self.who.patient.client_name if self.who.patient else self.who.text
        words = _("Booked: {who}, {day} at {time}, {resource}.").format(
            who=who, day=format_day_title(paris_day(starts_at)), time=format_time(starts_at), resource=name
        )
        await self.app.go_back(says=words)
        if isinstance(self.app.open_place, AgendaDay):
            self.app.open_place.lists.select_booking(number)

    def _caller(self, values: dict[str, Any]) -> str:
        phone = format_phone(values["phone"]) if values["phone"] else ""
        return f"{values['who']} {phone}".strip()

    async def _whoever_is_free(self, values: dict[str, Any], starts_at: datetime) -> int:
        if values["reason_id"] is None and values["duration_min"] is None:
            raise Refused(_("How long does it take?"), _("Choose a reason, or give a duration."), field="reason_id")
        found = await find_free_slots(
            self.app.context, reason_id=values["reason_id"], duration_min=values["duration_min"], from_=starts_at,
            count=1, site_id=self.site_id,
        )  # fmt: skip
        if not found or found[0].starts_at != starts_at:
            advice = _("Next free: {start}.").format(start=moment_text(found[0].starts_at)) if found else ""
            raise Conflict(_("Nobody is free at {time}.").format(time=format_time(starts_at)), advice)
        return found[0].resource_id

    async def keep(self, texts: dict[str, str]) -> None:
        """Keep what is typed; who was taken is kept by number."""
        if not texts:
            await discard_draft(self.app.context, form=FORM, subject=self.subject)
            return
        patient = self.who.patient
        numbers = {"client_id": patient.client_id, "animal_id": patient.animal_id} if patient else {}
        await keep_draft(self.app.context, form=FORM, subject=self.subject, values={"texts": texts, "who": numbers})

    def fill(self, patient: Patient | None, texts: Mapping[str, str]) -> None:
        """Put a patient and texts in place before the form is shown."""
        self.form.restore(texts)
        if patient is not None:
            self.who.take(patient)
            self.subject_name = patient.label


def _quiet(field: TextField) -> Any:
    """The value of a field that may be half typed."""
    try:
        return field.read()
    except Refused:
        return None
