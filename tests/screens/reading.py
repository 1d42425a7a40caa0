"""Opens a place and reads a screen as a person does: in the language of the session."""

import asyncio
from typing import Any

from tests.screens.driving import Desk
from vpterm.kernel.i18n import using

NO_BREAK = str.maketrans("\u00a0\u202f", "  ")


async def go(desk: Desk, place: str, **arguments: Any) -> None:
    """Open a place from outside the app, whose tasks then speak the language of the session."""
    with using(desk.app.request.language):
        await desk.app.open(place, **arguments)
    await desk.settle()


def reads_now(desk: Desk, text: str) -> bool:
    """Whether the screen shows `text` on one line at this moment; a no-break space is a space."""
    with using(desk.app.request.language):
        return any(text in line.translate(NO_BREAK) for line in desk.lines)


async def reads(desk: Desk, text: str) -> bool:
    """Whether the screen shows `text`, or does within the second that a busy machine may need to paint it."""
    for _try in range(50):
        if reads_now(desk, text):
            return True
        await asyncio.sleep(0.02)
    return False
