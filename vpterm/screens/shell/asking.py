"""Questions: putting a dialog on a place and waiting for the person, while keys go to the dialog."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from textual.screen import ScreenResultType

from vpterm.screens.shell.place import Dialog

if TYPE_CHECKING:
    from vpterm.screens.shell.app import PracticeApp


class Asking:
    """The questions that are open, the uppermost last."""

    def __init__(self, app: PracticeApp) -> None:
        self._app = app
        self._open: dict[Dialog[Any], tuple[asyncio.Future[Any], asyncio.Task[Any] | None]] = {}

    async def ask(self, dialog: Dialog[ScreenResultType]) -> ScreenResultType | None:
        """Show `dialog` and answer what the person answers; None for Esc.

        Raises RuntimeError outside a work: a dialog opens only as the answer to a key, never by itself.
        """
        works = self._app.works
        if not works.is_current:
            raise RuntimeError("a dialog opens only from an action, in answer to a key")
        task = asyncio.current_task()
        future: asyncio.Future[ScreenResultType | None] = asyncio.get_running_loop().create_future()
        self._open[dialog] = (future, task)
        await self._app.push_screen(dialog)
        works.wait_for_person(task, waiting=True)
        try:
            answer = await future
        finally:
            works.wait_for_person(task, waiting=False)
            del self._open[dialog]
            if self._app.screen_stack and self._app.screen is dialog:
                await self._app.pop_screen()
        return answer

    def answer(self, dialog: Dialog[Any], result: Any) -> None:
        """The person has answered; the first answer counts."""
        future, task = self._open.get(dialog, (None, None))
        if future is None or future.done():
            return
        # Held from this moment on: the next key must find what the answer sets going, not this dialog.
        self._app.works.wait_for_person(task, waiting=False)
        future.set_result(result)
