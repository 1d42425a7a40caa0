"""Who of support looked into one's sessions, as it was written down; and the requests that wait for a second person."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from textual.widget import Widget

from vpterm.kernel.dates import format_duration, format_moment
from vpterm.kernel.i18n import N_, _
from vpterm.practice.support.rules import HAPPENING_LABELS, REACH_LABELS, Happening, Reach
from vpterm.screens.keymap.registry import Action
from vpterm.screens.keymap.standard import MAIN
from vpterm.screens.shell.app import PracticeApp
from vpterm.screens.shell.commands import command
from vpterm.screens.shell.openers import opens
from vpterm.screens.shell.place import Place
from vpterm.screens.staff.reading import ask_door
from vpterm.screens.widgets.columns import Column
from vpterm.screens.widgets.dialogs import yes_no
from vpterm.screens.widgets.rows import Rows


@dataclass(frozen=True)
class Event:
    """One line of the trail about oneself."""

    number: int
    when: datetime
    kind: str
    supporter: str
    by: str
    told: str
    reason: str


@dataclass(frozen=True)
class Waiting:
    """A request without consent that a second person may approve."""

    number: int
    asked: datetime
    supporter: str
    person: str
    site: str
    reason: str


def _event(values: Mapping[str, Any]) -> Event:
    facts = []
    if values["reach"] and values["kind"] in (Happening.GRANTED, Happening.GLASS_APPROVED):
        facts += [_(REACH_LABELS[Reach(values["reach"])]), format_duration(values["minutes"])]
        facts.append(_("names shown") if values["private"] else _("names masked"))
    if values["lasted"] is not None:
        facts.append(_("after {time}").format(time=format_duration((values["lasted"] + 59) // 60)))
    return Event(
        values["number"], datetime.fromisoformat(values["when"]), _(HAPPENING_LABELS[Happening(values["kind"])]),
        values["supporter"], values["by"], ", ".join(facts), values["reason"],
    )  # fmt: skip


EVENTS: list[Column[Event]] = [
    Column[Event](N_("when"), lambda one: format_moment(one.when), 14),
    Column[Event](N_("who of support"), lambda one: one.supporter, 14),
    Column[Event](N_("what happened"), lambda one: one.kind, 18),
    Column[Event](N_("by"), lambda one: one.by, 12, rank=1),
    Column[Event](N_("what was granted"), lambda one: one.told, 20, stretch=1),
    Column[Event](N_("because"), lambda one: one.reason, 24, rank=2, stretch=1),
]
WAITING: list[Column[Waiting]] = [
    Column[Waiting](N_("no."), lambda one: str(one.number), 5, "right"),
    Column[Waiting](N_("who of support"), lambda one: one.supporter, 14),
    Column[Waiting](N_("whose session"), lambda one: one.person, 14),
    Column[Waiting](N_("site"), lambda one: one.site, 8),
    Column[Waiting](N_("because"), lambda one: one.reason, 20, stretch=1),
]


class SupportTrail(Place):
    """What support asked of this person, what they granted, and how it ended."""

    place = "account.support"
    title_label = N_("Support in my sessions")

    def __init__(self, events: Iterable[Event]) -> None:
        super().__init__()
        self.events = Rows[Event](
            EVENTS, tuple(events), identity=lambda one: one.number, empty=N_("Support has never asked to look in.")
        )

    def body(self) -> Iterable[Widget]:
        """The list."""
        yield self.events

    async def reload(self) -> None:
        """As the door sees it now."""
        self.events.set_rows(await _read_events(self.app), newest_first=True)


class WaitingRequests(Place):
    """Of the management: support that must look in although its person cannot be asked."""

    place = "support.waiting"
    title_label = N_("Support without consent")
    actions = (Action("approve", MAIN, N_("approve"), N_("Let support look in without the person's consent.")),)

    def __init__(self, waiting: Iterable[Waiting]) -> None:
        super().__init__()
        self.waiting = Rows[Waiting](
            WAITING, tuple(waiting), identity=lambda one: one.number, on_open=self._approve,
            empty=N_("No request waits for a second person."),
        )  # fmt: skip

    def body(self) -> Iterable[Widget]:
        """The list."""
        yield self.waiting

    async def reload(self) -> None:
        """As the door sees it now."""
        self.waiting.set_rows(await _read_waiting(self.app))

    async def do_approve(self) -> None:
        """F9."""
        if self.waiting.current is not None:
            await self._approve(self.waiting.current)

    async def _approve(self, one: Waiting) -> None:
        question = _("Let {support} look into the session of {person}? It is written down with your name.")
        asked = question.format(support=one.supporter, person=one.person)
        if await self.app.ask(yes_no(asked, details=one.reason)) == "yes":
            await ask_door(self.app, "support.approve", {"number": str(one.number)})
            await self.reload()
            self.say(_("Approved: {person} is told on their screen.").format(person=one.person))


async def _read_events(app: PracticeApp) -> list[Event]:
    return [_event(values) for values in (await ask_door(app, "support.trail"))["events"]]


async def _read_waiting(app: PracticeApp) -> list[Waiting]:
    told = await ask_door(app, "support.waiting")
    return [
        Waiting(
            each["number"],
            datetime.fromisoformat(each["asked"]),
            each["supporter"],
            each["person"],
            each["site"],
            each["reason"],
        )
        for each in told["waiting"]
    ]


@opens("account.support", label=N_("Support in my sessions"))
async def open_trail(app: PracticeApp) -> SupportTrail:
    """Asked of the door."""
    return SupportTrail(await _read_events(app))


@opens("support.waiting", label=N_("Support without consent"), right="support.approve")
async def open_waiting(app: PracticeApp) -> WaitingRequests:
    """Asked of the door."""
    return WaitingRequests(await _read_waiting(app))


@command("support", label=N_("Support in my sessions"))
async def go_to_trail(app: Any, rest: str) -> None:
    await app.open("account.support")
