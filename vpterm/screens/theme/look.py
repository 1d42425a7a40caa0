"""Roles and glyphs: what widgets that draw for themselves ask for, instead of naming a colour."""

from __future__ import annotations

import colorsys
from dataclasses import dataclass
from typing import Literal

from rich.style import Style

Role = Literal[
    "text", "quiet", "rule", "heading", "danger", "waiting", "site", "key", "cursor", "cursor-away", "strong"
]

BACKGROUND, FOREGROUND, QUIET, RULE = "#11161b", "#d5dbe0", "#8a96a1", "#3d4853"
DANGER, WAITING, RAISED, FIELD = "#ff7b72", "#e3b341", "#26323d", "#1a2128"

_TRUECOLOR: dict[Role, Style] = {
    "text": Style(color=FOREGROUND),
    "quiet": Style(color=QUIET),
    "rule": Style(color=RULE),
    "heading": Style(color=FOREGROUND, bold=True),
    "strong": Style(color="#ffffff", bold=True),
    "danger": Style(color=DANGER, bold=True),
    "waiting": Style(color=WAITING),
    "key": Style(color=FOREGROUND, bold=True),
    "cursor": Style(bgcolor=RAISED, bold=True),
    "cursor-away": Style(bgcolor=FIELD),
}
_CONSOLE: dict[Role, Style] = {
    "text": Style(color="default"),
    "quiet": Style(color="default", dim=True),
    "rule": Style(color="default", dim=True),
    "heading": Style(color="default", bold=True),
    "strong": Style(color="default", bold=True),
    "danger": Style(color="red", bold=True),
    "waiting": Style(color="yellow"),
    "key": Style(color="default", bold=True),
    "cursor": Style(reverse=True),
    "cursor-away": Style(underline=True),
}
_FULL_GLYPHS = {"cursor": "›", "dot": "●", "ring": "○", "arrow": "→", "bars": "▁▂▃▄▅▆▇█", "more": "…"}
_PLAIN_GLYPHS = {"cursor": ">", "dot": "*", "ring": "o", "arrow": "->", "bars": "_.-=^", "more": "…"}


@dataclass(frozen=True)
class Look:
    """The look of one session: which palette, which glyphs, which colour is the site's (`#rrggbb`)."""

    site_colour: str
    is_console: bool = False
    has_plain_glyphs: bool = False

    def style(self, role: Role) -> Style:
        """The rich style of a role. Never colour alone: danger and waiting stand beside a sign or a word."""
        if role == "site":
            colour = nearest_ansi(self.site_colour) if self.is_console else self.site_colour
            return Style(color=colour, bold=True)
        return (_CONSOLE if self.is_console else _TRUECOLOR)[role]

    def glyph(self, name: str) -> str:
        """A sign by its name; the plain set holds what the Linux console can draw."""
        return (_PLAIN_GLYPHS if self.has_plain_glyphs else _FULL_GLYPHS)[name]


def nearest_ansi(colour: str) -> str:
    """The ANSI colour name with the nearest hue to `#rrggbb`; greys become the default colour."""
    red, green, blue = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    hue, _lightness, saturation = colorsys.rgb_to_hls(red, green, blue)
    if saturation < 0.15:
        return "default"
    names = ("red", "yellow", "green", "cyan", "blue", "magenta")
    return names[round(hue * 6) % 6]
