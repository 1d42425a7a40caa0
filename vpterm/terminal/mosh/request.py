"""What a stock mosh client asks of an SSH server: read strictly, as words; no shell ever sees it. Pure."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass

from vpterm.screens.link import Colours

_LONGEST = 4096
_LOCALE = re.compile(r"(LANG|LANGUAGE|LC_[A-Z]{1,20})=[^\0\n]{0,256}\Z")
_PORTS = re.compile(r"\d{1,5}(:\d{1,5})?\Z")
_NUMBER = re.compile(r"\d{1,8}\Z")


@dataclass(frozen=True, slots=True)
class MoshRequest:
    """How many colours the client says that its terminal has. The rest of what it may ask is ours to choose."""

    colours: int


def read_request(command: str) -> MoshRequest | None:
    """The request in the command that mosh(1) sends; None for every other command.

    `mosh-server 'new' '-c' '256' '-s' '-l' 'LANG=fr_FR.UTF-8'`: ports and locale are read and left aside, an address to
    bind or a program to run is not taken at all.
    """
    if len(command) > _LONGEST:
        return None
    try:
        words = shlex.split(command)
    except ValueError:
        return None
    if words[:2] != ["mosh-server", "new"]:
        return None
    colours, ahead = 0, iter(words[2:])
    for word in ahead:
        value = "" if word == "-s" else next(ahead, "")
        if word == "-c" and _NUMBER.match(value):
            colours = int(value)
        elif not _is_left_aside(word, value):
            return None
    return MoshRequest(colours)


def _is_left_aside(word: str, value: str) -> bool:
    """Whether this is an option of the client that changes nothing here."""
    expected = {"-l": _LOCALE, "-p": _PORTS}.get(word)
    return word == "-s" or (expected is not None and expected.match(value) is not None)


def fewer_colours(known: Colours, count: int) -> Colours:
    """What the terminal can show, by what its TERM tells (`known`) and the number that the client has counted."""
    if count >= 256:
        return known
    counted: Colours = "mono" if count < 8 else "8" if count < 16 else "16"
    order: tuple[Colours, ...] = ("mono", "8", "16", "256", "truecolor")
    return min(known, counted, key=order.index)
