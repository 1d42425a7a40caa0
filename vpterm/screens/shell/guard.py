"""The border where a screen's mistake stops: it is logged and told, and the session goes on.

Beside terminal/, this is the only module that touches private parts of Textual (`_on_message`); they hold
under the pinned version and tests/screens/shell/test_failures.py is their contract.
"""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

from textual.message import Message
from textual.message_pump import MessagePump

if TYPE_CHECKING:
    from vpterm.screens.shell.telling import TellingApp

log = logging.getLogger("vpterm.screens")


class Guarded(MessagePump):
    """A screen whose own handlers may fail without ending its message loop."""

    async def _on_message(self, message: Message) -> None:
        try:
            await super()._on_message(message)
        except Exception as error:  # a border: the session outlives any handler
            tell = getattr(self.app, "tell_failure", None)
            if tell is None:
                raise
            tell(error)


MOST_FAILURES = 25  # a session that fails again and again ends, and the next login begins anew


def recover(app: TellingApp, error: Exception) -> None:
    """A widget's message loop broke, so its place is dead: leave it, and say so on the place beneath."""
    app.tell_failure(error)
    if not app.screen_stack:  # it closes already
        return
    if len(app.failures) > MOST_FAILURES or app.is_hidden:  # to leave a place would show what the lock hides
        app.exit(return_code=1)
        return
    app.broken_places.add(app.screen)
    if len(app.broken_places) == 1:
        app.call_later(lambda: app.work(_leave_broken(app)))


async def _leave_broken(app: TellingApp) -> None:
    sentence = app.messages[-1]
    while len(app.screen_stack) > 1 and app.screen in app.broken_places:
        await asyncio.wait_for(app.pop_screen(), 5)
    app.broken_places.clear()
    if len(app.screen_stack) == 1:
        await app.go_home()
    app.show_again(sentence)
