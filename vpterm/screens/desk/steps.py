"""The next step of a booking or a visit, from wherever it is seen: checked in, called in, to its note, to the desk."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vpterm.kernel.i18n import _
from vpterm.practice.agenda.queries import BookingRow, list_resources
from vpterm.practice.waiting.actions import call_in, check_in
from vpterm.practice.waiting.queries import VisitRow
from vpterm.practice.waiting.rules import State
from vpterm.screens.widgets.dialogs import PickList

if TYPE_CHECKING:
    from vpterm.screens.shell.app import PracticeApp


async def check_in_booking(app: PracticeApp, row: BookingRow) -> None:
    """Check a booking in; a caller without a file is found or made on the way."""
    if row.animal_id is None:
        await app.open("waiting.check_in", booking_id=row.id)
        return
    await check_in(app.context, animal_id=row.animal_id, booking_id=row.id)
    app.say(_("{animal} is in the waiting room.").format(animal=row.animal))


async def receive_visit(app: PracticeApp, visit: VisitRow) -> None:
    """The next step of a visit: into consultation, to its note, or to the desk."""
    if visit.state == State.TO_BILL:
        await app.open("billing.invoice", client_id=visit.client_id)
        return
    if visit.state == State.WAITING:
        room = await pick_room(app)
        if room is None:
            return
        await call_in(app.context, visit_id=visit.id, room=room)
        app.say(_("{animal} is in consultation.").format(animal=visit.animal))
    if app.context.may("care.write"):
        await app.open("care.consultation", animal_id=visit.animal_id, visit_id=visit.id)


async def pick_room(app: PracticeApp) -> str | None:
    """The consulting room: "" where the site has none, the only one, or the one that is picked; None for Esc."""
    rooms = [row for row in await list_resources(app.context) if row.kind == "room"]
    if len(rooms) < 2:
        return rooms[0].name if rooms else ""
    picked = await app.ask(
        PickList(_("In which room?"), rooms, show=lambda row: row.name, identity=lambda row: row.id, width=40)
    )
    return picked.name if picked is not None else None
