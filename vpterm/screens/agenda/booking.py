"""The booking form: who, why, with whom, when. The list below proposes patients, then free slots."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time
from typing import Any

from textual import events
from textual.widget import Widget

from vpterm.kernel.dates import (
    at_time,
    day_bounds,
    format_date_short,
    format_day_title,
    format_duration,
    format_time,
    paris_day,
    parse_duration,
)
from vpterm.kernel.errors import Conflict, Refused
from vpterm.kernel.i18n import N_, _
from vpterm.kernel.identifiers import format_phone
from vpterm.practice.agenda.actions import book
from vpterm.practice.agenda.queries import ReasonRow, ResourceRow, Slot, find_free_slots, list_reasons, list_resources
from vpterm.practice.agenda.rules import check_duration, check_start, parse_when
from vpterm.practice.animals.queries import animal_sheet
from vpterm.practice.clients.queries import find_client
from vpterm.practice.drafts.actions import discard_draft, keep_draft
from vpterm.practice.drafts.queries import find_draft
from vpterm.screens.agenda.columns import SLOTS
from vpterm.screens.agenda.day import AgendaDay
from vpterm.screens.keymap.standard import SAVE_FORM
from vpterm.screens.shell.app import PracticeApp
from vpterm.screens.shell.commands import command
from vpterm.screens.shell.openers import opens
from vpterm.screens.shell.place import Place
from vpterm.screens.widgets.choice import Choice, ChoiceField
from vpterm.screens.widgets.fields import PhoneField, TextField
from vpterm.screens.widgets.form import Form
from vpterm.screens.widgets.picking import PATIENTS, Patient, PatientField, PickingField
from vpterm.screens.widgets.rows import Rows
from vpterm.screens.widgets.section import Section

FORM = "agenda.book"
PROPOSALS = 30


class DurationField(TextField):
    """Minutes (`20`, `1h30`); `read()` answers an int, None for the reason's own."""

    nothing = None

    def parse(self, typed: str) -> int:
        """Minutes that a booking may last."""
        return check_duration(parse_duration(typed))

    def show(self, value: int) -> str:
        """`1 h 30`."""
        return format_duration(value)


class WhenField(PickingField):
    """A day and a time (`lun 10h30`); a day alone has the free slots from there proposed."""

    nothing = None

    def take(self, row: Slot) -> None:
        """Take a proposal over; its resource goes with it."""
        self.set_text(moment_text(row.starts_at))
        if isinstance(self.screen, BookingForm):
            self.screen.take_slot(row)

    @property
    def offers(self) -> bool:
        """A time that was typed out stands."""
        return bool(self.below.rows) and not self.has_time

    @property
    def has_time(self) -> bool:
        try:
            return self.parse(self.value.strip())[1] is not None
        except Refused:
            return False

    def parse(self, typed: str) -> tuple[date, time | None]:
        """The day, and the time where there is one."""
        app: PracticeApp = self.app  # type: ignore[assignment]
        return parse_when(typed, app.context.today(), self.key)

    def show(self, value: tuple[date, time | None]) -> str:
        """`24/11/26 10:30`."""
        day, clock = value
        return f"{format_date_short(day)} {format_time(clock)}" if clock else format_date_short(day)


def moment_text(moment: datetime) -> str:
    """As WhenField reads it."""
    return f"{format_date_short(paris_day(moment))} {format_time(moment)}"


class BookingForm(Place):
    """Fields in the order of a telephone call; the list below follows the field in use."""

    place = "agenda.book"
    title_label = N_("Booking")
    actions = (SAVE_FORM,)

    def __init__(
        self, *, resources: list[ResourceRow], reasons: list[ReasonRow], site_id: int | None, subject: str
    ) -> None:
        super().__init__()
        self.resources = resources
        self.reasons = {reason.id: reason for reason in reasons}
        self.site_id, self.subject = site_id, subject
        self.from_: datetime | None = None
        self._asked: object = None
        self.patients = Rows[Patient](
            PATIENTS, (), identity=lambda one: one.key,
            empty=N_("A name, an animal, a telephone: type a few letters."),
        )  # fmt: skip
        self.slots = Rows[Slot](
            SLOTS, (), identity=lambda slot: (slot.resource_id, slot.starts_at),
            empty=N_("Choose a reason, and free times stand here."),
        )  # fmt: skip
        self._make_fields()

    def _make_fields(self) -> None:
        self.who = PatientField(
            "who", _("Who"), below=self.patients, clients=True, callers=True, hint=_("client, animal or caller")
        )
        self.phone = PhoneField("phone", _("Telephone"), hint=_("of a caller"))
        reasons = [Choice(one.id, one.name, format_duration(one.duration_min)) for one in self.reasons.values()]
        self.reason = ChoiceField("reason_id", _("Reason"), reasons, hint=_("F4 shows them"))
        choices = [Choice(one.id, one.name) for one in self.resources]
        self.resource = ChoiceField("resource_id", _("With"), choices, hint=_("whoever is free first"))
        self.when = WhenField("starts_at", _("When"), below=self.slots, required=True, hint=_(". +7 mon 10:30 24/12"))
        self.duration = DurationField("duration_min", _("Duration"), width=14, hint=_("as usual"))
        self.note = TextField("note", _("Note"), max_length=500)
        self.form = Form(
            self.who, self.phone, self.reason, self.resource, self.when, self.duration, self.note,
            on_save=self.save, on_draft=self.keep,
        )  # fmt: skip

    def body(self) -> Iterable[Widget]:
        """The form, then what can be taken with Enter."""
        yield self.form
        self.below_title = Section(_("Who?"), after=True)
        self.slots_title = Section(_("Free times"), after=True)
        yield self.below_title
        yield self.patients
        yield self.slots_title
        yield self.slots

    def on_mount(self) -> None:
        """The first field that is still empty."""
        self.head.show_subject(_("Booking"), self.subject_name)
        fields = (self.who, self.reason, self.when, self.note)
        next((field for field in fields if not field.text), self.note).focus()
        self._show_below(who=not self.who.text)

    subject_name = ""

    def _show_below(self, *, who: bool) -> None:
        self.below_title.display = self.patients.display = who
        self.slots_title.display = self.slots.display = not who

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """Patients while one says who; free times from then on."""
        self._show_below(who=event.widget is self.who)
        if event.widget is not self.who:
            self.app.work(self.propose())

    def on_input_changed(self) -> None:
        """Another reason, person or day: other proposals."""
        if self.focused in {self.reason, self.resource, self.when, self.duration}:
            self.app.work(self.propose())

    # -- proposals

    async def propose(self) -> None:
        """Read the free times for what the form says so far; unfinished fields count as empty."""
        reason, minutes = self._quiet(self.reason), self._quiet(self.duration)
        resource, when = self._quiet(self.resource), self._quiet(self.when)
        from_ = self.from_ or self.app.context.now()
        if when is not None:
            from_ = at_time(when[0], when[1]) if when[1] else day_bounds(when[0])[0]
        asked = (reason, minutes, resource, from_)
        if asked == self._asked:
            return
        self._asked = asked
        if reason is None and minutes is None:
            self.slots.set_rows([])
            return
        found = await find_free_slots(
            self.app.context, reason_id=reason, duration_min=minutes, resource_id=resource, from_=from_,
            count=PROPOSALS, site_id=self.site_id,
        )  # fmt: skip
        if asked == self._asked:
            self.slots.set_rows(found)
            self.slots.action_move(-len(found))

    def _quiet(self, field: TextField) -> Any:
        try:
            return field.read()
        except Refused:
            return None

    def take_slot(self, slot: Slot) -> None:
        """A proposal was taken: with whom goes with it."""
        self.resource.set_value(slot.resource_id)

    # -- saving and drafts

    async def do_save(self) -> None:
        """F2 with no time said takes the free time that the cursor shows."""
        proposed = self.slots.current
        if not self.when.value.strip() and self.slots.display and proposed is not None:
            self.when.take(proposed)
        await super().do_save()

    async def save(self, values: dict[str, Any]) -> None:
        """Book; a time at which nobody is free is refused with the next one."""
        day, clock = values["starts_at"]
        if clock is None:
            raise Refused(_("At what time?"), _("Type it after the day, or take a free time below."), field="starts_at")
        starts_at = check_start(at_time(day, clock), self.app.context.now())
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
            self.app.open_place.select_booking(number)

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


async def find_patient(app: PracticeApp, client_id: int | None, animal_id: int | None) -> Patient | None:
    """Who comes, by number."""
    if animal_id is not None:
        sheet = await animal_sheet(app.context, animal_id=animal_id)
        owner = f"{sheet.owner_last_name} {sheet.owner_first_name}".strip()
        return Patient(sheet.client_id, owner, sheet.owner_phone, sheet.owner_town, sheet.id, sheet.name)
    if client_id is not None:
        client = await find_client(app.context, client_id=client_id)
        return Patient(client.id, client.name, client.phones[0].number if client.phones else "", client.town)
    return None


@opens("agenda.book", label=N_("New booking"), right="agenda.edit")
async def open_form(
    app: PracticeApp, *, resource_id: int | None = None, starts_at: datetime | None = None, day: date | None = None,
    client_id: int | None = None, animal_id: int | None = None, reason_id: int | None = None,
    site_id: int | None = None, text: str = "",
) -> BookingForm:  # fmt: skip
    """All that is known already is filled in; what was typed before for the same patient is offered again."""
    context = app.context
    subject = f"animal:{animal_id}" if animal_id else f"client:{client_id}" if client_id else "new"
    form = BookingForm(
        resources=await list_resources(context, site_id=site_id),
        reasons=await list_reasons(context, site_id=site_id), site_id=site_id, subject=subject,
    )  # fmt: skip
    draft = await find_draft(context, form=FORM, subject=subject)
    texts: dict[str, str] = dict(draft.values["texts"]) if draft and not text else {}
    numbers = draft.values["who"] if draft and not text else {}
    patient = await find_patient(app, client_id or numbers.get("client_id"), animal_id or numbers.get("animal_id"))
    if text:
        texts["who"] = text
    form.fill(patient, texts)
    if resource_id is not None:
        form.resource.set_value(resource_id)
    if reason_id is not None:
        form.reason.set_value(reason_id)
    if starts_at is not None:
        form.when.set_text(moment_text(starts_at))
    elif day is not None and day > context.today():
        form.from_ = day_bounds(day)[0]
    if draft and texts:
        form.call_after_refresh(form.say, _("Taken up where you left off."))
    return form


@command("rdv", "book", label=N_("New booking"), argument=N_("name"))
async def go_to_booking(app: Any, rest: str) -> None:
    # for instance: rdv dupont
    await app.open("agenda.book", text=rest)
