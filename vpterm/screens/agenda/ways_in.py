"""How the agenda and the booking form are opened: from a place that knows who or when, from words on the `>` line."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from vpterm.kernel.dates import day_bounds, paris_day
from vpterm.kernel.i18n import N_, _
from vpterm.practice.agenda.queries import day_agenda, find_booking, list_reasons, list_resources, week_overview
from vpterm.practice.agenda.wishes import parse_request, parse_wish
from vpterm.practice.animals.queries import animal_sheet
from vpterm.practice.clients.queries import find_client
from vpterm.practice.drafts.actions import take_draft
from vpterm.practice.sites.queries import list_sites
from vpterm.screens.agenda.booking import FORM, BookingForm
from vpterm.screens.agenda.day import AgendaDay
from vpterm.screens.agenda.fields import moment_text
from vpterm.screens.shell.app import PracticeApp
from vpterm.screens.shell.commands import command
from vpterm.screens.shell.openers import opens
from vpterm.screens.widgets.picking import Patient


@opens("agenda.day", label=N_("Agenda of the day"))
async def open_day(
    app: PracticeApp, *, day: date | None = None, resource_id: int | None = None, booking_id: int | None = None,
    starts_at: datetime | None = None, site_id: int | None = None,
) -> AgendaDay:  # fmt: skip
    """A day (today unless given, or a booking's own), of this site or of another as far as the group shares it."""
    context = app.context
    if booking_id is not None:
        booking = await find_booking(context, booking_id=booking_id)
        day, resource_id = paris_day(booking.starts_at), booking.resource_id
    day = day or (paris_day(starts_at) if starts_at else context.today())
    agenda = await day_agenda(context, day=day, site_id=site_id)
    week = await week_overview(context, day=day, site_id=site_id)
    name = ""
    if site_id is not None and site_id != context.site_id:
        name = next(site.name for site in await list_sites(context.database) if site.id == site_id)
    place = AgendaDay(app, agenda, week, name)
    place.lists.stand_at(booking_id=booking_id, moment=starts_at, resource=resource_id)
    return place


@command("agenda", "ag", label=N_("Agenda of the day"), argument=N_("day"))
async def go_to_agenda(app: Any, rest: str) -> None:
    # for instance: agenda 24/11
    day = parse_wish(rest, app.context.today()).day if rest else None
    await app.open("agenda.day", day=day)


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
    site_id: int | None = None, text: str = "", reason: str = "", when: str = "", slot_first: bool = False,
) -> BookingForm:  # fmt: skip
    """All that is known already is filled in; what was typed before for the same patient is offered again."""
    context = app.context
    subject = f"animal:{animal_id}" if animal_id else f"client:{client_id}" if client_id else "new"
    form = BookingForm(
        resources=await list_resources(context, site_id=site_id),
        reasons=await list_reasons(context, site_id=site_id), site_id=site_id, subject=subject,
        slot_first=slot_first,
    )  # fmt: skip
    said = text or reason or when or slot_first
    draft = await take_draft(context, form=FORM, subject=subject)
    texts: dict[str, str] = dict(draft.values["texts"]) if draft and not said else {}
    numbers = draft.values["who"] if draft and not said else {}
    patient = await find_patient(app, client_id or numbers.get("client_id"), animal_id or numbers.get("animal_id"))
    if text:
        texts["who"] = text
    form.fill(patient, texts)
    if resource_id is not None:
        form.resource.set_value(resource_id)
    if reason_id is not None:
        form.reason.set_value(reason_id)
    elif reason:
        form.reason.set_text(reason)
    if when:
        form.when.set_text(when)
    elif starts_at is not None:
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


@command("libre", "free", label=N_("Find a free time"), argument=N_("reason, with whom, when, who"))
async def go_to_free_times(app: Any, rest: str) -> None:
    # for instance: libre vaccin rousseau s+1 matin
    context = app.context
    wanted = parse_request(rest, context.today(), await list_reasons(context), await list_resources(context))
    await app.open(
        "agenda.book", reason_id=wanted.reason_id, reason=wanted.reason, resource_id=wanted.resource_id,
        when=wanted.when, text=wanted.who, slot_first=True,
    )  # fmt: skip
