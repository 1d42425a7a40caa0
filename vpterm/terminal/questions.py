"""Questions that an app asks the door, and their answers: how refusals travel over the wire. A worker's side.

The gateway answers with `answer_of`; what is asked and answered is in gateway/answers.py.
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from vpterm.kernel.errors import Refused, Unavailable, VptermError
from vpterm.kernel.i18n import _

HANDING = "handing"  # the question whether a document could reach the person (gateway/handing.py)
_PATIENCE_S = 20.0


class Questions:
    """The questions under way of one worker."""

    def __init__(self) -> None:
        self._numbers = itertools.count(1)
        self._waiting: dict[int, asyncio.Future[dict[str, Any]]] = {}

    async def ask(self, send: Callable[[int], Awaitable[None] | None]) -> dict[str, Any]:
        """Send a question under a new number and wait for its answer; raises what the door refused."""
        number = next(self._numbers)
        waiting = self._waiting[number] = asyncio.get_running_loop().create_future()
        try:
            async with asyncio.timeout(_PATIENCE_S):
                if (sending := send(number)) is not None:
                    await sending
                answer: dict[str, Any] = await waiting
        except TimeoutError as failure:
            raise Unavailable(_("The door does not answer."), _("Try again in a moment.")) from failure
        finally:
            del self._waiting[number]
        refused = answer.get("refused")
        if isinstance(refused, dict):
            raise Refused(str(refused["message"]), str(refused["advice"]), str(refused["field"]) or None)
        return answer

    def answered(self, number: int, answer: dict[str, Any]) -> None:
        """An answer has come."""
        waiting = self._waiting.get(number)
        if waiting is not None and not waiting.done():
            waiting.set_result(answer)


async def answer_of(work: Awaitable[dict[str, Any]]) -> dict[str, Any]:
    """The answer to send for a question: what the work gives, or what it refused."""
    try:
        return await work
    except VptermError as failure:
        return refusal(failure)


def refusal(failure: VptermError) -> dict[str, Any]:
    """The answer that says no."""
    field = failure.field or "" if isinstance(failure, Refused) else ""
    return {"refused": {"message": failure.message, "advice": failure.advice, "field": field}}


def number_in(given: Mapping[str, str], name: str) -> int:
    """A number among the values of a question; 0 for none, and for what is no number."""
    text = given.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else 0
