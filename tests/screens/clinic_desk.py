"""A desk at the clinic of tests/practice/clinic_day.py: the real program, on a real database, driven by keys."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any
from unittest import mock

from tests.practice.clinic_day import TODAY, ClinicDay, admit_patients, at, open_clinic
from tests.screens.driving import Desk, at_desk
from tests.world import Group
from vpterm.database.notices import Notices, board_of
from vpterm.practice.agenda.actions import book, close_time
from vpterm.practice.waiting.actions import call_in, check_in, finish_consultation
from vpterm.screens import agenda as agenda
from vpterm.screens import home as home_screens
from vpterm.screens import waiting as waiting
from vpterm.screens.link import Colours, SessionRequest
from vpterm.screens.shell import openers
from vpterm.screens.shell.app import PracticeApp
from vpterm.screens.shell.person import SiteFace
from vpterm.screens.shell.place import Place

__all__ = ["TODAY", "at", "clinic_desk", "home_screens", "morning", "open_clinic", "other_nouns", "until_sees"]

FACES = {
    "lilas": SiteFace("lilas", "Clinique des Lilas", "#b39ddb"),
    "port": SiteFace("port", "Clinique du Port", "#5aa9e6"),
}
BOOKED = (
    ("08:30", "Mirza", "vaccin"), ("08:45", "Rex", "boiterie"), ("09:15", "Nougat", "vaccin"),
    ("09:30", "Praline", "vaccin"), ("10:00", "Ulysse", "boiterie"),
)  # fmt: skip


@asynccontextmanager
async def clinic_desk(
    group: Group, login: str = "vet.lilas", *, home: str = "home.board", language: str = "fr",
    size: tuple[int, int] = (80, 24), colours: Colours = "truecolor", live: bool = False, at_home: bool = True,
) -> AsyncIterator[Desk]:  # fmt: skip
    """`login` at work at their first site; `live` listens to what others change there.

    Unless `at_home`, they come back to where a desk before this one ended.
    """
    context = group.context(login)
    request = SessionRequest(
        context.site_code,
        "",
        context.staff_id,
        login,
        language,
        colours,
        columns=size[0],
        rows=size[1],
        at_home=at_home,
    )
    notices = Notices(group.site_url(context.site_code), [board_of(context.site_id)]) if live else None
    app = PracticeApp(context, request, site=FACES[context.site_code], home=home, notices=notices)
    if notices is not None:
        notices.start()
    try:
        async with at_desk(app, size) as desk:
            yield desk
    finally:
        if notices is not None:
            await notices.close()


class StandIn(Place):
    """A screen of another noun, as far as these tests go."""

    place = "test.stand_in"


@contextmanager
def other_nouns() -> Iterator[list[tuple[str, dict[str, Any]]]]:
    """Answers what was opened of other nouns, each by its name and arguments."""
    opened: list[tuple[str, dict[str, Any]]] = []

    def opening(name: str) -> openers.Opening:
        async def opener(app: PracticeApp, **arguments: Any) -> Place:
            opened.append((name, arguments))
            return StandIn()

        return openers.Opening(name, opener)

    names = ("animals.sheet", "care.consultation", "billing.invoice", "clients.form", "clients.find")
    with mock.patch.dict(openers._OPENINGS, {name: opening(name) for name in names}):
        yield opened


async def morning(group: Group) -> ClinicDay:
    """08:42 at Lilas: five bookings and a surgery, two waiting, one in consultation, one to bill."""
    day = await open_clinic(group)
    await admit_patients(group, day)
    context, vet, now = day.context, day.resources["Dr Rousseau"], group.clock.moment
    booked = {
        name: await book(context, resource_id=vet, starts_at=at(clock), reason_id=day.reasons[reason],
                         animal_id=day.animals[name])
        for clock, name, reason in BOOKED
    }  # fmt: skip
    await close_time(context, resource_id=vet, starts_at=at("10:30"), ends_at=at("11:30"), note="chirurgie")
    await book(context, resource_id=vet, starts_at=at("14:00"), duration_min=20, caller="M. Nouveau 06 11 11 11 11")
    visits = {}
    for clock, name in (("08:05", "Caramel"), ("08:19", "Rex"), ("08:25", "Mirza"), ("08:40", "Nougat")):
        group.clock.moment = at(clock)
        visits[name] = await check_in(context, animal_id=day.animals[name], booking_id=booked.get(name))
    for name in ("Caramel", "Mirza"):
        await call_in(context, visit_id=visits[name], room="salle 1")
    await finish_consultation(context, visit_id=visits["Caramel"])
    group.clock.moment = now
    return day


async def until_sees(desk: Desk, text: str) -> None:
    """Wait for what somebody else set going; 2 s at most."""
    async with asyncio.timeout(2):
        while not desk.sees(text):  # noqa: ASYNC110 - a picture has no event to wait for
            await asyncio.sleep(0.02)
