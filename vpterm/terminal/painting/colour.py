"""Rewrites the colours of a painted stream for terminals that have fewer than 16 million of them.

The apps always paint in truecolor; each viewer gets what its terminal can show. Each SGR sequence of a
painted strip states the whole style of what follows, so it is rewritten by itself, and remembered.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from vpterm.screens.link import Colours

_SGR = re.compile(r"\x1b\[([0-9;]*)m")

# The sixteen colours as most terminals show them (the VGA values of the Linux console).
_PALETTE = (
    *((0, 0, 0), (170, 0, 0), (0, 170, 0), (170, 85, 0), (0, 0, 170), (170, 0, 170), (0, 170, 170), (170, 170, 170)),
    *((85, 85, 85), (255, 85, 85), (85, 255, 85), (255, 255, 85), (85, 85, 255), (255, 85, 255)),
    *((85, 255, 255), (255, 255, 255)),
)
_CUBE = (0, 95, 135, 175, 215, 255)
_Rgb = tuple[int, int, int]


def colours_of(term: str, environment: Mapping[str, str]) -> Colours:
    """What a terminal can show, from TERM and from COLORTERM and NO_COLOR where the client sends them."""
    if environment.get("NO_COLOR"):
        return "mono"
    if environment.get("COLORTERM", "").lower() in {"truecolor", "24bit"}:
        return "truecolor"
    if term.endswith(("-direct", "-truecolor")) or term in {
        "xterm-kitty",
        "alacritty",
        "foot",
        "xterm-ghostty",
        "wezterm",
    }:
        return "truecolor"
    if term.endswith("-256color") or term in {"putty", "xterm", "tmux", "screen"}:
        return "256"
    if term.startswith(("vt", "dumb")) or term.endswith(("-m", "-mono")) or not term:
        return "mono"
    return "8" if term == "linux" else "16"


def rewrite(text: str, colours: Colours) -> str:
    """The same painting in at most these colours."""
    if colours == "truecolor":
        return text
    return _SGR.sub(lambda match: _style(match.group(1), colours), text)


@lru_cache(maxsize=16384)
def _style(parameters: str, colours: Colours) -> str:
    attributes: list[str] = []
    ground: dict[int, _Rgb] = {}
    numbers = [int(number) if number else 0 for number in parameters.split(";")]
    at = 0
    while at < len(numbers):
        number = numbers[at]
        if number in (38, 48) and numbers[at + 1 : at + 2] == [2] and len(numbers) >= at + 5:
            red, green, blue = numbers[at + 2 : at + 5]
            ground[number] = (red, green, blue)
            at += 5
            continue
        if number in (38, 48) and numbers[at + 1 : at + 2] == [5] and len(numbers) >= at + 3:
            ground[number] = _of_256(numbers[at + 2])
            at += 3
            continue
        if _is_colour(number) and colours in ("mono", "8"):
            _add_plain(number, colours, ground, attributes)
        else:
            attributes.append(str(number))
        at += 1
    attributes += _ground_codes(ground, colours)
    return f"\x1b[{';'.join(attributes)}m" if attributes else "\x1b[0m"


def _is_colour(number: int) -> bool:
    return 30 <= number <= 37 or 40 <= number <= 47 or 90 <= number <= 97 or 100 <= number <= 107


def _add_plain(number: int, colours: Colours, ground: dict[int, _Rgb], attributes: list[str]) -> None:
    """One of the sixteen colours, for a terminal that has eight of them or none."""
    bright, number = number >= 90, number - 60 if number >= 90 else number
    if colours == "8":
        attributes.append(str(number))
        if bright and number < 40:
            attributes.append("1")
    else:
        ground[38 if number < 40 else 48] = _PALETTE[number % 10 + 8 * bright]


def _ground_codes(ground: dict[int, _Rgb], colours: Colours) -> list[str]:
    if colours == "mono":
        text, back = ground.get(38, (170, 170, 170)), ground.get(48, (0, 0, 0))
        # A light field under dark text is how the cursor, a selection or a button is shown: reverse video.
        return ["7"] if _light(back) > _light(text) else []
    if colours == "256":
        return [f"{which};5;{_to_256(rgb)}" for which, rgb in ground.items()]
    codes = [_basic_code(which, rgb, colours) for which, rgb in ground.items()]
    if 38 in ground and 48 in ground and _nearest(ground[38], colours) == _nearest(ground[48], colours):
        # Two shades that fall on one colour would hide the text.
        dark = _light(ground[48]) < 128
        codes[list(ground).index(38)] = ("37" if colours == "8" else "97") if dark else "30"
    return codes


def _basic_code(which: int, rgb: _Rgb, colours: Colours) -> str:
    index = _nearest(rgb, colours)
    base = 30 if which == 38 else 40
    return str(base + index) if index < 8 else str(base + 60 + index - 8)


@lru_cache(maxsize=4096)
def _nearest(rgb: _Rgb, colours: Colours) -> int:
    """The nearest of the sixteen (or of the first eight) colours. Greys only become greys."""
    palette = _PALETTE[:8] if colours == "8" else _PALETTE
    spread = max(rgb) - min(rgb)
    if spread < 24:
        greys = [index for index in (0, 8, 7, 15) if index < len(palette)]
        return min(greys, key=lambda index: abs(_light(palette[index]) - _light(rgb)))
    return min(range(len(palette)), key=lambda index: _distance(palette[index], rgb))


@lru_cache(maxsize=4096)
def _to_256(rgb: _Rgb) -> int:
    cube = [min(range(6), key=lambda step, part=part: abs(_CUBE[step] - part)) for part in rgb]  # type: ignore[misc]
    in_cube = (_CUBE[cube[0]], _CUBE[cube[1]], _CUBE[cube[2]])
    grey = max(0, min(23, round((sum(rgb) / 3 - 8) / 10)))
    if _distance((8 + 10 * grey,) * 3, rgb) < _distance(in_cube, rgb):
        return 232 + grey
    return 16 + 36 * cube[0] + 6 * cube[1] + cube[2]


def _of_256(index: int) -> _Rgb:
    if index < 16:
        return _PALETTE[index]
    if index >= 232:
        return (8 + 10 * (index - 232),) * 3
    index -= 16
    return _CUBE[index // 36 % 6], _CUBE[index // 6 % 6], _CUBE[index % 6]


def _distance(one: _Rgb, other: _Rgb) -> int:
    """How far apart two colours are to the eye: green weighs most, blue least."""
    return 3 * (one[0] - other[0]) ** 2 + 4 * (one[1] - other[1]) ** 2 + 2 * (one[2] - other[2]) ** 2


def _light(rgb: _Rgb) -> float:
    return 0.299 * rgb[0] + 0.587 * rgb[1] + 0.114 * rgb[2]
