"""Which places exist: each noun registers how its places are opened, so that nouns never import one another."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from textual.screen import Screen

Opener = Callable[..., Awaitable[Screen[Any]]]


@dataclass(frozen=True)
class Opening:
    """How one place is opened. `label` (a msgid) puts it in the F10 menu: for places that need no arguments."""

    name: str
    opener: Opener
    label: str | None = None
    right: str | None = None


_OPENINGS: dict[str, Opening] = {}


def opens(name: str, label: str | None = None, right: str | None = None) -> Callable[[Opener], Opener]:
    """Register `async def opener(app, **arguments) -> Screen` for `app.open(name, **arguments)`.

    The opener reads its rows first and answers a screen that is ready to show. A `label` lists the place in
    the menu; a `right` hides it there from people without it.
    """

    def register(opener: Opener) -> Opener:
        _OPENINGS[name] = Opening(name, opener, label, right)
        return opener

    return register


def opening(name: str) -> Opening:
    """The opening called `name`. Raises LookupError with the known names."""
    try:
        return _OPENINGS[name]
    except KeyError:
        raise LookupError(f"no place is called {name!r}; known: {sorted(_OPENINGS)}") from None


def all_openings() -> tuple[Opening, ...]:
    """Every place, in the order of registration."""
    return tuple(_OPENINGS.values())
