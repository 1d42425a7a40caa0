"""Covers what a guest must not read, in lines that are painted already: the letters never leave the worker.

Three nets: cells that the screens marked (screens/privacy.py); words of owners' names, wherever they stand; and
whatever has the shape of an amount, a telephone or an e-mail. What is in doubt is covered.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from vpterm.kernel.text import char_width
from vpterm.screens.privacy import META

COVER = "█"
_MOST_WORDS = 400
_WORD = re.compile(r"[^\W\d_]{3,}")
_SHAPES = re.compile(
    r"[-+]?\d[\d\s.,]*€"  # 1 234,50 €
    r"|€\s?\d[\d\s.,]*"
    r"|(?<![\d,])(?:\+\d{2}[\s.]?\d|0\d)(?:[\s.-]?\d{2}){3,6}(?!\d)"  # 06 12 34 56 78, +33 6 12 34 56 78
    r"|[\w.+-]+@[\w-]+(?:\.[\w-]+)*"
)


class Mask:
    """For one guest: remembers the owners seen so far, since a message may name one whose row is gone."""

    def __init__(self) -> None:
        self._words: dict[str, None] = {}
        self._known: re.Pattern[str] | None = None

    def cover(self, strips: Sequence[Strip]) -> list[Strip]:
        """The same lines, as wide, with nothing private in them."""
        self._learn(strips)
        return [self._cover_line(strip) for strip in strips]

    def _learn(self, strips: Iterable[Strip]) -> None:
        before = len(self._words)
        for strip in strips:
            for segment in strip:
                if _mark_of(segment.style) == "owner":
                    self._words.update(dict.fromkeys(word.lower() for word in _WORD.findall(segment.text)))
        if len(self._words) != before:
            for word in list(self._words)[: max(len(self._words) - _MOST_WORDS, 0)]:
                del self._words[word]
            listed = "|".join(map(re.escape, self._words))
            self._known = re.compile(rf"(?<![^\W\d_])(?:{listed})(?![^\W\d_])", re.IGNORECASE)

    def _cover_line(self, strip: Strip) -> Strip:
        text = strip.text
        nets = [_SHAPES, *([self._known] if self._known is not None else [])]
        spans = [match.span() for net in nets for match in net.finditer(text)]
        if not spans and not any(_mark_of(segment.style) for segment in strip):
            return strip
        covered, at = [], 0
        for segment in strip:
            end = at + len(segment.text)
            here = [(max(start, at) - at, min(stop, end) - at) for start, stop in spans if start < end and stop > at]
            if _mark_of(segment.style):
                here = [(0, len(segment.text))]
            covered.append(Segment(_covered(segment.text, here), _bare(segment.style)))
            at = end
        return Strip(covered, strip.cell_length)


def _mark_of(style: Style | None) -> str | None:
    if style is None:
        return None
    mark = style.meta.get(META)
    return mark if isinstance(mark, str) else None


def _bare(style: Style | None) -> Style | None:
    """The style without what it carries beside the look."""
    return style.without_color + Style(color=style.color, bgcolor=style.bgcolor) if style is not None else None


def _covered(text: str, spans: Iterable[tuple[int, int]]) -> str:
    """The text with everything in the spans but blanks covered, cell for cell."""
    for start, stop in sorted(spans, reverse=True):
        hidden = "".join(" " if char.isspace() else COVER * char_width(char) for char in text[start:stop])
        text = text[:start] + hidden + text[stop:]
    return text
