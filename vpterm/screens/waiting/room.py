"""The waiting room in full: everybody who is here, and who left today; every step by one key."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from textual.widget import Widget

from vpterm.kernel.dates import format_duration, format_time
from vpterm.kernel.errors import Refused
from vpterm.kernel.i18n import N_, _
from vpterm.kernel.identifiers import format_phone
from vpterm.kernel.text import initials
from vpterm.practice.waiting.actions import finish_consultation, leave, undo_step
from vpterm.practice.waiting.queries import Board, VisitRow, list_gone, waiting_room
from vpterm.practice.waiting.rules import STATE_LABELS, State
from vpterm.screens.desk.shown import sign_of
from vpterm.screens.desk.steps import receive_visit
from vpterm.screens.keymap.registry import Action, Keys
from vpterm.screens.keymap.standard import BILL, MAIN
from vpterm.screens.privacy import owner, private
from vpterm.screens.shell.app import PracticeApp
from vpterm.screens.shell.commands import command
from vpterm.screens.shell.minutes import must_read_again
from vpterm.screens.shell.openers import opens
from vpterm.screens.shell.place import Place
from vpterm.screens.theme.look import Look, Role
from vpterm.screens.widgets.columns import Cell, Column
from vpterm.screens.widgets.dialogs import yes_no
from vpterm.screens.widgets.rows import Rows
from vpterm.screens.widgets.section import Line


def room_columns(look: Look) -> list[Column[VisitRow]]:
    """Where it is in words, since when, who, why, how long, with whom; wide: telephone, species, alert."""
    return [
        Column[VisitRow]("", lambda visit: sign_of(visit.state, look), 1),
        Column[VisitRow](N_("where"), lambda visit: _(STATE_LABELS[visit.state]), 15),
        Column[VisitRow](N_("since when"), lambda visit: format_time(_since(visit)), 6),
        Column[VisitRow](N_("who"), lambda visit: visit.animal, 10, stretch=1),
        Column[VisitRow](N_("reason"), lambda visit: visit.reason, 12, stretch=1),
        Column[VisitRow](N_("owner"), lambda visit: owner(visit.last_name), 12, stretch=1),
        Column[VisitRow](N_("waited"), _waited, 8, align="right"),
        Column[VisitRow](
            N_("telephone"), lambda visit: private(format_phone(visit.phone) if visit.phone else ""), 14, rank=1
        ),
        Column[VisitRow](N_("with whom"), _with, 14, rank=2),
        Column[VisitRow](N_("alert"), _alert, 18, rank=3, stretch=1),
    ]


def _since(visit: VisitRow) -> Any:
    return {
        State.WAITING: visit.arrived_at, State.IN_CONSULTATION: visit.called_at,
        State.TO_BILL: visit.finished_at, State.GONE: visit.left_at,
    }[visit.state] or visit.arrived_at  # fmt: skip


def _waited(visit: VisitRow) -> Cell:
    role: Role = "danger" if visit.late else "waiting" if visit.state == State.WAITING else "quiet"
    return Cell(format_duration(visit.minutes), role)


def _alert(visit: VisitRow) -> str | Cell:
    return Cell(private(visit.alert), "danger") if visit.alert else ""


def _with(visit: VisitRow) -> str:
    person = initials(visit.practitioner) if visit.room else visit.practitioner
    return " · ".join(text for text in (person, visit.room) if text)


class WaitingRoom(Place):
    """One list; letters are steps, since nothing is typed here."""

    place = "waiting.room"
    title_label = N_("Waiting room")
    actions = (
        Action("receive", MAIN, N_("receive"), N_("Call in who waits; open the note or the invoice of the others.")),
        Action("add", Keys("a", ("insert",)), N_("arrival"), N_("Check in somebody without a booking.")),
        Action("finish", Keys("t", ("ctrl+x",)), N_("finish"), N_("The consultation is over; on to the desk.")),
        Action("bill", BILL, N_("bill"), N_("Open the client's invoice."), in_footer=False),
        Action("let_go", Keys("p", ("ctrl+k",)), N_("gone"), N_("The animal has left.")),
        Action("undo", Keys("z", ("f18",)), N_("undo"), N_("Take the last step of this line back.")),
        Action("agenda", Keys("g", ("ctrl+e",)), N_("agenda"), N_("The agenda of today."), in_footer=False),
    )
    follows = frozenset({"visits", "bookings"})

    def __init__(self, app: PracticeApp, board: Board, gone: Sequence[VisitRow]) -> None:
        super().__init__()
        self.board, self.gone = board, gone
        self._read_at = app.context.now()
        self.summary = Line()
        self.list = Rows[VisitRow](
            room_columns(app.look), (*board.rows, *gone), identity=lambda visit: visit.id, on_open=self.open_visit,
            role_of=lambda visit: "quiet" if visit.state == State.GONE else None,
            empty=N_("Nobody is here: A checks in who arrives; bookings are checked in from the agenda."),
        )  # fmt: skip

    def body(self) -> Iterable[Widget]:
        """How many are where, then all of them."""
        yield self.summary
        yield self.list

    def on_mount(self) -> None:
        """The first who waits."""
        self.head.show_subject(_("Waiting room"))
        self._show()
        self.list.focus()

    def minute_passed(self) -> bool:
        """Who waits has waited longer; what others do comes by notices."""
        now = self.app.context.now()
        board = self.board.at(now)
        if must_read_again(self._read_at, now):
            self.app.background(self.reload())
        elif board != self.board:
            self.board = board
            self.list.renew((*board.rows, *self.gone))
            self._show_summary()
            return super().minute_passed() or True
        return super().minute_passed()

    async def reload(self) -> None:
        """Read again; the cursor stays on its line."""
        self._read_at = self.app.context.now()
        self.board, self.gone = await waiting_room(self.app.context), await list_gone(self.app.context)
        self._show()

    def _show(self) -> None:
        self.list.set_rows((*self.board.rows, *self.gone))
        self._show_summary()

    def _show_summary(self) -> None:
        board = self.board
        late = sum(visit.late for visit in board.waiting)
        pieces: list[tuple[str, Role]] = []
        for label, rows in (
            (_("waiting"), board.waiting), (_("in consultation"), board.in_consultation),
            (_("to bill"), board.to_bill), (_("gone"), self.gone),
        ):  # fmt: skip
            if rows or rows is board.waiting:
                pieces += [(f"{len(rows)} ", "strong" if rows else "quiet"), (f"{label}   ", "quiet")]
        if late:
            pieces += [("", "quiet"), ("! " + _("{n} too long").format(n=late), "danger")]
        self.summary.show(*pieces)

    def _visit(self) -> VisitRow:
        if self.list.current is None:
            raise Refused(_("Nobody is here."), _("A checks in who arrives."))
        return self.list.current

    async def open_visit(self, visit: VisitRow) -> None:
        """Enter."""
        await self.app.open("animals.sheet", animal_id=visit.animal_id)

    async def do_receive(self) -> None:
        """F9."""
        visit = self._visit()
        if visit.state == State.GONE:
            raise Refused(_("{animal} has left already.").format(animal=visit.animal), _("Z takes this back."))
        await receive_visit(self.app, visit)
        if self.app.open_place is self:
            await self.reload()

    async def do_add(self) -> None:
        """A."""
        await self.app.open("waiting.check_in")

    async def do_finish(self) -> None:
        """T."""
        visit = self._visit()
        await finish_consultation(self.app.context, visit_id=visit.id)
        await self.reload()
        self.say(_("{animal}: to bill.").format(animal=visit.animal))

    async def do_bill(self) -> None:
        """Ctrl+B."""
        await self.app.open("billing.invoice", client_id=self._visit().client_id)

    async def do_let_go(self) -> None:
        """P: asked first of who was not billed."""
        visit = self._visit()
        if visit.state in {State.WAITING, State.IN_CONSULTATION}:
            question = _("{animal} was not billed. Gone all the same?").format(animal=visit.animal)
            if await self.app.ask(yes_no(question)) != "yes":
                return
        await leave(self.app.context, visit_id=visit.id)
        await self.reload()
        self.say(_("{animal} has gone. Z takes this back.").format(animal=visit.animal))

    async def do_undo(self) -> None:
        """Z."""
        visit = self._visit()
        state = await undo_step(self.app.context, visit_id=visit.id)
        await self.reload()
        words = _("{animal} is back: {where}.") if state is not None else _("The arrival of {animal} is undone.")
        self.say(words.format(animal=visit.animal, where=_(STATE_LABELS[state]) if state is not None else ""))

    async def do_agenda(self) -> None:
        """G."""
        await self.app.open("agenda.day")


@opens("waiting.room", label=N_("Waiting room"))
async def open_room(app: PracticeApp) -> WaitingRoom:
    """Everybody who is here, and who left today."""
    return WaitingRoom(app, await waiting_room(app.context), await list_gone(app.context))


@command("attente", "waiting", label=N_("Waiting room"))
async def go_to_room(app: Any, rest: str) -> None:
    # for instance: attente
    await app.open("waiting.room")
