"""Opens a place and reads a screen as a person does: in the language of the session."""

from typing import Any

from tests.screens.driving import Desk
from vpterm.kernel.i18n import using

NO_BREAK = str.maketrans("\u00a0\u202f", "  ")


async def go(desk: Desk, place: str, **arguments: Any) -> None:
    """Open a place from outside the app, whose tasks then speak the language of the session."""
    with using(desk.app.request.language):
        await desk.app.open(place, **arguments)
    await desk.settle()


def reads(desk: Desk, text: str) -> bool:
    """Whether the screen shows `text` on one line; a no-break space is a space."""
    with using(desk.app.request.language):
        return any(text in line.translate(NO_BREAK) for line in desk.lines)
