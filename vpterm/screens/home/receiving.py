"""F9 on the home board: the next step of whatever stands under the cursor."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vpterm.kernel.errors import Refused
from vpterm.kernel.i18n import _
from vpterm.practice.agenda.queries import BookingRow, Gap
from vpterm.practice.waiting.queries import Board, VisitRow
from vpterm.screens.desk.steps import check_in_booking, receive_visit
from vpterm.screens.home.reading import BillRow, Task

if TYPE_CHECKING:
    from vpterm.screens.shell.app import PracticeApp


async def receive(app: PracticeApp, row: object, room: Board) -> None:
    """Check in, call in, consult, bill or book, as the row asks for; without a row, the next who waits."""
    match row:
        case Gap():
            await app.open("agenda.book", resource_id=row.resource_id, starts_at=row.starts_at)
        case BookingRow():
            await _receive_booking(app, row, room)
        case VisitRow():
            await receive_visit(app, row)
        case BillRow():
            await app.open("billing.invoice", client_id=row.client_id)
        case Task():
            await open_task(app, row)
        case _:
            await _receive_next(app, room)


async def _receive_next(app: PracticeApp, room: Board) -> None:
    if room.waiting and app.context.may("care.write"):
        await receive_visit(app, room.waiting[0])
    else:
        await app.open("waiting.check_in")


async def _receive_booking(app: PracticeApp, row: BookingRow, room: Board) -> None:
    if row.is_closed:
        raise Refused(_("This time is closed: {why}.").format(why=row.note), _("Choose somebody else's line."))
    if row.state == "gone":
        raise Refused(_("{animal} has left already.").format(animal=row.who))
    if row.state == "booked":
        await check_in_booking(app, row)
        return
    visit = next((one for one in room.rows if one.id == row.visit_id), None)
    if visit is None:
        raise Refused(_("This has just changed."), _("Look at the waiting room again."))
    await receive_visit(app, visit)


async def open_task(app: PracticeApp, task: Task) -> None:
    """What a line of "to do" is about."""
    if task.kind == "note":
        await app.open("care.consultation", animal_id=task.animal_id, entry_id=task.entry_id)
    else:
        await app.open("agenda.day", booking_id=task.booking_id)
