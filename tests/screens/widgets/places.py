"""A place to try one widget in: `desk_with(widget)`."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from typing import Any, ClassVar

from textual.screen import Screen
from textual.widget import Widget

from tests.screens.driving import Desk, app_for, at_desk
from vpterm.screens.keymap.standard import SAVE_FORM
from vpterm.screens.shell.openers import opens
from vpterm.screens.shell.place import Place


class Bench(Place):
    """Holds what a test puts on it."""

    place = "test.bench"
    actions: ClassVar = (SAVE_FORM,)

    def __init__(self, widgets: tuple[Widget, ...]) -> None:
        super().__init__()
        self._on_bench = widgets

    def body(self) -> Iterable[Widget]:
        yield from self._on_bench


_next: list[tuple[Widget, ...]] = []


@opens("test.bench")
async def open_bench(app: Any) -> Screen[Any]:
    return Bench(_next.pop())


@asynccontextmanager
async def desk_with(
    *widgets: Widget, language: str = "fr", size: tuple[int, int] = (80, 24), **changes: Any
) -> AsyncIterator[Desk]:
    """A desk whose home board holds `widgets`; the first that can has the focus."""
    _next.append(widgets)
    async with at_desk(app_for("test.bench", language, **changes), size) as desk:
        yield desk
