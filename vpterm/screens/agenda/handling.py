"""What can be done with a booking under the cursor: its card, arrival, cancelling, dropping it elsewhere."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from vpterm.kernel.dates import format_day_title, format_duration, format_moment, format_time, paris_day
from vpterm.kernel.errors import Refused
from vpterm.kernel.i18n import _
from vpterm.kernel.identifiers import format_phone
from vpterm.practice.agenda.actions import cancel_booking, move_booking
from vpterm.practice.agenda.queries import BookingRow, Gap
from vpterm.practice.agenda.rules import Span, slots
from vpterm.practice.sites.queries import SiteRow, list_sites
from vpterm.screens.desk.shown import STATES
from vpterm.screens.privacy import private
from vpterm.screens.widgets.dialogs import PickList, Question

if TYPE_CHECKING:
    from vpterm.screens.shell.app import PracticeApp


async def ask_what(app: PracticeApp, row: BookingRow) -> str | None:
    """Show the card of a booking and ask what to do: arrive, animal, move, cancel; None for nothing."""
    if row.hidden:
        raise Refused(_("This site may not read who comes."), _("The group shares free and taken times only."))
    may = app.context.may
    is_here = row.site_id == app.context.site_id
    answers = {}
    if row.state == "booked" and not row.is_closed and is_here and may("waiting.edit"):
        answers["arrive"] = _("Arrived")
    if row.animal_id is not None:
        answers["animal"] = _("Open the animal's page")
    if row.state == "booked" and is_here and may("agenda.edit"):
        answers["move"] = _("Move: pick it up")
        answers["cancel"] = _("Cancel it")
    if not answers:
        raise Refused(_("Nothing can be done with this line from here."))
    return await app.ask(Question(_title(row), answers, details=_card(row)))


def _title(row: BookingRow) -> str:
    times = f"{format_time(row.starts_at)}–{format_time(row.ends_at)}"
    names = " · ".join(text for text in (row.animal, row.client_name or row.caller) if text) or row.note
    return private(f"{times}   {names}")


def _card(row: BookingRow) -> str:
    first = [row.reason, row.species, format_phone(row.phone) if row.phone else "", _(STATES[row.state])]
    lines = [" · ".join(text for text in first if text)]
    if row.note and not row.is_closed:
        lines.append(row.note)
    if row.booked_by and row.booked_at:
        lines.append(
            _("Booked by {person}, {moment}").format(person=row.booked_by, moment=format_moment(row.booked_at))
        )
    return private("\n".join(lines))


async def pick_site(app: PracticeApp) -> SiteRow | None:
    """Whose agenda to look at."""
    sites = await list_sites(app.context.database)
    return await app.ask(
        PickList(_("Whose agenda?"), sites, show=lambda site: site.name, identity=lambda site: site.id)
    )


async def cancel(app: PracticeApp, row: BookingRow) -> None:
    """Cancel with a reason; nothing happens on Esc."""
    if row.hidden or row.site_id != app.context.site_id:
        raise Refused(_("Only the site itself cancels what stands in its agenda."))
    reasons = {
        "client": _("Client called it off"),
        "absent": _("Absent: nobody came"),
        "site": _("Our side has to"),
        "error": _("Mistake"),
        "keep": _("No, keep it"),
    }
    question = _("Cancel {who} at {time}?").format(who=row.who, time=format_time(row.starts_at))
    answer = await app.ask(Question(question, reasons, safe="keep"))
    if answer is None or answer == "keep":
        return
    await cancel_booking(app.context, booking_id=row.id, because=reasons[answer])
    app.say(_("{who} at {time} is cancelled.").format(who=row.who, time=format_time(row.starts_at)))


async def drop(app: PracticeApp, carried: BookingRow, gap: Gap) -> bool:
    """Put a picked-up booking into a gap; True when it stands there."""
    starts = list(slots([Span(gap.starts_at, gap.ends_at)], carried.minutes, from_=gap.starts_at))
    start: datetime | None = gap.starts_at
    if not starts:
        raise Refused(
            _("{who} needs {time}.").format(who=carried.who, time=format_duration(carried.minutes)),
            _("Choose a longer gap."),
        )
    if len(starts) > 1:
        start = await app.ask(
            PickList(_("At what time?"), starts, show=format_time, identity=lambda moment: moment, width=30)
        )
    if start is None:
        return False
    await move_booking(app.context, booking_id=carried.id, starts_at=start, resource_id=gap.resource_id)
    app.say(
        _("{who} is now on {day} at {time}, {resource}.").format(
            who=carried.who, day=format_day_title(paris_day(start)), time=format_time(start), resource=gap.resource_name
        )
    )
    return True
