"""The arrival of an animal: somebody without a booking, or a caller who has no file yet."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from textual.widget import Widget

from vpterm.kernel.dates import format_time
from vpterm.kernel.errors import Refused
from vpterm.kernel.i18n import N_, _
from vpterm.practice.agenda.queries import BookingRow, find_booking, list_reasons
from vpterm.practice.waiting.actions import check_in
from vpterm.screens.keymap.registry import Action, Keys
from vpterm.screens.keymap.standard import SAVE_FORM
from vpterm.screens.shell.app import PracticeApp
from vpterm.screens.shell.commands import command
from vpterm.screens.shell.openers import opens
from vpterm.screens.shell.place import Place
from vpterm.screens.widgets.fields import TextField
from vpterm.screens.widgets.form import Form
from vpterm.screens.widgets.picking import PATIENTS, Patient, PatientField
from vpterm.screens.widgets.rows import Rows
from vpterm.screens.widgets.section import Line, Section


class ArrivalForm(Place):
    """Who is here, and why. Two keys for a known animal: a few letters, Enter, Enter."""

    place = "waiting.check_in"
    title_label = N_("Arrival")
    actions = (
        SAVE_FORM,
        Action("new", Keys("ctrl+a", ("f13",)), N_("new file"), N_("Make a file for a client who has none.")),
    )

    def __init__(self, *, booking: BookingRow | None, reasons: list[str], text: str = "") -> None:
        super().__init__()
        self.booking = booking
        self.patients = Rows[Patient](
            PATIENTS, (), identity=lambda one: one.key,
            empty=N_("A name, an animal, a telephone: type a few letters; Ctrl+A makes a new file."),
        )  # fmt: skip
        self.who = PatientField(
            "animal", _("Who is here"), below=self.patients, clients=False, callers=False, required=True,
            hint=_("animal, client or telephone"),
        )  # fmt: skip
        hint = ", ".join(reasons[:4])
        self.reason = TextField("reason", _("Reason"), booking.reason if booking else "", hint=hint)
        self.form = Form(self.who, self.reason, on_save=self.save)
        self.typed = text

    def body(self) -> Iterable[Widget]:
        """The form over the patients found."""
        if self.booking is not None:
            words = _("Booked at {time} by a caller without a file: {caller}")
            words = words.format(time=format_time(self.booking.starts_at), caller=self.booking.caller)
            yield Line((words, "waiting"))
        yield self.form
        yield Section(_("Who?"), after=True)
        yield self.patients

    def on_mount(self) -> None:
        """Who comes first."""
        self.head.show_subject(_("Arrival"))
        self.who.focus()
        if self.typed:
            self.who.set_text(self.typed)

    async def save(self, values: dict[str, Any]) -> None:
        """Check in."""
        patient = self.who.patient
        if patient is None or patient.animal_id is None:
            raise Refused(
                _("Choose an animal from the list."), _("Ctrl+A makes a file for a new client."), field="animal"
            )
        await check_in(
            self.app.context, animal_id=patient.animal_id, reason=values["reason"],
            booking_id=self.booking.id if self.booking else None,
        )  # fmt: skip
        self.app.work(self.app.go_back(says=_("{animal} is in the waiting room.").format(animal=patient.animal)))

    async def do_new(self) -> None:
        """Ctrl+A."""
        await self.app.open("clients.form")


@opens("waiting.check_in", label=N_("Arrival without a booking"), right="waiting.edit")
async def open_arrival(app: PracticeApp, *, booking_id: int | None = None, text: str = "") -> ArrivalForm:
    """With a booking: the caller who has just arrived, to be found or given a file."""
    booking = await find_booking(app.context, booking_id=booking_id) if booking_id is not None else None
    reasons = [reason.name for reason in await list_reasons(app.context)]
    return ArrivalForm(booking=booking, reasons=reasons, text=text)


@command("arrivee", "arrival", label=N_("Arrival without a booking"), argument=N_("name"))
async def go_to_arrival(app: Any, rest: str) -> None:
    # for instance: arrivee rex
    await app.open("waiting.check_in", text=rest)
