"""Signs for terminals whose font lacks some: every sign becomes another of the same width.

`console` is the Linux console (Latin letters, single and double boxes, full blocks); `ascii` is a terminal
of which only letters are certain (accented letters are kept: they are text, not drawing).
"""

from __future__ import annotations

from vpterm.screens.link import Glyphs


def glyphs_of(term: str) -> Glyphs:
    """What a terminal's font can show, from TERM."""
    if term == "linux":
        return "console"
    return "ascii" if term.startswith(("vt", "dumb", "ansi", "cons25")) or not term else "full"


def _table(*pairs: tuple[str, str]) -> dict[int, str]:
    return {ord(sign): instead for signs, instead in pairs for sign in signs}


# Box drawing by shape: heavy, dashed and rounded lines become light ones.
_LIGHT_BOXES = _table(
    ("━┄┅┈┉╌╍╼╾╴╶╸╺", "─"),
    ("┃┆┇┊┋╎╏╽╿╵╷╹╻", "│"),
    ("╭┍┎┏", "┌"),
    ("╮┑┒┓", "┐"),
    ("╰┕┖┗", "└"),
    ("╯┙┚┛", "┘"),
    ("┝┞┟┠┡┢┣", "├"),
    ("┥┦┧┨┩┪┫", "┤"),
    ("┭┮┯┰┱┲┳", "┬"),
    ("┵┶┷┸┹┺┻", "┴"),
    ("┽┾┿╀╁╂╃╄╅╆╇╈╉╊╋", "┼"),
)
_SIGNS = _table(
    ("▁▔", "_"),
    ("▂▃", "."),
    ("▄", ":"),
    ("▅▆", "="),
    ("▇", "#"),
    ("▏▎▍▌▐▕▖▗▘▝▚▞▙▛▜▟", "│"),
    ("▊▋▉", "█"),
    ("▀", "█"),
    ("✓✔", "v"),
    ("✗✘✕✖", "x"),
    ("●⬤◉•", "*"),
    ("○◌◯", "o"),
    ("▶▸►❯", ">"),
    ("◀◂◄❮", "<"),
    ("▲▴", "^"),
    ("▼▾", "v"),
    ("…", "."),
    ("’‘", "'"),
    ("“”", '"'),
    ("–—‐‑", "-"),
    ("\u202f\u2009\u2007", " "),
    ("⚠", "!"),
)
_ASCII_BOXES = _table(
    ("─═╴╶", "-"),
    ("│║", "|"),
    ("┌┐└┘├┤┬┴┼╒╓╔╕╖╗╘╙╚╛╜╝╞╟╠╡╢╣╤╥╦╧╨╩╪╫╬", "+"),
    ("█▓", "#"),
    ("▒", "%"),
    ("░", ":"),
    ("→", ">"),
    ("←", "<"),
    ("↑", "^"),
    ("↓", "v"),
    ("·", "."),
)


def _console_table() -> dict[int, str]:
    braille = dict.fromkeys(range(0x2800, 0x2900), ".")
    return {**braille, **_LIGHT_BOXES, **_SIGNS}


def _ascii_table() -> dict[int, str]:
    table = {code: sign.translate(_ASCII_BOXES) for code, sign in _console_table().items()}
    return {**table, **_ASCII_BOXES}


_TABLES: dict[Glyphs, dict[int, str]] = {"console": _console_table(), "ascii": _ascii_table()}


def replace_glyphs(text: str, glyphs: Glyphs) -> str:
    """The same painting with signs that the terminal's font has."""
    return text if glyphs == "full" else text.translate(_TABLES[glyphs])
