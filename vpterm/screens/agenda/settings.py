"""Setting up the agenda of the site: who and what can be booked, with which hours, and for which reasons."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from textual.widget import Widget

from vpterm.kernel.dates import format_duration, format_moment
from vpterm.kernel.errors import Refused
from vpterm.kernel.i18n import N_, _
from vpterm.practice.agenda import furniture
from vpterm.practice.agenda.hours import format_week_hours
from vpterm.practice.agenda.queries import (
    BookingRow,
    ReasonRow,
    ResourceRow,
    bookings_outside_hours,
    list_reasons,
    list_resources,
)
from vpterm.practice.agenda.rules import RESOURCE_KINDS
from vpterm.screens.keymap.registry import Action, Keys
from vpterm.screens.keymap.standard import DELETE, MAIN
from vpterm.screens.shell.app import PracticeApp
from vpterm.screens.shell.commands import command
from vpterm.screens.shell.openers import opens
from vpterm.screens.shell.place import Place
from vpterm.screens.widgets.columns import Cell, Column
from vpterm.screens.widgets.dialogs import PickList
from vpterm.screens.widgets.rows import Rows
from vpterm.screens.widgets.section import Section


@dataclass(frozen=True, slots=True)
class Furniture:
    """What there is, closed and withdrawn included, and what is booked outside its hours."""

    resources: Sequence[ResourceRow]
    reasons: Sequence[ReasonRow]
    outside: Sequence[BookingRow]


async def read_furniture(app: PracticeApp) -> Furniture:
    """Read all of it."""
    return Furniture(
        await list_resources(app.context, closed=True), await list_reasons(app.context, withdrawn=True),
        await bookings_outside_hours(app.context),
    )  # fmt: skip


class AgendaSettings(Place):
    """Two lists; letters are steps, since nothing is typed here."""

    place = "agenda.settings"
    title_label = N_("Setting up the agenda")
    actions = (
        Action("add", MAIN, N_("add"), N_("Add to the list in which the cursor stands.")),
        Action("hours", Keys("h", ("ctrl+e",)), N_("hours"), N_("The opening hours of this line.")),
        Action("earlier", Keys("minus", ("ctrl+u",)), N_("up"), N_("One place further up."), in_footer=False),
        Action("later", Keys("plus", ("ctrl+w",)), N_("down"), N_("One place further down."), in_footer=False),
        Action("close", DELETE, N_("close"), N_("Take it out of booking, or back in; what is booked stays.")),
        Action(
            "outside",
            Keys("o", ("ctrl+x",)),
            N_("out of hours"),
            N_("The bookings that stand outside the hours."),
            in_footer=False,
        ),
        Action("closures", Keys("k", ("ctrl+k",)), N_("closed days"), N_("Leave, meetings, holidays to come.")),
    )

    def __init__(self, furniture: Furniture) -> None:
        super().__init__()
        self.furniture = furniture
        self.resources = Rows[ResourceRow](
            self._resource_columns(), furniture.resources, identity=lambda row: row.id, on_open=self.open_resource,
            role_of=lambda row: "quiet" if row.closed else None, id="resources",
            empty=N_("Nobody can be booked yet: F9 adds a practitioner, a room or a theatre."),
        )  # fmt: skip
        self.reasons = Rows[ReasonRow](
            REASONS, furniture.reasons, identity=lambda row: row.id, on_open=self.open_reason,
            role_of=lambda row: "quiet" if row.withdrawn else None, id="reasons",
            empty=N_("No reason yet: Tab, then F9 adds one with its duration."),
        )  # fmt: skip

    def _resource_columns(self) -> list[Column[ResourceRow]]:
        return [
            Column[ResourceRow](N_("name"), lambda row: row.name, 18),
            Column[ResourceRow](N_("kind"), lambda row: _(RESOURCE_KINDS[row.kind]), 17, rank=1, role="quiet"),
            Column[ResourceRow](N_("opening hours"), self._hours, 56, stretch=1),
        ]

    def _hours(self, row: ResourceRow) -> str | Cell:
        """The week; before it what somebody has to see to."""
        outside = sum(one.resource_id == row.id for one in self.furniture.outside)
        state = [_("{n} out of hours").format(n=outside)] if outside else []
        state += [_("closed")] if row.closed else []
        week = format_week_hours(row.hours)
        if not week and not row.closed:
            return Cell(_("none yet: H sets them"), "waiting")
        return Cell(" · ".join([*state, week]), "danger" if outside else "text")

    def body(self) -> Iterable[Widget]:
        """Who and what is booked, then what for."""
        yield Section(_("Who and what is booked"))
        yield self.resources
        yield Section(_("Reasons"), after=True)
        yield self.reasons

    def on_mount(self) -> None:
        """The resources first, as tall as they need."""
        self.head.show_subject(_("Setting up the agenda"))
        self._share()
        self.resources.focus()

    def on_resize(self) -> None:
        """The reasons take what is left."""
        self._share()

    def _share(self) -> None:
        most = max((self.app.size.height - 9) // 2, 3)
        self.resources.styles.height = min(max(len(self.furniture.resources), 1) + 1, most)

    async def reload(self) -> None:
        """Read again; the cursors stay on their lines."""
        self.furniture = await read_furniture(self.app)
        self.resources.set_rows(self.furniture.resources)
        self.reasons.set_rows(self.furniture.reasons)
        self._share()

    @property
    def _in_reasons(self) -> bool:
        return self.focused is self.reasons

    def _resource(self) -> ResourceRow:
        if self._in_reasons or self.resources.current is None:
            raise Refused(_("Put the cursor on a practitioner, a room or a theatre first."))
        return self.resources.current

    async def open_resource(self, row: ResourceRow) -> None:
        """Enter."""
        await self.app.open("agenda.resource", row=row)

    async def open_reason(self, row: ReasonRow) -> None:
        """Enter."""
        await self.app.open("agenda.reason", row=row)

    async def do_add(self) -> None:
        """F9."""
        await self.app.open("agenda.reason" if self._in_reasons else "agenda.resource")

    async def do_hours(self) -> None:
        """H."""
        await self.app.open("agenda.hours", resource_id=self._resource().id)

    async def do_earlier(self) -> None:
        """-."""
        await self._shift(-1)

    async def do_later(self) -> None:
        """+."""
        await self._shift(1)

    async def _shift(self, by: int) -> None:
        rows: Rows[Any] = self.reasons if self._in_reasons else self.resources
        order = [row.id for row in rows.rows]
        at = rows.cursor
        if order and 0 <= at + by < len(order):
            order.insert(at + by, order.pop(at))
            if self._in_reasons:
                await furniture.order_reasons(self.app.context, reason_ids=order)
            else:
                await furniture.order_resources(self.app.context, resource_ids=order)
            await self.reload()

    async def do_close(self) -> None:
        """Delete: what is closed opens again."""
        words = await (self._turn_reason() if self._in_reasons else self._turn_resource())
        await self.reload()
        self.say(words)

    async def _turn_resource(self) -> str:
        row, context = self._resource(), self.app.context
        if row.closed:
            await furniture.reopen_resource(context, resource_id=row.id)
            return _("{name} can be booked again.").format(name=row.name)
        await furniture.close_resource(context, resource_id=row.id)
        left = await bookings_outside_hours(context, resource_id=row.id)
        words = _("{name} is no longer booked.").format(name=row.name)
        return f"{words} {_('Still booked: {n}; O shows them.').format(n=len(left))}" if left else words

    async def _turn_reason(self) -> str:
        row = self.reasons.current
        if row is None:
            raise Refused(_("There is no reason under the cursor."))
        if row.withdrawn:
            await furniture.restore_reason(self.app.context, reason_id=row.id)
            return _("“{name}” is offered again.").format(name=row.name)
        await furniture.withdraw_reason(self.app.context, reason_id=row.id)
        return _("“{name}” is offered no longer; Del brings it back.").format(name=row.name)

    async def do_outside(self) -> None:
        """O: pick one to see it in the agenda."""
        if not self.furniture.outside:
            self.say(_("Every booking lies within the opening hours."))
            return
        picked = await self.app.ask(
            PickList(
                _("Booked out of hours"),
                self.furniture.outside,
                identity=lambda row: row.id,
                columns=OUTSIDE,
                filter_text=lambda row: row.who,
                width=72,
            )
        )
        if picked is not None:
            await self.app.open("agenda.day", booking_id=picked.id)

    async def do_closures(self) -> None:
        """K."""
        await self.app.open("agenda.closures")


REASONS: list[Column[ReasonRow]] = [
    Column[ReasonRow](N_("reason"), lambda row: row.name, 30),
    Column[ReasonRow](N_("lasts"), lambda row: format_duration(row.duration_min), 8, "right"),
    Column[ReasonRow](N_("with"), lambda row: _(RESOURCE_KINDS[row.kind]), 17, role="quiet"),
    Column[ReasonRow]("", lambda row: Cell(_("withdrawn"), "quiet") if row.withdrawn else "", 12),
]
OUTSIDE: list[Column[BookingRow]] = [
    Column[BookingRow]("", lambda row: format_moment(row.starts_at), 14),
    Column[BookingRow]("", lambda row: row.resource_name, 14, stretch=1),
    Column[BookingRow]("", lambda row: row.who, 14, stretch=1),
    Column[BookingRow]("", lambda row: row.reason, 10, stretch=1, role="quiet"),
]


@opens("agenda.settings", label=N_("Setting up the agenda"), right=furniture.RIGHT)
async def open_settings(app: PracticeApp) -> AgendaSettings:
    """All there is."""
    return AgendaSettings(await read_furniture(app))


@command("reglages", "settings", label=N_("Setting up the agenda"))
async def go_to_settings(app: Any, rest: str) -> None:
    # for instance: reglages
    await app.open("agenda.settings")
