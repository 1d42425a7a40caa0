"""What can be typed on the `>` line: each noun registers its commands (`cli dupont`, `agenda 24/11`)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from vpterm.kernel.errors import Refused
from vpterm.kernel.i18n import _
from vpterm.kernel.text import normalise

Doer = Callable[[Any, str], Awaitable[None]]


class UnknownCommand(Refused):
    """A line that begins with no command."""


@dataclass(frozen=True)
class Command:
    """A command: the words that call it (without accents), what it does, and how to say its argument."""

    words: tuple[str, ...]
    doer: Doer
    label: str
    argument: str = ""


_COMMANDS: list[Command] = []
_otherwise: Doer | None = None


def command(*words: str, label: str, argument: str = "") -> Callable[[Doer], Doer]:
    """Register `async def doer(app, rest)` under `words`, French and English; `label`, `argument` are msgids."""

    def register(doer: Doer) -> Doer:
        _COMMANDS[:] = [known for known in _COMMANDS if known.words != words]
        _COMMANDS.append(Command(words, doer, label, argument))
        return doer

    return register


def otherwise(doer: Doer) -> Doer:
    """Register what `do_line` does with a line that begins with no command: it is given whole."""
    global _otherwise
    _otherwise = doer
    return doer


def all_commands() -> tuple[Command, ...]:
    """Every command, in the order of registration."""
    return tuple(_COMMANDS)


def parse_command(line: str) -> tuple[Command, str]:
    """The command of a line and the rest of the line. The first letters are enough where only one command fits.

    Raises Refused for an empty line and a beginning that fits several commands, UnknownCommand for any other word.
    """
    word, _space, rest = line.strip().partition(" ")
    wanted = normalise(word)
    if not wanted:
        raise Refused(_("Nothing was typed."), _("For example: {example}").format(example=_example()))
    exact = [known for known in _COMMANDS if wanted in known.words]
    fitting = exact or [known for known in _COMMANDS if any(w.startswith(wanted) for w in known.words)]
    if len(fitting) == 1:
        return fitting[0], rest.strip()
    if fitting:
        names = ", ".join(known.words[0] for known in fitting)
        raise Refused(_("“{word}” may be several commands.").format(word=word), names)
    raise UnknownCommand(
        _("No command is called “{word}”.").format(word=word), _("F10 lists everything that can be done.")
    )


async def do_line(app: Any, line: str) -> None:
    """Do what a typed line says. Raises Refused as parse_command does, where nothing is done otherwise."""
    try:
        known, rest = parse_command(line)
    except UnknownCommand:
        if _otherwise is None:
            raise
        await _otherwise(app, line.strip())
    else:
        await known.doer(app, rest)


def _example() -> str:
    return _COMMANDS[0].words[0] if _COMMANDS else "F10"
