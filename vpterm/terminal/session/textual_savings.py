"""What Textual keeps or makes once per app, and need not in a process of many apps. Private parts of 8.2.8.

Held by the contract tests in tests/terminal/test_textual_internals.py, as the rest (textual_internals.py).
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache, partial
from typing import Any

from rich.segment import Segment
from textual._styles_cache import StylesCache
from textual.cache import FIFOCache, LRUCache
from textual.css.model import RuleSet
from textual.css.stylesheet import Stylesheet
from textual.css.types import CSSLocation
from textual.strip import Strip


def save_memory() -> None:
    """Once per process."""
    # Remembered per widget, this keeps the painted lines of 1024 widgets of closed apps; it depends on colours only.
    remembered = StylesCache.get_inner_outer
    if not isinstance(StylesCache.__dict__["get_inner_outer"], staticmethod):
        by_colours = lru_cache(1024)(partial(remembered.__wrapped__, StylesCache))
        StylesCache.get_inner_outer = staticmethod(by_colours)  # type: ignore[assignment]
    Strip.__init__ = _make_strip  # type: ignore[assignment,method-assign]
    Strip.__getattr__ = _make_cache  # type: ignore[attr-defined]
    Stylesheet._parse_rules = _shared_rules  # type: ignore[method-assign,assignment]


# Every app of a process reads the same sheets, 3,000 words at each login, into rules that nobody changes.
_READ: LRUCache[tuple[object, ...], list[RuleSet]] = LRUCache(2048)
_read_rules = Stylesheet._parse_rules


def _shared_rules(
    sheet: Stylesheet,
    css: str,
    read_from: CSSLocation,
    is_default_rules: bool = False,
    tie_breaker: int = 0,
    scope: str = "",
) -> list[RuleSet]:
    colours = frozenset(sheet._variables.items())
    key = (css, read_from, is_default_rules, tie_breaker, scope, colours)
    rules = _READ.get(key)
    if rules is None:
        rules = _READ[key] = _read_rules(sheet, css, read_from, is_default_rules, tie_breaker, scope)
    return rules


# A strip is one painted line, and a session keeps some 500. Textual gives each of them seven caches, of which one
# or two are ever used: a quarter of a session's memory. Here a cache is made when it is first asked for.
_CACHES = {
    "_divide_cache": 4,
    "_crop_cache": 16,
    "_style_cache": 16,
    "_filter_cache": 4,
    "_line_length_cache": 4,
    "_crop_extend_cache": 4,
    "_offsets_cache": 4,
}


def _make_strip(strip: Strip, segments: Iterable[Segment], cell_length: int | None = None) -> None:
    strip._segments = list(segments)
    strip._cell_length = cell_length
    strip._render_cache = strip._link_ids = strip._cell_count = None


def _make_cache(strip: Strip, name: str) -> FIFOCache[Any, Any]:
    size = _CACHES.get(name)
    if size is None:
        raise AttributeError(name)
    cache: FIFOCache[Any, Any] = FIFOCache(size)
    setattr(strip, name, cache)
    return cache
