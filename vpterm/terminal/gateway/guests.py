"""What the gateway asks of support, whose own house is terminal/support; and what holds where there is none."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from vpterm.kernel.errors import Refused
from vpterm.kernel.i18n import _
from vpterm.terminal.gateway.registry import OpenSession
from vpterm.terminal.gateway.seat import Seat
from vpterm.terminal.questions import answer_of

Listener = Callable[[OpenSession, bool], None]


class Support(Protocol):
    """Support at this server. `listeners` are told when support begins to see a session (True), and when it ends."""

    listeners: list[Listener]

    def takes(self, seat: Seat) -> bool:
        """Whether this terminal comes to support, not to work."""

    def receive(self, seat: Seat) -> None:
        """A supporter has come in."""

    def lets_go(self, seat: Seat) -> bool:
        """A connection is gone; whether it was a supporter's."""

    def end_support(self, session: OpenSession) -> None:
        """Nobody of support sees this session from now on, and no request waits: it is locked, for instance."""

    def seats_changed(self, number: int) -> None:
        """Somebody came to a session, or left it, or it ended."""

    def keyboard_is_back(self, session: OpenSession) -> None:
        """The person has typed: the keyboard is theirs again, the worker has seen to that."""

    async def answer(self, session: OpenSession, question: str, values: Mapping[str, Any]) -> dict[str, Any]:
        """Answer what the app of a session asks about support."""

    def close(self) -> None:
        """The server ends."""


class NoSupport:
    """A server at which nobody looks in: it keeps no trail of support."""

    def __init__(self) -> None:
        self.listeners: list[Listener] = []

    def takes(self, seat: Seat) -> bool:
        """Nobody."""
        return False

    def receive(self, seat: Seat) -> None:
        """Nobody comes."""

    def lets_go(self, seat: Seat) -> bool:
        """Nobody was here."""
        return False

    def end_support(self, session: OpenSession) -> None:
        """There is none."""

    def seats_changed(self, number: int) -> None:
        """Nobody minds."""

    def keyboard_is_back(self, session: OpenSession) -> None:
        """Nobody had it."""

    async def answer(self, session: OpenSession, question: str, values: Mapping[str, Any]) -> dict[str, Any]:
        """There is nobody to ask about."""

        async def refuse() -> dict[str, Any]:
            raise Refused(_("There is no support at this server."))

        return await answer_of(refuse())

    def close(self) -> None:
        """Nothing is open."""
