"""A desk at the clinic of tests/practice/clinic_day.py: the real program, on a real database, driven by keys."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tests.screens.driving import Desk, at_desk
from tests.world import Group
from vpterm.database.notices import Notices, board_of
from vpterm.screens.link import Colours, SessionRequest
from vpterm.screens.shell.app import PracticeApp, SiteFace

FACES = {
    "lilas": SiteFace("lilas", "Clinique des Lilas", "#b39ddb"),
    "port": SiteFace("port", "Clinique du Port", "#5aa9e6"),
}


@asynccontextmanager
async def clinic_desk(
    group: Group, login: str = "vet.lilas", *, home: str = "home.board", language: str = "fr",
    size: tuple[int, int] = (80, 24), colours: Colours = "truecolor", live: bool = False,
) -> AsyncIterator[Desk]:  # fmt: skip
    """`login` at work at their first site; `live` listens to what others change there."""
    context = group.context(login)
    request = SessionRequest(
        context.site_code,
        "",
        context.staff_id,
        login,
        language=language,
        colours=colours,
        columns=size[0],
        rows=size[1],
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
