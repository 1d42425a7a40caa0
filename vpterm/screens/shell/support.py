"""Support at this person's screen: the band that tells it in every place, and the two keys that belong to it.

A request takes nothing from anybody's hands: it is a line, and a key that opens the question. Who looks in, and who
has the keyboard, is the gateway's to know (terminal/support); here it is shown, and the person's will is sent there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from vpterm.screens.keymap.registry import Action
from vpterm.screens.keymap.standard import SUPPORT
from vpterm.screens.link import SupportStanding
from vpterm.screens.shell.place import Dialog, Place

if TYPE_CHECKING:
    from vpterm.screens.shell.app import PracticeApp


class SupportAtScreen:
    """How things stand with support at one app. `standing` is what the gateway said last."""

    def __init__(self, app: PracticeApp) -> None:
        self._app = app
        self.standing = SupportStanding()
        self._is_asking = False

    @property
    def is_told(self) -> bool:
        """Whether the band is shown."""
        return self.standing.phase != "none"

    def stand(self, standing: SupportStanding) -> None:
        """Things stand like this from now on: repaint the band, and nothing else."""
        began = standing.phase == "asks" and self.standing.phase != "asks"
        self.standing = standing
        for screen in self._app.screen_stack:
            if isinstance(screen, Place):
                screen.head.refresh()
            elif isinstance(screen, Dialog):
                screen.show_band()
        self._app.repaint_beneath()
        if began:
            self._app.bell()

    # --- keys -----------------------------------------------------------------------------------------

    def can(self, action: Action) -> bool:
        """Whether a key of support means anything now; else it is the place's, or the field's."""
        if action.name == "keyboard":
            return self.standing.phase == "here" and self.standing.reach == "type"
        return action.name != "support" or self.is_told

    def takes_at_once(self, key: str) -> bool:
        """The key that ends support waits for nothing, not even for what is being loaded."""
        if self.standing.phase != "here" or key not in SUPPORT.all:
            return False
        self._app.background(self._tell("end"))
        return True

    async def press(self) -> None:
        """Ctrl+C: end it, answer the request, or say that the notice is read."""
        phase = self.standing.phase
        if phase == "here":
            await self._tell("end")
        elif phase == "was_here":
            await self._tell("seen")
        elif phase == "asks" and not self._is_asking:
            self._is_asking = True
            try:
                await self._answer(self.standing)
            finally:
                self._is_asking = False

    async def _answer(self, asked: SupportStanding) -> None:
        from vpterm.screens.shell.support_request import SupportRequest

        granted = await self._app.ask(SupportRequest(asked))
        if granted is not None:  # Esc: not answered yet
            await self._tell("answer", number=str(asked.number), **granted)

    async def press_keyboard(self) -> None:
        """Ctrl+Z: lend the keyboard, or take it back."""
        await self._tell("take" if self.standing.has_keyboard else "give")

    async def _tell(self, question: str, **values: str) -> None:
        if self._app.link is not None:
            await self._app.link.ask_door(f"support.{question}", values)
